"""How far off numbers are, large errors counting more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.metrics.deviation_metric import DeviationMetric
from engine.metrics.metric import Value
from engine.metrics.task import Task

if TYPE_CHECKING:
    from engine.metrics.metric import Array


class RootMeanSquaredError(DeviationMetric):
    """The root of the mean squared error of each output, and the mean of these."""

    name: ClassVar[str] = "rmse"
    title: ClassVar[str] = "root mean squared error"
    help: ClassVar[str] = "how far off they are, large errors counting more: mean over the outputs"
    better: ClassVar[Literal["high", "low", ""]] = "low"
    formula: ClassVar[str] = "√(Σ (x − y)² / samples)"
    rank: ClassVar[int] = 120

    def compute(self) -> dict[str, Value]:
        return {self.name: self._deviations.rmse()}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        import numpy as np

        found: Array = np.sqrt(totals["missed"] / totals["rows"]).mean(1)
        return found


METRICS = (RootMeanSquaredError,)
