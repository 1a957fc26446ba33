"""How much of what was called a class is of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.metrics.counted_metric import CountedMetric
from engine.metrics.task import Task

if TYPE_CHECKING:
    from engine.metrics.metric import Array


class Precision(CountedMetric):
    """Of all positions that were called a class, the share that is of it."""

    name: ClassVar[str] = "precision"
    title: ClassVar[str] = "precision"
    help: ClassVar[str] = "of what was called a class, the share that is: mean over the classes"
    formula: ClassVar[str] = "TP / (TP + FP)"
    reference: ClassVar[str] = "van Rijsbergen 1979, Information Retrieval"
    rank: ClassVar[int] = 30

    @classmethod
    def usual(cls, task: Task) -> bool:
        return task.kind == "two" or not task.axes

    @classmethod
    def share(cls, both: Array, given: Array, true: Array) -> tuple[Array, Array]:
        return both, given


METRICS = (Precision,)
