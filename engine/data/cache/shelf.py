"""All that is kept decoded, as folders in Layerloom's home: how much it is, how much it may be, what makes room.

Whatever is in them can be made again from the user's files: nothing here is ever the only copy of anything.
"""

from __future__ import annotations

import json
import logging
import math
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine import own_files
from engine.files import FileError
from engine.home import caches

USUAL: Final = 10 * 10**9
"""Bytes that may be kept where the user has said nothing."""
SPARE: Final = 2 * 10**9
"""Bytes of the disk that are left free whatever the limit."""
MOST: Final = 10**15
LIMIT: Final = "limit.json"
FACTS: Final = "facts.json"
LARGEST_FACTS: Final = 2**16
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """Decoded samples of a ``field`` of the data at ``path``; ``used`` is when they were, in seconds since 1970."""

    folder: Path
    path: str
    field: str
    bytes: int
    used: float


def folder() -> Path:
    """Where it all is; it may not exist yet."""
    return caches() / "cache"


def limit() -> int:
    """Bytes that may be kept; 0: nothing is."""
    try:
        said = json.loads(own_files.read_bytes(folder(), LIMIT, LARGEST_FACTS))
    except (OSError, ValueError, RecursionError):
        return USUAL
    known = said.get("bytes") if isinstance(said, dict) else None
    return known if type(known) is int and 0 <= known <= MOST else USUAL


def set_limit(size: int) -> None:
    """Keep at most so many bytes from now on; what is over that goes. Raises FileError."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{folder()} cannot be made: {error.strerror or error}.") from error
    own_files.write_atomically(folder(), LIMIT, json.dumps({"bytes": min(max(size, 0), MOST)}).encode())
    make_room(0)


def kept() -> list[Kept]:
    """What is there, that used last first."""
    try:
        inside = [path for path in folder().iterdir() if path.is_dir()]
    except OSError:
        return []
    return sorted(map(_kept, inside), key=lambda one: (-one.used, one.folder))


def used() -> int:
    """Bytes that are kept now."""
    return sum(one.bytes for one in kept())


def empty(wanted: list[Kept] | None = None) -> int:
    """Remove these, or all; how many bytes that was. What another program holds open on Windows stays."""
    freed = 0
    for one in kept() if wanted is None else wanted:
        try:
            own_files.remove(one.folder)
            freed += one.bytes
        except OSError as error:
            log.info("%s stays: %s", one.folder, error)
    return freed


def make_room(size: int, keep: Path | None = None) -> bool:
    """Whether so many more bytes may be kept; what was not used for longest makes room, but not the folder ``keep``."""
    most, there = limit(), kept()
    over = sum(one.bytes for one in there) + size - most
    with suppress(OSError):  # the home is not made yet
        over = max(over, size + SPARE - shutil.disk_usage(folder()).free)
    for one in reversed(there):
        if over <= 0:
            break
        if one.folder != keep:
            over -= empty([one])
    return over <= 0


def note_use(where: Path, path: str, field: str) -> None:
    """Write down whose samples a folder has, and that they are used now. Raises OSError or FileError."""
    where.mkdir(parents=True, exist_ok=True)
    facts = {"path": path, "field": field, "used": time.time()}
    own_files.write_atomically(where, FACTS, json.dumps(facts).encode())


def _kept(where: Path) -> Kept:
    """What a folder has; one whose facts are damaged was used never, so it goes first."""
    size, facts = 0, dict[str, object]()
    with suppress(OSError):
        size = sum(path.lstat().st_size for path in where.iterdir())
    with suppress(OSError, ValueError, RecursionError):
        said = json.loads(own_files.read_bytes(where, FACTS, LARGEST_FACTS))
        facts = said if isinstance(said, dict) else facts
    when = facts.get("used")
    return Kept(
        where,
        str(facts.get("path", "")),
        str(facts.get("field", "")),
        size,
        when if isinstance(when, float) and math.isfinite(when) else 0.0,
    )
