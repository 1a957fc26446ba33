"""How results read: metrics, states and ends of runs in words."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from pathlib import Path

from engine import metrics
from engine.training.runs.folder import RunError
from engine.training.runs.run_info import computing_text, promise, read
from engine.training.series import metric_and_output
from engine.training.status import Result

TITLES = {
    "loss": "Loss",
    "lr": "Learning rate",
    "grad_norm": "Gradient norm",
    "samples_per_second": "Samples per second",
    "memory": "Memory",
    "waiting": "Waiting for data",
    "gpu_utilisation": "GPU utilisation",
    "gpu_memory": "GPU memory",
    "gpu_temperature": "GPU temperature",
}
UNITS = {
    **{metric.name: "%" for metric in metrics.all() if metric.percent},
    "waiting": "%",
    "memory": "bytes",
    "gpu_utilisation": "%",
    "gpu_memory": "bytes",
    "gpu_temperature": "°C",
}


def metric_title(name: str) -> str:
    """A metric as a title; that of one Output of several (``accuracy_NAME``) names it."""
    known, rest = metric_and_output(name)
    metric = metrics.get(known)
    title = TITLES.get(known) or (metric.title if metric is not None else known.replace("_", " "))
    return f"{title[:1].upper()}{title[1:]}{f' · {rest}' if rest else ''}"


def unit(name: str) -> str:
    """``%`` for shares of 1, ``bytes``, ``°C``, or nothing."""
    return UNITS.get(metric_and_output(name)[0], "")


def value_text(name: str, value: float | str) -> str:
    """``98.3 %`` for an accuracy, else a few digits."""
    number = float(value)
    if not math.isfinite(number):
        return str(number)
    return f"{100 * number:.1f} %" if unit(name) == "%" else f"{number:.4g}"


def metric_text(name: str, value: float | str) -> str:
    """``accuracy 98.3 %``"""
    metric = metrics.get(name)
    short = name.replace("_", " ") if metric is None else metric.title
    return f"{short} {value_text(name, value)}"


def duration_text(seconds: float) -> str:
    """``3:07`` or ``1:02:30``; ``12 s`` or ``0.4 s`` below a minute, ``–`` for none."""
    if not seconds > 0:
        return "–"
    if seconds < 9.95:
        return f"{max(seconds, 0.1):.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}" if minutes else f"{rest} s"


def result_text(result: Result) -> str:
    """How a run ended, in a sentence or two."""
    parts = []
    for split, measured in (("test", result.test), ("validation", result.validation)):
        if measured:
            parts.append(f"{split} {_most(measured)}")
    scores = ", ".join(parts)
    epochs = f"{result.epochs} epoch{'' if result.epochs == 1 else 's'}"
    if result.state == "failed":
        return result.message
    if result.state == "finished":
        return f"Finished: {epochs}{', ' if scores else ''}{scores}. {result.remark}".strip()
    return f"{result.message.rstrip('.')}, {epochs} done{'; last ' if scores else ''}{scores}. {result.remark}".strip()


def main_metrics(measured: Collection[str]) -> list[str]:
    """Of these metrics the one that a task is judged by, and the loss."""
    return [name for name in (*metrics.of_steps(), "loss") if name in measured]


def _most(measured: Mapping[str, float]) -> str:
    """The main metric and the loss."""
    names = main_metrics(measured) or list(measured)
    return " and ".join(metric_text(name, measured[name]) for name in names[:2])


def device_text(path: Path) -> str:
    """Where and how the run in a folder computes: ``cpu, 2 threads``."""
    try:
        return computing_text(read(path))
    except RunError:
        return ""


def promise_text(path: Path) -> str:
    """What a resume of the run in a folder gives back; nothing where that is no question."""
    try:
        return promise(read(path))
    except RunError:
        return ""


def network_text(path: Path | None) -> str:
    """The name of the network that the run in a folder trains; nothing where there is none."""
    try:
        return read(path).network if path is not None else ""
    except RunError:
        return ""
