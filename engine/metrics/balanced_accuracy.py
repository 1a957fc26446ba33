"""The share of right answers, every class counting the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.metrics.summed_metric import SummedMetric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers


class BalancedAccuracy(SummedMetric):
    """The mean over the classes of the share of each that was found; classes without targets are left out."""

    name: ClassVar[str] = "balanced_accuracy"
    title: ClassVar[str] = "balanced accuracy"
    help: ClassVar[str] = "the share of right answers where every class counts the same, however rare"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes", "two"})
    percent: ClassVar[bool] = True
    formula: ClassVar[str] = "Σ (TP / (TP + FN)) / classes"
    reference: ClassVar[str] = "Brodersen and others 2010, The Balanced Accuracy and Its Posterior Distribution"
    rank: ClassVar[int] = 15

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        return answers.by_class

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        import numpy as np

        true = totals["true"]
        found: Array = np.where(true > 0, totals["both"] / true, 0.0).sum(1) / (true > 0).sum(1)
        return found


METRICS = (BalancedAccuracy,)
