"""The one module that opens, writes and replaces files: the user's here, those of a run in `engine.own_files`.

Only regular files are opened: a pipe or a device never hangs the program and is never replaced. What is replaced is
replaced whole, at the end of a link and not in its stead, and stays when the power goes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import IO, Final

from engine import system
from engine.errors import LayerloomError
from engine.foreign import os_error_number
from engine.system import names

FULL: Final = (errno.ENOSPC, errno.EDQUOT)
TEMPORARY: Final = ".tmp"
HELD: Final = ".held"
"""The file that a living writer of a folder holds."""
BACKUP: Final = "~"
"""What editors write after the name of a file for its previous version."""
_KINDS: Final = (
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISFIFO, "it is a named pipe, not a file"),
    (stat.S_ISSOCK, "it is a socket, not a file"),
    (stat.S_ISCHR, "it is a device, not a file"),
    (stat.S_ISBLK, "it is a device, not a file"),
)
LEAST_ROOM: Final = 2**16
"""Bytes that are read where the system says that a file has none, as those it makes up when they are read."""
_ALWAYS: Final = sum(getattr(os, name, 0) for name in ("O_BINARY", "O_CLOEXEC", "O_NOCTTY", "O_NONBLOCK"))
"""Flags that every file is opened with, where the system has them."""


class FileError(LayerloomError):
    """Why a file cannot be read or written: one sentence that names it."""


class NotAFile(OSError):
    """What has the name is not a regular file, or is reached by a link where none is followed."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(errno.EINVAL, reason, str(path))


def open_to_read(path: Path) -> BufferedReader:
    """Open a regular file of the user's, through links. Raises OSError with the reason as its ``strerror``."""
    check_regular(path, os.stat(path))
    return os.fdopen(open_handle(path, os.O_RDONLY), "rb")


def read_bytes(path: Path, largest: int) -> bytes:
    """What is in a file, at most so many bytes of it. Raises OSError."""
    with open_to_read(path) as file:
        there = os.fstat(file.fileno()).st_size
        return file.read(min(largest, max(there, LEAST_ROOM)))  # room is made for all that is asked for


def readable(path: Path) -> Path:
    """The path of a regular file of the user's, for libraries that open files themselves. Raises OSError."""
    open_to_read(path).close()
    return path


def is_file(path: Path) -> bool:
    """Whether there is a regular file; False as well where nobody can say, as in a folder that may not be read."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside, flush to disk, replace. Raises FileError and leaves the old file where that fails."""
    with replacing(path) as beside, beside.open("wb") as file:
        file.write(content)


@contextlib.contextmanager
def replacing(path: Path, *, links: bool = True) -> Iterator[Path]:
    """A new file beside `path`, to be written in the block; then the disk has it, and it takes the name of `path`.

    Through a link the file at its end is replaced, unless ``links`` is False: then the link is. Raises FileError, for
    what the system refuses in the block as well, and `path` is as it was.
    """
    beside = None
    try:
        target = Path(os.path.realpath(path)) if links else path
        if why := names.fault(target):
            raise OSError(errno.EINVAL, why, str(path))
        mode = _replaceable(target)
        clean(target.parent, target.name)
        beside = target.with_name(f"{_beginning(target.name)}{secrets.token_hex(4)}{TEMPORARY}")
        with os.fdopen(open_handle(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as held:
            system.hold(held)
            yield beside
        to_disk(beside)
        if mode is not None:
            beside.chmod(mode)
        system.replace(beside, target)
        beside = None
        system.sync_folder(target.parent)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        if beside is not None:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)


@contextlib.contextmanager
def staged(target: Path) -> Iterator[Path]:
    """An empty folder in that of `target`, for what is to be put there by `put_in_place` once it is whole.

    It is gone afterwards, whatever happens; what a killed program has left of one goes with the next. Raises FileError,
    for what the system refuses in the block as well.
    """
    try:
        if why := names.fault(target):
            raise OSError(errno.EINVAL, why, str(target))
        clear_staged(target)
        folder = target.with_name(f"{_beginning(target.name)}{secrets.token_hex(4)}{TEMPORARY}")
        folder.mkdir()
        try:
            with os.fdopen(open_handle(folder / HELD, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as held:
                system.hold(held)
                yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise FileError(f"{target} cannot be written: {error.strerror or error}.") from error


def clear_staged(target: Path) -> None:
    """Remove the folders of `staged` that killed programs have left beside `target`."""
    for entry in target.parent.iterdir():
        if entry.name.startswith(_beginning(target.name)) and entry.name.endswith(TEMPORARY) and entry.is_dir():
            with contextlib.suppress(OSError):  # its writer is at it, or it is somebody else's
                system.remove_abandoned(entry / HELD)
                shutil.rmtree(entry)


def put_in_place(folder: Path, target: Path, *, replace: bool) -> tuple[Path, ...]:
    """Move what is in a folder of `staged` to where `target` is, ``target`` itself last; returns the paths, it first.

    Of a folder that is there already the files of the same names are replaced. Without ``replace`` raises FileError
    where anything is there, before anything is moved. Raises OSError.
    """
    moves = list[tuple[Path, Path]]()
    for entry in sorted(folder.iterdir(), key=lambda entry: (entry.name == target.name, entry.name)):
        into = target.parent / entry.name
        if entry.name == HELD:
            continue
        if entry.is_dir() and into.is_dir():
            files = sorted(path for path in entry.rglob("*") if not path.is_dir())
            moves += [(path, into / path.relative_to(entry)) for path in files]
        else:
            moves.append((entry, into))
    if not replace and (there := next((into for _, into in moves if os.path.lexists(into)), None)):
        raise FileError(f"{there} is there already.")
    for source, into in moves:
        for path in [source] if not source.is_dir() else sorted(source.rglob("*")):
            if not path.is_dir():
                to_disk(path)
        if source.is_dir():
            system.rename(source, into)
        else:
            _replaceable(into)
            into.parent.mkdir(parents=True, exist_ok=True)
            system.replace(source, into)
        system.sync_folder(into.parent)
    tops = {target.parent / into.relative_to(target.parent).parts[0] for _, into in moves}
    return tuple(sorted(tops, key=lambda path: (path != target, path)))


def back_up(path: Path, content: bytes) -> None:
    """Keep the file that is about to become ``content`` beside itself, with ``~`` after its name: one version.

    Nothing happens where there is none, or none that is another. Raises FileError.
    """
    target = Path(os.path.realpath(path))
    try:
        with open_to_read(target) as file:
            facts = os.fstat(file.fileno())
            if facts.st_size == len(content) and file.read(len(content)) == content:
                return
            file.seek(0)
            backup = target.with_name(f"{target.name}{BACKUP}")
            with replacing(backup, links=False) as beside, beside.open("wb") as kept:
                shutil.copyfileobj(file, kept)
            backup.chmod(stat.S_IMODE(facts.st_mode))
    except FileNotFoundError:
        return
    except OSError as error:
        raise FileError(f"{path} cannot be backed up: {error.strerror or error}.") from error


def clean(folder: Path, name: str) -> None:
    """Remove what writers of a file that were killed have left half written beside it."""
    for entry in folder.iterdir():
        if entry.name.startswith(_beginning(name)) and entry.name.endswith(TEMPORARY):
            with contextlib.suppress(OSError):  # its writer is at it, or it is somebody else's
                system.remove_abandoned(entry)


def _beginning(name: str) -> str:
    """What the temporary files of a file are called at the beginning: its name, or its sum where that is long."""
    content = os.fsencode(name)
    return f".{name if len(content) <= names.LONGEST_NAME else hashlib.sha256(content).hexdigest()}."


def open_handle(path: Path, flags: int, mode: int = 0o666) -> int:
    """Open what is a regular file, or is to become one of this mode. Raises OSError, and nothing waits for a pipe."""
    handle = os.open(path, flags | _ALWAYS, mode)
    try:
        check_regular(path, os.fstat(handle))
    except OSError:
        os.close(handle)
        raise
    return handle


def check_regular(path: Path, facts: os.stat_result) -> None:
    """Raises NotAFile, with what it is instead."""
    if stat.S_ISREG(facts.st_mode):
        return
    for is_kind, reason in _KINDS:
        if is_kind(facts.st_mode):
            raise NotAFile(path, reason)


def _replaceable(path: Path) -> int | None:
    """The mode of the file that is to be replaced, None where there is none. Raises OSError where it may not be."""
    try:
        facts = os.stat(path)
    except FileNotFoundError:
        return None
    check_regular(path, facts)
    mode = stat.S_IMODE(facts.st_mode)
    if not mode & 0o222:
        raise PermissionError(errno.EACCES, "it is read-only", str(path))
    return mode


def encoded(text: str) -> bytes:
    """A text as the bytes of a file, as `json.loads` reads them: what holds a path of Linux need be no whole text."""
    return text.encode(errors="surrogatepass")


def to_disk(path: Path) -> None:
    """Wait until the disk has what was written to a file. Raises OSError."""
    with path.open("rb+") as file:  # Windows syncs only what can be written
        system.sync_file(file.fileno())


def sha256_of(file: IO[bytes], size: int) -> hashlib._Hash:
    """The sum of the next bytes of a file, so many at most, to continue with."""
    found = hashlib.sha256()
    while size and (piece := file.read(min(size, 2**20))):
        found.update(piece)
        size -= len(piece)
    return found


def reason_of(error: BaseException) -> tuple[int | None, str]:
    """The number of the operating system's error after an exception, None if there is none; and why, in words.

    Neither safetensors nor torch passes the system's error on: one writes its number, the other runs into what follows.
    """
    known: BaseException | None = error
    while known is not None:
        if isinstance(known, OSError) and known.errno is not None:
            return known.errno, known.strerror or str(known)
        known = known.__cause__ or known.__context__
    if (number := os_error_number(error)) is not None:
        return number, os.strerror(number)
    return None, (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
