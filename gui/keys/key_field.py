"""A field that takes the next keys that are pressed, whatever they mean elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from gui.keys.usable import pressed
from gui.widgets import Label


class KeyField(Label):
    """Waits while it has the focus. Esc, or a click elsewhere, breaks it off."""

    taken = Signal(str)
    """The keys, as they are stored."""
    left = Signal()
    """Nothing was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Press the keys …", parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("role", "keys")
        self.setMinimumWidth(160)
        self.setAccessibleName("Press the keys; Esc breaks off")
        self.setToolTip("The next keys that are pressed are taken; Esc breaks off")
        self.hide()

    def listen(self) -> None:
        """Wait for keys."""
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Neither shortcuts nor the way from control to control get the keys."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self._take(event)
            return True
        return super().event(event)

    def _take(self, event: QKeyEvent) -> None:
        keys = pressed(event)
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.hide()
        elif keys:
            self.taken.emit(keys)
            self.hide()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.hide()
        self.left.emit()
