"""Keys as a person presses them, wherever the focus is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget


def focus() -> QWidget:
    """What a key goes to: an open menu, else the widget with the focus."""
    found = QApplication.activePopupWidget() or QApplication.focusWidget()
    assert found is not None
    return found


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key, and what follows from it."""
    QTest.keyClick(focus(), key, modifiers)
    QApplication.processEvents()


def write(text: str) -> None:
    """Letters, and what follows from them."""
    QTest.keyClicks(focus(), text)
    QApplication.processEvents()
