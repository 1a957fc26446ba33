"""How far off numbers are by the size of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.metrics.summed_metric import SummedMetric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers


class SymmetricMeanAbsolutePercentageError(SummedMetric):
    """The mean of the errors relative to the half sum of answer and target: at most 200 %."""

    name: ClassVar[str] = "smape"
    title: ClassVar[str] = "symmetric mean absolute percentage error"
    help: ClassVar[str] = "how far off the numbers are relative to the mean size of both; at most 200 %"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"values"})
    better: ClassVar[Literal["high", "low", ""]] = "low"
    percent: ClassVar[bool] = True
    formula: ClassVar[str] = "Σ 2 |x − y| / (|x| + |y|) / numbers"
    reference: ClassVar[str] = "Makridakis 1993, Accuracy Measures: Theoretical and Practical Concerns"
    rank: ClassVar[int] = 116

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        import torch

        predicted, values = answers.predicted.double(), answers.values.double()
        size = (predicted.abs() + values.abs()).clamp(min=torch.finfo(torch.float64).eps)
        relative = (2 * (predicted - values).abs() / size).reshape(len(answers), -1)
        return {"apart": relative.sum(1), "all": relative.new_full((len(answers),), float(relative.shape[1]))}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        return totals["apart"] / totals["all"]


METRICS = (SymmetricMeanAbsolutePercentageError,)
