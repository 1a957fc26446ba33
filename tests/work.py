"""Counts work where a clock would judge the machine: how many calls the program's own code makes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


class Calls:
    """How many calls the code of some packages has made: of its own functions, and of those of others in C."""

    def __init__(self, packages: tuple[str, ...]) -> None:
        self.count = 0
        self._folders = tuple(os.path.join(ROOT, package, "") for package in packages)

    def note(self, frame: FrameType, event: str, _argument: Any) -> None:
        """What `sys.setprofile` calls."""
        if event in ("call", "c_call") and frame.f_code.co_filename.startswith(self._folders):
            self.count += 1


@contextmanager
def counted(*packages: str) -> Iterator[Calls]:
    """Counts the calls made in this thread by the code of packages, ``engine`` for example, however busy the machine.

    What happens within a call of C code counts as one.
    """
    calls = Calls(packages)
    before = sys.getprofile()
    sys.setprofile(calls.note)
    try:
        yield calls
    finally:
        sys.setprofile(before)
