"""Where operating systems differ, here about files and locks: each call has a branch for Windows and one for others.

Beside it are `channels` between processes, facts of the `machine`, `names` of files, and `processes`. Nobody else asks
which system it is, or uses what one of them lacks (``tests/test_house_platforms.py``).
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import IO, Final

WINDOWS = sys.platform == "win32"
DISPLAY_MAY_LACK = sys.platform not in ("win32", "darwin")
"""Whether the system can be used without a screen, as that of a server; those of the others always have one."""
REPARSE_POINT: Final = 0x400
"""What Windows sets on links, junctions and mount points (FILE_ATTRIBUTE_REPARSE_POINT)."""
TRIES, PAUSE = 20, 0.01
"""A scanner or indexer of Windows has a new file open for some milliseconds, and meanwhile nobody can replace it."""
WRITE_BITS: Final = 0o222


def is_link(facts: os.stat_result) -> bool:
    """Whether what `os.lstat` answered is a link, or a junction of Windows."""
    return stat.S_ISLNK(facts.st_mode) or bool(getattr(facts, "st_file_attributes", 0) & REPARSE_POINT)


def is_writable(path: Path | str, facts: os.stat_result | None = None) -> bool:
    """Whether a file or folder may be changed and is meant to be: what nobody may write is not written by root either.

    Of a folder Windows says so only when one tries. ``facts`` are what `os.lstat` says of it, if that is known.
    """
    try:
        if facts is None or is_link(facts):
            facts = os.stat(path)
        return bool(facts.st_mode & WRITE_BITS) and os.access(path, os.W_OK)
    except OSError:  # it is gone, or nobody may look: then it cannot be written
        return False


def replace(source: Path, target: Path) -> None:
    """Rename a file over another. Raises OSError."""
    _patiently(lambda: os.replace(source, target))


def rename(source: Path, target: Path) -> None:
    """Give a file or a folder a name that nothing has. Raises OSError."""
    _patiently(lambda: source.rename(target))


def _patiently(change: Callable[[], object]) -> None:
    """Do what Windows refuses for a moment. Raises OSError."""
    for left in reversed(range(TRIES if WINDOWS else 1)):
        try:
            change()
            return
        except PermissionError:
            if not left:
                raise
            sleep(PAUSE)


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder, where the system lets folders be opened. Raises OSError."""
    if WINDOWS:
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def is_ours(_facts: os.stat_result) -> bool:
        """Whether a file belongs to this user; `os.stat` of Windows does not say whose it is."""
        return True

    def sync_file(handle: int) -> None:
        """Wait until the disk has what was written to an open file. Raises OSError."""
        os.fsync(handle)

    def hold(_file: IO[bytes]) -> None:
        """Nothing: as long as a file is open, Windows lets nobody remove it."""

    def remove_abandoned(path: Path) -> None:
        """Remove a file that no living program has open. Raises OSError where one has."""
        path.unlink()

    def lock(file: IO[bytes]) -> None:
        """Be the only one who holds a lock of the file, until it is closed. Raises OSError where somebody does."""
        os.lseek(file.fileno(), 0, os.SEEK_SET)  # the byte at the position is locked: the first, whoever opened it how
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    share = lock  # Windows knows no shared one: two who look at the same moment may see each other

else:
    import fcntl

    def is_ours(facts: os.stat_result) -> bool:
        """Whether a file belongs to this user."""
        return facts.st_uid == os.geteuid()

    def sync_file(handle: int) -> None:
        """Wait until the disk has what was written to an open file. Raises OSError."""
        if sys.platform == "darwin":
            try:  # fsync of macOS hands over to the drive, which may keep it in its cache
                fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
                return
            except OSError:  # a drive of the network may not know it
                pass
        os.fsync(handle)

    def hold(file: IO[bytes]) -> None:
        """Keep others from removing a file that is being written, until it is closed."""
        fcntl.flock(file, fcntl.LOCK_EX)

    def remove_abandoned(path: Path) -> None:
        """Remove a file that no living program holds. Raises OSError where one does."""
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        finally:
            os.close(handle)

    def lock(file: IO[bytes]) -> None:
        """Be the only one who holds a lock of the file, until it is closed. Raises OSError where somebody does."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def share(file: IO[bytes]) -> None:
        """See whether somebody holds the lock, beside others who look. Raises OSError where somebody does."""
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
