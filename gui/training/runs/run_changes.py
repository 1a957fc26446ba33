"""Changes of run folders (names, notes, tags, deletions), made beside the GUI thread, each of them and in order."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from engine.training.runs.folder import RunError
from gui.work.background import Background

Job = Callable[[], None]


class RunChanges(QObject):
    """``made`` once nothing is left to do; ``message`` with the sentence of what could not be done."""

    made = Signal()
    message = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background("write-runs", self)
        self._waiting: list[Job] = []

    def add(self, job: Job) -> None:
        """Do it after those before it."""
        self._waiting.append(job)
        if not self._background.busy:
            self._next()

    def close(self) -> None:
        """Wait for what is being written, and write what is yet to be written."""
        self._background.close()
        _do(self._waiting)
        self._waiting = []

    def _next(self) -> None:
        jobs, self._waiting = self._waiting, []
        self._background.run(partial(_do, jobs), self._done, lambda error: self.message.emit(str(error)))

    def _done(self, faults: list[str]) -> None:
        if faults:
            self.message.emit(faults[0])
        if self._waiting:
            self._next()
        else:
            self.made.emit()


def _do(jobs: list[Job]) -> list[str]:
    """Do all jobs; the sentences of those that failed."""
    faults = []
    for job in jobs:
        try:
            job()
        except RunError as error:
            faults.append(str(error))
    return faults
