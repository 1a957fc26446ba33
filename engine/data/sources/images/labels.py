"""A table of labels beside images."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.data.dataset import DataError
from engine.data.sources.tables.reading import read

TRUE = frozenset({"1", "1.0", "true", "yes", "y", "t", "x"})
FALSE = frozenset({"", "0", "0.0", "false", "no", "n", "f", "-1", "nan"})


def labels(
    path: Path, file: str, columns: tuple[str, ...], task: str, classes: tuple[str, ...]
) -> Mapping[str, object]:
    """Name of an image → what is to be learned of it. Raises DataError with the file and its line."""
    table = read(path)
    for name in (file, *columns):
        if name not in table.columns:
            raise DataError(
                f"{path} has no column {name!r}; there are {', '.join(map(str, table.columns[:20]))}.",
                setting="data.source.options.file_column",
            )
    order = {name: index for index, name in enumerate(classes)}
    found: dict[str, object] = {}
    for line, row in enumerate(table[[file, *columns]].itertuples(index=False, name=None), 2):
        found[key_of(row[0])] = _answer(path, line, [str(value).strip() for value in row[1:]], task, order)
    return found


def cells(path: Path, file: str, column: str) -> Mapping[str, str]:
    """Name of an image → what stands in a column. Raises DataError."""
    table = read(path)
    for name in (file, column):
        if name not in table.columns:
            raise DataError(
                f"{path} has no column {name!r}; there are {', '.join(map(str, table.columns[:20]))}.",
                setting="data.source.options.split_column",
            )
    pairs = zip(table[file], table[column].astype("object").where(table[column].notna(), ""), strict=True)
    return {key_of(key): str(cell).strip() for key, cell in pairs}


def key_of(cell: object) -> str:
    """The name of an image as a cell has it, with ``/`` between folders."""
    return str(cell).replace("\\", "/").strip().removeprefix("./")


def _answer(path: Path, line: int, values: list[str], task: str, order: Mapping[str, int]) -> object:
    if task == "classes":
        return order.get(values[0])  # a class that came later is none of the project's
    if task == "several" and len(values) == 1:  # "dog cat" or "dog;cat": names in one column
        named = words(values[0])
        return [float(name in named) for name in order]
    numbers = list[float]()
    for value in values:
        lower = value.lower()
        if task == "several" and lower in TRUE | FALSE:
            numbers.append(float(lower in TRUE))
            continue
        try:
            numbers.append(float(value))
        except ValueError as error:
            raise DataError(f"{path}, line {line}: {value[:40]!r} is not a number.", setting="data.source") from error
    return numbers


def words(value: str) -> frozenset[str]:
    """The names in a list within one cell."""
    for separator in (";", "|", ","):
        if separator in value:
            return frozenset(part.strip() for part in value.split(separator) if part.strip())
    return frozenset(value.split())
