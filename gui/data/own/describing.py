"""Work on data of the user's own beside the GUI thread: it says how far it is, and can be cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from engine.data.watch import Stopped, Watch
from gui.work.background import Background

T = TypeVar("T")
EVERY: Final = 100
"""Milliseconds between two looks at how far it is."""


class Describer(QObject):
    """One job at a time; a newer one ends the one before."""

    progressed = Signal(float, str)
    """The share that is done, and what is being done."""
    turned = Signal()
    """A job has begun or ended."""

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.background = Background(name, self)
        self.busy = False
        self._stop = threading.Event()
        self._news: tuple[float, str] = (0.0, "")
        self._clock = QTimer(self, interval=EVERY)
        self._clock.timeout.connect(lambda: self.progressed.emit(*self._news))

    def run(self, job: Callable[[Watch], T], done: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
        """``done`` gets the result or ``failed`` the exception; neither is called once it was cancelled."""
        self._stop.set()
        self._stop, self.busy, self._news = threading.Event(), True, (0.0, "")
        self._clock.start()
        self.background.run(
            partial(self._work, job, self._stop), partial(self._done, done), partial(self._failed, failed)
        )
        self.turned.emit()

    def cancel(self) -> None:
        """End it; nothing comes of it."""
        self._stop.set()
        self._rest()

    def close_background(self) -> None:
        """End it, and wait for its end."""
        self._stop.set()
        self._clock.stop()
        self.background.close()

    def _work(self, job: Callable[[Watch], T], stop: threading.Event) -> tuple[threading.Event, T | None]:
        def progress(share: float, words: str) -> None:
            if not stop.is_set():
                self._news = (share, words)

        try:
            return stop, job(Watch(progress, stop.is_set))
        except Stopped:
            return stop, None

    def _done(self, done: Callable[[T], None], result: tuple[threading.Event, T]) -> None:
        stop, found = result
        if stop is self._stop and not stop.is_set():
            self._rest()
            done(found)

    def _failed(self, failed: Callable[[Exception], None], error: Exception) -> None:
        if not self._stop.is_set():
            self._rest()
            failed(error)

    def _rest(self) -> None:
        if self.busy:
            self.busy = False
            self._clock.stop()
            self.turned.emit()
