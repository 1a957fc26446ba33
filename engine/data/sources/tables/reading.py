"""A table as text: every cell as it stands in the file, with its separator, encoding and header found or given."""

from __future__ import annotations

import csv
import json
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.data.dataset import DataError
from engine.files import open_to_read
from engine.system.machine import free_memory

if TYPE_CHECKING:
    import pandas as pd

TEXT: Final = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".txt": "", ".dat": "", ".data": "", ".asc": ""}
SUFFIXES: Final = frozenset({*TEXT, ".jsonl", ".ndjson", ".json", ".parquet", ".pq", ".xlsx"})
FORMS: Final = {".parquet": "Parquet", ".pq": "Parquet", ".xlsx": "Excel"}
"""Formats that are no text: what their libraries say of damage is for nobody."""
LARGEST: Final = 4 * 2**30
"""Bytes of a table: it is read into memory."""
ROOM: Final = 0.8
"""The share of the free memory that reading a table may take."""
SEEN: Final = 256 * 1024
"""Bytes from which separator, encoding and header are found."""
MOST_COLUMNS: Final = 20_000
SEPARATORS: Final = (",", ";", "\t", "|", " ")
"""A blank stands for any number of blanks and tabs."""
MOST_SKIPPED: Final = 50
"""Lines before a table that are looked through: titles, comments, what Excel says of the separator."""
UNEVEN: Final = 0.05
"""The share of lines with too many cells up to which they are left out; with more of them it is not a table."""
MISSING: Final = ("", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "?", "-")
"""What stands in a cell where nothing is known."""
COMMENTS: Final = ("#", "%", "//")
NESTED: Final = 3
"""Levels of objects within objects that become columns."""
PARQUET: Final = "Parquet files need pyarrow: install it with `pip install layerloom[parquet]`."
EXCEL: Final = "Excel files need openpyxl: install it with `pip install layerloom[excel]`."


@dataclass(frozen=True, slots=True)
class Format:
    """How a text file is a table. ``header`` says whether its first line, after ``skip`` others, names the columns."""

    separator: str = ","
    encoding: str = "utf-8"
    header: bool = True
    skip: int = 0


def is_table(path: Path) -> bool:
    """Whether a file is a table by its name."""
    return path.suffix.lower() in SUFFIXES


def format_of(path: Path) -> Format:
    """What the beginning of a text file says about its form. Raises OSError."""
    if path.suffix.lower() not in TEXT:
        return Format()
    with open_to_read(path) as file:
        start = file.read(SEEN)
        whole = len(start) < SEEN
    encoding = _encoding(start)
    text = start.decode(encoding, "replace")
    lines = text.splitlines()
    lines = lines if whole else lines[:-1]
    separator = _separator(lines) or TEXT[path.suffix.lower()] or ","
    skip = _before(lines, separator)
    return Format(separator, encoding, _has_header(lines[skip:], separator), skip)


def read(path: Path, form: Format | None = None, rows: int | None = None) -> pd.DataFrame:
    """The table, its cells as texts or as the file types them. Raises DataError with the file and line."""
    try:
        facts = path.stat()
        if facts.st_size > LARGEST:
            raise DataError(
                f"{path} has {facts.st_size / 2**30:.1f} GB; tables of up to {LARGEST >> 30} GB are read: take a part "
                "of its rows, or store it as arrays (.npy).",
                setting="data.source.path",
            )
        form = form or format_of(path)
        if path.suffix.lower() in TEXT and rows is None:
            _check_size(path, facts.st_size, form)
        return _read(path, form, rows, (facts.st_size, facts.st_mtime_ns))
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise DataError(f"{path} cannot be read: {error.strerror or error}.", setting="data.source.path") from error


def _check_size(path: Path, size: int, form: Format) -> None:
    """Whether a text of so many bytes can be read as a table. Raises DataError.

    Measured with pandas 3: four bytes a byte of the file and 16 a cell while it is read.
    """
    with open_to_read(path) as file:
        start = file.read(SEEN)
    first = start.decode(form.encoding, "replace").partition("\n")[0]
    _check_width(first.count(form.separator) + 1)
    free = free_memory()
    if free is None or size * (4 + 16) < free:  # cells of one sign are the most
        return
    cells = max(start.count(sign.encode()) for sign in {*SEPARATORS[:-1], form.separator}) + start.count(b"\n")
    needed = size * 4 + 16 * cells * size // max(1, len(start))
    if needed > ROOM * free:
        raise DataError(
            f"{path} has {size / 2**30:.1f} GB, and to read it as a table takes about {needed / 2**30:.0f} GB of "
            f"memory; {free / 2**30:.0f} GB are free. Take a part of its rows or columns, or store it as arrays "
            "(.npy).",
            setting="data.source.path",
        )


@lru_cache(maxsize=2)
def _read(path: Path, form: Format, rows: int | None, _stamp: tuple[int, int]) -> pd.DataFrame:
    import pandas as pd

    suffix = path.suffix.lower()
    with open_to_read(path) as file:
        try:
            if suffix in TEXT:
                return _text(path, file, form, rows)
            if suffix in (".jsonl", ".ndjson"):
                return _named(_flat(pd.read_json(file, lines=True, nrows=rows, dtype=False)))
            if suffix == ".json":
                return _named(_flat(_of_json(path, file).head(rows or LARGEST)))
            if suffix in (".parquet", ".pq"):
                return _named(pd.read_parquet(file).head(rows) if rows else pd.read_parquet(file))
            return _named(pd.read_excel(file, nrows=rows, dtype=object))
        except DataError:
            raise
        except ImportError as error:
            raise DataError(PARQUET if suffix in (".parquet", ".pq") else EXCEL, setting="data.source.path") from error
        except pd.errors.EmptyDataError as error:
            raise DataError(f"{path} is empty: there are no rows in it.", setting="data.source.path") from error
        except UnicodeDecodeError as error:
            raise DataError(
                f"{path} is not text in {form.encoding}: byte {error.start} does not fit.",
                setting="data.source.options.encoding",
            ) from error
        except (ValueError, KeyError, OverflowError, ArithmeticError) as error:  # of pandas, and what it reads with
            if suffix in FORMS:
                raise DataError(f"{path} is damaged, or no {FORMS[suffix]} file.", setting="data.source") from error
            raise DataError(f"{path} cannot be read as a table: {first_line(error)}.", setting="data.source") from error
        except Exception as error:  # pyarrow and openpyxl have their own; a stranger's file meets all of them
            raise DataError(
                f"{path} is damaged, or no {FORMS.get(suffix, 'text')} file.", setting="data.source"
            ) from error


def first_line(error: BaseException) -> str:
    """The first line of what another library says."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")[:200]


def _text(path: Path, file: Any, form: Format, rows: int | None) -> pd.DataFrame:
    """The cells of a text; lines with too many of them are left out where they are few, and named by `uneven`."""
    import pandas as pd

    text = TextIOWrapper(file, encoding=form.encoding, newline="")
    try:
        table = pd.read_csv(
            text,
            sep=r"\s+" if form.separator == " " else form.separator,
            header=0 if form.header else None,
            skiprows=form.skip,
            nrows=rows,
            dtype=str,
            na_values=list(MISSING),
            keep_default_na=False,
            skipinitialspace=True,
            low_memory=False,
        )
        if isinstance(table.index, pd.RangeIndex):
            return _named(table)
    except pd.errors.ParserError:
        pass  # a line with more cells than the first: below
    finally:
        text.detach()
    file.seek(0)
    return _named(_cell_by_cell(path, file, form, rows))


def uneven(table: pd.DataFrame) -> tuple[int, ...]:
    """The lines of the file, from 1, that a table was read without: they have more cells than its first."""
    return tuple(table.attrs.get("uneven", ()))


def _cell_by_cell(path: Path, file: Any, form: Format, rows: int | None) -> pd.DataFrame:
    """The table of a text some of whose lines have more cells than its first; where all have one more, that is a name.

    (R writes the names of rows so.) Raises DataError where many have, ValueError for what is not text of cells.
    """
    import pandas as pd

    text = TextIOWrapper(file, encoding=form.encoding, newline="")
    lines, numbers, before = list[list[str]](), list[int](), form.skip
    try:
        for _ in range(form.skip):
            text.readline()
        reader = csv.reader(text, delimiter=form.separator, skipinitialspace=True)
        for row in reader:
            if row:
                lines.append(row)
                numbers.append(before + 1)
            before = reader.line_num + form.skip
    except csv.Error as error:
        raise ValueError(str(error)) from error
    finally:
        text.detach()
    head, wide = lines[0], len(lines[0])
    if form.header and len(lines) > 1 and all(len(row) == wide + 1 for row in lines[1:]):
        lines, wide = [["", *head], *lines[1:]], wide + 1
    odd = [index for index, row in enumerate(lines) if len(row) > wide]
    if len(odd) > UNEVEN * len(lines):
        raise DataError(
            f"{path} is not a table with cells separated by {form.separator!r}: line {numbers[odd[0]]:,} has "
            f"{len(lines[odd[0]])} cells where the first has {wide}"
            + (f", and {len(odd) - 1:,} more lines have too many." if len(odd) > 1 else "."),
            setting="data.source",
        )
    left_out = set(odd)
    kept = [row + [""] * (wide - len(row)) for index, row in enumerate(lines) if index not in left_out]
    names, cells = (kept[0], kept[1:]) if form.header else (None, kept)
    table = pd.DataFrame(cells[:rows], columns=names, dtype=object)
    table = table.map(lambda cell: None if cell.strip() in MISSING else cell)
    table.attrs["uneven"] = [numbers[index] for index in odd]
    return table


def _of_json(path: Path, file: Any) -> pd.DataFrame:
    """The objects of a list, a row each. Raises DataError where it is none."""
    import pandas as pd

    found = json.load(file)
    if not isinstance(found, list) or not found or not all(isinstance(entry, dict) for entry in found):
        raise DataError(
            f"{path} is JSON, but no list of objects, one for each row: store it so, or as CSV.", setting="data.source"
        )
    return pd.DataFrame(found)


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    """Objects within the objects of JSON as columns: "size" with "width" within is "size.width"."""
    import pandas as pd

    nested = any(isinstance(cell, dict) for name in table.columns for cell in table[name].head(100))
    if not nested:
        return table
    rows = [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]
    return pd.json_normalize(rows, max_level=NESTED)


def _nested(cell: object) -> bool:
    """Whether a cell of JSON or Parquet holds several values: it counts as a text."""
    return not isinstance(cell, Hashable)


def _check_width(columns: int) -> None:
    if columns > MOST_COLUMNS:
        raise DataError(
            f"The table has {columns:,} columns; tables of up to {MOST_COLUMNS:,} are read: store it as an "
            "array (.npy).",
            setting="data.source.path",
        )


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Every column with a name of its own that is a text. Raises DataError where there are too many."""
    _check_width(len(table.columns))
    for index in range(len(table.columns)):
        cells = table.iloc[:, index]
        if cells.dtype == object and cells.map(_nested).any():
            table.isetitem(index, cells.map(lambda cell: str(cell) if _nested(cell) else cell).array)
    seen = dict[str, int]()
    names = list[str]()
    for index, name in enumerate(table.columns):
        plain = f"column {index + 1}" if isinstance(name, int) else str(name).strip()[:200] or f"column {index + 1}"
        seen[plain] = seen.get(plain, 0) + 1
        names.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    table.columns = names
    return table


def _encoding(start: bytes) -> str:
    """UTF-8 where the bytes are that; with a mark at the beginning what it says; else the one of Western Windows."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if start.startswith(mark):
            return name
    try:
        start[: max(0, len(start) - 4)].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 8:
            return "cp1252"
    return "utf-8"


def _separator(lines: list[str]) -> str:
    """The sign that parts most lines into the same number of cells, more than one."""
    best, score = "", 0.0
    for sign in SEPARATORS:
        widths = _widths(lines[:200], sign)
        if not widths:
            continue
        usual = max(set(widths), key=widths.count)
        share = widths.count(usual) / len(widths)
        if usual > 1 and share * (usual**0.25) > score and share > 0.5:
            best, score = sign, share * (usual**0.25)
    return best


def _widths(lines: list[str], sign: str) -> list[int]:
    """How many cells each row has."""
    return [len(row) for row in _rows(lines, sign)]


def _rows(lines: list[str], separator: str) -> list[list[str]]:
    """The rows of some lines that are not empty; none where a cell is longer than any of a table."""
    text = StringIO("\n".join(line.strip() if separator == " " else line for line in lines))
    try:
        return [row for row in csv.reader(text, delimiter=separator, skipinitialspace=True) if row]
    except csv.Error:
        return []


def _before(lines: list[str], separator: str) -> int:
    """How many lines stand before the table: of one cell where the rows have several, or begun by #."""
    widths = _widths(lines[:200], separator)
    usual = max(set(widths), key=widths.count, default=1)
    for index, line in enumerate(lines[:MOST_SKIPPED]):
        wide = max(_widths([line], separator), default=0)
        said = line.startswith(COMMENTS) and wide != usual
        if usual == 1 or not (said or line.lower().startswith("sep=") or wide <= 1):
            return index
    return 0


def _has_header(lines: list[str], separator: str) -> bool:
    """Whether the first line names columns: nothing in it is a number, and numbers or other words follow."""
    rows = _rows(lines[:50], separator)
    if len(rows) < 2:
        return bool(rows) and not any(_is_number(cell) for cell in rows[0])
    first = [cell.strip() for cell in rows[0]]
    if any(_is_number(cell) for cell in first):
        return False
    columns = list(zip(*[row for row in rows[1:] if len(row) == len(first)], strict=False))
    if any(all(_is_number(cell) or cell.strip() in MISSING for cell in column) for column in columns):
        return True
    if len(set(first)) < len(first):
        return False
    return all(cell and cell not in column for cell, column in zip(first, columns, strict=False))


def _is_number(cell: str) -> bool:
    text = cell.strip().replace(",", ".", 1)
    try:
        float(text)
    except ValueError:
        return False
    return text not in MISSING
