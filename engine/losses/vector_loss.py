"""Losses that compare whole vectors: the numbers along the last axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from engine.dims import Dim
from engine.losses.loss import Counted, Loss


class VectorLoss(Loss):
    """A loss whose mean is over the vectors of the answer, not over their numbers."""

    by_class: ClassVar[bool] = False
    counts: ClassVar[Counted] = "vectors"

    def mismatch(self, answer: Sequence[Dim], classes: int | None, target: Sequence[int]) -> str:
        if answer and answer[-1] != 1:
            return ""
        return f"{self.name} compares along the last axis, which needs several numbers beside the batch."
