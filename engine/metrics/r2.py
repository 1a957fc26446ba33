"""The share of the variance that is explained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.losses.loss import Loss
from engine.metrics.metric import Metric, Value
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers
    from engine.metrics.streams.shared import Shared


class R2(Metric):
    """The coefficient of determination of each output, and the mean of these.

    Of targets that are all alike nothing can be explained: 0, or 1 where they are met (as scikit-learn has it).
    """

    name: ClassVar[str] = "r2"
    title: ClassVar[str] = "R²"
    help: ClassVar[str] = (
        "the share of the variance that is explained: 1 is perfect, 0 no better than the mean; mean over the outputs"
    )
    kinds: ClassVar[frozenset[Kind]] = frozenset({"values"})
    formula: ClassVar[str] = "1 − Σ (x − y)² / Σ (y − ȳ)²"
    reference: ClassVar[str] = "Wright 1921, Correlation and Causation"
    rank: ClassVar[int] = 130

    def __init__(self, task: Task, loss: Loss, shared: Shared) -> None:
        super().__init__(task, loss, shared)
        from engine.metrics.streams.deviations import Deviations

        self._deviations = shared.part(Deviations)

    @classmethod
    def usual(cls, task: Task) -> bool:
        return True

    def compute(self) -> dict[str, Value]:
        return {self.name: self._deviations.r2()}

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        return answers.deviations

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        import numpy as np

        varied = totals["squares"] - np.square(totals["true"]) / totals["rows"]
        left = np.where(totals["missed"] > 0, totals["missed"] / varied, 0.0)
        found: Array = (1 - np.where(np.isinf(left), 1.0, left)).mean(1)
        return np.where(totals["rows"][:, 0] < 2, np.nan, found)


METRICS = (R2,)
