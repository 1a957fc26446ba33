"""A copy of a run that is not one's own, among one's own runs: whole and checked, or not there at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine import own_files, system
from engine.files import FULL, FileError, reason_of, to_disk
from engine.locks import LOCK, WriterLock, is_written
from engine.training.runs.folder import FACTS, LARGEST_FACTS, RunError, is_half, new_names
from engine.training.runs.origin import facts_of_a_new_run
from engine.training.runs.run_info import RunInfo, read

COPYING: Final = ".copying-"
STALE: Final = 60.0
"""Seconds after which what a program that was killed has copied may go."""
PIECE: Final = 2**20
MOST_FILES: Final = 10_000
"""Files and folders in the folder of a run; a run that keeps all its states has four for each."""
NOTE: Final = "It was copied from a run of another computer or person, and is resumed from where that was."


class CopyCancelled(Exception):
    """Copying was cancelled; nothing of the copy is left."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A file, by its name in the folder, with ``/`` between folders."""

    name: str
    size: int


def copy_run(
    run: Path,
    root: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> RunInfo:
    """Copy a run to a new folder under ``root``; ``progress`` gets the bytes that are copied and those of all files.

    The copy is a run of this installation. Each file is read again and compared before the copy gets its name; what is
    no file, such as a link, is left out. The original is only read. Raises RunError or CopyCancelled.
    """
    info = read(run)
    if is_written(run):
        raise RunError(f"Another program is training in {run}: wait for it, or stop it there.")
    try:
        root.mkdir(parents=True, exist_ok=True)
        _clean(root)
        parts = list(_parts(run))
        total = sum(part.size for part in parts)
        _check_room(run, root, total)
        beside = root / f"{COPYING}{secrets.token_hex(4)}"
        beside.mkdir()
    except OSError as error:
        raise _failed(run, root, error) from error
    try:
        with contextlib.closing(_Holding(beside)):
            done = 0
            for part in parts:
                for size in _copied(run, beside, part.name):
                    if cancelled():
                        raise CopyCancelled
                    done += size
                    progress(min(done, total), total)
            _describe(run, beside)
            for folder in sorted({beside, *(beside.joinpath(part.name).parent for part in parts)}):
                system.sync_folder(folder)
        target = _named(beside, root, info.network)
        system.sync_folder(root)
        return read(target)
    except (OSError, ValueError, FileError) as error:
        raise _failed(run, root, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


class _Holding:
    """The lock of a copy in the making: no other program takes it for one that was left behind."""

    def __init__(self, folder: Path) -> None:
        self._lock = WriterLock(folder)

    def close(self) -> None:
        self._lock.release()


def _parts(run: Path) -> Iterator[_Part]:
    """All files of a run but ``run.json``, locks and what is half written. Raises RunError, OSError."""
    waiting, seen = [""], 0
    while waiting:
        name = waiting.pop()
        with os.scandir(own_files.path_of(run, name) if name else run) as entries:
            for entry in entries:
                seen += 1
                if seen > MOST_FILES:
                    raise RunError(f"{run} holds more than {MOST_FILES:,} files: no run has so many.")
                facts = entry.stat(follow_symlinks=False)
                below = f"{name}/{entry.name}" if name else entry.name
                if is_half(entry.name) or below in (FACTS, LOCK) or system.is_link(facts):
                    continue
                if stat.S_ISDIR(facts.st_mode):
                    waiting.append(below)
                elif stat.S_ISREG(facts.st_mode):
                    yield _Part(below, facts.st_size)


def _check_room(run: Path, root: Path, total: int) -> None:
    """Raises RunError where the disk has too little room."""
    free = shutil.disk_usage(root).free
    if total > free:
        need, have = (f"{size / 1e6:,.1f} MB" for size in (total, free))
        raise RunError(f"{run} takes {need}, but the disk with {root} has {have} left: make room, then resume again.")


def _copied(run: Path, beside: Path, name: str) -> Iterator[int]:
    """Copy a file, read the copy again and compare; gives the bytes of each piece. Raises OSError, RunError."""
    path = beside / name
    path.parent.mkdir(parents=True, exist_ok=True)
    wanted = hashlib.sha256()
    with own_files.open_to_read(run, name) as source, own_files.create(beside, name) as target:
        while piece := source.read(PIECE):
            wanted.update(piece)
            target.write(piece)
            yield len(piece)
    to_disk(path)
    with own_files.open_to_read(beside, name) as again:
        if hashlib.file_digest(again, "sha256").digest() != wanted.digest():
            raise RunError(f"{run / name} was not copied as it is: the disk with {beside.parent} may be failing.")


def _describe(run: Path, beside: Path) -> None:
    """Write the facts of the copy, which is this installation's. Raises OSError, ValueError, FileError."""
    facts = json.loads(own_files.read_bytes(run, FACTS, LARGEST_FACTS))
    notes = [*facts.get("notes", []), NOTE]
    content = json.dumps(facts | facts_of_a_new_run() | {"notes": notes}, indent=1, ensure_ascii=False)
    own_files.write_atomically(beside, FACTS, f"{content}\n".encode())
    read(beside)


def _named(beside: Path, root: Path, network: str) -> Path:
    """Give the copy its name. Raises OSError."""
    for name in new_names(network):
        target = root / name
        if not os.path.lexists(target):
            system.rename(beside, target)
            return target
    raise AssertionError("names do not end")


def _clean(root: Path) -> None:
    """Remove what programs that were killed have copied. Raises OSError where the folder cannot be read."""
    for entry in root.iterdir():
        if entry.name.startswith(COPYING) and entry.is_dir() and not entry.is_symlink():
            with contextlib.suppress(OSError):
                if time.time() - entry.stat().st_mtime > STALE and not is_written(entry):
                    shutil.rmtree(entry)


def _failed(run: Path, root: Path, error: Exception) -> RunError:
    code, words = reason_of(error)
    if code in FULL:
        return RunError(f"The disk with {root} is full, so {run} cannot be copied: make room, then resume again.")
    return RunError(f"{run} cannot be copied to {root}: {words}.")
