"""How much of a class was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.metrics.counted_metric import CountedMetric
from engine.metrics.task import Task

if TYPE_CHECKING:
    from engine.metrics.metric import Array


class Recall(CountedMetric):
    """Of all positions of a class, the share that was called so."""

    name: ClassVar[str] = "recall"
    title: ClassVar[str] = "recall"
    help: ClassVar[str] = "of what is of a class, the share that was found: mean over the classes"
    formula: ClassVar[str] = "TP / (TP + FN)"
    reference: ClassVar[str] = "van Rijsbergen 1979, Information Retrieval"
    rank: ClassVar[int] = 40

    @classmethod
    def usual(cls, task: Task) -> bool:
        return task.kind == "two" or not task.axes

    @classmethod
    def share(cls, both: Array, given: Array, true: Array) -> tuple[Array, Array]:
        return both, true


METRICS = (Recall,)
