"""The files below a folder, with what tells whether they have changed. Nothing is opened.

Links to files and folders are followed; a folder that was met before, be it through a link that leads back, is not
walked through again.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Final, Literal, NamedTuple

from engine.data.dataset import DataError
from engine.data.watch import Watch

MOST: Final = 20_000_000
"""Files that are listed; more are no data of this program."""
EVERY: Final = 10_000
"""Files between two reports of how far it is."""
PIECE: Final = 10_000
"""Files whose lines are hashed together."""
Why = Literal["unreadable", "no-text", "dead-link", "special"]


class Entry(NamedTuple):
    """A file: its name below the folder (with ``/``), bytes and time of change in nanoseconds; whether by a link."""

    name: str
    size: int
    time: int
    linked: bool = False


class LeftOut(NamedTuple):
    """What is not listed, and why: it may not be read, its name is not text, a link leads nowhere, it is not a file."""

    name: str
    why: Why


def listed(folder: Path, watch: Watch | None = None, left: list[LeftOut] | None = None) -> list[Entry]:
    """All regular files that are not hidden, by name. Raises OSError where the folder cannot be read, and Stopped.

    What else there is comes into ``left``; what vanishes meanwhile is in neither.
    """
    found, out = list[Entry](), left if left is not None else []
    top = os.stat(folder)
    waiting = [("", str(folder), {_identity(top)}, False)]
    reported = 0
    while waiting:
        below, path, above, linked = waiting.pop()
        try:
            entries = os.scandir(path)
        except OSError as error:
            if not below:
                raise
            if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
                out.append(LeftOut(below.rstrip("/"), "unreadable"))
            continue
        with entries:
            for entry in entries:
                name = entry.name
                if name.startswith("."):
                    continue
                if not (name.isascii() or _is_text(name)):
                    out.append(LeftOut(below + name, "no-text"))
                    continue
                link = linked or entry.is_symlink()
                try:
                    facts = entry.stat()
                except OSError:  # gone meanwhile, or a link that leads nowhere
                    if entry.is_symlink():
                        out.append(LeftOut(below + name, "dead-link"))
                    continue
                if stat.S_ISREG(facts.st_mode):
                    found.append(Entry(below + name, facts.st_size, facts.st_mtime_ns, link))
                elif not stat.S_ISDIR(facts.st_mode):
                    out.append(LeftOut(below + name, "special"))
                elif (identity := _identity(facts)) not in above:
                    waiting.append((f"{below}{name}/", entry.path, above | {identity}, link))
                if len(found) - reported >= EVERY:
                    reported = len(found)
                    if reported > MOST:
                        raise DataError(f"{folder} holds more than {MOST:,} files.", setting="data.source.path")
                    if watch is not None:
                        watch.at(0.0, f"Listing files: {reported:,}")
    found.sort()
    return found


def stamp(entries: list[Entry]) -> str:
    """What changes with names, sizes or times of the files."""
    return _digest([f"{name}\0{size}\0{time}\n" for name, size, time, _ in entries])


def fingerprint(entries: list[Entry]) -> str:
    """What changes with names or sizes of the files: the same for a copy, whose times are others."""
    return _digest([f"{name}\0{size}\n" for name, size, _, _ in entries])


def _digest(lines: list[str]) -> str:
    digest = hashlib.sha256()
    for start in range(0, len(lines), PIECE):
        digest.update("".join(lines[start : start + PIECE]).encode())
    return digest.hexdigest()


def _is_text(name: str) -> bool:
    """Whether the bytes of a name are text: those that are not can be stored in no project."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _identity(facts: os.stat_result) -> tuple[int, int]:
    return facts.st_dev, facts.st_ino
