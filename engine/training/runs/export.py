"""Curves and lists of runs as CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from engine import metrics
from engine.tabular.formats import safe
from engine.training.history import History
from engine.training.runs.best import better
from engine.training.runs.catalogue import RunEntry

CURVES: Final = ("run", "series", "step", "epoch", "seconds", "value")
RUNS: Final = (
    *("name", "network", "data", "state", "epochs", "steps", "seconds", "metric", "best", "started", "tags"),
    *("note", "message", "folder"),
)


def curves_csv(runs: Iterable[tuple[str, History]]) -> str:
    """Every point of every curve in a row; what is not known is empty, what is not a number is said (``nan``)."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(CURVES)
    for label, history in runs:
        for name in history.names():
            columns = (*history.series(name), history.epochs(name), history.seconds(name))
            length = min(map(len, columns))
            steps, values, epochs, seconds = (column[:length].tolist() for column in columns)
            for step, value, epoch, second in zip(steps, values, epochs, seconds, strict=True):
                table.writerow([safe(label), name, _whole(step), _whole(epoch), _known(second), repr(value)])
    return text.getvalue()


def runs_csv(entries: Iterable[RunEntry], more: Mapping[str, Sequence[str]] | None = None) -> str:
    """A row for each run; ``more`` are further columns, name → a text for each of the runs."""
    further = more or {}
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([*RUNS, *further])
    for row, entry in enumerate(entries):
        metric, value = result(entry)
        facts: Sequence[object] = (
            *(entry.name, entry.network, entry.data, entry.state, entry.epochs, entry.steps, entry.seconds),
            *(metric, "" if value is None else repr(value), entry.started, "; ".join(entry.tags)),
            *(entry.note, entry.message, str(entry.path)),
            *(texts[row] for texts in further.values()),
        )
        table.writerow([safe(fact) if isinstance(fact, str) else fact for fact in facts])
    return text.getvalue()


def result(entry: RunEntry) -> tuple[str, float | None]:
    """The metric that says most of a run, and its best value on the validation part; ("", None) where there is none."""
    for values in (entry.best, entry.validation):
        names = [name for name in values if better(name) and math.isfinite(float(values[name]))]
        for wanted in (*metrics.of_steps(), "loss"):
            if wanted in names:
                return wanted, float(values[wanted])
        if names:
            return names[0], float(values[names[0]])
    return "", None


def _whole(number: float) -> str:
    return f"{number:.0f}" if math.isfinite(number) else ""


def _known(number: float) -> str:
    return f"{number:.6g}" if math.isfinite(number) else ""
