"""Long work in the window's own thread, a slice at a time, so that the window answers in between.

For what is computed in Python from the open network. A thread would not help: it takes the interpreter from the window
again and again while that paints, and needs a copy of the network.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any, Final, TypeVar

from PySide6.QtCore import QObject, QTimer

T = TypeVar("T")
LONGEST: Final = 0.008
"""Seconds after which a slice ends with the step at hand: half of what the window may wait."""


class Slices(QObject):
    """Does one piece of work at a time, ``steps`` steps at a stretch, fewer of long ones; another takes its place."""

    def __init__(self, steps: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps = steps
        self._work: Generator[None, None, Any] | None = None
        self._done: Callable[[Any], None] = lambda _result: None
        self._turn = QTimer(self, singleShot=True)
        self._turn.timeout.connect(self.step)

    @property
    def busy(self) -> bool:
        """Whether something is left to do."""
        return self._work is not None

    def run(self, work: Generator[None, None, T], done: Callable[[T], None], *, after: int = 0) -> None:
        """Begin a piece of work ``after`` so many milliseconds without another one; ``done`` gets what it returns."""
        self._work, self._done = work, done
        self._turn.start(after)

    def stop(self) -> None:
        """Forget what is left to do."""
        self._work = None
        self._turn.stop()

    def finish(self) -> None:
        """Do now what is left."""
        while self._work is not None:
            self.step()

    def step(self) -> None:
        """Do a slice now."""
        work = self._work
        if work is None:
            return
        until = time.perf_counter() + LONGEST
        try:
            for _ in range(self._steps):
                next(work)
                if time.perf_counter() > until:
                    break
        except StopIteration as end:
            self.stop()
            self._done(end.value)
        else:
            self._turn.start(0)
