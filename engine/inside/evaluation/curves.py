"""ROC and precision–recall curves, class against all others, and what a threshold gives."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.inside.evaluation.chances import Chances

if TYPE_CHECKING:
    from engine.data.dataset import Array


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """Who is called positive from a threshold on: right (``true_positives``) and wrong, and who is missed."""

    threshold: float
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def precision(self) -> float:
        """Of what is called positive, the share that is; NaN where nothing is."""
        return _share(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> float:
        """Of what is positive, the share that is found; NaN where nothing is."""
        return _share(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def false_positive_rate(self) -> float:
        """Of what is negative, the share that is called positive; NaN where nothing is."""
        return _share(self.false_positives, self.false_positives + self.true_negatives)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN)."""
        both = 2 * self.true_positives
        return _share(both, both + self.false_positives + self.false_negatives)

    @property
    def accuracy(self) -> float:
        """The share that is called what it is."""
        right = self.true_positives + self.true_negatives
        return _share(right, right + self.false_positives + self.false_negatives)


@dataclass(frozen=True, slots=True)
class Curve:
    """One class against all others. ``thresholds`` fall; ``true`` and ``false`` are positives from each one on.

    What is equally likely is called positive together, so each threshold is there once.
    """

    name: str
    thresholds: Array
    true: Array
    false: Array
    positives: int
    negatives: int

    def at(self, threshold: float) -> AtThreshold:
        """What calling positive from a probability of ``threshold`` on gives."""
        count = int(np.searchsorted(-self.thresholds, -threshold, side="right"))
        true, false = (int(values[count - 1]) if count else 0 for values in (self.true, self.false))
        return AtThreshold(threshold, true, false, self.positives - true, self.negatives - false)

    def roc(self) -> tuple[Array, Array]:
        """False and true positive rate, from (0, 0) to (1, 1); NaN where a class is absent."""
        return _rates(self.false, self.negatives), _rates(self.true, self.positives)

    def precision_recall(self) -> tuple[Array, Array]:
        """Recall and precision at each threshold; recall rises."""
        return self.true / self.positives if self.positives else self.true * math.nan, self.true / (
            self.true + self.false
        )

    @property
    def auroc(self) -> float:
        """The area under the ROC curve by trapezoids; NaN where one of both sides is absent."""
        if not self.positives or not self.negatives:
            return math.nan
        false, true = self.roc()
        return float(np.trapezoid(true, false))

    @property
    def average_precision(self) -> float:
        """The area under the precision–recall curve in steps: Σ (R_k − R_{k−1}) P_k. NaN where none is positive."""
        if not self.positives:
            return math.nan
        recall, precision = self.precision_recall()
        return float((np.diff(recall, prepend=0.0) * precision).sum())

    def best_f1(self) -> AtThreshold | None:
        """The threshold with the highest F1; None where none is positive."""
        if not self.positives:
            return None
        f1 = 2 * self.true / (self.true + self.false + self.positives)
        return self.at(float(self.thresholds[int(f1.argmax())]))


def curves(found: Chances) -> tuple[Curve, ...]:
    """A curve for each class."""
    shares = found.probabilities()
    return tuple(curve(name, shares[:, k], found.truth[:, k]) for k, name in enumerate(found.names))


def curve(name: str, shares: Array, truth: Array) -> Curve:
    """The curve of probabilities (M), and which of them are of the class."""
    order = np.argsort(-shares, kind="stable")
    sorted_shares, hits = shares[order], truth[order]
    last = np.flatnonzero(np.diff(sorted_shares, append=-np.inf))  # of what is equally likely the last
    true = np.cumsum(hits)[last].astype(np.int64)
    positives = int(hits.sum())
    return Curve(name, sorted_shares[last], true, last + 1 - true, positives, len(hits) - positives)


def thinned(x: Array, y: Array, most: int) -> tuple[Array, Array]:
    """At most so many points of a curve, its ends among them."""
    if len(x) <= most:
        return x, y
    kept = np.unique(np.linspace(0, len(x) - 1, most).round().astype(np.int64))
    return x[kept], y[kept]


def _rates(counts: Array, number: int) -> Array:
    rates = np.concatenate([[0], counts]) / (number or math.nan)
    found: Array = rates
    return found


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
