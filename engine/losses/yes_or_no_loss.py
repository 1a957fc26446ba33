"""Losses of which every number of an answer says yes or no by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.losses.loss import Link, Loss, Wanted

if TYPE_CHECKING:
    from torch import Tensor


class YesOrNoLoss(Loss):
    """A loss of scores: above 0 a number says yes, and its sigmoid is how likely that is."""

    decides: ClassVar[bool] = True
    wants: ClassVar[Wanted] = "scores"
    link: ClassVar[Link] = "sigmoid"

    def says_yes(self, answer: Tensor) -> Tensor:
        return self.logits(answer) > 0.0

    def from_probabilities(self, probabilities: Tensor) -> Tensor:
        return probabilities.logit(1e-12)

    def yes_source(self, answer: str) -> str:
        return f"({answer} > 0.0)"
