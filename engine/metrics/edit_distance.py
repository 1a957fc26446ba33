"""How many corrections a row of labels needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.metrics.summed_metric import SummedMetric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers


class EditDistance(SummedMetric):
    """The mean number of labels to put in, take out or replace until a row is right."""

    name: ClassVar[str] = "edit_distance"
    title: ClassVar[str] = "edit distance"
    help: ClassVar[str] = "how many labels have to be put in, taken out or replaced until a row is right"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes", "sequence"})
    needs: ClassVar[str] = "needs a row of labels"
    better: ClassVar[Literal["high", "low", ""]] = "low"
    formula: ClassVar[str] = "Σ (put in + taken out + replaced) / samples"
    reference: ClassVar[str] = (
        "Levenshtein 1966, Binary Codes Capable of Correcting Deletions, Insertions, and Reversals"
    )
    rank: ClassVar[int] = 92

    @classmethod
    def suits(cls, task: Task) -> bool:
        return task.kind == "sequence" or task.axes == 1

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        edits = answers.edits
        return {"edits": edits, "samples": edits.new_ones(len(edits))}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        return totals["edits"] / totals["samples"]


METRICS = (EditDistance,)
