"""What programs that were killed have left: journals that nobody writes any more, to be offered, restored or discarded.

Nothing is restored unasked. Reading ends at the first line that is cut off or damaged, and is bounded.
"""

from __future__ import annotations

import contextlib
import os
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from engine import own_files, project
from engine.errors import LayerloomError
from engine.files import FileError, reason_of
from engine.graph import Graph
from engine.home import journals
from engine.journals.edit_format import from_text
from engine.journals.journal import (
    CHECKSUM,
    FILE,
    LARGEST,
    LONGEST_LINE,
    SCHEMA,
    Header,
    Journal,
    JournalError,
    fingerprint_of,
    remove,
)
from engine.locks import WriterLock, is_written
from engine.reading.file_versions import FileVersion

STALE: Final = 60.0
"""Seconds after which a folder may go that holds nothing to restore; a younger one may be somebody's who begins."""
_TEXT: Final = TypeAdapter(str)


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A journal that no program writes any more; ``changed`` is when its last edit came, in seconds since 1970."""

    folder: Path
    path: Path | None
    name: str
    edits: int
    changed: float


@dataclass(frozen=True, slots=True)
class Restored:
    """What a journal held: the project with the edits; ``path`` is None where its file is not as it was any more."""

    graph: Graph
    path: Path | None
    version: FileVersion | None
    """Of the file, if that is as it was."""
    edits: int
    left_out: int
    """How many lines at its end are cut off or damaged, or hold what does not fit."""
    journal: Journal
    """The journal itself, to continue with."""


def abandoned() -> list[Abandoned]:
    """The journals that programs which were killed have left, newest first; what holds no edit is removed."""
    try:
        folders = list(journals().iterdir())
    except OSError:
        return []
    found = [each for folder in folders if not is_written(folder) and (each := _look(folder)) is not None]
    return sorted(found, key=lambda each: each.changed, reverse=True)


def take(folder: Path) -> Restored:
    """Restore what a journal holds, and be the one who writes it from now on. Raises JournalError."""
    lock = _lock(folder)
    try:
        content = own_files.read_bytes(folder, FILE, LARGEST + 1)
        if len(content) > LARGEST:
            raise JournalError(f"{folder} holds more than {LARGEST >> 20} MB: it is not restored.")
        lines = _lines(content)
        header, graph, head = _header(next(lines, None), folder), *_base(next(lines, None), folder)
        edits, size = header.edits, head
        for line, end in lines:
            try:
                from_text(line).apply(graph)
            except LayerloomError:
                break  # it was applied once: so this line, or one before it, is not as it was written
            edits, size = edits + 1, end
        left_out = content.count(b"\n", size) + (not content.endswith(b"\n"))
        file = own_files.append(folder, FILE, size)
    except (OSError, LayerloomError) as error:
        lock.release()
        if isinstance(error, JournalError):
            raise
        why = f"{reason_of(error)[1]}." if isinstance(error, OSError) else str(error)
        raise JournalError(f"{folder} cannot be restored: {why}") from error
    journal = Journal(folder, lock, file, size, head)
    path, version = _unchanged(header)
    return Restored(graph, path, version, edits, left_out, journal)


def discard(folder: Path) -> None:
    """Remove an abandoned journal. Raises JournalError, also where another window has taken it."""
    _lock(folder).release()
    remove(folder)


def _look(folder: Path) -> Abandoned | None:
    """What can be restored from a journal; None for nothing, or what only a newer program can read."""
    try:
        with own_files.open_to_read(folder, FILE) as file:
            changed = os.fstat(file.fileno()).st_mtime
            line = file.readline(LONGEST_LINE)
            header = _header(next(_lines(line), None), folder)
            lines = sum(piece.count(b"\n") for piece in iter(lambda: file.read(2**20), b"")) - 1
    except (OSError, JournalError) as error:
        if isinstance(error, FileNotFoundError) or (isinstance(error, JournalError) and not line.endswith(b"\n")):
            _remove_stale(folder)
        return None
    edits = header.edits + max(lines, 0)
    if not edits:
        _remove_stale(folder)
        return None
    return Abandoned(folder, Path(header.project) if header.project else None, header.name, edits, changed)


def _remove_stale(folder: Path) -> None:
    """Remove a folder that holds nothing to restore, unless somebody may just be making it."""
    with contextlib.suppress(OSError, JournalError):  # the next start finds it again
        if time.time() - folder.stat().st_mtime > STALE:
            discard(folder)


def _lines(content: bytes) -> Iterator[tuple[bytes, int]]:
    """The lines without their checksums, each with where it ends, up to the first that is incomplete."""
    start = 0
    while (end := content.find(b"\n", start)) >= 0:
        line = content[start + CHECKSUM : end]
        if content[start : start + CHECKSUM] != b"%08x " % zlib.crc32(line):
            return
        start = end + 1
        yield line, start


def _header(line: tuple[bytes, int] | None, folder: Path) -> Header:
    if line is None:
        raise JournalError(f"{folder} is damaged: it does not say what its edits belong to.")
    try:
        header = Header.model_validate_json(line[0])
    except ValidationError as error:
        raise JournalError(f"{folder} is not a journal that this Layerloom can read.") from error
    if header.schema_ > SCHEMA:
        raise JournalError(
            f"{folder} was written by a newer Layerloom (schema {header.schema_}; this one reads {SCHEMA}): "
            "update Layerloom to restore it."
        )
    return header


def _base(line: tuple[bytes, int] | None, folder: Path) -> tuple[Graph, int]:
    if line is None:
        raise JournalError(f"{folder} is damaged: the project that its edits belong to is damaged.")
    try:
        text = _TEXT.validate_json(line[0])
    except ValidationError as error:
        raise JournalError(f"{folder} is damaged: it holds no project.") from error
    return project.from_bytes(text.encode(), "The project of the journal"), line[1]


def _unchanged(header: Header) -> tuple[Path, FileVersion] | tuple[None, None]:
    """The file of the project and its version, if that is still what the edits were applied to."""
    if header.project is None:
        return None, None
    try:
        graph, version = project.load_version(Path(header.project))
        content = project.to_bytes(graph)
    except FileError:
        return None, None
    return (Path(header.project), version) if fingerprint_of(content) == header.fingerprint else (None, None)


def _lock(folder: Path) -> WriterLock:
    try:
        return WriterLock(folder)
    except BlockingIOError as error:
        raise JournalError("Another window of Layerloom has these edits.") from error
    except OSError as error:
        raise JournalError(f"{folder} cannot be opened: {reason_of(error)[1]}.") from error
