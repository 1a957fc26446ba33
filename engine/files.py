"""Opening and writing files: what is replaced is replaced whole, and what was written stays when the power goes."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path
from typing import Final

from engine.errors import LayerloomError
from engine.foreign import os_error_number

FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class FileError(LayerloomError):
    """Why a file cannot be read or written: one sentence that names it."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside, flush to disk, replace. Raises FileError and leaves the old file where that fails."""
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        temporary.chmod(mode)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise FileError(f"{path} cannot be written: {error.strerror or error}.") from error


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def to_disk(path: Path) -> None:
    """Wait until the operating system has written a file, or the names in a folder. Raises OSError."""
    with contextlib.suppress(PermissionError):  # Windows opens no folders
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def reason_of(error: BaseException) -> tuple[int | None, str]:
    """The number of the operating system's error behind an exception, None if there is none; and why, in words.

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
