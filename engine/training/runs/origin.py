"""Whose run it is: of this installation, or of another computer or person, and then nothing is written to its folder.

An installation has a random id in Layerloom's home that never leaves it. A run has a random id too, and its *origin*:
HMAC-SHA256 of the run's id with that of the installation as the key. Whoever holds the key can tell the own runs from
all others; from a run alone nobody learns who wrote it, nor whether two runs were written by the same person.
"""

from __future__ import annotations

import contextlib
import hmac
import logging
import os
import re
import secrets
from pathlib import Path
from typing import Any, Final

from engine import own_files, system
from engine.files import FileError
from engine.home import home
from engine.locks import WriterLock
from engine.training.runs.folder import FACTS, METRICS, TIMING

FILE: Final = "installation"
HEX_ID: Final = r"^([0-9a-f]{32})?$"
HEX_ORIGIN: Final = r"^([0-9a-f]{64})?$"
"""What an id and an origin look like; empty in runs of earlier versions."""
_KEY: Final = re.compile(rb"[0-9a-f]{64}")
ELSEWHERE: Final = "This run was written on another computer or by another person"
OWNER: Final = "The files of this run belong to another user of this computer"
LOCKED: Final = "The folder of this run is read-only"
log = logging.getLogger(__name__)


def facts_of_a_new_run() -> dict[str, Any]:
    """The id and the origin that ``run.json`` is to have; the origin is empty where no installation id can be kept."""
    run_id = secrets.token_hex(16)
    key = _installation() or _new_installation()
    return {"id": run_id, "origin": _origin(key, run_id) if key else ""}


class Owner:
    """Who asks: this installation and this user. Made once for many runs."""

    def __init__(self) -> None:
        self._key = _installation()
        self._free: set[tuple[int, int]] = set()
        """Disk and mode of our files that may be written: others of ours there that have the same may be, too."""

    def wrote(self, run_id: str, origin: str) -> bool:
        """Whether this installation has written a run; one of an earlier version, without origin, counts as such."""
        return not origin or bool(self._key and hmac.compare_digest(_origin(self._key, run_id), origin))

    def reason(self, run: Path, run_id: str, origin: str) -> str:
        """Why a run is not one's own, as the beginning of a sentence; empty where it is. Nothing is changed by asking.

        A run of an earlier version, which has no origin, is one's own if its files are.
        """
        return self.locked(os.fspath(run)) if self.wrote(run_id, origin) else ELSEWHERE

    def locked(self, run: str, known: os.stat_result | OSError | None = None) -> str:
        """Why the files of a run cannot be written, as `reason`; ``known`` is what `os.lstat` says of ``run.json``."""
        why = ""
        for path in (f"{run}/{FACTS}", run, f"{run}/{METRICS}", f"{run}/{TIMING}"):
            try:
                facts, known = known if isinstance(known, os.stat_result) else os.lstat(path), None
            except FileNotFoundError:
                continue
            except OSError:  # it is being removed, or nobody may look into it
                return LOCKED
            if not system.is_ours(facts):
                return OWNER
            kind = facts.st_dev, facts.st_mode
            if kind in self._free:
                continue
            if system.is_writable(path, facts):
                self._free.add(kind)
            else:
                why = LOCKED
        return why

    def sign(self, content: bytes) -> bytes:
        """What only this installation can make of a content; empty where there is no installation id."""
        return hmac.digest(self._key, b"content\n" + content, "sha256").hex().encode() if self._key else b""

    def has_signed(self, content: bytes, signature: bytes) -> bool:
        """Whether this installation has made this signature of this content."""
        return bool(self._key) and hmac.compare_digest(self.sign(content), signature)


def reason(run: Path, run_id: str, origin: str) -> str:
    """As `Owner.reason`, for a single run."""
    return Owner().reason(run, run_id, origin)


def note_for(why: str, state: str) -> str:
    """The sentence for a run that is not one's own and is being shown; ``state`` is that of `RunInfo`."""
    more = "" if state == "finished" else ", and if you resume it, a copy among your own runs is resumed"
    return f"{why}: it stays as it is{more}."


def _origin(key: bytes, run_id: str) -> str:
    return hmac.new(key, run_id.encode(), "sha256").hexdigest()


def _installation() -> bytes | None:
    """The id of this installation; None where there is none yet, or none that can be read."""
    try:
        found = own_files.read_bytes(home(), FILE, 65)
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("The file %s cannot be read: %s", FILE, error)
        return None
    return found if _KEY.fullmatch(found) else None


def _new_installation() -> bytes | None:
    """Make the id, unless another program has just done so; None where it cannot be stored."""
    try:
        home().mkdir(parents=True, exist_ok=True)
        lock = WriterLock(home())
    except OSError as error:
        log.warning("The id of this installation cannot be stored: %s", error)
        return None
    beside = f".{FILE}.tmp"
    try:
        if found := _installation():
            return found
        made = secrets.token_hex(32).encode()
        with own_files.create(home(), beside, 0o600) as file:
            file.write(made)
            file.flush()
            system.sync_file(file.fileno())
        system.replace(home() / beside, home() / FILE)
        return made
    except (OSError, FileError) as error:
        log.warning("The id of this installation cannot be stored: %s", error)
        with contextlib.suppress(OSError):
            (home() / beside).unlink(missing_ok=True)
        return None
    finally:
        lock.release()
