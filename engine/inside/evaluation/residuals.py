"""Where numbers are wrong: what was answered, what it should be, and how the differences are spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.inside.evaluation.answered import Answered
from engine.metrics.streams.deviations import columns
from engine.training.evaluation.network import Head

if TYPE_CHECKING:
    from engine.data.dataset import Array

LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
BINS: Final = 30


@dataclass(frozen=True, slots=True)
class Residuals:
    """One output of a regression: ``predicted`` and ``true`` (M), and their differences, predicted less true.

    ``rows`` (M) are the samples; ``quantiles`` are those of `LEVELS`.
    """

    name: str
    predicted: Array
    true: Array
    rows: Array

    @property
    def differences(self) -> Array:
        """(M), above 0 where too much was answered."""
        found: Array = self.predicted - self.true
        return found

    @property
    def mean(self) -> float:
        """Whether too much or too little is answered on average: the bias."""
        return float(self.differences.mean())

    @property
    def deviation(self) -> float:
        """The standard deviation of the differences, that of a sample."""
        return float(self.differences.std(ddof=1)) if len(self.differences) > 1 else 0.0

    @property
    def quantiles(self) -> tuple[float, ...]:
        """The differences below which 5, 25, 50, 75 and 95 % lie."""
        return tuple(np.quantile(self.differences, LEVELS).tolist())

    def histogram(self, bins: int = BINS) -> tuple[Array, Array]:
        """Counts (bins), and the edges (bins + 1) of differences."""
        counts, edges = np.histogram(self.differences, bins)
        return counts, edges


def residuals(asked: Answered, head: Head) -> tuple[Residuals, ...]:
    """Of each output; the numbers of an image or a volume are of one kind."""
    answer = asked.answer(head)
    predicted = columns(head.predicted(answer)).double().cpu().numpy()
    true = columns(head.values(answer, asked.labels(head))).double().cpu().numpy()
    rows = np.repeat(np.arange(len(answer)), len(predicted) // max(1, len(answer)))
    named = asked.trained.data.fields[head.field].columns
    width = predicted.shape[1]
    names = (
        named
        if len(named) == width
        else (head.field,)
        if width == 1
        else tuple(f"{head.field} {k + 1}" for k in range(width))
    )
    return tuple(Residuals(name, predicted[:, k], true[:, k], rows) for k, name in enumerate(names))
