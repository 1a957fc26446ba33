"""Two runs on the same samples: who has fixed what, and whether chance explains the difference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.inside.evaluation.answered import Answered
from engine.inside.evaluation.sample_scores import SampleScores, sample_scores
from engine.inside.evaluation.scores import Interval
from engine.inside.evaluation.slices import bootstrap
from engine.seeds import derive
from engine.training.status import TrainingError

if TYPE_CHECKING:
    from engine.data.dataset import Array


WAY = "judge both by other data that fit them (--data, or Other file … on the Results page)"


@dataclass(frozen=True, slots=True)
class McNemar:
    """McNemar's test of ``only_a`` against ``only_b``: are both runs right equally often? (McNemar 1947).

    ``exact`` is the two-sided p of the binomial distribution; ``statistic`` = (|b − c| − 1)² / (b + c) has the
    continuity correction of Edwards (1948), ``corrected`` is its p by χ² with one degree of freedom.
    """

    only_a: int
    only_b: int
    exact: float
    statistic: float
    corrected: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two runs score on the samples both were asked about: ``a`` and ``b``, and ``difference``, b less a.

    ``both``, ``only_a``, ``only_b`` and ``neither`` are the rows (in the part of ``a``) that are right by both, by one
    or by none; of numbers ``only_a`` are those where ``a`` is closer, ``both`` where they are alike, and there is no
    ``test``.
    """

    metric: str
    a: float
    b: float
    difference: Interval
    both: Array
    only_a: Array
    only_b: Array
    neither: Array
    test: McNemar | None


def aligned(first: Answered, second: Answered) -> Array:
    """For each row of the first, the row of the second that is the same sample.

    Raises TrainingError where they do not have the same samples.
    """
    (origin, ours), (other, theirs) = first.data.identities(), second.data.identities()
    names = f"{first.trained.folder.name} and {second.trained.folder.name}"
    if origin != other:
        raise TrainingError(f"{names} have learned from different data, so they do not have the same samples: {WAY}.")
    order = np.argsort(theirs, kind="stable")
    place = np.searchsorted(theirs[order], ours).clip(max=max(0, len(theirs) - 1))
    same = len(ours) == len(theirs) and bool((theirs[order[place]] == ours).all())
    if not same:
        common = len(np.intersect1d(ours, theirs))
        raise TrainingError(
            f"{names} do not have the same samples in {first.data.title}: {common:,} of {len(ours):,} and "
            f"{len(theirs):,} are in both. Their splits differ, so one has learned from samples the other is judged "
            f"by; train both with one split, or {WAY}."
        )
    found: Array = order[place]
    return found


def compare(first: Answered, second: Answered, output: str | None = None, seed: int = 0) -> Comparison:
    """Two runs side by side, sample by sample. Raises TrainingError where they cannot be compared."""
    rows = aligned(first, second)
    heads = first.head(output), second.head(output)
    kinds = [head.task.kind for head in heads]
    fields = [asked.trained.data.fields[head.field] for asked, head in zip((first, second), heads, strict=True)]
    if kinds[0] != kinds[1] or heads[0].field != heads[1].field or fields[0].names != fields[1].names:
        raise TrainingError(
            f"{first.trained.folder.name} answers {heads[0].field!r} and {second.trained.folder.name} "
            f"{heads[1].field!r}, which are not the same question."
        )
    ours, theirs = sample_scores(first, heads[0]), sample_scores(second, heads[1])
    return _compared(ours, theirs.values[rows], theirs.right[rows], seed)


def _compared(ours: SampleScores, values: Array, right: Array, seed: int) -> Comparison:
    known = np.isfinite(ours.values) & np.isfinite(values)
    a, b = float(ours.values[known].mean()), float(values[known].mean())
    difference = bootstrap(values[known] - ours.values[known], derive(seed, "compare"))
    if ours.higher:
        own, test = ours.right, mcnemar(int((ours.right & ~right).sum()), int((right & ~ours.right).sum()))
        groups = own & right, own & ~right, right & ~own, ~own & ~right
    else:
        closer, farther, test = ours.values < values, ours.values > values, None
        groups = ours.values == values, closer, farther, np.zeros_like(closer)
    both, only_a, only_b, neither = (np.flatnonzero(group) for group in groups)
    return Comparison(ours.metric, a, b, difference, both, only_a, only_b, neither, test)


def mcnemar(only_a: int, only_b: int) -> McNemar:
    """The test of samples that are right by one alone."""
    count, fewer = only_a + only_b, min(only_a, only_b)
    if not count:
        return McNemar(0, 0, 1.0, 0.0, 1.0)
    logs = [math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1) for k in range(fewer + 1)]
    tail = math.fsum(math.exp(log - count * math.log(2)) for log in logs)
    statistic = max(0, abs(only_a - only_b) - 1) ** 2 / count
    return McNemar(only_a, only_b, min(1.0, 2 * tail), statistic, math.erfc(math.sqrt(statistic / 2)))
