"""When steps were, how fast they went and what memory they took: written beside the metrics, for these differ."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from engine import own_files
from engine.training.history import History, Values
from engine.training.runs import curves_cache
from engine.training.runs.folder import TIMING, RunError
from engine.training.runs.metric_lines import LONGEST_LINE, read_metrics
from engine.training.series import GPU, Series

MOST_STEPS: Final = 2**53
OF_THE_CLOCK: Final = (
    *("train/samples_per_second", "train/memory", "train/waiting"),
    *(f"train/{name}" for name in GPU),
)
"""Curves that depend on the machine, and so are no part of the metrics: samples a second, bytes, and which share of the
time steps have waited for their data; and what a GPU says of itself."""


class Clock:
    """Steps and the seconds of training until then, each rising."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.seconds: list[float] = []

    def add(self, step: int, seconds: float) -> None:
        """Note when a step was; what runs backwards is left out."""
        if not self.steps or (step > self.steps[-1] and seconds >= self.seconds[-1]):
            self.steps.append(step)
            self.seconds.append(seconds)

    def at(self, steps: Values) -> Values:
        """Seconds of training until each step, evenly between those that are known; NaN where none are."""
        if not self.steps:
            return np.full_like(steps, np.nan)
        known, seconds = np.array([0, *self.steps], float), np.array([0.0, *self.seconds])
        after = np.searchsorted(known[1:-1], steps) + 1
        before, since = known[after - 1], seconds[after - 1]
        share = (steps - before) / np.maximum(known[after] - before, 1)
        found: Values = since + np.clip(share, 0.0, 1.0) * (seconds[after] - since)
        return found


def read_curves(run: Path, history: History | None = None) -> History:
    """The curves of a run with their times, into ``history`` if one is given.

    Metrics have to be an integer (RunError), times not: from a damaged line on they are not known. Those of a long run
    are stored as columns and read from there the next time.
    """
    stamp = curves_cache.stamp_of(run) if history is None else None
    stored = None if stamp is None else curves_cache.load(run, stamp)
    if stored is not None:
        return stored
    history = _read(run, history)
    if stamp is not None:
        curves_cache.store(run, stamp, history)
    return history


def store_curves(run: Path) -> None:
    """Store the curves of a run that has ended, if it is a long one: then it is open at once the first time, too."""
    if curves_cache.stamp_of(run) is not None:
        with contextlib.suppress(RunError):  # who opens it hears of that
            read_curves(run)


def _read(run: Path, history: History | None) -> History:
    """The curves of a run by its lines. Raises RunError."""
    clock, rows = Clock(), _rows(run)
    for row in rows:
        clock.add(int(row["step"]), row["seconds"])
    history = read_metrics(run, history, clock.at)
    there = history.series("train/loss")[0], history.epochs("train/loss")
    for series in OF_THE_CLOCK:
        name = Series.parse(series).name
        known = [row for row in rows if name in row]
        if known:
            steps, values, seconds = ([row[key] for row in known] for key in ("step", name, "seconds"))
            history.extend(series, steps, values, [_epoch(int(step), *there) for step in steps], seconds)
    return history


def _epoch(step: int, steps: Values, epochs: Values) -> float:
    """The epoch of a step, by a curve that has all of them."""
    index = int(steps.searchsorted(step))
    return float(epochs[index]) if index < len(epochs) else math.nan


def _rows(run: Path) -> list[dict[str, float]]:
    """The rows of a ``timing.jsonl`` up to the first that is damaged; none where there is no such file."""
    rows: list[dict[str, float]] = []
    if not own_files.is_file(run, TIMING):
        return rows
    with own_files.open_to_read(run, TIMING) as file:
        while (text := file.readline(LONGEST_LINE)).endswith(b"\n"):
            row = _numbers(text)
            if row is None:
                break
            rows.append(row)
    return rows


def _numbers(text: bytes) -> dict[str, float] | None:
    """A line as a table of finite numbers with a step and seconds; None where it is no such thing."""
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, Mapping) or type(row.get("step")) is not int or not 0 <= row["step"] <= MOST_STEPS:
        return None
    kept = {k: v for k, v in row.items() if type(v) in (int, float) and abs(v) < 1e300}
    return kept if "seconds" in kept else None
