"""The lines of a run: metrics and times as compact JSON, one object a line."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine import own_files
from engine.training.history import History
from engine.training.runs.folder import METRICS, RunError

LONGEST_LINE = 2**20
MOST_SERIES = 10_000
"""Different curves and tables of one run."""
NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
Row = Mapping[str, object]


def read_metrics(
    run: Path, history: History | None = None, seconds: Callable[[int], float] = lambda step: math.nan
) -> History:
    """The curves in the ``metrics.jsonl`` of a run, into ``history`` if one is given; a last line cut off is left out.

    ``seconds`` says when a step was. Raises RunError.
    """
    history, path = history or History(), run / METRICS
    try:
        with own_files.open_to_read(run, METRICS) as file:
            for number in range(1, 2**62):
                text = file.readline(LONGEST_LINE)
                if not text.endswith(b"\n"):
                    if len(text) == LONGEST_LINE:
                        raise RunError(f"{path}, line {number} is longer than {LONGEST_LINE} bytes.")
                    break
                _point(history, text, seconds, f"{path}, line {number}")
                if len(history) > MOST_SERIES:
                    raise RunError(f"{path}, line {number} begins a curve beyond {MOST_SERIES:,}: no run has so many.")
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}.") from error
    return history


def _point(history: History, text: bytes, seconds: Callable[[int], float], where: str) -> None:
    try:
        row = json.loads(text)
        step, epoch, split = row.pop("step"), row.pop("epoch"), row.pop("split")
        for key, value in row.items():
            if isinstance(value, list):
                history.keep(f"{split}/{key}", int(step), int(epoch), _read_list(value))
            else:
                number = float(NOT_FINITE.get(value, value))
                history.append(f"{split}/{key}", int(step), number, int(epoch), seconds(int(step)))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise RunError(f"{where} is damaged: it is not a table of step, epoch, split and numbers.") from error


def _read_list(values: list[Any]) -> list[Any]:
    """A table of numbers, or of rows of numbers, as it stands in a line; integers stay whole."""
    return [
        _read_list(item) if isinstance(item, list) else item if type(item) is int else float(NOT_FINITE.get(item, item))
        for item in values
    ]


_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def line(row: Row) -> str:
    """A row as compact JSON in its own order; what is not finite becomes a string."""
    try:
        return _encode(row)
    except ValueError:  # it is not all finite
        return _encode({key: plain(value) for key, value in row.items()})


def lines_of_numbers(rows: Sequence[Row]) -> str:
    """The lines of rows that hold nothing but numbers and plain words, as steps do: encoded in one go."""
    try:
        return _encode(rows)[1:-1].replace("},{", "}\n{")
    except ValueError:
        return "\n".join(map(line, rows))


def plain(value: object) -> object:
    """A value as JSON has it: what is not finite becomes a string."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, list):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in value.items()} if isinstance(value, dict) else value
