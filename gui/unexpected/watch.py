"""Shows in the window what went wrong, from whatever thread it is reported."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from engine.home import shown, state
from engine.logs.log_files import FILE, FOLDER
from gui.unexpected.box import UnexpectedBox
from gui.unexpected.hooks import Report
from gui.unexpected.recorder import is_round

OFTEN = 10
"""So many times the status line says each time that it went wrong again."""


class Watch(QObject):
    """One dialog at a time, and one for each kind of failure: what comes again is said in the status line."""

    _reported = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[tuple[str, ...], int] = {}
        self._open_for = 0
        self.box: UnexpectedBox | None = None
        self._window: QWidget | None = None
        self._say: Callable[[str], None] = lambda _sentence: None
        self._save_copy: Callable[[], None] = lambda: None
        self._reported.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def serve(self, window: QWidget, say: Callable[[str], None], save_copy: Callable[[], None]) -> None:
        """Show what goes wrong over this window; ``say`` takes sentences, ``save_copy`` asks where to save."""
        self._window, self._say, self._save_copy = window, say, save_copy

    def take(self, report: Report) -> None:
        """Show a report soon; may be called in any thread, while painting and while memory is cleaned up."""
        self._reported.emit(report)

    def _show(self, report: Report) -> None:
        count = self._counts[report.kind] = self._counts.get(report.kind, 0) + 1
        if self.box is not None:
            self._open_for += 1
            self.box.add(report, self._open_for)
        elif count == 1:
            self._open(report)
        elif count <= OFTEN or is_round(count):
            self._say(f"{report.sentence} ({count:,} times)")

    def _open(self, report: Report) -> None:
        self._open_for = 1
        self.box = UnexpectedBox(report, _log_file(), self._window)
        self.box.copy_wanted.connect(self._save_copy)
        self.box.finished.connect(self._closed)
        self.box.open()

    def _closed(self) -> None:
        self.box = None


def _log_file() -> str:
    """Where the log is, as people write it."""
    return shown(state() / FOLDER / FILE)
