"""What a series holds: which column is its time, what is to be forecast from what, and how far, and what is odd."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.data.dataset import DataError
from engine.data.sources.found import Found
from engine.data.sources.series import oddities
from engine.data.sources.series.reading import keys_of, moments_of, read_rows
from engine.data.sources.series.series import Series
from engine.data.sources.series.steps import equal_steps
from engine.data.sources.tables import encoding
from engine.data.sources.tables.guessing import NUMERIC, Guess, guess
from engine.data.sources.tables.looking import commas
from engine.data.sources.tables.reading import TEXT, format_of, is_table, read
from engine.data.sources.text.reading import first_rows
from engine.files import is_file
from engine.settings.data import SourceSettings

if TYPE_CHECKING:
    import pandas as pd

    from engine.data.dataset import Array
    from engine.data.watch import Watch

ROWS: Final = 200
"""Rows of a table that are looked at to see whether it is in order of time."""
MANY: Final = 5_000
"""The same to see whether it goes in equal steps: several series may take turns."""
SMALL: Final = 64 * 2**20
"""Bytes of a table that is no text up to which it is looked into to see whether it is in order of time."""
ORDERED: Final = 0.9
"""The share of steps from row to row that go forward in a column of time."""
TIMES: Final = ("time", "date", "datetime", "timestamp", "ds", "t", "day", "hour", "month", "week", "year", "step")
"""Names of columns of time; a column of numbers counts the steps only where it is named so."""
TARGETS: Final = ("target", "y", "value", "demand", "sales", "load", "price", "close", "consumption", "count")
SEASONS: Final = {60: 60, 600: 144, 900: 96, 1800: 48, 3600: 24, 86_400: 7, 604_800: 52}
"""Seconds of a step → steps after which people's doings repeat."""
DAY: Final = 86_400
USUAL: Final = 32
SHARE: Final = 0.1
"""The share of a series that a window and its horizon take at most: parts of 15 % have some of them."""
LARGE: Final = 2**30
"""Bytes of all windows up to which there is one at every row."""


def suspicion(path: Path) -> str:
    """See `Source.suspect`."""
    if not is_file(path) or not is_table(path):
        return ""
    table = _first_rows(path, ROWS)
    time = "" if table is None else time_of(table)
    if table is None or not any(_numeric(table[name]) for name in map(str, table.columns) if time and name != time):
        return ""
    return f"Its column {time!r} is in order of time."


def leads(path: Path) -> bool:
    """See `Source.leads`: where dates or times go in equal steps, by the first `MANY` rows."""
    table = _first_rows(path, MANY)
    time = "" if table is None else time_of(table)
    if table is None or not time:
        return False
    guesses = {str(name): guess(str(name), table[name], comma=False) for name in table.columns}
    if guesses[time].type != "date":
        return False
    moments = moments_of(table[time], counted=False, day_first=None, comma=False)
    groups = _groups(Series(time=time), table, {}, guesses, {})
    return equal_steps(moments, keys_of(table, groups) if groups else None)


def _first_rows(path: Path, count: int) -> pd.DataFrame | None:
    """So many rows of a table; None where it cannot be read, or would have to be read whole. Raises OSError."""
    is_text = path.suffix.lower() in TEXT
    if not is_text and path.stat().st_size > SMALL:
        return None
    try:
        return first_rows(path, count) if is_text else read(path, None, count)
    except DataError:
        return None


def time_of(table: pd.DataFrame) -> str:
    """The column of dates or times in order, those that are named so first; empty where there is none."""
    names = [str(name) for name in table.columns]
    for name in sorted(names, key=lambda name: _rank(name, TIMES)):
        counted = _is_counted(name, table[name])
        if counted is None:
            continue
        moments = moments_of(table[name], counted=counted, day_first=None, comma=False)
        if _is_ordered(moments):
            return name
    return ""


def _is_counted(name: str, cells: pd.Series) -> bool | None:
    """Whether the moments of a column are numbers; None where it holds no moments."""
    found = guess(name, cells, comma=False).type
    if found == "date":
        return False
    counts = found in ("number", "id") and name.strip().lower() in TIMES and _numeric(cells)
    return True if counts else None


def _is_ordered(moments: Array) -> bool:
    import numpy as np

    known = moments[~np.isnan(moments)]
    steps = np.diff(known)
    return len(steps) > 1 and bool((steps > 0).any()) and float((steps >= 0).mean()) >= ORDERED


def _numeric(cells: pd.Series) -> bool:
    there = cells.dropna()
    return len(there) > 0 and float(encoding.numbers(there).notna().mean()) >= NUMERIC


def _rank(name: str, known: tuple[str, ...]) -> int:
    lower = name.strip().lower()
    return known.index(lower) if lower in known else len(known)


def look(path: Path, wishes: Series | None, watch: Watch) -> Found:
    """See `Source.look`."""
    if not is_file(path) or not is_table(path):
        raise DataError(f"{path} is not a table: its name ends in none of the usual ways.", setting="data.source.path")
    watch.at(0.0, "Reading the table")
    given = set() if wishes is None else wishes.model_fields_set
    set_to: dict[str, Any] = {name: getattr(wishes, name) for name in given}
    found_form = format_of(path)
    options: dict[str, Any] = {
        name: set_to.get(name, getattr(found_form, name)) for name in ("separator", "encoding", "header", "skip")
    }
    source, reasons = Series(**options), dict[str, str]()
    table = read(path, source.form)
    if not len(table):
        raise DataError(f"{path} has no rows.", setting="data.source.path")
    comma = set_to.get("decimal_comma", commas(table, source.form, path))
    watch.at(0.3, "Looking at the columns")
    guesses = {str(name): guess(str(name), table[name], comma=comma) for name in table.columns}
    source = source.model_copy(update={"decimal_comma": comma, **_time(path, table, set_to, guesses, reasons)})
    source = source.model_copy(update={"groups": _groups(source, table, set_to, guesses, reasons)})
    source = source.model_copy(update=_columns(path, source, table, set_to, guesses, reasons))
    watch.at(0.6, "Putting the rows in order")
    rows = read_rows(source, table, path)
    source = source.model_copy(update=_lengths(source, rows.spans, rows.moments, set_to, reasons))
    watch.at(0.8, "Looking for what is odd")
    samples = source.cut(rows, path)
    source = source.model_copy(update={"samples": len(samples.arrays["past"])})
    settings = SourceSettings(
        kind=Series.kind,
        path=str(path),
        options=source.model_dump(exclude_defaults=True) | {"time": source.time, "samples": source.samples},
        fingerprint=source.fingerprint(path),
    )
    notes = oddities.of(path, source, rows, samples)
    return Found(settings, source.declare(path), reasons, {}, tuple(notes), (), samples.names)


def _time(
    path: Path, table: pd.DataFrame, set_to: dict[str, Any], guesses: dict[str, Guess], reasons: dict[str, str]
) -> dict[str, Any]:
    """The column of the time and how it is read. Raises DataError."""
    name = set_to.get("time") or time_of(table)
    if not name:
        raise DataError(
            f"{path} has no column of dates or times in order: a series needs one. Choose it (time), or take the data "
            "for a table.",
            setting="data.source.options.time",
        )
    if name not in table.columns:
        there = ", ".join(map(str, table.columns[:20]))
        raise DataError(f"{path} has no column {name!r}; there are {there}.", setting="data.source.options.time")
    counted = guesses[name].type != "date" and _numeric(table[name])
    if not counted and guesses[name].type != "date":
        raise DataError(
            f"{name!r} holds neither dates nor numbers, so it cannot be the time: {guesses[name].reason}",
            setting="data.source.options.time",
        )
    kind = "numbers that count up" if counted else "dates or times in order"
    reasons.setdefault("time", f"It holds {kind}.")
    return {"time": name, "counted": counted, "day_first": None if counted else encoding.is_day_first(table[name])}


def _groups(
    source: Series, table: pd.DataFrame, set_to: dict[str, Any], guesses: dict[str, Guess], reasons: dict[str, str]
) -> tuple[str, ...]:
    """The columns that tell series apart: none, or the first with which no moment comes twice."""
    import numpy as np

    if "groups" in set_to:
        groups: tuple[str, ...] = set_to["groups"]
        return groups
    moments = moments_of(
        table[source.time], counted=source.counted, day_first=source.day_first, comma=source.decimal_comma
    )
    timed = ~np.isnan(moments)
    if len(np.unique(moments[timed])) == timed.sum():
        return ()
    taken = {source.time, *set_to.get("targets", ()), *set_to.get("inputs", ()), *set_to.get("known", ())}
    able = [name for name, one in guesses.items() if one.type not in ("date", "constant") and name not in taken]
    able = [name for name in able if not _is_measured(table[name], guesses[name])]
    for name in sorted(able, key=lambda name: guesses[name].type == "number"):
        pairs = list(zip(keys_of(table, (name,))[timed].tolist(), moments[timed].tolist(), strict=True))
        if len(set(pairs)) == len(pairs):
            reasons["groups"] = (
                f"The same times come again for each of {table[name].nunique():,}: no time twice in one."
            )
            return (name,)
    return ()


def _is_measured(cells: pd.Series, found: Guess) -> bool:
    """Whether cells are no names of series: numbers with fractions, or nearly all different."""
    whole = found.type != "number" or bool((encoding.numbers(cells).dropna() % 1 == 0).all())
    return not whole or cells.nunique() * 2 > len(cells)


def _columns(
    path: Path,
    source: Series,
    table: pd.DataFrame,
    set_to: dict[str, Any],
    guesses: dict[str, Guess],
    reasons: dict[str, str],
) -> dict[str, tuple[str, ...]]:
    """What is forecast, and what is given. Raises DataError where it is not numbers."""
    taken = {source.time, *source.groups}
    able = [
        name
        for name, one in guesses.items()
        if name not in taken and one.type in ("number", "yes_no") and _numeric(table[name])
    ]
    known: tuple[str, ...] = set_to.get("known", ())
    targets: tuple[str, ...] = set_to.get("targets", ())
    free = [name for name in able if name not in known]
    if not targets:
        if not free:
            raise DataError(
                f"{path} has no column of numbers beside {source.time!r} that could be forecast.",
                setting="data.source.options.targets",
            )
        best = min(_rank(name, TARGETS) for name in free)
        targets = (next(name for name in reversed(free) if _rank(name, TARGETS) == best),)
        named = best < len(TARGETS)
        reasons["targets"] = "It is named so." if named else "It is the last column of numbers."
    inputs = set_to.get("inputs", tuple(name for name in free if name not in targets))
    for option, names in (("targets", targets), ("inputs", inputs), ("known", known)):
        for name in names:
            if name in table.columns and (name in taken or not _numeric(table[name])):
                said = "it is the time" if name == source.time else "it tells the groups apart"
                raise DataError(
                    f"{name!r} cannot be among the {option}: "
                    + (f"{said}." if name in taken else f"numbers are needed. {guesses[name].reason}"),
                    setting=f"data.source.options.{option}",
                )
    return {"targets": targets, "inputs": tuple(one for one in inputs if one not in (*targets, *known)), "known": known}


def _lengths(
    source: Series,
    spans: tuple[tuple[int, int], ...],
    moments: Array,
    set_to: dict[str, Any],
    reasons: dict[str, str],
) -> dict[str, int]:
    """Season, window, horizon and step, where they are not set."""
    import numpy as np

    season = set_to.get("season")
    if season is None:
        season = 1 if source.counted else _season(oddities.usual_step(moments, spans))
        reasons["season"] = "So many steps are a day, a week or a year." if season > 1 else "Nothing tells of one."
    rows = len(np.unique(moments))
    middle = int(np.median([end - begin for begin, end in spans])) if spans else 0
    most = max(2, min(int(SHARE * rows), middle))
    window = set_to.get("window") or max(1, min(2 * season if season > 1 else USUAL, 4 * most // 5))
    if "window" not in set_to and season < window:
        window -= window % season
    horizon = set_to.get("horizon") or max(1, min(window // 4, most - window))
    if "window" not in set_to:
        reasons["window"] = f"With the horizon it takes a tenth of {rows:,} moments at most."
    step = set_to.get("step")
    if step is None:
        numbers = len(moments) * (window + horizon) * len(source.given)
        step = max(1, -(-4 * numbers // LARGE))
        if step > 1:
            reasons["step"] = f"A window at every row would take {4 * numbers / 2**30:.1f} GB."
    return {"season": season, "window": window, "horizon": horizon, "step": step}


def _season(seconds: float) -> int:
    """The season of steps of so many seconds; months and quarters differ in length."""
    days = seconds / DAY
    if 28 <= days <= 31:
        return 12
    return 4 if 89 <= days <= 92 else SEASONS.get(round(seconds), 1)
