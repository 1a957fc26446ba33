"""Where a network errs more than elsewhere: the score of the samples that have a property in common."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.data.watch import Watch
from engine.inside.evaluation.answered import SILENT
from engine.inside.evaluation.sample_scores import SampleScores
from engine.inside.evaluation.scores import LEVEL, Interval
from engine.seeds import derive

if TYPE_CHECKING:
    from engine.data.dataset import Array

FEW: Final = 20
"""Samples below which the score of a slice says little."""
QUARTERS: Final = 4
MOST_VALUES: Final = 12
"""Different numbers up to which each is a slice; of more, quarters are."""
MOST_CATEGORIES: Final = 50
"""Categories of a property that are slices, the most frequent ones; more are as good as names."""
RESAMPLES: Final = 1000
Z: Final = 1.959963984540054
"""The quantile of the normal distribution at 97.5 %."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Samples whose property ``name`` is ``value``, in words: their score, and ``rows``, their positions in the part.

    ``gap`` is how much worse they are than all samples, ``few`` that there are too few to say much.
    """

    name: str
    value: str
    score: Interval
    rows: Array
    gap: float
    few: bool

    @property
    def count(self) -> int:
        """How many samples there are."""
        return len(self.rows)


def slices(
    scores: SampleScores, properties: Mapping[str, Array], seed: int = 0, watch: Watch = SILENT
) -> tuple[Slice, ...]:
    """The slices by each property, the worst first, those with few samples after the others.

    A property has a number (float64), a day (datetime64) or a text for each sample. Shares of right samples have the
    interval of Wilson (1927), other means that of the bootstrap's percentiles. Raises Stopped once the watcher wants
    that.
    """
    known = np.isfinite(scores.values)
    overall = float(scores.values[known].mean()) if known.any() else math.nan
    found = list[Slice]()
    for done, (name, values) in enumerate(properties.items()):
        watch.at(done / len(properties), f"slices by {name}")
        for number, (words, chosen) in enumerate(_groups(values)):
            rows = np.flatnonzero(chosen & known)
            if not len(rows) or len(rows) == int(known.sum()):
                continue
            own = scores.values[rows]
            mean = float(own.mean())
            interval = wilson(int(own.sum()), len(own)) if scores.binary else bootstrap(own, derive(seed, name, number))
            gap = overall - mean if scores.higher else mean - overall
            found.append(Slice(name, words, interval, rows, gap, len(rows) < FEW))
    return tuple(sorted(found, key=lambda one: (one.few, -one.gap)))


def wilson(hits: int, count: int) -> Interval:
    """The share of hits with the score interval of Wilson (Probable inference, 1927), 95 %."""
    share, square = hits / count, Z * Z
    centre = (share + square / (2 * count)) / (1 + square / count)
    half = Z / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return Interval(share, low if hits else 0.0, high if hits < count else 1.0)  # but for rounding they are


def bootstrap(values: Array, seed: int) -> Interval:
    """The mean with the 95 % interval of the percentiles of its bootstrap (Efron and Tibshirani 1993, chapter 13)."""
    source = np.random.default_rng(seed)
    step = max(1, 2**22 // len(values))
    means = [
        values[source.integers(0, len(values), (min(step, RESAMPLES - start), len(values)))].mean(1)
        for start in range(0, RESAMPLES, step)
    ]
    low, high = np.percentile(np.concatenate(means), [50 * (1 - LEVEL), 50 * (1 + LEVEL)]).tolist()
    return Interval(float(values.mean()), low, high)


def _groups(values: Array) -> Iterator[tuple[str, Array]]:
    """Each slice of a property in words, and which samples are in it."""
    days = values.dtype.kind == "M"
    if values.dtype.kind not in "fiubM":
        texts, counts = np.unique(values.astype(str), return_counts=True)
        if len(texts) > max(MOST_CATEGORIES, len(values) // 2):
            return  # as good as a name for each sample
        for text in texts[np.argsort(-counts, kind="stable")][:MOST_CATEGORIES]:
            yield (str(text) or "empty"), values == text
        return
    empty = np.isnat(values) if days else np.isnan(values.astype(np.float64))
    numbers = values.astype("datetime64[D]").astype(np.int64) if days else values.astype(np.float64)
    different = np.unique(numbers[~empty])
    if len(different) <= MOST_VALUES:
        for number in different:
            yield (_day(number) if days else f"{number:g}"), (numbers == number) & ~empty
    else:
        for low, high, chosen in _quarters(numbers, empty, days):
            yield (f"{_day(low)} to {_day(high)}" if days else f"{low:.4g} to {high:.4g}"), chosen
    if empty.any():
        yield "empty", empty


def _quarters(numbers: Array, empty: Array, whole: bool) -> Iterator[tuple[float, float, Array]]:
    """From where to where each quarter goes, and which samples are in it."""
    edges = np.unique(
        np.quantile(numbers[~empty], np.linspace(0, 1, QUARTERS + 1), method="lower" if whole else "linear")
    )
    for low, high in pairwise(edges):
        above = numbers >= low if low == edges[0] else numbers > low
        yield low, high, above & (numbers <= high) & ~empty


def _day(number: float) -> str:
    """A day, counted from 1970-01-01, as it is written."""
    return str(np.datetime64(int(number), "D"))
