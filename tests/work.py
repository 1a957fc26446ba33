"""Counts work where a clock would judge the machine: how many calls the program's own code makes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


class Calls:
    """How many calls the code of one package has made: of its own functions, and of Python's and Qt's."""

    def __init__(self, package: str) -> None:
        self.count = 0
        self._folder = f"{ROOT / package}/"

    def note(self, frame: FrameType, event: str, _argument: Any) -> None:
        """What `sys.setprofile` calls."""
        if (event == "call" or event == "c_call") and frame.f_code.co_filename.startswith(self._folder):
            self.count += 1


@contextmanager
def counted(package: str) -> Iterator[Calls]:
    """Counts the calls made inside by the code of a package, ``engine`` for example: the same number every time."""
    calls = Calls(package)
    before = sys.getprofile()
    sys.setprofile(calls.note)
    try:
        yield calls
    finally:
        sys.setprofile(before)
