"""One writer a folder: a lock of the operating system, which goes with the program that holds it, killed or not."""

from __future__ import annotations

import sys
from pathlib import Path
from time import sleep
from typing import IO, Final

LOCK: Final = ".writer"
TRIES, PAUSE = 20, 0.01
"""Who wants to write asks more than once, seconds apart: another program may just be looking whether someone writes."""


class WriterLock:
    """Held from its making until `release`."""

    def __init__(self, folder: Path) -> None:
        """Raises BlockingIOError where another program is writing to the folder, OSError where nobody can."""
        self._file: IO[bytes] | None = None
        file = (folder / LOCK).open("ab")
        for left in reversed(range(TRIES)):
            try:
                _lock(file)
                break
            except OSError as error:
                if left:
                    sleep(PAUSE)
                    continue
                file.close()
                raise BlockingIOError(str(error)) from error
        self._file = file

    def release(self) -> None:
        """Let others write."""
        if self._file is not None:
            self._file.close()
            self._file = None


def is_written(folder: Path) -> bool:
    """Whether a program is writing to the folder now; looking changes nothing and disturbs nobody."""
    try:
        with (folder / LOCK).open("rb") as file:
            _share(file)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    _share = _lock  # Windows knows no shared one: two who look at the same moment may see each other

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _share(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
