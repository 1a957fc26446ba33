"""Among how many classes an answer wavers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.metrics.summed_metric import SummedMetric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers


class Perplexity(SummedMetric):
    """exp of the mean cross-entropy of all positions."""

    name: ClassVar[str] = "perplexity"
    title: ClassVar[str] = "perplexity"
    help: ClassVar[str] = "exp of the cross-entropy: among how many classes it is as if guessing"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes"})
    better: ClassVar[Literal["high", "low", ""]] = "low"
    formula: ClassVar[str] = "exp(−Σ ln p[class] / positions)"
    reference: ClassVar[str] = "Jelinek and others 1977, Perplexity"
    rank: ClassVar[int] = 80

    @classmethod
    def usual(cls, task: Task) -> bool:
        return task.axes == 1

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        return {"surprise": answers.surprise, "numbers": answers.counted.double().sum(1)}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        import numpy as np

        found: Array = np.exp(totals["surprise"] / totals["numbers"])
        return found


METRICS = (Perplexity,)
