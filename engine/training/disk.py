"""Writing so that it stays when the power goes, and what to say where that is not possible."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shlex
from pathlib import Path
from typing import Final

FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_CODE: Final = re.compile(r"\(os error (\d+)\)")


def to_disk(path: Path) -> None:
    """Wait until the operating system has written a file, or the names in a folder. Raises OSError."""
    with contextlib.suppress(PermissionError):  # Windows opens no folders
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def not_kept(what: str, run: Path, error: BaseException) -> str:
    """The sentence for what a run that goes on cannot write: what is wrong, where, and how to go on after that."""
    code, words = _reason(error)
    way = f"go on with “Go on” in the window or `layerloom train --resume {shlex.quote(str(run))}`."
    if code in FULL:
        return f"The disk with {run} is full, so {what} cannot be kept: make room, then {way}"
    return f"{what[0].upper()}{what[1:]} cannot be kept in {run} ({words}): mend that, then {way}"


def not_begun(run: Path, error: BaseException) -> str:
    """The sentence for a run that cannot begin."""
    code, words = _reason(error)
    if code in FULL:
        return f"The disk with {run} is full, so no run can begin there: make room, then train again."
    return f"{run} cannot hold a run: {words}."


def _reason(error: BaseException) -> tuple[int | None, str]:
    """The number of the operating system's error behind an exception, None if there is none; and why, in words.

    Neither safetensors nor torch passes the system's error on: one writes its number, the other runs into what follows.
    """
    known: BaseException | None = error
    while known is not None:
        if isinstance(known, OSError) and known.errno is not None:
            return known.errno, known.strerror or str(known)
        known = known.__cause__ or known.__context__
    found = _CODE.search(str(error))
    if found:
        return int(found[1]), os.strerror(int(found[1]))
    return None, (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
