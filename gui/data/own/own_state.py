"""The files of a project's own data, followed by the window: whether they are there and the same as before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from engine.settings.data import SourceSettings
from engine.training.status import sentence
from gui.data.own.comparing import Checked, check
from gui.data.taking import source_in
from gui.document import Document
from gui.work.background import Background

PATIENCE = 0.2
"""Seconds that the window waits at its end for an answer about files: a network that is gone may take minutes."""


class OwnState(QObject):
    """``checked`` is what is known of the source of the project, None as long as nothing is."""

    turned = Signal()
    """Something was found out."""
    message = Signal(str)
    trouble = Signal()
    """A training was to begin, and the data are not what the project expects."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.checked: Checked | None = None
        self.background = Background("check-own-data", self)
        document.opened.connect(self._opened)

    def source(self) -> SourceSettings | None:
        """The data of one's own that the project learns from."""
        return source_in(self.document)

    @property
    def known(self) -> Checked | None:
        """What was found out of the source as it is set now."""
        return self.checked if self.checked is not None and self.checked.source == self.source() else None

    def check(self, then: Callable[[Checked], None] = lambda checked: None) -> None:
        """Find out, and call ``then``; nothing for projects without own data."""
        source = self.source()
        if source is None:
            self.checked = None
            return
        self.background.run(partial(check, source, self.known), partial(self._found, then), self._failed)

    def before_training(self, begin: Callable[[], None]) -> None:
        """Let a training begin once it is known that the data are what the project expects."""
        if self.source() is None:
            begin()
            return
        self.message.emit("Checking the data …")
        self.check(partial(self._decide, begin))

    def close(self) -> None:
        self.background.close(PATIENCE)

    def _decide(self, begin: Callable[[], None], checked: Checked) -> None:
        if checked.state == "same":
            begin()
            return
        self.trouble.emit()
        if checked.state == "changed":
            self.message.emit("The data have changed since they were added: say what to do, then press Train again.")

    def _opened(self) -> None:
        self.checked = None
        self.check()

    def _found(self, then: Callable[[Checked], None], checked: Checked) -> None:
        self.checked = checked
        if checked.source == self.source():
            self.turned.emit()
            if checked.state == "missing":
                self.message.emit(f"✕ {checked.said}")
            then(checked)

    def _failed(self, error: Exception) -> None:
        self.message.emit(f"✕ {sentence(error)}")
