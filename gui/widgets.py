"""Small widgets that several pages share, in one look."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from gui.theme import theme


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """A label in a role of the style sheet: title, heading, muted, mono or error."""
    made = QLabel(text)
    made.setIndent(0)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made


def heading(text: str) -> QLabel:
    """The title of a part of a page."""
    return label(text, "heading")


class Note(QLabel):
    """A line of small text in a colour of the theme: ``muted`` for remarks, ``error`` for what is wrong."""

    def __init__(self, text: str = "", token: str = "muted", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._token = token
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.92)
        self.setFont(font)
        self._recolor()
        theme.changed.connect(self._recolor)

    def set_token(self, token: str) -> None:
        """Take another colour of the theme."""
        if token != self._token:
            self._token = token
            self._recolor()

    def _recolor(self) -> None:
        self.setStyleSheet(f"color: {theme.color(self._token).name()}; background: transparent;")
