"""How far work beside the window is, with a button that ends it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from gui.widgets import Note, plain


class WorkBar(QWidget):
    """Words, a bar and Cancel; hidden while nothing is being done. ``what`` that is: "looking at the data"."""

    cancelled = Signal()

    def __init__(self, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = Note()
        self.words.setWordWrap(False)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(f"Progress of {what}")
        self.cancel = QPushButton("Cancel")
        self.cancel.setAccessibleName(f"Cancel {what}")
        self.cancel.setToolTip(plain(f"Stop {what}; nothing is changed"))
        self.cancel.clicked.connect(lambda _checked: self.cancelled.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words, 2)
        row.addWidget(self.bar, 3)
        row.addWidget(self.cancel)
        self.hide()

    def begin(self, words: str) -> None:
        self.words.setText(words)
        self.bar.setValue(0)
        self.show()

    def show_progress(self, share: float, words: str) -> None:
        if words:
            self.words.setText(words)
        self.bar.setValue(round(1000 * share))
