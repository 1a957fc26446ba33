"""How much an answer would have to be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.metrics.perplexity import Perplexity
from engine.metrics.summed_metric import SummedMetric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers


class BitsPerToken(SummedMetric):
    """The mean cross-entropy in bits, the logarithm of the perplexity: per character where tokens are characters."""

    name: ClassVar[str] = "bits_per_token"
    title: ClassVar[str] = "bits per token"
    help: ClassVar[str] = "the cross-entropy in bits: bits per character where the tokens are characters"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes"})
    needs: ClassVar[str] = "needs several positions in an answer"
    better: ClassVar[Literal["high", "low", ""]] = "low"
    formula: ClassVar[str] = "−Σ log₂ p[class] / positions"
    reference: ClassVar[str] = "Shannon 1951, Prediction and Entropy of Printed English"
    rank: ClassVar[int] = 82

    @classmethod
    def suits(cls, task: Task) -> bool:
        return task.axes == 1

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        return Perplexity.sums(answers)

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        import numpy as np

        found: Array = np.log2(Perplexity.of_totals(totals, task))
        return found


METRICS = (BitsPerToken,)
