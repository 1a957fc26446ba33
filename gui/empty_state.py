"""What stands where there is nothing to see yet: a sign, what is so, what to do next, and a button that does it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.theme import theme
from gui.widgets import Label, Note, plain

SIGN = QSize(44, 44)
WIDEST = 560
"""Pixels of the line that says what to do: longer ones are hard to read."""


class EmptyState(QWidget):
    """In the middle of the place that it fills."""

    wanted = Signal()
    """The button was clicked."""

    def __init__(self, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sign, self.title, self.hint = Label(), Label(), Note()
        self.title.setProperty("role", "heading")
        self.title.setWordWrap(True)
        self.hint.setMaximumWidth(WIDEST)
        self.button = QPushButton()
        self.button.setToolTip(plain(tip))
        self.button.clicked.connect(self.wanted)
        self._sign = ("info", "muted")
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 8, 24, 8)
        box.setSpacing(8)
        box.addStretch(2)
        for widget in (self.sign, self.title):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            box.addWidget(widget)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        line = QHBoxLayout()  # a label that is only aligned in the middle takes the height of narrower lines
        line.addStretch(1)
        line.addWidget(self.hint, 1000)
        line.addStretch(1)
        box.addLayout(line)
        box.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(3)
        theme.changed.connect(self._recolor)

    def say(self, sign: str, title: str, hint: str = "", button: str = "") -> None:
        """Show this; the sign is the name of an icon, red for ``error``, and without a name there is no button."""
        if (self._sign[0], self.title.text(), self.hint.text(), self.button.text()) == (sign, title, hint, button):
            return
        self._sign = (sign, "error" if sign == "error" else "muted")
        self.title.setText(title)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.button.setText(button)
        self.button.setAccessibleName(button or "Go on")
        self.button.setVisible(bool(button))
        self._recolor()

    def _recolor(self) -> None:
        self.sign.setPixmap(icon(*self._sign).pixmap(SIGN))
