"""The files that this window has claimed: that of the open project, and for a moment one that is about to be it."""

from __future__ import annotations

import threading
from pathlib import Path

from engine.saving.open_projects import Claim, Holder, claim, key_of


class Claims:
    """Claiming may take as long as a disk, so it is for other threads; the rest is for the window's."""

    def __init__(self) -> None:
        self._held: dict[str, Claim] = {}
        self._taking = threading.Lock()
        self._current: str | None = None
        self._closed = False

    def take(self, path: Path) -> tuple[str, Holder | None]:
        """Claim a file, unless it is claimed here: what it is known by, and who has it open if somebody else has."""
        key = key_of(path)
        with self._taking:
            if key in self._held or self._closed:
                return key, None
            found = claim(path)
            if isinstance(found, Holder):
                return key, found
            self._held[key] = found
        return key, None

    def keep(self, key: str | None) -> None:
        """This is the file of the open project: give up all others."""
        self._current = key
        self.keep_current()

    def keep_current(self) -> None:
        """What was to be opened is not: give up all but the file of the open project."""
        key = self._current
        with self._taking:
            for other in self._held.keys() - {key}:
                self._held.pop(other).release()

    def close(self) -> None:
        """Give up all, and claim nothing more."""
        self._closed = True
        self.keep(None)
