"""Which part of a split, or which fold, each sample is in: 0 train, 1 validation, 2 test, by numbers made of their ids.

A *unit* is what is never torn apart: a sample, or all samples of a group.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.data.dataset import Array

Shares = Sequence[tuple[int, float]]
"""(part, its share of all samples); the training part takes the rest."""


def uniform(ids: Array, seed: int) -> Array:
    """A number in [0, 1) for each id (uint64): the finaliser of SplitMix64 (Steele, Lea and Flood, 2014)."""
    import numpy as np

    with np.errstate(over="ignore"):
        mixed = ids.astype(np.uint64) + np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def drawn(units: Array, seed: int, shares: Shares, labels: Array | None, *, exact: bool) -> Array:
    """The part of each sample. A share above 0 gets at least one unit.

    Each unit draws for itself, so that adding others moves it only where a part would have been empty without it;
    ``exact`` counts instead: to the sample where none belong together, with the mix of ``labels``.
    """
    import numpy as np

    value, part = uniform(units, seed), np.zeros(len(units), np.int64)
    if exact:
        wanted = [(index, max(1, round(share * len(units))) if share else 0) for index, share in shares]
        names, number, sizes = np.unique(units, return_inverse=True, return_counts=True)
        if len(names) < len(units):
            left = np.argsort(uniform(names, seed), kind="stable").tolist()
            return of_groups(left, sizes, wanted)[number.reshape(-1)]
        rest = np.lexsort((value, np.zeros(len(units)) if labels is None else labels))
        for index, count in wanted:
            chosen = evenly(min(count, len(rest)), len(rest))
            part[rest[chosen]] = index
            rest = rest[~chosen]
        return part
    low = 0.0
    for index, share in shares:
        left = np.flatnonzero(part == 0)
        part[left[(value[left] >= low) & (value[left] < low + share)]] = index
        low += share
        if share and len(left) and not (part == index).any():
            part[units == units[left[np.argmin(value[left])]]] = index
    return part


def of_groups(left: list[int], sizes: Array, wanted: Sequence[tuple[int, int]]) -> Array:
    """The part of each group: of those ``left``, in their order, each part takes what still fits its count of samples.

    A part that none fits takes the smallest one.
    """
    import numpy as np

    part = np.zeros(len(sizes), np.int64)
    for index, count in wanted:
        taken, full = list[int](), 0
        for group in left if count else ():
            if full + sizes[group] <= count:
                taken.append(group)
                full += sizes[group]
        if count and not taken:
            taken = [min(left, key=lambda group: sizes[group])] if left else []
        part[taken] = index
        left = [group for group in left if part[group] == 0]
    return part


def evenly(count: int, total: int) -> Array:
    """Which of ``total`` samples in a row are chosen so that ``count`` of them lie as evenly as can be."""
    import numpy as np

    index = np.arange(total)
    return np.asarray((index + 1) * count // max(1, total) > index * count // max(1, total))


def folds(units: Array, seed: int, count: int, labels: Array | None, *, grouped: bool) -> Array:
    """The fold of each sample, from 0: as many samples in each as can be, give or take one, each class likewise.

    Where samples are ``grouped`` whole groups are dealt out, the largest first, each to the smallest fold so far.
    """
    import numpy as np

    if not grouped:
        order = np.lexsort((uniform(units, seed), np.zeros(len(units)) if labels is None else labels))
        fold = np.zeros(len(units), np.int64)
        fold[order] = np.arange(len(units)) % count
        return fold
    names, number, sizes = np.unique(units, return_inverse=True, return_counts=True)
    of_group, full = np.zeros(len(names), np.int64), np.zeros(count, np.int64)
    for group in np.lexsort((uniform(names, seed), -sizes)):
        of_group[group] = np.argmin(full)
        full[of_group[group]] += sizes[group]
    return of_group[number.reshape(-1)]


def stretches(sizes: Array, shares: Sequence[float]) -> tuple[int, ...]:
    """Where a row of moments with so many samples each is cut so that each stretch has its share of the samples.

    Fewer cuts than wanted: there are not enough moments for all.
    """
    import numpy as np

    if len(sizes) < len(shares):
        return ()
    ends, cuts = np.cumsum(sizes), list[int]()
    goals = np.cumsum(shares)[:-1] / sum(shares) * ends[-1]
    for index, goal in enumerate(goals):
        low = cuts[-1] + 1 if cuts else 1
        high = len(sizes) - (len(goals) - index)
        cuts.append(int(np.clip(np.argmin(np.abs(ends - goal)) + 1, low, high)))
    return tuple(cuts)
