"""How answers and targets correlate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.metrics.summed_metric import SummedMetric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers


class MatthewsCorrelation(SummedMetric):
    """Pearson's correlation of two classes, and what Gorodkin made of it for several; 0 where either is constant."""

    name: ClassVar[str] = "matthews_corrcoef"
    title: ClassVar[str] = "Matthews correlation"
    help: ClassVar[str] = "how answers and targets correlate: 1 is perfect, 0 as by chance, −1 always wrong"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes", "two"})
    formula: ClassVar[str] = "(c s − Σ t p) / √((s² − Σ p²) (s² − Σ t²)), c of s right, t targets and p answers a class"
    reference: ClassVar[str] = "Matthews 1975; Gorodkin 2004, Comparing Two K-category Assignments"
    rank: ClassVar[int] = 62

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        return answers.by_class

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        import numpy as np

        given, true, right = totals["given"], totals["true"], totals["both"].sum(1)
        number = true.sum(1)
        together = right * number - (given * true).sum(1)
        apart = (number**2 - (given**2).sum(1)) * (number**2 - (true**2).sum(1))
        found: Array = np.where(apart > 0, together / np.sqrt(apart), np.where(number > 0, 0.0, np.nan))
        return found


METRICS = (MatthewsCorrelation,)
