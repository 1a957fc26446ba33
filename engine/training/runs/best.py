"""Which of two values of a metric is better, and the best that a run has come to."""

from __future__ import annotations

from typing import Literal

import numpy as np

from engine import metrics
from engine.training.history import History
from engine.training.series import Series, metric_and_output


def better(name: str) -> Literal["high", "low", ""]:
    """Where better values of a metric lie; that of one Output of several (``accuracy_NAME``) is meant by its beginning.

    Empty for what is neither good nor bad.
    """
    measured = metric_and_output(name)[0]
    metric = metrics.get(measured)
    return "low" if measured == "loss" else "" if metric is None else metric.better


def best_of(history: History, split: str = "validation") -> dict[str, float]:
    """The best finite value of each metric of a part."""
    found: dict[str, float] = {}
    for key in history.names():
        series = Series.parse(key)
        side = better(series.name)
        if series.part != split or not side:
            continue
        values = history.series(key)[1]
        finite = values[np.isfinite(values)]
        if len(finite):
            found[series.name] = float(finite.max() if side == "high" else finite.min())
    return found
