"""Which classes are taken for which others."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.metrics.task import MOST_CLASSES, Task
from engine.metrics.torch_metric import TorchMetric


class ConfusionMatrix(TorchMetric):
    """How often each class (a row) was taken for each other (a column)."""

    name: ClassVar[str] = "confusion_matrix"
    title: ClassVar[str] = "confusion matrix"
    help: ClassVar[str] = "how often each class was taken for each other"
    needs: ClassVar[str] = f"needs {MOST_CLASSES} classes at most"
    better: ClassVar[Literal["high", "low", ""]] = ""
    torchmetrics: ClassVar[str] = "ConfusionMatrix"
    rank: ClassVar[int] = 60

    @classmethod
    def suits(cls, task: Task) -> bool:
        return task.classes <= MOST_CLASSES

    @classmethod
    def usual(cls, task: Task) -> bool:
        return task.kind == "two" or not task.axes


METRICS = (ConfusionMatrix,)
