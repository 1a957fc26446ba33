"""The edits of an open project since it was last saved, on disk as they are applied: what a killed program leaves.

A journal is a private folder in Layerloom's home, named by the project's path and the fingerprint of what was saved.
Whoever writes it holds its lock, so a journal without a holder is one that nobody has saved or discarded. Its file has
a line for what it is, one for the project as it was saved, and one for each edit applied, be it new, undone or redone.
Each line begins with its checksum. `engine.journals.recovery` reads them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import threading
import zlib
from pathlib import Path
from typing import IO, Annotated, Final, Literal

from pydantic import Field

from engine import own_files, project, system
from engine.edits import Edit
from engine.files import FileError, reason_of
from engine.home import journals
from engine.journals.edit_format import to_text
from engine.limits import LONGEST_TITLE
from engine.locks import WriterLock
from engine.project_format import Strict

SCHEMA: Final = 1
FILE: Final = "edits.jsonl"
FULL: Final = 32 * 2**20
"""Bytes of edits after which a journal is to begin over from the project as it is then."""
LONGEST_LINE: Final = 2 * project.LARGEST_FILE
"""Bytes of a project as a text of JSON; no edit is longer."""
LARGEST: Final = 2 * LONGEST_LINE + FULL
CHECKSUM: Final = 9
"""Bytes of the checksum before each line, in hexadecimal digits and a space."""


class JournalError(FileError):
    """Why a journal cannot be written or read: one sentence."""


class Header(Strict):
    """The first line: the file and the state of the project that the edits belong to.

    ``fingerprint`` is that of the project's canonical bytes, ``edits`` how many it holds already that were not saved.
    """

    format: Literal["layerloom-journal"] = "layerloom-journal"
    schema_: Annotated[int, Field(alias="schema", ge=1)] = SCHEMA
    project: str | None
    name: Annotated[str, Field(max_length=LONGEST_TITLE)]
    fingerprint: str
    edits: Annotated[int, Field(ge=0)] = 0


class Journal:
    """A journal that this program writes. An edit is in the hands of the system when `append` returns."""

    def __init__(self, folder: Path, lock: WriterLock, file: IO[bytes], size: int, head: int) -> None:
        """Of what `begin` and `take` have opened: bytes of all lines, and of the two before the edits."""
        self.folder = folder
        self._lock, self._file, self._size = lock, file, size
        self._full = head + FULL
        self._closing = threading.Lock()

    @classmethod
    def begin(
        cls, base: bytes, path: Path | None, name: str, *, fingerprint: str | None = None, edits: int = 0
    ) -> Journal:
        """A new journal of the project in ``base``. Raises JournalError.

        Where ``base`` is not what was saved last, ``fingerprint`` is that of what was, and ``edits`` lie between them.
        """
        header = Header(project=_text_of(path), name=name, fingerprint=fingerprint or fingerprint_of(base), edits=edits)
        folder = journals() / f"{_key(header)}-{secrets.token_hex(4)}"
        head = _line(header.model_dump_json(by_alias=True)) + _line(_quoted(base))
        try:
            folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise _unwritten(error) from error
        lock = None
        try:
            lock = WriterLock(folder)
            journal = cls(folder, lock, own_files.create(folder, FILE, 0o600), 0, len(head))
        except OSError as error:
            if lock is not None:
                lock.release()
            remove(folder)
            raise _unwritten(error) from error
        try:
            journal._write(head)
        except JournalError:
            journal.remove()
            raise
        return journal

    @property
    def full(self) -> bool:
        """Whether it is so long that it is to begin over."""
        return self._size > self._full

    def append(self, edit: Edit) -> None:
        """Add an edit that was applied. Raises JournalError; nothing may be added after that."""
        self._write(_line(to_text(edit)))

    def _write(self, line: bytes) -> None:
        try:
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            raise _unwritten(error) from error
        self._size += len(line)

    def sync(self) -> None:
        """Wait until the disk has all that was added so far; for another thread. Raises JournalError."""
        with self._closing:
            if self._file.closed:
                return
            try:
                system.sync_file(self._file.fileno())
                system.sync_folder(self.folder)
                system.sync_folder(self.folder.parent)
            except OSError as error:
                raise _unwritten(error) from error

    def close(self) -> None:
        """Stop writing and leave it to be restored."""
        with self._closing:
            try:
                self._file.close()
            except OSError as error:  # what could not be written was reported by `append`
                raise _unwritten(error) from error
            finally:
                self._lock.release()

    def remove(self) -> None:
        """Remove it: what it holds is saved, or given up. Raises JournalError where that fails."""
        with contextlib.suppress(JournalError):  # on a full disk: what could not be written is not needed any more
            self.close()
        remove(self.folder)


def fingerprint_of(content: bytes) -> str:
    """What tells the canonical bytes of one project from those of another."""
    return hashlib.sha256(content).hexdigest()


def _text_of(path: Path | None) -> str | None:
    """A path as JSON holds it; None for a name that is not text, as Linux allows: it is restored as an untitled one."""
    if path is None:
        return None
    text = str(path.absolute())
    return text if text.isprintable() else None


def _key(header: Header) -> str:
    """What a journal is found by, for people who look at the folder: project and fingerprint."""
    return (
        hashlib.sha256(f"{header.project}\n{header.fingerprint}".encode()).hexdigest()[:16]
        if header.project
        else "untitled"
    )


def _line(text: str) -> bytes:
    content = text.encode()
    return b"%08x %b\n" % (zlib.crc32(content), content)


def _quoted(base: bytes) -> str:
    return json.dumps(base.decode(), ensure_ascii=False)


def remove(folder: Path) -> None:
    """Remove the folder of a journal. Raises JournalError."""
    try:
        own_files.remove(folder)
    except OSError as error:
        raise JournalError(f"{folder} cannot be removed: {reason_of(error)[1]}.") from error


def _unwritten(error: OSError) -> JournalError:
    return JournalError(f"Edits since the last save cannot be saved in {journals()}: {reason_of(error)[1]}.")
