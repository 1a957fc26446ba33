"""How far off numbers are by their size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.metrics.summed_metric import SummedMetric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers


class MeanAbsolutePercentageError(SummedMetric):
    """The mean of the errors relative to the targets; those near 0 make it huge."""

    name: ClassVar[str] = "mape"
    title: ClassVar[str] = "mean absolute percentage error"
    help: ClassVar[str] = "how far off the numbers are relative to what they should be; targets of 0 make it huge"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"values"})
    better: ClassVar[Literal["high", "low", ""]] = "low"
    percent: ClassVar[bool] = True
    formula: ClassVar[str] = "Σ |x − y| / |y| / numbers"
    reference: ClassVar[str] = "Makridakis 1993, Accuracy Measures: Theoretical and Practical Concerns"
    rank: ClassVar[int] = 115

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        import torch

        predicted, values = answers.predicted.double(), answers.values.double()
        relative = (predicted - values).abs() / values.abs().clamp(min=torch.finfo(torch.float64).eps)
        relative = relative.reshape(len(answers), -1)
        return {"relative": relative.sum(1), "all": relative.new_full((len(answers),), float(relative.shape[1]))}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        return totals["relative"] / totals["all"]


METRICS = (MeanAbsolutePercentageError,)
