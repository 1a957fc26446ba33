"""How many labels of a row are wrong, by its length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.metrics.summed_metric import SummedMetric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers


class TokenErrorRate(SummedMetric):
    """The corrections that rows need by the labels they should have; it can be more than 1."""

    name: ClassVar[str] = "token_error_rate"
    title: ClassVar[str] = "token error rate"
    help: ClassVar[str] = (
        "corrections by labels: the word or character error rate where the labels are words or characters"
    )
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes", "sequence"})
    needs: ClassVar[str] = "needs a row of labels"
    better: ClassVar[Literal["high", "low", ""]] = "low"
    percent: ClassVar[bool] = True
    formula: ClassVar[str] = "Σ (put in + taken out + replaced) / labels"
    reference: ClassVar[str] = "Klakow and Peters 2002, Testing the Correlation of Word Error Rate and Perplexity"
    rank: ClassVar[int] = 94

    @classmethod
    def suits(cls, task: Task) -> bool:
        return task.kind == "sequence" or task.axes == 1

    @classmethod
    def usual(cls, task: Task) -> bool:
        return task.kind == "sequence"

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        edits = answers.edits
        return {"edits": edits, "labels": edits.new_tensor([float(len(true)) for _, true in answers.rows])}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        return totals["edits"] / totals["labels"]


METRICS = (TokenErrorRate,)
