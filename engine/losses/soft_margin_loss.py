"""Logistic loss of two classes that are 1 and −1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.losses.binary_cross_entropy_with_logits import binary_chance_level
from engine.losses.loss import Activation
from engine.losses.targets import as_values
from engine.losses.yes_or_no_loss import YesOrNoLoss

if TYPE_CHECKING:
    from torch import Tensor


class SignedLoss(YesOrNoLoss):
    """A loss whose targets are 1 for yes and −1 for no; 0 is a no as well."""

    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    def pair(self, answer: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        return answer, 2 * self.values(answer, target) - 1

    def values(self, answer: Tensor, target: Tensor) -> Tensor:
        return as_values(answer, target).gt(0).to(answer.dtype)

    def wrong_targets(self, target: Tensor, field: str) -> str:
        wrong = target[(target != 0) & (target.abs() != 1)]
        if not wrong.numel():
            return ""
        return f"whose targets are 1 for yes and 0 or −1 for no, but the field {field!r} holds {float(wrong[0]):g}"

    def source(self, options: Mapping[str, str]) -> tuple[list[str], str]:
        lines, call = super().source(options)
        return ["target = torch.where(target > 0, 1.0, -1.0)", *lines], call


class SoftMarginLoss(SignedLoss):
    """For one yes or no, or several that hold independently, by the sign of the scores."""

    name: ClassVar[str] = "soft_margin_loss"
    title: ClassVar[str] = "logistic loss of scores"
    formula: ClassVar[str] = "ln(1 + exp(−y x)), y 1 or −1"
    torch: ClassVar[str] = "torch.nn.SoftMarginLoss"
    reference: ClassVar[str] = "Cox 1958, The Regression Analysis of Binary Sequences"
    rank: ClassVar[int] = 21
    activation: ClassVar[Activation] = "sigmoid"

    def chance_level(self, target: Tensor, classes: int, weights: Tensor | None) -> float:
        return binary_chance_level(target.gt(0), classes)


LOSSES = (SoftMarginLoss,)
