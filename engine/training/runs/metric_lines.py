"""The lines of ``metrics.jsonl`` as curves: many at once where they hold numbers, one by one where they hold more."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BufferedReader
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic_core import from_json

from engine import own_files
from engine.training.history import History, Values
from engine.training.runs.folder import METRICS, RunError

LONGEST_LINE: Final = 2**20
MOST_SERIES: Final = 10_000
"""Different curves and tables of one run."""
AT_ONCE: Final = 2**20
"""Bytes of lines that are read together."""
FEW: Final = 16
"""Kinds of rows among these, by their keys, that are added together: those with a norm and those without, of parts."""
NOT_FINITE: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
WHEN: Final = ("step", "epoch", "split")
Times = Callable[[Values], Values]
"""When these steps were, in seconds of training."""
Parsed = Mapping[str, Any]


def read_metrics(
    run: Path, history: History | None = None, seconds: Times = lambda steps: np.full_like(steps, np.nan)
) -> History:
    """The curves of a run, into ``history`` if one is given; a last line that was cut off is left out.

    Raises RunError.
    """
    history, path, first = history or History(), run / METRICS, 1
    try:
        with own_files.open_to_read(run, METRICS) as file:
            for lines in _lines(file, path):
                rows = list(_rows(lines))
                for plain, group in groupby(rows, key=_is_plain):
                    alike = list(group)
                    if not (plain and _extend(history, alike, seconds)):
                        for number, row in enumerate(alike, first):
                            _append(history, row, seconds, f"{path}, line {number}")
                    first += len(alike)
                if len(rows) < len(lines):
                    raise _damaged(f"{path}, line {first}")
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}.") from error
    return history


def _lines(file: BufferedReader, path: Path) -> Iterator[list[bytes]]:
    """The whole lines of a file, many at once. Raises RunError where one is too long."""
    before, rest = 0, b""
    while chunk := file.read(AT_ONCE):
        *lines, rest = (rest + chunk).split(b"\n")
        long = next((index for index, line in enumerate((*lines, rest)) if len(line) >= LONGEST_LINE), None)
        yield lines[:long]
        if long is not None:
            raise RunError(f"{path}, line {before + long + 1} is longer than {LONGEST_LINE} bytes.")
        before += len(lines)


def _rows(lines: Sequence[bytes]) -> Iterator[Parsed]:
    """The rows of lines, up to one that is no table with a step, an epoch and a part."""
    for line in lines:
        try:
            row = _parsed(line)
            row["step"], row["epoch"], row["split"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        yield row


def _parsed(line: bytes) -> Any:
    try:
        return from_json(line)  # a quarter of the time
    except ValueError:
        return json.loads(line)  # it takes names that are no Unicode


def _is_plain(row: Parsed) -> bool:
    """Whether a row holds numbers alone, beside the name of its part."""
    kinds = {*map(type, row.values())} <= {int, float, str}
    return kinds and type(row["step"]) is type(row["epoch"]) is int and type(row["split"]) is str


def _extend(history: History, rows: Sequence[Parsed], seconds: Times) -> bool:
    """Add plain rows together; False, and none is added, where they are too many kinds or one is damaged."""
    kinds = {(row["split"], *row): row for row in reversed(rows)}
    names = dict.fromkeys((row["split"], key) for row in reversed(kinds.values()) for key in row if key not in WHEN)
    if len(kinds) > FEW or len(history) + len(names) > MOST_SERIES:
        return False
    parts = {part: [row for row in rows if row["split"] == part] for part, _ in names}
    found = list[tuple[str, list[Values]]]()
    try:
        for part, key in names:
            having = [row for row in parts[part] if key in row]
            found.append((f"{part}/{key}", [_column(having, name) for name in ("step", key, "epoch")]))
    except (ValueError, OverflowError):
        return False
    for name, (steps, values, epochs) in found:
        history.extend(name, steps, values, epochs, seconds(steps))
    return True


def _column(rows: Sequence[Parsed], key: str) -> Values:
    values = [row[key] for row in rows]
    if str in map(type, values):
        return np.array(list(map(_number, values)), float)
    return np.array(values, float)


def _number(value: Any) -> float:
    return float(NOT_FINITE.get(value, value))


def _append(history: History, row: Parsed, seconds: Times, where: str) -> None:
    """Add one row of whatever kind. Raises RunError."""
    try:
        step, epoch = int(row["step"]), int(row["epoch"])
        for key, value in row.items():
            if key in WHEN:
                continue
            if isinstance(value, list):
                history.keep(f"{row['split']}/{key}", step, epoch, _table(value))
            else:
                number, moment = _number(value), float(seconds(np.array([step], float))[0])
                history.append(f"{row['split']}/{key}", step, number, epoch, moment)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise _damaged(where) from error
    if len(history) > MOST_SERIES:
        raise RunError(f"{where} begins a curve beyond {MOST_SERIES:,}: no run has so many.")


def _table(values: list[Any]) -> list[Any]:
    """A table of numbers, or of rows of numbers, as it stands in a line; integers stay whole."""
    return [_table(item) if isinstance(item, list) else item if type(item) is int else _number(item) for item in values]


def _damaged(where: str) -> RunError:
    return RunError(f"{where} is damaged: it is not a table of step, epoch, split and numbers.")
