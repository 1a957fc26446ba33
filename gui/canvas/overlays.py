"""Quiet words over the canvas: a hint while it is empty, and a note beside the mouse while a wire is dragged."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from gui.keys.keymap import keymap
from gui.theme import theme
from gui.widgets import Label


class _Words(Label):
    """Text that mice look through; it belongs to the view, so that scrolling does not move it."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(parent=view)
        self.view = view
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def _dress(self) -> None:
        """Take on the colours of the theme."""


class Hint(_Words):
    """What to do with an empty canvas."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        keymap.changed.connect(self._say)
        self._say()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        font = QFont(self.font())
        font.setPixelSize(15)
        self.setFont(font)

    def _say(self) -> None:
        keys = keymap.shown("canvas.add")
        self.setText(f"Drag a layer here, or press {keys} to search" if keys else "Drag a layer here")

    def _dress(self) -> None:
        self.setStyleSheet(f"background: transparent; color: {theme.color('muted').name()};")


class MouseNote(_Words):
    """A sentence beside the mouse."""

    def __init__(self, view: QWidget) -> None:
        self._bad = False
        super().__init__(view)
        self.setWordWrap(True)
        self.setMargin(7)

    def _dress(self) -> None:
        edge = theme.color("error" if self._bad else "border").name()
        base, text = theme.color("base").name(), theme.color("text").name()
        self.setStyleSheet(f"background: {base}; color: {text}; border: 1px solid {edge}; border-radius: 5px;")

    def say(self, text: str, at: QPoint, *, bad: bool) -> None:
        """Show a sentence beside ``at``, or nothing for no text."""
        if not text:
            self.hide()
            return
        if bad != self._bad:
            self._bad = bad
            self._dress()
        text = f"✕ {text}" if bad else text
        if text != self.text():
            self.setText(text)
            self.setFixedWidth(min(340, self.fontMetrics().horizontalAdvance(self.text()) + 24))
            self.setFixedHeight(self.heightForWidth(self.width()))
        room = self.view.rect()
        x = min(at.x() + 18, room.right() - self.width() - 4)
        y = at.y() + 22 if at.y() + 22 + self.height() < room.bottom() else at.y() - 14 - self.height()
        self.move(max(x, 4), max(y, 4))
        self.show()
        self.raise_()
