"""Which project files are open in which window: a claim of each in Layerloom's home, which goes with its program.

It is kept there and not beside the file, so that no folder of the user's is littered and one that is read-only can be
claimed, too. Windows of another user, or of a computer with a home of its own, are not seen: what they write is.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from engine import own_files
from engine.files import FileError
from engine.home import home
from engine.locks import WriterLock

LARGEST: Final = 4096


@dataclass(frozen=True, slots=True)
class Holder:
    """Another window that has a file open: ``since`` in seconds since 1970, None where it does not say."""

    since: float | None
    same_computer: bool


class Claim:
    """A file is open here. Held until `release`; ``key`` is what its file is known by."""

    def __init__(self, key: str, lock: WriterLock | None) -> None:
        self.key, self._lock = key, lock

    def release(self) -> None:
        """It is not open any more."""
        lock, self._lock = self._lock, None
        if lock is not None:
            with contextlib.suppress(OSError):  # the next claim writes it again
                (folder() / f"{self.key}.json").unlink(missing_ok=True)
            lock.release(remove=True)


class _Stored(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    since: float
    computer: str


def folder() -> Path:
    """Where the claims are."""
    return home() / "open"


def key_of(path: Path) -> str:
    """What a file is known by, through whatever links it is reached. May take as long as a disk."""
    return hashlib.sha256(os.fsencode(os.path.realpath(path))).hexdigest()[:32]


def claim(path: Path) -> Claim | Holder:
    """Claim a file, or learn who has it open. Where the home can hold no lock nobody is asked, and nobody asks."""
    key = key_of(path)
    try:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = WriterLock(folder(), f"{key}.lock")
    except BlockingIOError:
        return _holder(key)
    except OSError:
        return Claim(key, None)
    facts = {"since": time.time(), "computer": _computer()}
    with contextlib.suppress(FileError):  # then the others learn that, but not since when
        own_files.write_atomically(folder(), f"{key}.json", json.dumps(facts).encode())
    return Claim(key, lock)


def _holder(key: str) -> Holder:
    try:
        facts = _Stored.model_validate_json(own_files.read_bytes(folder(), f"{key}.json", LARGEST))
    except (OSError, ValidationError):
        return Holder(None, same_computer=True)
    return Holder(facts.since, facts.computer == _computer())


def _computer() -> str:
    """What tells this computer from another that shares the home; its name stays here."""
    return hashlib.sha256(f"layerloom {platform.node()}".encode()).hexdigest()[:16]
