"""The files of a folder that is the program's own, such as that of a run, though a stranger may have made it.

Nothing below the folder is reached through a link, and what has a second name elsewhere (a hard link) is copied before
it is changed: whatever lies there, no file outside the folder is touched.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, BufferedWriter
from pathlib import Path, PurePosixPath

from engine import system
from engine.files import FileError, NotAFile, check_regular, open_handle, replacing

LINK = "it is a link, and in a folder of the program's own none is followed"


def path_of(folder: Path, name: str) -> Path:
    """Where ``name`` (with ``/`` between folders) is. Raises OSError where a link is on the way, or at the end."""
    path = folder
    for part in PurePosixPath(name).parts:
        path /= part
        try:
            facts = os.lstat(path)
        except FileNotFoundError:
            continue
        if system.is_link(facts):
            raise NotAFile(path, LINK)
    return path


def is_file(folder: Path, name: str) -> bool:
    """Whether there is a regular file of this name; False as well where nobody can say."""
    try:
        return stat.S_ISREG(os.lstat(path_of(folder, name)).st_mode)
    except (OSError, ValueError):
        return False


def size_of(folder: Path, name: str) -> int:
    """The bytes of a file. Raises OSError."""
    with open_to_read(folder, name) as file:
        return os.fstat(file.fileno()).st_size


def open_to_read(folder: Path, name: str) -> BufferedReader:
    """Open a file to read. Raises OSError."""
    path = path_of(folder, name)
    check_regular(path, os.lstat(path))
    return os.fdopen(open_handle(path, os.O_RDONLY), "rb")


def read_bytes(folder: Path, name: str, largest: int) -> bytes:
    """What is in a file, at most so many bytes of it. Raises OSError."""
    with open_to_read(folder, name) as file:
        return file.read(largest)


def read_whole(folder: Path, name: str, largest: int) -> bytes:
    """All that is in a file. Raises OSError, also where it is larger than this."""
    content = read_bytes(folder, name, largest + 1)
    if len(content) > largest:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(folder / name))
    return content


def readable(folder: Path, name: str) -> Path:
    """The path of a regular file, for a library that opens files itself. Raises OSError."""
    with open_to_read(folder, name):
        return folder / name


def append(folder: Path, name: str, size: int | None = None) -> BufferedWriter:
    """Open a file to append, a new one where there is none, cut to ``size`` if that is given. Raises OSError."""
    path = path_of(folder, name)
    if path.exists():
        facts = os.lstat(path)
        check_regular(path, facts)
        if facts.st_nlink > 1:
            _part_from_others(path)
    file = os.fdopen(open_handle(path, os.O_RDWR | os.O_CREAT | os.O_APPEND), "ab")
    if size is not None:
        try:
            file.truncate(size)
        except OSError:
            file.close()
            raise
    return file


def create(folder: Path, name: str, mode: int = 0o666) -> BufferedWriter:
    """Open a new file to write, in the stead of whatever has its name. Raises OSError."""
    path = folder / name
    path_of(folder, str(PurePosixPath(name).parent))
    path.unlink(missing_ok=True)
    return os.fdopen(open_handle(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")


def write_atomically(folder: Path, name: str, content: bytes) -> None:
    """Write beside, flush to disk, replace. Raises FileError and leaves the old file where that fails."""
    with replacing_own(folder, name) as beside, beside.open("wb") as file:
        file.write(content)


@contextmanager
def replacing_own(folder: Path, name: str) -> Iterator[Path]:
    """As `engine.files.replacing`; a link that has the name is replaced itself."""
    try:
        path_of(folder, str(PurePosixPath(name).parent))
    except OSError as error:
        raise FileError(f"{folder / name} cannot be written: {error.strerror}.") from error
    with replacing(folder / name, links=False) as beside:
        yield beside


def make_folder(folder: Path, name: str) -> Path:
    """A folder within, made where there is none. Raises OSError."""
    path = path_of(folder, name)
    path.mkdir(exist_ok=True)
    return path


def remove(path: Path) -> None:
    """Remove a file, a folder with all that is in it, or a link but not what it leads to. Raises OSError."""
    facts = os.lstat(path)
    if stat.S_ISDIR(facts.st_mode) and not system.is_link(facts):
        shutil.rmtree(path)
    else:
        path.unlink()


def _part_from_others(path: Path) -> None:
    """Give a file that has several names a copy of its own."""
    with replacing(path, links=False) as beside, path.open("rb") as source, beside.open("wb") as target:
        shutil.copyfileobj(source, target)
