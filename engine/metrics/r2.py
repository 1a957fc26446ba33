"""The share of the variance that is explained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.metrics.deviation_metric import DeviationMetric, explained
from engine.metrics.metric import Value
from engine.metrics.task import Task

if TYPE_CHECKING:
    from engine.metrics.metric import Array


class R2(DeviationMetric):
    """The coefficient of determination of each output, and the mean of these.

    Of targets that are all alike nothing can be explained: 0, or 1 where they are met (as scikit-learn has it).
    """

    name: ClassVar[str] = "r2"
    title: ClassVar[str] = "R²"
    help: ClassVar[str] = (
        "the share of the variance that is explained: 1 is perfect, 0 no better than the mean; mean over the outputs"
    )
    formula: ClassVar[str] = "1 − Σ (x − y)² / Σ (y − ȳ)²"
    reference: ClassVar[str] = "Wright 1921, Correlation and Causation"
    rank: ClassVar[int] = 130

    def compute(self) -> dict[str, Value]:
        return {self.name: self._deviations.r2()}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        import numpy as np

        varied = totals["squares"] - np.square(totals["true"]) / totals["rows"]
        return np.where(totals["rows"][:, 0] < 2, np.nan, explained(totals["missed"], varied))


METRICS = (R2,)
