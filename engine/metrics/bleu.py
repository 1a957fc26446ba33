"""How many short phrases of a row are among those it should have."""

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


LONGEST = 4
"""The longest phrases that count."""


class Bleu(SummedMetric):
    """The geometric mean of the shares of phrases of one to four labels that are right, less where rows are too short.

    Of all rows together, without smoothing, one right row each.
    """

    name: ClassVar[str] = "bleu"
    title: ClassVar[str] = "BLEU"
    help: ClassVar[str] = "how many phrases of one to four labels are among the right ones, over all rows together"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes", "sequence"})
    needs: ClassVar[str] = "needs a row of labels"
    formula: ClassVar[str] = "min(1, e^(1 − right length / length)) · (p₁ p₂ p₃ p₄)^¼"
    reference: ClassVar[str] = "Papineni and others 2002, BLEU"
    rank: ClassVar[int] = 96

    @classmethod
    def suits(cls, task: Task) -> bool:
        return task.kind == "sequence" or task.axes == 1

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        import torch

        found, phrases = [], []
        for said, true in answers.rows:
            pairs = [(_phrases(said, size), _phrases(true, size)) for size in range(1, LONGEST + 1)]
            found.append([(given & right).total() for given, right in pairs])
            phrases.append([given.total() for given, _ in pairs])
        lengths = [[len(said), len(true)] for said, true in answers.rows]
        named = {"found": (found, LONGEST), "phrases": (phrases, LONGEST), "lengths": (lengths, 2)}
        return {name: torch.tensor(rows, dtype=torch.float64).reshape(-1, size) for name, (rows, size) in named.items()}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        import numpy as np

        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.exp(np.log(totals["found"] / totals["phrases"]).mean(1))
            said, true = totals["lengths"].T
            brief = np.exp(np.minimum(0.0, 1 - true / said))
        found: Array = np.where((totals["found"] > 0).all(1), mean * brief, 0.0)
        return found


def _phrases(labels: list[int], size: int) -> Counter[tuple[int, ...]]:
    return Counter(tuple(labels[start : start + size]) for start in range(len(labels) - size + 1))


METRICS = (Bleu,)
