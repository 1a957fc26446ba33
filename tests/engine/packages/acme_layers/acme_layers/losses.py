"""An example loss: what it compares, its parameter, how it computes and how that reads in a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from engine.losses.loss import Activation, Reduction
from engine.losses.yes_or_no_loss import YesOrNoLoss

if TYPE_CHECKING:
    from torch import Tensor


class FocalLoss(YesOrNoLoss):
    """For yes and no where one is rare: what is already right by far counts little."""

    name: ClassVar[str] = "acme_layers.focal_loss"
    title: ClassVar[str] = "focal loss"
    formula: ClassVar[str] = "(1 − p)^γ · −ln p, p the probability of what is right"
    reference: ClassVar[str] = "Lin and others 2017, Focal Loss for Dense Object Detection"
    activation: ClassVar[Activation] = "sigmoid"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)

    gamma: Annotated[float, Field(ge=0.0)] = Field(2.0, description="how little what is right counts; 0: as ever")

    def compare(self, answer: Tensor, target: Tensor, weights: Tensor | None, reduction: Reduction) -> Tensor:
        from torch.nn import functional

        answer, target = self.pair(answer, target)
        surprise = functional.binary_cross_entropy_with_logits(answer, target, reduction="none")
        each = (1 - (-surprise).exp()) ** self.gamma * surprise
        return each if reduction == "none" else each.sum() if reduction == "sum" else each.mean()

    def source(self, options: Mapping[str, str]) -> tuple[list[str], str]:
        lines = [
            'surprise = functional.binary_cross_entropy_with_logits(answer, target, reduction="none")',
            f"each = (1 - (-surprise).exp()) ** {self.gamma!r} * surprise",
        ]
        return lines, 'each.sum() if reduction == "sum" else each.mean()'


class ClashingLoss(YesOrNoLoss):
    """Its margin is another than that of other losses, so it cannot be used."""

    name: ClassVar[str] = "acme_layers.clashing_loss"
    title: ClassVar[str] = "a loss with a margin of its own"
    formula: ClassVar[str] = "max(0, margin − x y)"

    margin: float = Field(0.25, description="how far a score must be on the right side")
