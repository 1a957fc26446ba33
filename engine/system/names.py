"""Names of files that every system takes: a folder that is made on one computer can be copied to any other."""

from __future__ import annotations

import itertools
import os
import re
import sys
from pathlib import Path, PurePath
from typing import Final

from engine import system

_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED: Final = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE | re.DOTALL
)
"""Names of devices of Windows; it takes them for the device whatever their ending."""
LONGEST_NAME: Final = 200
"""Bytes that a name made here has at the most; the systems allow 255, of which temporary files need some."""
LONGEST_PATH: Final = 259
"""Characters of a path on a Windows whose long paths are not switched on."""


def safe(name: str, otherwise: str = "unnamed") -> str:
    """The name, as far as every system allows it; what none allows becomes ``_``. Never empty, and the same if safe."""
    text = _FORBIDDEN.sub("_", name.encode("utf-8", "replace").decode())
    text = text.encode()[:LONGEST_NAME].decode(errors="ignore").strip().rstrip(". ")
    if not text.strip("."):
        return otherwise
    stem, dot, ending = text.partition(".")
    return f"{stem.rstrip()}_{dot}{ending}" if _RESERVED.fullmatch(text) else text


def apart(folder: Path, name: str) -> str:
    """The name, or with a number where the folder has another that some systems take for the same (``cell``, ``Cell``).

    Raises OSError.
    """
    there = {other.name.casefold(): other.name for other in folder.iterdir()}
    stem, ending = os.path.splitext(name)
    names = (f"{stem}-{number}{ending}" if number > 1 else name for number in itertools.count(1))
    return next(each for each in names if there.get(each.casefold(), each) == each)


def fault(path: PurePath) -> str:
    """Why this system can have no file of this path, as the rest of a sentence; empty where it can."""
    if not system.WINDOWS:
        return ""
    if _RESERVED.fullmatch(path.name):
        return f"“{path.name}” is the name of a device of Windows: choose another name"
    if path.name != path.name.rstrip(". ") or _FORBIDDEN.search(path.name):
        return f'Windows allows no name like “{path.name}”: it ends in a dot or space, or has one of < > : " | ? *'
    if len(str(path)) > longest_path():
        return f"the path has {len(str(path))} characters, and Windows allows {LONGEST_PATH}: choose a shorter one"
    return ""


def longest_path() -> int:
    """How many characters Windows allows for a path: it can be told to allow long ones."""
    if sys.platform == "win32":
        import ctypes

        if ctypes.WinDLL("ntdll").RtlAreLongPathsEnabled() & 0xFF:
            return 32_766
    return LONGEST_PATH
