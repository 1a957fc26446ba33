"""Precision and recall in one number."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.metrics.counted_metric import CountedMetric
from engine.metrics.task import Task

if TYPE_CHECKING:
    from engine.metrics.metric import Array


class F1(CountedMetric):
    """The harmonic mean of precision and recall."""

    name: ClassVar[str] = "f1"
    title: ClassVar[str] = "F1"
    help: ClassVar[str] = "harmonic mean of precision and recall: mean over the classes"
    formula: ClassVar[str] = "2 TP / (2 TP + FP + FN)"
    reference: ClassVar[str] = "van Rijsbergen 1979, Information Retrieval"
    rank: ClassVar[int] = 50

    @classmethod
    def usual(cls, task: Task) -> bool:
        return task.kind == "two" or not task.axes

    @classmethod
    def share(cls, both: Array, given: Array, true: Array) -> tuple[Array, Array]:
        return 2 * both, given + true


METRICS = (F1,)
