"""The rows of a table in order of group and time, as numbers, and where windows of them begin."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.dataset import DataError
from engine.data.sources.tables import encoding

if TYPE_CHECKING:
    import pandas as pd

    from engine.data.dataset import Array
    from engine.data.sources.series.series import Series

OPTIONS = "data.source.options"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows by group, and by time within it.

    ``values`` (rows, columns of `Series.given`), float32: an empty cell holds the value before it in its group, NaN
    where there is none. ``goals`` (rows, targets) are as they are in the file. ``moments`` are seconds since 1970, or
    the numbers that count. ``spans`` are the (begin, end) of each group, ``named`` and ``said`` the name of the group
    and the moment of each row, ``lines`` its row in the table. ``bad`` has the rows of cells that are no numbers by
    column, ``empty`` how many are empty; ``untimed`` rows have no moment and are left out; ``sorted`` says that the
    table was in order already.
    """

    values: Array
    goals: Array
    moments: Array
    spans: tuple[tuple[int, int], ...]
    named: Array
    said: Array
    lines: Array
    bad: dict[str, tuple[int, ...]]
    empty: dict[str, int]
    untimed: int
    sorted: bool

    def called(self, path: Path, row: int) -> str:
        """What people call the window that ends with a row."""
        group = f" {self.named[row]}" if self.named[row] else ""
        return f"{path.name}{group} after {self.said[row]}"


def moments_of(cells: pd.Series, *, counted: bool, day_first: bool | None, comma: bool) -> Array:
    """The moments of a column, float64: seconds since 1970, or the numbers that count; NaN where there is none."""
    import numpy as np
    import pandas as pd

    if counted:
        return np.asarray(encoding.numbers(cells, comma=comma), np.float64)
    found = encoding.moments(cells, day_first) - pd.Timestamp(0, tz="UTC")
    return np.asarray(found.dt.total_seconds(), np.float64)


def keys_of(table: pd.DataFrame, groups: tuple[str, ...]) -> Array:
    """The name of the group of each row; empty where there are no groups."""
    import numpy as np

    if not groups:
        return np.full(len(table), "", object)
    parts = [np.asarray(encoding.named(table[name]).fillna("(empty)"), object) for name in groups]
    return np.array([", ".join(map(str, row)) for row in zip(*parts, strict=True)], object)


def read_rows(source: Series, table: pd.DataFrame, path: Path) -> Rows:
    """The rows of a table. Raises DataError: a column is missing, a moment comes twice."""
    import numpy as np

    for option, names in (("time", (source.time,)), ("groups", source.groups), ("targets", source.given)):
        for name in names:
            if name not in table.columns:
                there = ", ".join(map(str, table.columns[:20]))
                raise DataError(f"{path} has no column {name!r}; there are {there}.", setting=f"{OPTIONS}.{option}")
    comma = source.decimal_comma
    cells = table[source.time]
    moments = moments_of(cells, counted=source.counted, day_first=source.day_first, comma=comma)
    keys = keys_of(table, source.groups)
    _, first, number = np.unique(keys.astype(str), return_index=True, return_inverse=True)
    place = np.argsort(np.argsort(first))[number.reshape(-1)]  # groups in the order in which they come
    timed = np.flatnonzero(~np.isnan(moments))
    order = timed[np.lexsort((moments[timed], place[timed]))]
    in_order = all(np.all(np.diff(moments[timed][place[timed] == one]) >= 0) for one in range(len(first)))
    same = (np.diff(moments[order]) == 0) & (np.diff(place[order]) == 0)
    if same.any():
        raise _twice(source, path, table, order[int(np.flatnonzero(same)[0]) + 1], int(same.sum()), keys)
    numbers = {name: encoding.numbers(table[name], comma=comma) for name in source.given}
    bad = {name: _rows(values.isna() & table[name].notna()) for name, values in numbers.items()}
    ends = np.append(np.flatnonzero(np.diff(place[order])) + 1, len(order))
    spans = tuple(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True)) if len(order) else ()
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite, and said before the first step
        values = np.stack([np.asarray(one, np.float32)[order] for one in numbers.values()], axis=1)
    goals = values[:, : len(source.targets)].copy()
    return Rows(
        _held(values, spans),
        goals,
        moments[order],
        spans,
        keys[order],
        np.asarray(cells.astype("str").str.strip(), object)[order],
        order,
        {name: rows for name, rows in bad.items() if rows},
        {name: int(table[name].isna().sum()) for name in numbers if table[name].isna().any()},
        len(table) - len(timed),
        in_order,
    )


def window_starts(source: Series, rows: Rows) -> Array:
    """Where the windows begin, int64: each with its horizon within one group, nothing missing where it counts."""
    import numpy as np

    whole, found = source.window + source.horizon, [np.empty(0, np.int64)]
    empty = [np.append(0, np.cumsum(np.isnan(part).any(axis=1))) for part in (rows.values, rows.goals)]
    for begin, end in rows.spans:
        starts = np.arange(begin, end - whole + 1, source.step)
        past, last = starts + source.window, starts + whole
        known = (empty[0][last] == empty[0][starts]) & (empty[1][last] == empty[1][past])
        found.append(starts[known])
    return np.concatenate(found)


def _held(values: Array, spans: tuple[tuple[int, int], ...]) -> Array:
    """Each empty cell with the value before it in its group: what follows is not known at its time."""
    import numpy as np

    held = values.copy()
    for begin, end in spans:
        part = held[begin:end]
        known = np.where(np.isnan(part), -1, np.arange(len(part))[:, None])
        last = np.maximum.accumulate(known, axis=0)
        columns = np.arange(part.shape[1])
        held[begin:end] = np.where(last < 0, np.nan, part[np.maximum(last, 0), columns])
    return held


def _rows(wanted: pd.Series) -> tuple[int, ...]:
    import numpy as np

    return tuple(np.flatnonzero(np.asarray(wanted)).tolist())


def _twice(source: Series, path: Path, table: pd.DataFrame, row: int, count: int, keys: Array) -> DataError:
    line = int(row) + source.skip + 1 + int(source.header)
    cell = str(table[source.time].iloc[int(row)]).strip()
    where = f"in the group {keys[row]!r} " if source.groups else ""
    more = f" ({count - 1:,} more times do)" if count > 1 else ""
    return DataError(
        f"{path.name} has the time {cell!r} twice {where}(line {line:,}){more}: "
        "choose the column that tells the series apart (groups), or leave one of the rows out.",
        setting=f"{OPTIONS}.groups",
    )
