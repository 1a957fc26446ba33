"""How many labels of two rows are the same, wherever they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.metrics.summed_metric import SummedMetric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers


class TokenF1(SummedMetric):
    """The F1 of the labels of each row as a bag, the mean over the rows; where they stand does not matter."""

    name: ClassVar[str] = "token_f1"
    title: ClassVar[str] = "token F1"
    help: ClassVar[str] = "how many labels of a row are among those that are right, and the other way round"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes", "sequence"})
    needs: ClassVar[str] = "needs a row of labels"
    percent: ClassVar[bool] = True
    formula: ClassVar[str] = "mean of 2 · common labels / (labels said + labels right)"
    reference: ClassVar[str] = "Rajpurkar et al. 2016, SQuAD"
    rank: ClassVar[int] = 95

    @classmethod
    def suits(cls, task: Task) -> bool:
        return task.kind == "sequence" or task.axes == 1

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        import torch

        found = torch.tensor([overlap(said, true) for said, true in answers.rows], dtype=torch.float64)
        return {"overlap": found, "samples": torch.ones_like(found)}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        return totals["overlap"] / totals["samples"]


def overlap(said: list[int], true: list[int]) -> float:
    """The F1 of two rows as bags of labels; 1 where both are empty."""
    if not said and not true:
        return 1.0
    common = (Counter(said) & Counter(true)).total()
    return 2 * common / (len(said) + len(true))


METRICS = (TokenF1,)
