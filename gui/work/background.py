"""Work beside the GUI thread whose result comes back as a signal: loading data, reading runs.

One job at a time; while one runs, only the newest further request is kept, for the older ones are out of date.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from gui.unexpected.recorder import record
from gui.work import garbage

T = TypeVar("T")
Entry = tuple[Callable[[], object], Callable[[Any], None], Callable[[Exception], None]]
"""A job, who takes its result, and who takes what went wrong."""


class Background(QObject):
    """A helper that runs jobs in a thread of its own and calls back in the GUI thread."""

    idle = Signal()
    """Nothing is left to do."""
    _ended = Signal(object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._thread: threading.Thread | None = None
        self._current: Entry | None = None
        self._next: Entry | None = None
        self._ended.connect(self._deliver)

    @property
    def busy(self) -> bool:
        """Whether a job is being done."""
        return self._current is not None

    def run(self, job: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
        """Do a job; ``done`` gets its result or ``failed`` the exception, unless a newer job has replaced it."""
        if self.busy:
            self._next = (job, done, failed)
        else:
            self._start((job, done, failed))

    def close(self, timeout: float = 10.0) -> None:
        """Forget what is waiting and wait for what is running."""
        self._next = self._current = None
        if self._thread is not None:
            self._thread.join(timeout)
            garbage.settle()

    def _start(self, entry: Entry) -> None:
        self._current = entry
        self._thread = threading.Thread(target=self._work, args=(entry[0],), name=self._name, daemon=True)
        garbage.guard(self._thread)
        self._thread.start()

    def _work(self, job: Callable[[], object]) -> None:
        try:
            result, error = job(), None
        except Exception as problem:
            record(problem)
            result, error = None, problem
        with contextlib.suppress(RuntimeError):  # the page was closed meanwhile
            self._ended.emit(result, error)

    def _deliver(self, result: object, error: Exception | None) -> None:
        entry, self._current = self._current, None
        if self._thread is not None:
            self._thread.join()
            garbage.settle()
        newer, self._next = self._next, None
        if newer is not None:
            self._start(newer)
        elif entry is not None:
            entry[1](result) if error is None else entry[2](error)
        if not self.busy:
            self.idle.emit()
