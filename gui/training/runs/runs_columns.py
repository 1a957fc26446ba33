"""The columns that the table of runs can have: what stands in them, and by what they are sorted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.training.history import LiveChange
from engine.training.runs.best import better
from engine.training.runs.catalogue import RunEntry
from engine.training.runs.compare import flat_settings, said
from engine.training.runs.export import result
from gui.amounts import memory
from gui.training.words import duration_text, main_metrics, metric_text, value_text

Cell = tuple[str, Any]
"""What stands there, and what it is sorted by; None: nothing, which comes last."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run with all that its cells are made of; ``settings`` are flat and whole, by path."""

    entry: RunEntry
    label: str
    state: str
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, entry: RunEntry, label: str, state: str) -> RunRow:
        """With the settings, defaults included."""
        return cls(entry, label, state, flat_settings(entry.settings))


@dataclass(frozen=True, slots=True)
class Column:
    """``best_first``: the first click on its head puts the greatest on top."""

    key: str
    title: str
    tip: str
    wide: int
    cell: Callable[[RunRow], Cell]
    best_first: bool = False


def _best(run: RunRow) -> Cell:
    metric, value = result(run.entry)
    if value is None:
        return "–", None
    return metric_text(metric, value), value if better(metric) == "high" else -value


def _state(run: RunRow) -> Cell:
    return run.state, run.state


def _number(name: str, values: Mapping[str, Any]) -> Cell:
    if name not in values:
        return "–", None
    value = float(values[name])
    return value_text(name, value), value if math.isfinite(value) else None


def _judged(values: Mapping[str, Any]) -> Cell:
    """The main metric beside the loss."""
    numbers = {name: float(value) for name, value in values.items()}
    name = next((name for name in main_metrics(numbers) if name != "loss"), "")
    text, value = _number(name, numbers)
    if value is None:
        return text, None
    return metric_text(name, value), value if better(name) == "high" else -value


def setting(path: str, title: str = "", wide: int = 100) -> Column:
    """The column of a setting, ``training.optimizer.lr``."""
    return Column(path, title or path.partition(".")[2], f"The setting {path}", wide, lambda run: _setting(run, path))


def _setting(run: RunRow, path: str) -> Cell:
    value = run.settings.get(path)
    if path not in run.settings:
        return "–", None
    text = said(value)
    if isinstance(value, int | float):
        return text, (0, float(value), "")
    return text, None if value is None else (1, 0.0, text.casefold())


LR, OPTIMIZER, SCHEDULE, BATCH = (
    *("training.optimizer.lr", "training.optimizer.name", "training.schedule.name"),
    "data.batch_size",
)
GPU = (
    Column(
        "gpu",
        "GPU",
        "On which GPU it computed, and whether fast or exactly (training.gpu)",
        150,
        lambda run: _gpu(run),
    ),
    Column(
        "gpu_utilisation",
        "GPU utilisation",
        "Which share of the time the GPU computed, on average",
        104,
        lambda run: _use(run, "gpu_utilisation", lambda share: f"{100 * share:.0f} %"),
        True,
    ),
    Column(
        "gpu_memory",
        "GPU memory",
        "The most memory of the GPU that was in use, by whatever program",
        96,
        lambda run: _use(run, "gpu_memory", lambda size: memory(int(size))),
    ),
    Column(
        "gpu_temperature",
        "GPU temperature",
        "How warm the GPU was at most",
        124,
        lambda run: _use(run, "gpu_temperature", lambda warm: f"{warm:.0f} °C"),
    ),
)
"""What there is to say of runs on a GPU; offered where one of the runs listed was on one."""
FIXED = (
    Column(
        "name",
        "Name",
        "Tick a run to lay its curves beside those above; double-click to show it, F2 to rename it",
        160,
        lambda run: (run.label, natural(run.label)),
    ),
    Column("state", "State", "Whether it has come to its end", 118, _state),
    Column(
        "best", "Best validation result", "The best value of the main metric on the validation part", 150, _best, True
    ),
    Column("epochs", "Epochs", "How many were trained", 62, lambda run: (f"{run.entry.epochs:,}", run.entry.epochs)),
    Column(
        "seconds",
        "Duration",
        "Time of training, without pauses",
        78,
        lambda run: (duration_text(run.entry.seconds), run.entry.seconds),
    ),
    Column(
        "started",
        "Started",
        "When it was begun",
        132,
        lambda run: (when(run.entry.started), run.entry.started),
        True,
    ),
    Column(
        "tags",
        "Tags",
        "Words of your own, with commas between them; double-click to change",
        70,
        lambda run: (", ".join(run.entry.tags), ", ".join(run.entry.tags).casefold() or None),
    ),
    Column(
        "note",
        "Note",
        "Double-click to change",
        140,
        lambda run: (run.entry.note, run.entry.note.casefold() or None),
    ),
    Column("network", "Network", "", 130, lambda run: (run.entry.network, run.entry.network.casefold())),
    Column("data", "Data", "The data set", 100, lambda run: (run.entry.data, run.entry.data)),
    Column(
        LR,
        "Learning rate",
        "The setting training.optimizer.lr, and what it was changed to during the run",
        116,
        lambda run: _rates(run),
    ),
    setting(OPTIMIZER, "Optimizer", 90),
    setting(SCHEDULE, "Schedule", 90),
    setting(BATCH, "Batch size", 80),
    Column(
        "train.loss", "Training loss", "Its mean over the last epoch", 100, lambda r: _number("loss", r.entry.train)
    ),
    Column(
        "validation.loss",
        "Validation loss",
        "After the last epoch",
        104,
        lambda run: _number("loss", run.entry.validation),
    ),
    Column(
        "validation",
        "Validation result",
        "The main metric on the validation part after the last epoch",
        150,
        lambda run: _judged(run.entry.validation),
        True,
    ),
    Column("test.loss", "Test loss", "After the last epoch", 90, lambda run: _number("loss", run.entry.test)),
    Column(
        "test",
        "Test result",
        "The main metric on the test part after the last epoch",
        150,
        lambda run: _judged(run.entry.test),
        True,
    ),
    *GPU,
)
NAME, STATE, RESULT, EPOCHS, DURATION, STARTED, TAGS, NOTE, NETWORK, DATA = range(10)
MOST_RATES = 3
"""Changes of the learning rate; of more the last one is in the cell, all are in its tooltip."""
USUAL = ("name", "state", "best", LR, "epochs", "seconds", "started", "tags", "note")
"""What is shown as long as nobody has chosen; the network, too, where the runs of all networks are listed."""


def _rates(run: RunRow) -> Cell:
    """The learning rate a run began with, and what it was changed to while it ran."""
    text, value = _setting(run, LR)
    later = [said(change.value) for change in run.entry.changes if change.setting == LR]
    if len(later) > MOST_RATES:
        later = ["…", later[-1]]
    return " → ".join((text, *later)), value


def _gpu(run: RunRow) -> Cell:
    entry = run.entry
    if not entry.gpu:
        return "–", None
    text = f"{entry.gpu_name or entry.device}, {entry.gpu}"
    return text, text.casefold()


def _use(run: RunRow, name: str, words: Callable[[float], str]) -> Cell:
    """How a GPU was used, where it has said so."""
    value = float(run.entry.gpu_use.get(name, math.nan))
    return (words(value), value) if math.isfinite(value) else ("–", None)


def cells_of(run: RunRow) -> tuple[Cell, ...]:
    """The cells of the fixed columns."""
    return tuple(column.cell(run) for column in FIXED)


def changes_text(changes: Iterable[LiveChange]) -> str:
    """What was changed during a run, a line each."""
    return "\n".join(
        f"From step {change.step:,}: {change.setting} {said(change.value)} (before {said(change.before)})"
        for change in changes
    )


def differing(runs: list[RunRow]) -> list[str]:
    """The settings in which these runs differ and which have no fixed column; not what they are trained on alone."""
    known = {column.key for column in FIXED} | {"data.dataset"}
    paths = dict.fromkeys(path for run in runs for path in run.settings)
    return sorted(path for path in paths if path not in known and _differs(runs, path))


def _differs(runs: list[RunRow], path: str) -> bool:
    first = runs[0].settings.get(path)
    return any(run.settings.get(path) != first for run in runs)


def when(started: str) -> str:
    """When a run was begun, in local time."""
    try:
        return f"{datetime.fromisoformat(started).astimezone():%d %b %Y, %H:%M}"
    except (ValueError, OverflowError, OSError):  # Windows has no local time before 1970
        return started


def natural(text: str) -> list[tuple[int, int, str]]:
    """``run 10`` comes after ``run 9``."""
    parts = "".join(c if c.isdecimal() else f" {c} " if c.isspace() else c for c in text.casefold()).split()
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]
