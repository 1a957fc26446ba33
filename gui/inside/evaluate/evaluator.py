"""Evaluates the run that is shown, once for all tabs that show something of it; they listen to it."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.data.watch import Stopped, Watch
from engine.training.status import sentence
from gui.inside.evaluate.evaluating import Evaluation, evaluate
from gui.inside.subject import Subject
from gui.work.background import Background

if TYPE_CHECKING:
    from collections.abc import Callable

CANCELLED = "Cancelled."
STEP = 0.01
"""By so much the share that is done has to grow to be told again."""


class Evaluator(QObject):
    """``found`` is the evaluation of ``subject``; while there is none, ``error`` says why, or it is being computed."""

    changed = Signal()
    """Something was found or went wrong, or work began."""
    progress = Signal(float, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.background = Background("evaluate", self)
        self.subject: Subject | None = None
        self.found: Evaluation | None = None
        self.error = ""
        self._output: str | None = None
        self._stop = threading.Event()

    @property
    def busy(self) -> bool:
        """Whether something is being computed."""
        return self.background.busy

    def show(self, subject: Subject) -> None:
        """Evaluate a subject, unless that was done or is being done."""
        if subject is not self.subject:
            self.subject, self.found, self._output = subject, None, None
            self._begin()
        elif self.found is None and self._stop.is_set():
            self._begin()

    def choose(self, output: str) -> None:
        """Look at another Output."""
        if output != self._output:
            self._output = output
            self._begin()

    def again(self) -> None:
        """Begin once more, after Cancel."""
        if self.subject is not None:
            self._begin()

    def cancel(self) -> None:
        """End what is being computed."""
        self._stop.set()

    def close(self) -> None:
        """End what is being computed, and wait until it has."""
        self._stop.set()
        self.background.close()

    def _begin(self) -> None:
        assert self.subject is not None
        self._stop.set()  # what may be under way is of no use any more
        self._stop = threading.Event()
        self.error = ""
        subject, known = self.subject, self.found
        job = partial(evaluate, subject, self._output, known, self._watch(self._stop))
        self.background.run(job, partial(self._done, subject), partial(self._failed, subject))
        self.changed.emit()

    def _watch(self, stop: threading.Event) -> Watch:
        last = -1.0

        def tell(share: float, words: str) -> None:
            nonlocal last
            if share >= last + STEP or share < last:
                last = share
                self.progress.emit(share, words)

        cancelled: Callable[[], bool] = stop.is_set
        return Watch(tell, cancelled)

    def _done(self, subject: Subject, found: Evaluation) -> None:
        if subject is self.subject:
            self.found = found
            self.changed.emit()

    def _failed(self, subject: Subject, error: Exception) -> None:
        if subject is self.subject:
            self.error = CANCELLED if isinstance(error, Stopped) else sentence(error)
            self.changed.emit()
