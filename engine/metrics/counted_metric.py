"""Metrics of every class by itself: quotients of how often it was right, answered and meant."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.losses.loss import Loss
from engine.metrics.metric import Metric, Value
from engine.metrics.task import MOST_CLASSES, Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers
    from engine.metrics.streams.shared import Shared


class CountedMetric(Metric):
    """The mean over the classes that occur in targets or answers, or the one of yes; `share` says of what."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes", "two"})
    percent: ClassVar[bool] = True
    per_class: ClassVar[bool] = True

    def __init__(self, task: Task, loss: Loss, shared: Shared) -> None:
        super().__init__(task, loss, shared)
        from engine.metrics.streams.shared import ClassCounts

        self._counts = shared.part(ClassCounts)

    def compute(self) -> dict[str, Value]:
        if self._counts.empty:
            return {self.name: math.nan}
        totals = self._counts.totals()
        each = self._each(totals)
        result: dict[str, Value] = {self.name: float(self._one(each, totals, self.task)[0])}
        if self.task.kind == "classes" and self.task.classes <= MOST_CLASSES:
            result[f"{self.name}_per_class"] = each[0].tolist()
        return result

    @classmethod
    def share(cls, both: Array, given: Array, true: Array) -> tuple[Array, Array]:
        """(parts, wholes) of every class, of which it is the quotient."""
        raise TypeError(f"{cls.name} is not a share of sums")

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        return answers.by_class

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        return cls._one(cls._each(totals), totals, task)

    @classmethod
    def _one(cls, each: Array, totals: Mapping[str, Array], task: Task) -> Array:
        """The number that stands for that of each class."""
        if task.kind == "two":
            of_yes: Array = each[:, 1]
            return of_yes
        there = totals["given"] + totals["true"] > 0
        found: Array = (each * there).sum(1) / there.sum(1)
        return found

    @classmethod
    def _each(cls, totals: Mapping[str, Array]) -> Array:
        """That of every class; 0 where there is nothing to share."""
        import numpy as np

        parts, wholes = cls.share(totals["both"], totals["given"], totals["true"])
        found: Array = np.divide(parts, wholes, out=np.zeros_like(wholes), where=wholes > 0)
        return found
