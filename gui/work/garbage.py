"""Keeps Python's cycle collector out of threads other than the GUI's.

Whichever thread happens to allocate runs the collector. If it finds a dead cycle with a widget in it while it runs in
a training thread, the widget is destroyed there: Qt takes its locks and Python's in the other order than the GUI
thread does, and the window hangs for good. So while one of our threads lives, the collector is off and the GUI thread
collects by the same thresholds. Call `guard` in the GUI thread before such a thread is started.
"""

from __future__ import annotations

import gc
import time
from threading import Thread

from PySide6.QtCore import QTimer

INTERVAL = 100
"""Milliseconds between two looks at whether there is something to collect."""
FULL_EVERY = 10.0
"""Seconds between two full collections, which may hold the interpreter for many milliseconds."""


class _Guard:
    """The threads that live, and the timer that collects for them."""

    def __init__(self) -> None:
        self.threads: list[Thread] = []
        self.timer: QTimer | None = None
        self.full_at = 0.0
        self.was_on = True

    def add(self, thread: Thread) -> None:
        if not self.threads:
            self.was_on = gc.isenabled()
            gc.disable()
            self.full_at = time.monotonic()
            self.timer = QTimer(interval=INTERVAL)
            self.timer.timeout.connect(self.tick)
            self.timer.start()
        self.threads.append(thread)

    def tick(self) -> None:
        self.drop_dead()
        if self.threads:
            self.collect()

    def drop_dead(self) -> None:
        """Forget threads that have ended; after the last one the collector is on again."""
        if not self.threads:
            return
        self.threads = [thread for thread in self.threads if thread.ident is None or thread.is_alive()]
        if not self.threads:
            if self.timer is not None:
                self.timer.stop()
                self.timer = None
            if self.was_on:
                gc.enable()

    def collect(self) -> None:
        """Collect what the collector would have collected by itself."""
        due = [count > threshold > 0 for count, threshold in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        if not due[0]:
            return
        now = time.monotonic()
        if due[2] and now - self.full_at >= FULL_EVERY:
            self.full_at = now
            gc.collect(2)
        else:
            gc.collect(1 if due[1] else 0)


_guard = _Guard()


def guard(thread: Thread) -> None:
    """Keep the collector in the GUI thread until this thread, which is to be started next, has ended."""
    _guard.add(thread)


def settle() -> None:
    """Notice at once that a thread has ended; else it is noticed within a tenth of a second."""
    _guard.drop_dead()
