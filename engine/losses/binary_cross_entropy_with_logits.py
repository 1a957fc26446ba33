"""Binary cross-entropy of scores."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from engine.losses.loss import Activation, Suited
from engine.losses.targets import least
from engine.losses.yes_or_no_loss import YesOrNoLoss

if TYPE_CHECKING:
    from torch import Tensor


class BCEWithLogitsLoss(YesOrNoLoss):
    """For one yes or no, or several that hold independently. It contains the sigmoid, so the answer is scores."""

    name: ClassVar[str] = "binary_cross_entropy_with_logits"
    title: ClassVar[str] = "binary cross-entropy of scores"
    formula: ClassVar[str] = "−y ln σ(x) − (1 − y) ln(1 − σ(x))"
    torch: ClassVar[str] = "torch.nn.BCEWithLogitsLoss"
    reference: ClassVar[str] = "Cox 1958, The Regression Analysis of Binary Sequences"
    rank: ClassVar[int] = 3
    suits: ClassVar[frozenset[Suited]] = frozenset({"labels", "yes or no"})
    activation: ClassVar[Activation] = "sigmoid"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)

    pos_weight: Annotated[float, Field(gt=0.0)] | None = Field(
        None, description="how much a 1 of the target counts against a 0; none: alike"
    )

    def given(self, answer: Tensor, target: Tensor, weights: Tensor | None) -> dict[str, object]:
        import torch

        if self.pos_weight is None:
            return {}
        # filled there: a number that is sent waits for a GPU, and cannot be recorded
        return {"pos_weight": torch.full((), self.pos_weight, device=answer.device)}

    def options(self, soft: bool) -> dict[str, str]:
        if self.pos_weight is None:
            return {}
        return {"pos_weight": f"torch.tensor({self.pos_weight!r}, device=answer.device)"}

    def chance_level(self, target: Tensor, classes: int, weights: Tensor | None) -> float:
        """−Σ m ln(m / Σ m) / n of the zeros and the ones among n numbers, where a one counts ``pos_weight`` times."""
        return binary_chance_level(target, classes, 1.0 if self.pos_weight is None else self.pos_weight)


def binary_chance_level(target: Tensor, classes: int, positive: float = 1.0) -> float:
    """The binary cross-entropy of knowing the share of ones alone; NaN where classes are told apart."""
    import torch

    ones = target.double()
    if classes or not ones.numel():
        return math.nan
    return least(torch.stack([(1 - ones).sum(), ones.sum() * positive])) / ones.numel()


LOSSES = (BCEWithLogitsLoss,)
