"""The right class among the likeliest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from engine.metrics.task import MANY_CLASSES, Kind, Task
from engine.metrics.torch_metric import TorchMetric

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers


class Top5Accuracy(TorchMetric):
    """An answer is right where the right class is among the ``k`` likeliest."""

    name: ClassVar[str] = "top5_accuracy"
    title: ClassVar[str] = "top-5 accuracy"
    help: ClassVar[str] = "the share of answers with the right class among the five likeliest"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes"})
    needs: ClassVar[str] = "needs more than 5 classes"
    percent: ClassVar[bool] = True
    formula: ClassVar[str] = "answers with the right class among the k likeliest / answers"
    reference: ClassVar[str] = "Russakovsky and others 2015, ImageNet Large Scale Visual Recognition Challenge"
    torchmetrics: ClassVar[str] = "Accuracy"
    rank: ClassVar[int] = 20
    k: ClassVar[int] = 5

    @classmethod
    def suits(cls, task: Task) -> bool:
        return task.classes > cls.k

    @classmethod
    def usual(cls, task: Task) -> bool:
        return not task.axes and task.classes >= MANY_CLASSES

    def options(self) -> dict[str, Any]:
        return {**super().options(), "top_k": self.k, "average": "micro"}

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        near = answers.likeliest(cls.k) & answers.counted
        return {f"near{cls.k}": near.double().sum(1), "numbers": answers.counted.double().sum(1)}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        return totals[f"near{cls.k}"] / totals["numbers"]


METRICS = (Top5Accuracy,)
