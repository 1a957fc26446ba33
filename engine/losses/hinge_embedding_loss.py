"""Hinge loss of distances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from engine.dims import Dim
from engine.losses.loss import Wanted
from engine.losses.soft_margin_loss import SignedLoss

if TYPE_CHECKING:
    from torch import Tensor


class HingeEmbeddingLoss(SignedLoss):
    """For distances of pairs: those that belong together (yes) come close, the others get a margin apart.

    A distance below half the margin says yes.
    """

    name: ClassVar[str] = "hinge_embedding_loss"
    title: ClassVar[str] = "hinge loss of distances"
    formula: ClassVar[str] = "x where y is 1, max(0, margin − x) where y is −1"
    torch: ClassVar[str] = "torch.nn.HingeEmbeddingLoss"
    reference: ClassVar[str] = "Hadsell, Chopra and LeCun 2006, Learning an Invariant Mapping"
    rank: ClassVar[int] = 22
    wants: ClassVar[Wanted] = "numbers"

    margin: float = Field(1.0, description="how far apart pairs must be that do not belong together")

    def mismatch(self, answer: Sequence[Dim], classes: int | None, target: Sequence[int]) -> str:
        if classes is None or len(answer) <= len(target) or answer[-1] == 1:
            return ""
        return f"{self.name} says yes or no of each distance and tells no classes apart: give it one number."

    def chance_level(self, target: Tensor, classes: int, weights: Tensor | None) -> float:
        """The margin times the share of yes or of no, whichever is rarer: the best distance is the margin or 0."""
        if classes or not target.numel():
            return math.nan
        share = float(target.gt(0).double().mean())
        return max(self.margin, 0.0) * min(share, 1 - share)

    def logits(self, answer: Tensor) -> Tensor:
        return self.margin / 2 - answer

    def from_probabilities(self, probabilities: Tensor) -> Tensor:
        return self.margin / 2 - super().from_probabilities(probabilities)

    def probabilities_source(self, answer: str) -> str:
        return f"({self.margin / 2!r} - {answer}).sigmoid()"

    def yes_source(self, answer: str) -> str:
        return f"({self.margin / 2!r} - {answer} > 0.0)"


LOSSES = (HingeEmbeddingLoss,)
