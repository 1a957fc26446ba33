"""Steps that wait for their data: how much of the time is too much, and what to do."""

from __future__ import annotations

import os
from typing import Final

from engine.data.cache.column import CachedColumn
from engine.data.pipeline import Part
from engine.data.streams import MOST_WORKERS
from engine.training.findings import Diagnosis

LARGE: Final = 0.25
"""The share of the time from which on it is said."""
ENOUGH: Final = 5.0
"""Seconds of steps that have to be seen."""
CODE: Final = "waits-for-data"


def waits(waited: float, watched: float, part: Part, step: int, *, first: bool) -> Diagnosis | None:
    """What to do where ``waited`` of ``watched`` seconds of an epoch's steps were spent waiting; None where nothing.

    In the ``first`` epoch samples that are kept decoded are only just being decoded: that says nothing of the next.
    """
    if watched < ENOUGH or waited < LARGE * watched or not part.views:
        return None
    columns = [view.column for view in part.views.values()]
    cached = [column for column in columns if isinstance(column, CachedColumn)]
    if first and len(cached) == len(columns):
        return None
    cores = min(MOST_WORKERS, os.cpu_count() or 1)
    setting = value = None
    if part.threads < cores:
        advice = f"Let more threads read: data.workers is {part.threads}, and this computer has {cores} cores."
        setting, value = "data.workers", float(cores)
    elif len(cached) < len(columns) or any(len(column.rows) < len(column) for column in cached):
        advice = "Let more decoded images be kept on the disk: raise the limit on the Data page (Decoded on disk)."
        setting = "data.source"
    else:
        advice = "Store the images smaller, or on a faster disk: decoding and reading them takes longer than a step."
    return Diagnosis(
        CODE,
        f"{waited / watched:.0%} of the time is spent waiting for data.",
        advice,
        step,
        setting=setting,
        value=value,
    )
