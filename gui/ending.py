"""How the program ends when nobody presses *Quit*: by a signal, or with the desktop session."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal

from gui.signals import SIGNALLED, heeded


class EndingSignals(QObject):
    """Hands signals to the event loop, so that none comes in the middle of an edit; a second one ends at once."""

    came = Signal(int)
    """The exit code that the program shall have."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked = False

    @contextmanager
    def heeding(self) -> Iterator[None]:
        """Within, signals are handed over."""
        reading, writing = socket.socketpair()
        reading.setblocking(False)
        writing.setblocking(False)
        notifier = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read, self)
        notifier.activated.connect(lambda: self._hand_over(reading))
        before = {number: signal.signal(number, self._note) for number in heeded()}
        woken = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(woken)
            for number, handler in before.items():
                signal.signal(number, handler)
            notifier.setEnabled(False)
            reading.close()
            writing.close()

    def _note(self, number: int, _frame: FrameType | None) -> None:
        """In the midst of anything; what the signal asks for is done when the event loop has the byte it wrote."""
        if self._asked:
            end_at_once(SIGNALLED + number)

    def _hand_over(self, reading: socket.socket) -> None:
        numbers = [number for number in reading.recv(64) if number in heeded()]
        if numbers and not self._asked:
            self._asked = True
            self.came.emit(SIGNALLED + numbers[0])


def end(code: int) -> int:
    """The exit code of a program that has ended in order.

    Where a thread is still within torch, which cannot be asked to hurry, the interpreter must not be taken down around
    it: C++ aborts then ("terminate called without an active exception").
    """
    if any(thread.is_alive() for thread in threading.enumerate() if thread is not threading.main_thread()):
        end_at_once(code)
    return code


def end_at_once(code: int) -> None:
    """Leave without waiting for anybody."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            try:
                stream.flush()
            except OSError:
                continue  # nobody listens any more
    os._exit(code)
