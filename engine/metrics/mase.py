"""How far a forecast is off, by how far a naive one is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.metrics.summed_metric import SummedMetric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers


class MeanAbsoluteScaledError(SummedMetric):
    """The mean absolute error by that of the naive forecast of the training part: what was a season ago comes again."""

    name: ClassVar[str] = "mase"
    title: ClassVar[str] = "mean absolute scaled error"
    help: ClassVar[str] = "the mean error by that of the value a season before, in the training part; below 1 is better"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"values"})
    needs: ClassVar[str] = "needs a series that is forecast"
    better: ClassVar[Literal["high", "low", ""]] = "low"
    formula: ClassVar[str] = "mean |x − y| / mean of |y(t) − y(t − season)| in the training part"
    reference: ClassVar[str] = "Hyndman and Koehler 2006, Another Look at Measures of Forecast Accuracy"
    rank: ClassVar[int] = 117

    @classmethod
    def suits(cls, task: Task) -> bool:
        return task.season > 0

    @classmethod
    def usual(cls, task: Task) -> bool:
        return cls.suits(task)

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        import torch

        off = (answers.predicted - answers.values).abs().double()
        rows = off.reshape(len(answers), -1, max(1, len(answers.task.naive)))
        scaled = (rows / torch.tensor(answers.task.naive or (torch.nan,), dtype=rows.dtype, device=rows.device)).sum(1)
        count = float(rows.shape[1] * rows.shape[2])
        return {"scaled": scaled.sum(1), "all": scaled.new_full((len(scaled),), count)}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        return totals["scaled"] / totals["all"]


METRICS = (MeanAbsoluteScaledError,)
