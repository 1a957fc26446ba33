"""Labels that are probably wrong, by confident learning (Northcutt, Jiang and Chuang 2021)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.inside.evaluation.chances import Chances

if TYPE_CHECKING:
    from engine.data.dataset import Array


ROUNDING = 1e-9
"""A mean of equal probabilities may come out above each of them."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A sample, by ``row`` and ``name``, whose label is ``given``, probably ``likely``; a low ``margin`` is sure."""

    row: int
    name: str
    given: str
    likely: str
    margin: float


def suspects(found: Chances, name: Callable[[int], str] = str) -> tuple[Suspect, ...]:
    """The samples whose labels are probably wrong, the surest first; ``name`` says what each is called by its row.

    The answers must be out of sample: those of a part that the run has not learned from. Confident Learning: Estimating
    Uncertainty in Dataset Labels (Journal of Artificial Intelligence Research 70, 2021): t_j is the mean probability
    of class j over the samples labelled j (equation 2). A sample is counted as j where p_j ≥ t_j, of several such
    classes as the likeliest (equation 1); those that are counted as another class than their label are suspected,
    ranked by the normalised margin p_label − max p_other. Where each class holds or not by itself, each is a question
    of its own with the classes yes and no.
    """
    shares = found.probabilities()
    if found.one:
        made = list(_marked(found, shares, found.labels, found.names, name))
    else:
        made = list[Suspect]()
        for k, word in enumerate(found.names):
            both = np.stack([1 - shares[:, k], shares[:, k]], axis=1)
            words = (found.other or f"not {word}", word)
            made += _marked(found, both, found.truth[:, k].astype(np.int64), words, name)
    return tuple(sorted(made, key=lambda one: one.margin))


def _marked(
    found: Chances, shares: Array, labels: Array, words: tuple[str, ...], name: Callable[[int], str]
) -> Iterator[Suspect]:
    marked, margin, likely = confident(shares, labels)
    for m in np.flatnonzero(marked):
        row = int(found.rows[m])
        yield Suspect(row, name(row), words[labels[m]], words[likely[m]], float(margin[m]))


def confident(shares: Array, labels: Array) -> tuple[Array, Array, Array]:
    """Of probabilities (M, C) and labels (M): which are suspected, and the margin and likeliest other class of each."""
    count, classes = shares.shape
    numbers = np.bincount(labels, minlength=classes)
    own = shares[np.arange(count), labels]
    with np.errstate(invalid="ignore"):
        thresholds = np.bincount(labels, own, classes) / numbers  # NaN where no sample has the class: none is it
        sure = shares >= thresholds - ROUNDING
    counted = np.where(sure, shares, -np.inf).argmax(1)
    others = shares.copy()
    others[np.arange(count), labels] = -np.inf
    marked = sure.any(1) & (counted != labels)
    likely = np.where(marked, counted, others.argmax(1))
    return marked, own - others.max(1), likely
