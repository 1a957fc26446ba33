"""What a training in a separate process is given, and how it is found again: a private folder in Layerloom's home.

It holds the project, the request, the key of the wire and, once the process listens, ``host.json`` with its address.
The process holds the writer's lock of the folder as long as it lives: that, and no number of a process, says that it
does. It removes the folder when it ends; what one that died has left is removed by `live`.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from engine import own_files, project
from engine.errors import first_fault
from engine.files import FileError, reason_of
from engine.graph import Graph
from engine.home import hosts
from engine.locks import LOCK, WriterLock, is_written
from engine.training.process.wire import KEY_BYTES, Line, WireError, connect
from engine.training.runs.folder import PROJECT, RunError, writer_lock

REQUEST, KEY, FACTS, WORDS = "request.json", "key", "host.json", "words.txt"
LARGEST_FACTS, LARGEST_WORDS = 2**16, 2**20
STALE: Final = 60.0
"""Seconds after which the folder of a process that is dead, or never came to life, may go."""


class Request(BaseModel):
    """What to train: the project beside it, or a run to resume; see `engine.training.loop.Trainer`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    root: Path | None = None
    resume: Path | None = None
    weights_of: Path | None = None
    paused: bool = False


class HostFacts(BaseModel):
    """What ``host.json`` says: where the process listens, and what it trains; ``run`` once that has a folder."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    pid: int
    address: str | tuple[Literal["127.0.0.1"], int]
    network: str
    run: Path | None = None


@dataclass(frozen=True, slots=True)
class LiveTraining:
    """A training that continues in a separate process."""

    folder: Path
    facts: HostFacts


def hand_over(graph: Graph, request: Request) -> Path:
    """Lay everything down for a new process; returns the folder. Raises RunError."""
    folder = hosts() / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}"
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        with own_files.create(folder, KEY, 0o600) as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        project.save(graph, folder / PROJECT)
        own_files.write_atomically(folder, REQUEST, request.model_dump_json().encode())
    except (OSError, FileError) as error:
        remove(folder)
        reason = error.strerror or error if isinstance(error, OSError) else error
        raise RunError(f"The training cannot be handed to a separate process: {reason}.") from error
    return folder


def take(folder: Path) -> tuple[WriterLock, Request, Graph, bytes]:
    """The process's side of `hand_over`: its lock, the request, the project, the key. Raises RunError, ProjectError."""
    lock = writer_lock(folder)
    try:
        request = Request.model_validate_json(own_files.read_bytes(folder, REQUEST, LARGEST_FACTS))
        return lock, request, project.load_own(folder, PROJECT), own_files.read_bytes(folder, KEY, KEY_BYTES + 1)
    except BaseException as error:
        lock.release()
        if isinstance(error, OSError):
            raise RunError(f"{folder} holds no whole request: {reason_of(error)[1]}.") from error
        if isinstance(error, ValidationError):
            raise RunError(f"{folder / REQUEST} is damaged: {': '.join(first_fault(error))}.") from error
        raise


def announce(folder: Path, facts: HostFacts) -> None:
    """Write ``host.json``. Raises ProjectError."""
    own_files.write_atomically(folder, FACTS, facts.model_dump_json().encode())


def facts_of(folder: Path) -> HostFacts | None:
    """What ``host.json`` says; None where there is none, or none that can be believed."""
    try:
        return HostFacts.model_validate_json(own_files.read_bytes(folder, FACTS, LARGEST_FACTS))
    except (OSError, ValidationError):
        return None


def call(folder: Path) -> Line:
    """A line to the process that was given this folder. Raises WireError."""
    facts = facts_of(folder)
    try:
        key = own_files.read_bytes(folder, KEY, KEY_BYTES + 1)
    except OSError:
        key = b""
    if facts is None or len(key) != KEY_BYTES:
        raise WireError("This training has ended, or it is not one that can be watched.")
    return connect(facts.address, key)


def live() -> list[LiveTraining]:
    """The trainings that continue in separate processes, oldest first; what dead ones have left goes."""
    try:
        folders = sorted(path for path in hosts().iterdir() if path.is_dir())
    except OSError:
        return []
    found = []
    for folder in folders:
        facts = facts_of(folder)
        if facts is not None and own_files.is_file(folder, LOCK) and is_written(folder):
            found.append(LiveTraining(folder, facts))
        elif _old(folder):
            remove(folder)
    return found


def remove(folder: Path) -> None:
    """Remove the folder of a process, as far as that can be done."""
    for path in (folder, spare(folder)):
        shutil.rmtree(path, ignore_errors=True)


def spare(folder: Path) -> Path:
    """Where the socket is put if the path of the folder is too long for one."""
    return Path(tempfile.gettempdir()) / f"layerloom-{folder.name}"


def _old(folder: Path) -> bool:
    """Whether nothing has happened in it for long: a process that is just being started has no address yet."""
    try:
        return time.time() - folder.stat().st_mtime > STALE
    except OSError:
        return False
