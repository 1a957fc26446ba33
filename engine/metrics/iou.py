"""How well what was answered covers what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.metrics.counted_metric import CountedMetric
from engine.metrics.task import Task

if TYPE_CHECKING:
    from engine.metrics.metric import Array


class IoU(CountedMetric):
    """Intersection over union of every class, over all positions of a part."""

    name: ClassVar[str] = "iou"
    title: ClassVar[str] = "IoU"
    help: ClassVar[str] = "intersection over union of each class (Jaccard index): mean over the classes"
    formula: ClassVar[str] = "TP / (TP + FP + FN)"
    reference: ClassVar[str] = "Jaccard 1912, The Distribution of the Flora in the Alpine Zone"
    rank: ClassVar[int] = 100

    @classmethod
    def suits(cls, task: Task) -> bool:
        return task.kind == "classes" or task.axes > 0

    @classmethod
    def usual(cls, task: Task) -> bool:
        return task.axes > 1

    @classmethod
    def share(cls, both: Array, given: Array, true: Array) -> tuple[Array, Array]:
        return both, given + true - both


METRICS = (IoU,)
