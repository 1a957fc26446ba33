"""One writer a folder: a lock of the operating system, which goes with the program that holds it, killed or not."""

from __future__ import annotations

from pathlib import Path
from time import sleep
from typing import IO, Final

from engine import own_files, system
from engine.files import NotAFile

LOCK: Final = ".writer"
TRIES, PAUSE = 20, 0.01
"""Who wants to write asks more than once, seconds apart: another program may just be looking whether someone writes."""


class WriterLock:
    """Held from its making until `release`."""

    def __init__(self, folder: Path) -> None:
        """Raises BlockingIOError where another program is writing to the folder, OSError where nobody can."""
        self._file: IO[bytes] | None = None
        file = own_files.append(folder, LOCK)
        for left in reversed(range(TRIES)):
            try:
                system.lock(file)
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
        with own_files.open_to_read(folder, LOCK) as file:
            system.share(file)
    except (FileNotFoundError, NotAFile):
        return False
    except OSError:
        return True
    return False
