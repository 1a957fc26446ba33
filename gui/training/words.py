"""How results read: metrics, states and ends of runs in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from engine.training.run import RunError, read
from engine.training.status import Result

TITLES = {"accuracy": "Accuracy", "mae": "Mean absolute error", "loss": "Loss"}
SHORT = {"mae": "mean absolute error"}
JUDGED = ("accuracy", "exact_match", "mae")
"""What steps and epochs are judged by, each for its kind of task."""
PERCENT = {"accuracy", "exact", "top5"}


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
        more = result.message.removeprefix(f"Trained {result.epochs} epochs.").strip()
        return f"Finished: {epochs}{', ' if scores else ''}{scores}.{f' {more}' if more else ''}"
    return f"{result.message.rstrip('.')}, {epochs} done{'; last ' if scores else ''}{scores}."


def main_metrics(metrics: Mapping[str, float]) -> list[str]:
    """Of these metrics the one that a task is judged by, and the loss."""
    return [name for name in (*JUDGED, "loss") if name in metrics]


def _most(metrics: Mapping[str, float]) -> str:
    """The main metric and the loss."""
    names = main_metrics(metrics) or list(metrics)
    return " and ".join(metric_text(name, metrics[name]) for name in names[:2])


def device_text(path: Path) -> str:
    """Where the run in a folder computes: ``cpu, 2 threads``."""
    try:
        info = read(path)
    except RunError:
        return ""
    threads = f", {info.threads} thread{'' if info.threads == 1 else 's'}" if info.device == "cpu" else ""
    return f"{info.device}{threads}"


def network_text(path: Path | None) -> str:
    """The name of the network that the run in a folder trains; nothing where there is none."""
    try:
        return read(path).network if path is not None else ""
    except RunError:
        return ""
