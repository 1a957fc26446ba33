"""What a network can be asked about that is not in a file yet: a drawing, what was pasted, typed values or text."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from engine.data import datasets
from engine.data.dataset import Asked, DataError, SampleError
from engine.data.origin import declared
from engine.data.sources.kinds import source_of
from engine.data.sources.tables import encoding
from engine.data.sources.tables.tables import Table
from engine.files import write_atomically
from engine.inside.drawing import Stroke, drawn_field, render
from engine.inside.predicting import asked_of
from engine.inside.trained import Trained

if TYPE_CHECKING:
    from engine.data.dataset import Array

LINE_END = "↵"
"""What an alphabet calls the end of a line."""


@dataclass(frozen=True, slots=True)
class Value:
    """One cell that is typed: one of ``choices``, or a number or text; ``example`` is usual for it."""

    name: str
    example: str
    choices: tuple[str, ...] = ()


def of_drawing(trained: Trained, strokes: Sequence[Stroke]) -> Asked:
    """A drawing as a sample. Raises DataError where the network is given no drawings."""
    found = drawn_field(trained)
    if found is None:
        raise DataError("This network is not given drawings in one colour on a clear ground.")
    name, style = found
    return Asked(("drawing",), {name: render(strokes, style)})


def of_bytes(trained: Trained, name: str, content: bytes) -> Asked:
    """The samples in what would be a file called ``name``, read as such a file. Raises DataError."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_atomically(path, content)
        found = asked_of(trained, [path])
        arrays = {field: np.asarray(column[:]) for field, column in found.arrays.items()}
    names = tuple(each.replace(str(path), name) for each in found.names)
    unread = {
        row: error.called(Path(name)) if isinstance(error, SampleError) else error
        for row, error in found.unread.items()
    }
    return replace(found, names=names, arrays=arrays, unread=unread)


def values_of(trained: Trained) -> tuple[Value, ...]:
    """The cells of a row, in the order of the data, with what is usual in the training part; none but for tables."""
    config = trained.config
    dataset = declared(config)
    if dataset.kind != "table" or "features" not in trained.data.raw:
        return ()
    middle = _usual(trained)
    if config.source is None:
        names = datasets.feature_names(dataset.name)
        return tuple(Value(name, f"{number:.6g}") for name, number in zip(names, middle, strict=True))
    source = source_of(config.source)
    if not isinstance(source, Table):
        return ()
    usual = dict(zip(dataset.fields["features"].columns, middle, strict=True))
    made = list[Value]()
    for column in source.of("input"):
        if column.type == "category":
            made.append(Value(column.name, column.categories[0] if column.categories else "", column.categories))
        elif column.type == "yes_no":
            made.append(Value(column.name, "yes" if usual[column.name] > 0.5 else "no", ("no", "yes")))
        elif column.counted:
            number = usual.get(column.name, np.nan)
            made.append(Value(column.name, _typed(number, source) if np.isfinite(number) else ""))
    return tuple(made)


def of_values(trained: Trained, rows: Sequence[Mapping[str, str]]) -> Asked:
    """Rows of typed cells, by the names of `values_of`. Raises DataError for a cell that is not what it should be."""
    values = values_of(trained)
    source = None if trained.config.source is None else source_of(trained.config.source)
    table = source if isinstance(source, Table) else None
    numbers = {one.name for one in table.of("input") if one.type == "number"} if table is not None else None
    for row in rows:
        for value in values:
            cell = row.get(value.name, "").strip()
            wanted = numbers is None or value.name in numbers
            if wanted and cell and not _is_number(cell, comma=table is not None and table.decimal_comma):
                raise DataError(f"{value.name}: “{cell}” is not a number.", field=value.name)
            if not cell and table is None:
                raise DataError(f"{value.name} is empty: type a number.", field=value.name)
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    if table is None or table.header:
        writer.writerow([value.name for value in values])
    writer.writerows([row.get(value.name, "") for value in values] for row in rows)
    found = of_bytes(trained, "typed.csv", text.getvalue().encode())
    return replace(found, names=tuple(f"row {index + 1}" for index in range(len(rows))))


def alphabet_of(trained: Trained) -> tuple[str, ...]:
    """The symbols of a network that is given text: characters, or the tokens of texts of one's own; else none."""
    if len(trained.network.inputs) != 1:
        return ()
    source = None if trained.config.source is None else source_of(trained.config.source)
    if source is not None and source.takes_text:
        return trained.data.fields[trained.network.inputs[0]].names
    field = trained.data.fields[trained.network.inputs[0]]
    text = field.dtype == "int64" and len(field.shape) == 1 and all(len(symbol) == 1 for symbol in field.names)
    return field.names if text else ()


def of_text(trained: Trained, text: str) -> Asked:
    """A text as a sample. Raises DataError where it is too long or has a character the network does not know."""
    alphabet = alphabet_of(trained)
    if not alphabet:
        raise DataError("This network is not given text.")
    if trained.config.source is not None:
        source = source_of(trained.config.source)
        if source.takes_text:
            return source.ask_texts([text])
    name = trained.network.inputs[0]
    field = trained.data.fields[name]
    index = {symbol: number for number, symbol in enumerate(alphabet)}
    symbols = [LINE_END if one == "\n" else one for one in text]
    strange = next((one for one in symbols if one not in index), None)
    if strange is not None:
        raise DataError(f"The character {strange!r} is in none of the texts it has learned from.", field=name)
    length = field.shape[0]
    if len(symbols) > length:
        raise DataError(f"The text has {len(symbols):,} characters; this network is given {length:,}.", field=name)
    if len(symbols) < length and field.padding is None:
        raise DataError(f"This network is given {length:,} characters; the text has {len(symbols):,}.", field=name)
    filled = [index[one] for one in symbols] + [field.padding or 0] * (length - len(symbols))
    return Asked((text,), {name: np.array([filled], np.int64)})


def _usual(trained: Trained) -> Array:
    """The medians of the features over the training part; NaN where nothing is known."""
    chosen = np.asarray(trained.data.raw["features"][np.sort(trained.data.train.indices)], np.float64)
    fills = [one.fill for one in trained.data.fitted if one.fill and one.transform.field == "features"]
    if len(chosen) and not np.isnan(chosen).all(axis=0).any():
        middle: Array = np.nanmedian(chosen, axis=0)
        return middle
    return np.array(fills[0]) if fills else np.full(chosen.shape[1], np.nan)


def _typed(number: float, table: Table) -> str:
    """A number as the table has them."""
    text = f"{number:.6g}"
    return text.replace(".", ",") if table.decimal_comma else text


def _is_number(cell: str, *, comma: bool) -> bool:
    """Whether a cell is read as a number."""
    import pandas as pd

    return bool(encoding.numbers(pd.Series([cell]), comma=comma).notna().all())
