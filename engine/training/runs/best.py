"""Which of two values of a metric is better, and the best that a run has come to."""

from __future__ import annotations

from typing import Literal

import numpy as np

from engine.settings.metrics import METRICS
from engine.training.history import History


def better(name: str) -> Literal["high", "low", ""]:
    """Where better values of a metric lie; that of one Output of several (``accuracy_NAME``) is meant by its beginning.

    Empty for what is neither good nor bad.
    """
    if name == "loss" or name.startswith("loss_"):
        return "low"
    known = [metric for metric in METRICS if name == metric or name.startswith(f"{metric}_")]
    return METRICS[max(known, key=len)].better if known else ""


def best_of(history: History, split: str = "validation") -> dict[str, float]:
    """The best finite value of each metric of a part."""
    found: dict[str, float] = {}
    for series in history.names():
        part, _, name = series.partition("/")
        side = better(name)
        if part != split or not side:
            continue
        values = history.series(series)[1]
        finite = values[np.isfinite(values)]
        if len(finite):
            found[name] = float(finite.max() if side == "high" else finite.min())
    return found
