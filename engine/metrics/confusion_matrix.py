"""Which classes are taken for which others."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.losses.loss import Loss
from engine.metrics.metric import Metric, Value
from engine.metrics.task import MOST_CLASSES, Kind, Task

if TYPE_CHECKING:
    from engine.metrics.streams.shared import Shared


class ConfusionMatrix(Metric):
    """How often each class (a row) was taken for each other (a column)."""

    name: ClassVar[str] = "confusion_matrix"
    title: ClassVar[str] = "confusion matrix"
    help: ClassVar[str] = "how often each class was taken for each other"
    needs: ClassVar[str] = f"needs {MOST_CLASSES} classes at most"
    better: ClassVar[Literal["high", "low", ""]] = ""
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes", "two"})
    rank: ClassVar[int] = 60

    def __init__(self, task: Task, loss: Loss, shared: Shared) -> None:
        super().__init__(task, loss, shared)
        from engine.metrics.streams.shared import ClassCounts

        self._counts = shared.part(ClassCounts)

    def compute(self) -> dict[str, Value]:
        return {self.name: math.nan if self._counts.empty else self._counts.table.tolist()}

    @classmethod
    def suits(cls, task: Task) -> bool:
        return task.classes <= MOST_CLASSES

    @classmethod
    def usual(cls, task: Task) -> bool:
        return task.kind == "two" or not task.axes


METRICS = (ConfusionMatrix,)
