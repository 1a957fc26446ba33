"""The title of a frame edited in place: a line of text over its strip. Enter keeps it, Esc does not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from engine.limits import LONGEST_TITLE


class TitleEditor(QLineEdit):
    """Lies over a view until it is left; ``said`` gets the text if it is to be kept."""

    def __init__(self, view: QWidget, text: str, said: Callable[[str], object]) -> None:
        super().__init__(text, view)
        self._said, self._open = said, True
        self.setMaxLength(LONGEST_TITLE)
        self.setPlaceholderText("Title")
        self.setAccessibleName("Title of the frame")
        self.setToolTip("Enter keeps it, Esc leaves it as it was")
        self.selectAll()

    def show_at(self, place: QRect) -> None:
        """Show it there and take the keyboard."""
        self.setGeometry(place)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def finish(self, *, keep: bool) -> None:
        """Close it, once."""
        if self._open:
            self._open = False
            text, parent = self.text().strip(), self.parentWidget()
            self.hide()
            self.deleteLater()
            if parent is not None:
                parent.setFocus(Qt.FocusReason.OtherFocusReason)
            if keep:
                self._said(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            event.accept()
            self.finish(keep=event.key() != Qt.Key.Key_Escape)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.finish(keep=True)
