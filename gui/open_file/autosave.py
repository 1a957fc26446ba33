"""Saves a project that has a file of its own after a while with unsaved edits, where the user wants that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from gui.document import Document

MINUTE = 60_000
"""Milliseconds."""


class Autosave(QObject):
    """``save`` writes the project to the file that it comes from; it is called while nothing else is being written."""

    def __init__(
        self, document: Document, save: Callable[[Path], None], busy: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document, self._save, self._busy = document, save, busy
        self._minutes = 0
        self.timer = QTimer(self, singleShot=True)
        self.timer.timeout.connect(self.save_now)
        document.title_changed.connect(self._follow)
        document.opened.connect(self.timer.stop)

    def set_minutes(self, minutes: int) -> None:
        """Save after so many minutes; 0 is never."""
        self._minutes = minutes
        self.timer.stop()
        self._follow()

    @property
    def wanted(self) -> bool:
        """Whether there is something to save, and a file for it that may be written."""
        document = self._document
        return self._minutes > 0 and document.unsaved and document.path is not None and not document.read_only

    def save_now(self) -> None:
        """Save, if there is something to save; later, if a file is being read or written."""
        path = self._document.path
        if self.wanted and path is not None:
            if self._busy():
                self.timer.start(self._minutes * MINUTE)
            else:
                self._save(path)

    def close(self) -> None:
        self._minutes = 0
        self.timer.stop()

    def _follow(self) -> None:
        if not self.wanted:
            self.timer.stop()
        elif not self.timer.isActive():
            self.timer.start(self._minutes * MINUTE)
