"""The files below a folder, with what tells whether they have changed. Nothing is opened.

Links to files and folders are followed; a folder that was met before, be it through a link that leads back, is not
walked through again.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.data.dataset import DataError
from engine.data.watch import Watch

MOST = 20_000_000
"""Files that are listed; more are no data of this program."""
EVERY = 10_000
"""Files between two reports of how far it is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: its name below the folder (with ``/``), bytes and time of change in nanoseconds; whether by a link."""

    name: str
    size: int
    time: int
    linked: bool = False


def listed(folder: Path, watch: Watch | None = None) -> list[Entry]:
    """All regular files that are not hidden, by name. Raises OSError where the folder cannot be read, and Stopped.

    What vanishes meanwhile, a link that leads nowhere and what may not be looked into are left out: see `unreadable`.
    """
    found = list[Entry]()
    for entry in _walk(str(folder), "", {_identity(os.stat(folder))}, linked=False, top=True):
        found.append(entry)
        if len(found) % EVERY == 0:
            if len(found) > MOST:
                raise DataError(f"{folder} holds more than {MOST:,} files.", setting="data.source.path")
            if watch is not None:
                watch.at(0.0, f"Listing files: {len(found):,}")
    found.sort(key=lambda entry: entry.name)
    return found


def stamp(entries: list[Entry]) -> str:
    """What changes with names, sizes or times of the files."""
    return _digest(f"{entry.name}\0{entry.size}\0{entry.time}\n" for entry in entries)


def fingerprint(entries: list[Entry]) -> str:
    """What changes with names or sizes of the files: the same for a copy, whose times are others."""
    return _digest(f"{entry.name}\0{entry.size}\n" for entry in entries)


def _digest(lines: Iterator[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _walk(folder: str, below: str, above: set[tuple[int, int]], *, linked: bool, top: bool = False) -> Iterator[Entry]:
    try:
        with os.scandir(folder) as listing:
            entries = list(listing)
    except OSError:
        if top:
            raise
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            facts = entry.stat()
            link = linked or entry.is_symlink()
        except OSError:  # gone meanwhile, or a link that leads nowhere
            continue
        if stat.S_ISREG(facts.st_mode):
            yield Entry(below + entry.name, facts.st_size, facts.st_mtime_ns, link)
        elif stat.S_ISDIR(facts.st_mode) and (identity := _identity(facts)) not in above:
            yield from _walk(entry.path, f"{below}{entry.name}/", above | {identity}, linked=link)


def _identity(facts: os.stat_result) -> tuple[int, int]:
    return facts.st_dev, facts.st_ino
