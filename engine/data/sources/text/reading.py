"""The texts that options of `Text` name, as they are in the files, with what each is to be answered with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from engine.data.dataset import DataError, Numbered, SampleError
from engine.data.sources import listing
from engine.data.sources.identity import ids_of
from engine.data.sources.parts import part_of
from engine.data.sources.tables import encoding
from engine.data.sources.tables.reading import (
    MISSING,
    SEEN,
    Format,
    _before,
    _encoding,
    _has_header,
    _is_number,
    _rows,
    _separator,
    format_of,
    read,
)
from engine.data.sources.tables.reading import TEXT as TABLES
from engine.files import open_to_read, read_bytes

if TYPE_CHECKING:
    import pandas as pd

    from engine.data.dataset import Array
    from engine.data.sources.text.text import Text

LARGEST: Final = 2**30
"""Bytes of texts: they are read into memory."""
NUMBERS: Final = 0.2
"""The share of numbers among what blanks part, from which on a text is a table."""
WORDS: Final = 3
"""Words in what commas part on average, above which it is a sentence and no cell."""
GLANCED: Final = 200
"""Columns of a table that are looked into before anybody says what it is: a hundredth of a second each."""
SUFFIXES: Final = (".txt", ".text", ".md")


@dataclass(frozen=True)
class Texts:
    """``texts`` with the class or translation of each in ``answers`` (none of one long file, whose blocks they are).

    ``ids`` is a number for each that stays the same, ``given`` the part that its folder or column names (-1: none).
    ``alone`` names the rows that are left out because they lack the text or what it is to be answered with.
    """

    texts: Sequence[str]
    answers: Sequence[str]
    names: Sequence[str]
    ids: Array
    given: Array | None = None
    alone: Sequence[str] = ()


def is_text(name: str) -> bool:
    """Whether a file is text by its name."""
    return name.lower().endswith(SUFFIXES)


def text_of(path: Path, form: str) -> str:
    """A whole file. Raises DataError where it is no text in this encoding, SampleError where it cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(
                f"{path} has {path.stat().st_size / 2**30:.1f} GB; texts of up to {LARGEST >> 30} GB are read: split "
                "it, and take a part.",
                setting="data.source.path",
            )
        content = read_bytes(path, LARGEST)
    except OSError as error:
        raise SampleError.of(path, error) from error
    try:
        text = content.decode("utf-8-sig" if form == "utf-8" else form)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not text in {form}: byte {error.start:,} does not fit. Choose another encoding, or save it "
            "as UTF-8.",
            setting="data.source.options.encoding",
        ) from error
    if "\0" in text:
        raise DataError(f"{path} is not a text: it has characters that no text has.", setting="data.source.path")
    return text


def files_of(path: Path) -> list[listing.Entry]:
    """The texts below a folder. Raises OSError."""
    return [entry for entry in listing.listed(path) if is_text(entry.name)]


def class_of(name: str, *, parts: bool) -> str:
    """The class of a file below the folder: the folder it is in; below that of its part, where folders name parts."""
    folders = PurePosixPath(name).parts[:-1]
    folders = folders[1:] if parts else folders
    return folders[0] if folders else ""


def read_texts(source: Text, path: Path) -> Texts:
    """All that is not left out by ``skip``, and has a text and an answer. Raises DataError, OSError."""
    if source.layout == "folders":
        return _folders(source, path)
    if source.layout == "file":
        return _blocks(source, text_of(path, source.encoding), path)
    if source.layout == "parallel":
        return _parallel(source, path)
    return _table(source, path)


def _folders(source: Text, path: Path) -> Texts:
    import numpy as np

    left_out, classes = set(source.skip), set(source.classes)
    entries = [
        entry
        for entry in files_of(path)
        if entry.name not in left_out
        and (label := class_of(entry.name, parts=source.parts))
        and (not classes or label in classes)
    ]
    total = sum(entry.size for entry in entries)
    if total > LARGEST:
        raise DataError(
            f"The texts in {path} have {total / 2**30:.1f} GB; up to {LARGEST >> 30} GB are read: take a part of them.",
            setting="data.source.path",
        )
    names = [entry.name for entry in entries]
    texts = [text_of(path / name, source.encoding).strip() for name in names]
    labels = [class_of(name, parts=source.parts) for name in names]
    given = None
    if source.parts:
        given = np.array([part_of(PurePosixPath(name).parts[0]) for name in names], np.int8)
    return Texts(texts, labels, names, ids_of(names), given)


def _blocks(source: Text, text: str, path: Path) -> Texts:
    """One long file in blocks of about so many characters, each ending at a line end or space where there is one."""
    text = text.replace("\r\n", "\n")
    starts, at = list[int](), 0
    while at < len(text):
        starts.append(at)
        end = at + source.block
        if len(text) - end < source.block // 2:
            break
        near = [cut for sign in ("\n", " ") if (cut := text.find(sign, end, end + source.block // 4)) >= 0]
        at = (near[0] if near else end - 1) + 1
    blocks = [text[low:high] for low, high in zip(starts, [*starts[1:], len(text)], strict=False)]
    ids = ids_of(f"block {index}" for index in range(len(blocks)))
    return Texts(blocks, (), Numbered(f"{path.name} block", range(len(blocks))), ids)


def _parallel(source: Text, path: Path) -> Texts:
    sides = [text_of(path / name, source.encoding).splitlines() for name in (source.column, source.answer)]
    if len(sides[0]) != len(sides[1]):
        raise DataError(
            f"{source.column} has {len(sides[0]):,} lines and {source.answer} {len(sides[1]):,}: each line needs its "
            "translation on the same line of the other file.",
            setting="data.source.path",
        )
    return _pairs(source, sides[0], sides[1], Numbered(f"{source.column} line", range(len(sides[0]))), None)


def _table(source: Text, path: Path) -> Texts:
    import numpy as np

    table = read(path, source.form)
    for name in filter(None, (source.column, source.answer, source.part_column)):
        if name not in table.columns:
            there = ", ".join(map(str, table.columns[:20]))
            raise DataError(f"{path} has no column {name!r}; there are {there}.", setting="data.source.options.column")
    given = None
    if source.part_column is not None:
        given = np.array([part_of(name) for name in encoding.named(table[source.part_column]).fillna("")], np.int8)
    names = Numbered(f"{path.name} row", range(len(table)))
    return _pairs(source, cells(table[source.column]), cells(table[source.answer]), names, given)


def cells(column: pd.Series) -> list[str]:
    """The cells as texts, "" where one is empty."""
    found: list[str] = encoding.named(column).fillna("").tolist()
    return found


def _pairs(source: Text, left: Sequence[str], right: Sequence[str], names: Numbered, given: Array | None) -> Texts:
    """The rows that have both; of classes only those that are known."""
    import numpy as np

    known = set(source.classes)
    right = [cell.strip() for cell in right]
    there = [
        row
        for row, (text, answer) in enumerate(zip(left, right, strict=True))
        if text.strip() and answer and (not known or answer in known)
    ]
    kept = np.array(there, np.int64)
    alone = [row for row, both in enumerate(zip(left, right, strict=True)) if not all(map(str.strip, both))]
    ids = ids_of(f"row {row}" for row in range(len(left)))[kept]
    called = Numbered(names.stem, kept)
    return Texts(
        [left[row].strip() for row in there],
        [right[row] for row in there],
        called,
        ids,
        None if given is None else given[kept],
        Numbered(names.stem, np.array(alone, np.int64)),
    )


def form_of(path: Path) -> Format:
    """The form of a table of texts: blanks part the words of a sentence, not the cells of a .csv. Raises OSError."""
    form, usual = format_of(path), TABLES.get(path.suffix.lower(), "")
    if form.separator != " " or not usual:
        return form
    lines = beginning(path)[1]
    skip = _before(lines, usual)
    return Format(usual, form.encoding, _has_header(lines[skip:], usual), skip)


def beginning(path: Path) -> tuple[str, list[str]]:
    """The encoding and the first lines of a file. Raises OSError."""
    with open_to_read(path) as file:
        start = file.read(SEEN)
    encoded = _encoding(start)
    lines = start.decode(encoded, "replace").splitlines()
    return encoded, lines if len(start) < SEEN else lines[:-1]


def first_rows(path: Path, count: int) -> pd.DataFrame:
    """The first rows and columns of a table that is text, from its first bytes alone. Raises OSError."""
    import pandas as pd

    form = form_of(path)
    rows = _rows(beginning(path)[1][form.skip :][: count + 1], form.separator)
    wide = len(rows[0]) if rows else 0
    names = rows[0] if form.header and rows else [f"column {index + 1}" for index in range(wide)]
    cells = [row[:GLANCED] for row in rows[int(form.header) :] if len(row) == wide]
    table = pd.DataFrame(cells, columns=range(min(wide, GLANCED)), dtype=object)
    often = Counter(names)
    table.columns = [f"column {n}" if often[name] > 1 else name for n, name in enumerate(names[:GLANCED], 1)]
    return table.map(lambda cell: None if cell.strip() in MISSING else cell)


def is_running_text(path: Path) -> bool:
    """Whether a text file has no cells, by its first lines: sentences, with few numbers. Raises OSError."""
    lines = beginning(path)[1]
    if any("\0" in line for line in lines):
        return False
    separator = _separator(lines)
    cells = [cell for row in _rows(lines[:100], separator) for cell in row] if separator else []
    if separator == " ":
        return sum(map(_is_number, cells)) < NUMBERS * len(cells)
    return not cells or sum(len(cell.split()) for cell in cells) > WORDS * len(cells)
