"""Undo and redo belong to the project wherever the focus is, except in a text field with edits of its own.

Qt gives both keys to any text field that has the focus, be there something to take back in it or not.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

Text = QLineEdit | QPlainTextEdit | QTextEdit


class UndoKeys(QObject):
    """Looks at the keys of each text field that gets the focus, and leaves to the window what means nothing there."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)
        self._follow(None, app.focusWidget())

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        if text_of(now) is not None and now is not None:
            now.installEventFilter(self)  # a second time changes nothing

    def eventFilter(self, field: QObject, event: QEvent) -> bool:
        """Before a key becomes a shortcut the field is asked whether it wants it."""
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        text = text_of(field)
        undo, redo = (event.matches(key) for key in (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo))
        if text is None or not (undo or redo) or (can_undo(text) if undo else can_redo(text)):
            return False
        event.ignore()
        return True


def text_of(widget: QObject | None) -> Text | None:
    """What is typed into in a widget; None where nothing is."""
    if isinstance(widget, QAbstractSpinBox | QComboBox):
        return widget.findChild(QLineEdit)
    return widget if isinstance(widget, Text) else None


def can_undo(text: Text) -> bool:
    """Whether a text has edits of its own to take back."""
    if text.isReadOnly():
        return False
    return text.isUndoAvailable() if isinstance(text, QLineEdit) else text.document().isUndoAvailable()


def can_redo(text: Text) -> bool:
    """Whether a text has edits of its own to do again."""
    if text.isReadOnly():
        return False
    return text.isRedoAvailable() if isinstance(text, QLineEdit) else text.document().isRedoAvailable()
