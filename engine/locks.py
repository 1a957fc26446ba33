"""Locks of the operating system, which go with the program that holds them, killed or not: none is ever left over."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import IO, Final

from engine import own_files, system
from engine.files import NotAFile

LOCK: Final = ".writer"
TRIES, PAUSE = 20, 0.01
"""Who wants to write asks more than once, seconds apart: another program may just be looking whether someone writes."""
PATIENCE: Final = 300
"""How often who waits for its turn asks."""


class WriterLock:
    """One writer a folder. Held from its making until `release`."""

    def __init__(self, folder: Path, name: str = LOCK, tries: int = TRIES) -> None:
        """Raises BlockingIOError where another program is writing to the folder, OSError where nobody can."""
        self._path = folder / name
        self._file: IO[bytes] | None = None
        while self._file is None:
            self._file = _locked(folder, name, tries)

    def release(self, *, remove: bool = False) -> None:
        """Let others write; with ``remove`` the file of the lock goes, too."""
        if self._file is not None:
            if remove:
                with contextlib.suppress(OSError):  # Windows removes nothing that is open: then it stays, and is empty
                    self._path.unlink()
            self._file.close()
            self._file = None


def _locked(folder: Path, name: str, tries: int) -> IO[bytes] | None:
    """The file of a lock, held; None where its last holder has just removed it, and another is to be made."""
    file: IO[bytes] | None = own_files.append(folder, name)
    assert file is not None
    try:
        for left in reversed(range(tries)):
            try:
                system.lock(file)
                break
            except OSError as error:
                if not left:
                    raise BlockingIOError(str(error)) from error
                sleep(PAUSE)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), os.lstat(folder / name)):
                held, file = file, None
                return held
        return None
    finally:
        if file is not None:
            file.close()


@contextlib.contextmanager
def one_at_a_time(folder: Path, name: str, tries: int = PATIENCE) -> Iterator[None]:
    """Wait for the others who do the same, then do it: read, merge and write a file that several windows share.

    Raises BlockingIOError where another is at it for seconds. Where the folder can hold no lock nobody waits.
    """
    lock: WriterLock | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = WriterLock(folder, name, tries)
    except BlockingIOError:
        raise
    except OSError:  # what is to be written there will say why it cannot be
        pass
    try:
        yield
    finally:
        if lock is not None:
            lock.release(remove=True)


def is_written(folder: Path) -> bool:
    """Whether a program is writing to the folder now; looking changes nothing and disturbs nobody."""
    try:
        with own_files.open_to_read(folder, LOCK) as file:
            system.share(file)
    except (FileNotFoundError, NotAFile):
        return False
    except OSError:
        return True
    return False
