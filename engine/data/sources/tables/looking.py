"""What a table holds: the types of its columns, what is to be predicted of a row, and what is odd about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.data.dataset import DataError
from engine.data.sources.found import Found
from engine.data.sources.parts import name_parts
from engine.data.sources.tables import encoding, oddities
from engine.data.sources.tables.columns import LONGEST_CATEGORY, ColumnSettings, Missing, Role, Type
from engine.data.sources.tables.guessing import Guess, guess
from engine.data.sources.tables.reading import TEXT, Format, format_of, is_table, read
from engine.data.sources.tables.tables import Table
from engine.files import is_file
from engine.settings.data import SourceSettings

if TYPE_CHECKING:
    import pandas as pd

    from engine.data.watch import Watch

TARGETS: Final = (
    *("target", "label", "class", "y", "outcome", "species", "survived", "price", "quality", "response", "diagnosis"),
    *("category", "result", "churn", "default", "income", "progression", "score", "grade", "variety", "type"),
)
"""Names that tell a target, the surest first."""
RARE: Final = 0.05
"""The share of empty cells from which on it may matter that a cell is empty."""
MOST_ONE_HOT: Final = 20
"""Categories up to which each becomes a number of its own."""


def look(path: Path, wishes: Table | None, watch: Watch) -> Found:
    """See `Source.look`."""
    if not is_file(path) or not is_table(path):
        raise DataError(f"{path} is not a table: its name ends in none of the usual ways.", setting="data.source.path")
    watch.at(0.0, "Reading the table")
    given = set() if wishes is None else wishes.model_fields_set
    form = format_of(path)
    own = {name: getattr(wishes, name) for name in ("separator", "encoding", "header", "skip") if name in given}
    form = replace(form, **own)
    table = read(path, form)
    if not len(table) or not len(table.columns):
        raise DataError(f"{path} has no rows.", setting="data.source.path")
    comma = wishes.decimal_comma if wishes is not None and "decimal_comma" in given else commas(table, form, path)
    wanted = {column.name: column for column in wishes.columns} if wishes is not None else {}
    guesses = dict[str, Guess]()
    for index, name in enumerate(table.columns):
        watch.at(0.1 + 0.6 * index / len(table.columns), f"Looking at the column {name}")
        guesses[str(name)] = guess(str(name), table[name], comma=comma)
    chosen = [name for name, column in wanted.items() if column.role == "target" and name in guesses]
    naming_parts = {name for name, found in guesses.items() if _names_parts(found, table[name])}
    targets = chosen or _target({name: found for name, found in guesses.items() if name not in naming_parts})
    chosen_split = any(column.role in ("group", "time") for column in wanted.values())
    naming: Role = "ignored" if chosen_split else "part"
    columns, reasons = list[ColumnSettings](), dict[str, str]()
    for name, found in guesses.items():
        role: Role = "target" if name in targets else "input"
        if role == "target":
            found = guess(name, table[name], comma=comma, target=True)
        column, reason = _column(name, found, role, table[name]), found.reason
        if name in naming_parts and column.role in ("input", "ignored"):
            column, reason = column.model_copy(update={"role": naming}), "It names the parts of a split."
        if name in wanted:
            column = _wished(column, wanted[name], table[name])
        columns.append(column)
        reasons[f"columns.{name}"] = reason
        guesses[name] = found
    if not any(column.role == "input" for column in columns):
        columns = [_counted(column, table[column.name], comma=comma) for column in columns]
        why = "It counts the rows; there is nothing else to learn from."
        reasons |= {f"columns.{one.name}": why for one in columns if one.role == "input"}
    source = Table(
        columns=tuple(columns),
        samples=len(table),
        separator=form.separator,
        encoding=form.encoding,
        header=form.header,
        skip=form.skip,
        decimal_comma=comma,
    )
    _check(path, source)
    samples = source.open(path)
    kept = len(next(iter(samples.arrays.values())))
    source = source.model_copy(update={"samples": kept})
    watch.at(0.8, "Looking for what is odd")
    notes, classes = oddities.of(path, source, table, guesses, kept)
    settings = SourceSettings(
        kind=Table.kind,
        path=str(path),
        options=source.model_dump(exclude_defaults=True) | {"samples": kept},
        fingerprint=source.fingerprint(path),
    )
    return Found(settings, source.declare(path), reasons, classes, notes, (oddities.twins_of(source, table),))


def _column(name: str, found: Guess, role: Role, cells: pd.Series) -> ColumnSettings:
    kind, missing = found.type, float(cells.isna().mean())
    if role == "input" and kind in ("text", "id", "constant"):
        role = "ignored"
    handled: Missing = "fill"
    if role == "input" and missing:
        handled = "category" if kind == "category" else "indicate" if missing >= RARE else "fill"
    few = len(found.categories) <= MOST_ONE_HOT
    bounded = kind == "number" and role in ("input", "target")
    return ColumnSettings(
        name=name,
        type=kind,
        role=role,
        missing=handled,
        encoding="one_hot" if few else "embedding",
        categories=found.categories if kind in ("category", "yes_no") else (),
        day_first=encoding.is_day_first(cells) if kind == "date" else None,
        least=found.bounds[0] if bounded and found.bounds else None,
        greatest=found.bounds[1] if bounded and found.bounds else None,
    )


def _counted(column: ColumnSettings, cells: pd.Series, *, comma: bool) -> ColumnSettings:
    """Where there is nothing else to learn from, integers that count the rows are taken as numbers."""
    if column.role != "ignored" or column.type != "id" or encoding.numbers(cells, comma=comma).isna().any():
        return column
    return column.model_copy(update={"type": "number", "role": "input"})


def _wished(column: ColumnSettings, wish: ColumnSettings, cells: pd.Series) -> ColumnSettings:
    """What was found, but for what the user has set; a category whose names are not given gets those that are there.

    Raises DataError where these are too long to be names.
    """
    update: dict[str, Any] = {name: getattr(wish, name) for name in wish.model_fields_set}
    kind: Type = update.get("type", column.type)
    if kind in ("category", "yes_no") and not update.get("categories", column.categories):
        names = encoding.named(cells)
        if (longest := max(map(len, names.dropna()), default=0)) > LONGEST_CATEGORY:
            raise DataError(
                f"{column.name!r} holds texts of {longest:,} characters: a category has {LONGEST_CATEGORY:,} at most.",
                setting="data.source.options.columns",
            )
        update["categories"] = guess(column.name, names, comma=False, target=True).categories
    if kind not in ("category", "yes_no"):
        update["categories"] = ()
    if kind == "date" and column.day_first is None:
        update.setdefault("day_first", encoding.is_day_first(cells))
    return column.model_copy(update=update)


def _names_parts(found: Guess, cells: pd.Series) -> bool:
    """Whether the cells of a column are names of the parts of a split."""
    if found.type in ("number", "date", "constant"):
        return False
    return name_parts(encoding.named(cells).dropna().unique())


def _target(guesses: dict[str, Guess]) -> list[str]:
    """The column that is to be predicted: the one that is named so, else the last one that could be."""
    able = [name for name, found in guesses.items() if found.type in ("number", "category", "yes_no")]
    lower = {name.lower().strip(): name for name in able}
    for word in TARGETS:
        if word in lower:
            return [lower[word]]
    return able[-1:]


def _check(path: Path, source: Table) -> None:
    if not source.of("target"):
        raise DataError(
            f"{path} has no column that could be learned: numbers, categories or yes and no.",
            setting="data.source.options.columns",
        )
    if not any(column.counted for column in source.of("input")):
        kinds = {"text": "free text", "id": "an id", "constant": "always the same"}
        left = [f"{one.name} is {kinds[one.type]}" for one in source.of("ignored") if one.type in kinds]
        raise DataError(
            f"{path} has no column to learn from beside {source.of('target')[0].name!r}: numbers, categories, dates, "
            f"or yes and no are taken{', and ' * bool(left)}{', '.join(left[:4])}.",
            setting="data.source.options.columns",
        )


def commas(table: pd.DataFrame, form: Format, path: Path) -> bool:
    """Whether numbers are written as 1.234,5: only where some cells can be read in no other way."""
    if path.suffix.lower() not in TEXT or form.separator == ",":
        return False
    for name in table.columns:
        cells = table[name].dropna().astype("str").head(500)
        written = cells.str.fullmatch(r"\s*[-+]?(\d{1,3}(\.\d{3})+|\d+),\d+\s*")
        if len(cells) and bool(written.mean() > 0.5):
            return True
    return False
