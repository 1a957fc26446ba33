"""The right class among the likeliest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.metrics.summed_metric import SummedMetric
from engine.metrics.task import MANY_CLASSES, Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers


class TopKAccuracy(SummedMetric):
    """An answer is right where the right class is among the ``k`` likeliest."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes"})
    percent: ClassVar[bool] = True
    formula: ClassVar[str] = "answers with the right class among the k likeliest / answers"
    reference: ClassVar[str] = "Russakovsky and others 2015, ImageNet Large Scale Visual Recognition Challenge"
    k: ClassVar[int]

    @classmethod
    def suits(cls, task: Task) -> bool:
        return task.classes > cls.k

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        near = answers.likeliest(cls.k) & answers.counted
        return {f"near{cls.k}": near.double().sum(1), "numbers": answers.counted.double().sum(1)}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        return totals[f"near{cls.k}"] / totals["numbers"]


class Top3Accuracy(TopKAccuracy):
    """That of the three likeliest classes."""

    name: ClassVar[str] = "top3_accuracy"
    title: ClassVar[str] = "top-3 accuracy"
    help: ClassVar[str] = "the share of answers with the right class among the three likeliest"
    needs: ClassVar[str] = "needs more than 3 classes"
    rank: ClassVar[int] = 19
    k: ClassVar[int] = 3


class Top5Accuracy(TopKAccuracy):
    """That of the five likeliest classes."""

    name: ClassVar[str] = "top5_accuracy"
    title: ClassVar[str] = "top-5 accuracy"
    help: ClassVar[str] = "the share of answers with the right class among the five likeliest"
    needs: ClassVar[str] = "needs more than 5 classes"
    rank: ClassVar[int] = 20
    k: ClassVar[int] = 5

    @classmethod
    def usual(cls, task: Task) -> bool:
        return not task.axes and task.classes >= MANY_CLASSES


class Top10Accuracy(TopKAccuracy):
    """That of the ten likeliest classes."""

    name: ClassVar[str] = "top10_accuracy"
    title: ClassVar[str] = "top-10 accuracy"
    help: ClassVar[str] = "the share of answers with the right class among the ten likeliest"
    needs: ClassVar[str] = "needs more than 10 classes"
    rank: ClassVar[int] = 21
    k: ClassVar[int] = 10


METRICS = (Top3Accuracy, Top5Accuracy, Top10Accuracy)
