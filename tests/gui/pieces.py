"""How much work the window does at a stretch, counted in calls where a clock would judge the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QEvent, QObject

from tests.work import Calls

STARTS = (QEvent.Type.MetaCall, QEvent.Type.Timer)
"""Events the window answers one by one: a result from another thread, a timer. Between two it is free for the user."""


class Pieces(QObject):
    """Notes what was counted since the last event that begins a piece of work."""

    def __init__(self, calls: Calls) -> None:
        super().__init__()
        self.calls, self.found, self._before = calls, [0], calls.count

    def end(self) -> None:
        self.found.append(self.calls.count - self._before)
        self._before = self.calls.count

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in STARTS:
            self.end()
        return False


@contextmanager
def each_piece(calls: Calls) -> Iterator[list[int]]:
    """The calls of each piece of work in the window's thread, however many fall between two ticks of a timer."""
    app = QCoreApplication.instance()
    assert app is not None
    pieces = Pieces(calls)
    app.installEventFilter(pieces)
    try:
        yield pieces.found
        pieces.end()
    finally:
        app.removeEventFilter(pieces)
