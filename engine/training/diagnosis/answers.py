"""What a network answers, counted: how often it names each class, and how often each is right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from engine.training.evaluation.network import Head


class Answered(NamedTuple):
    """Of the validation part: how often each class was answered, and how often it was right."""

    answers: tuple[int, ...]
    labels: tuple[int, ...]


def answered(heads: Iterable[Head]) -> Answered | None:
    """What the first Output that tells classes apart has answered in the evaluation that is just over; None: none."""
    counts = next((head.judge.counts for head in heads if head.judge.counts is not None), None)
    if counts is None or counts.empty:
        return None
    totals = counts.totals()
    given, true = (tuple(map(int, totals[name][0])) for name in ("given", "true"))
    return Answered(given, true)
