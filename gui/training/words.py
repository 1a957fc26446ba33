"""How results read: metrics, states and ends of runs in words."""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.training.status import Result

TITLES = {"accuracy": "Accuracy", "mae": "Mean absolute error", "loss": "Loss"}
SHORT = {"mae": "mean absolute error"}
PERCENT = {"accuracy"}


def value_text(name: str, value: float | str) -> str:
    """``98.3 %`` for an accuracy, else a few digits."""
    number = float(value)
    if not math.isfinite(number):
        return str(number)
    return f"{100 * number:.1f} %" if name.split("_")[0] in PERCENT else f"{number:.4g}"


def metric_text(name: str, value: float | str) -> str:
    """``accuracy 98.3 %``"""
    return f"{SHORT.get(name, name.replace('_', ' '))} {value_text(name, value)}"


def result_text(result: Result) -> str:
    """How a run ended, in a sentence or two."""
    parts = []
    for split, metrics in (("test", result.test), ("validation", result.validation)):
        if metrics:
            parts.append(f"{split} {_most(metrics)}")
    scores = ", ".join(parts)
    epochs = f"{result.epochs} epoch{'' if result.epochs == 1 else 's'}"
    if result.state == "failed":
        return result.message
    if result.state == "finished":
        early = f" {result.message}" if result.message.startswith("Stopped early") else ""
        return f"Finished: {epochs}{', ' if scores else ''}{scores}.{early}"
    return f"{result.message.rstrip('.')}, {epochs} done{'; last ' if scores else ''}{scores}."


def _most(metrics: Mapping[str, float]) -> str:
    """The main metric and the loss."""
    names = [name for name in ("accuracy", "mae", "loss") if name in metrics] or list(metrics)
    return " and ".join(metric_text(name, metrics[name]) for name in names[:2])
