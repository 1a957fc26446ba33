"""Answers to whatever a window asks: popups, dialogs, choices of files."""

from __future__ import annotations

import random
from collections import deque
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QFileDialog, QInputDialog, QMessageBox

TEXTS = ("", "3", "-1", "0.5", "relu", "conv", "x" * 90, "3, 3", "=width * 2", "1e9", "ß ∂ 漢", "<b>bold</b>")


def answer(rng: random.Random, folder: Path, done: deque[str], *, leave: bool = False) -> bool:
    """Answer the popup or dialog that is open, if one is; leave it without doing anything if that is wanted."""
    popup = QApplication.activePopupWidget()
    if popup is not None:
        if not leave and rng.random() < 0.5:
            QTest.keyClick(popup, Qt.Key.Key_Down)
            QTest.keyClick(popup, Qt.Key.Key_Return)
        else:
            popup.close()
        return True
    dialogs = [each for each in QApplication.topLevelWidgets() if isinstance(each, QDialog) and each.isVisible()]
    if not dialogs:
        return False
    dialog = dialogs[-1]
    done.append(f"  {type(dialog).__name__} “{dialog.windowTitle()}”")
    buttons = [each for each in dialog.findChildren(QAbstractButton) if each.isVisible() and each.isEnabled()]
    if leave or rng.random() < 0.4:
        dialog.reject()
    elif isinstance(dialog, QFileDialog):
        _answer_file(rng, folder, dialog)
    elif isinstance(dialog, QInputDialog):
        dialog.setTextValue(rng.choice(TEXTS))
        dialog.accept()
    elif isinstance(dialog, QMessageBox) and buttons:
        rng.choice(buttons).click()
    else:
        dialog.reject()
    return True


def _answer_file(rng: random.Random, folder: Path, dialog: QFileDialog) -> None:
    """Save as one of three files, or open one of those that are there."""
    dialog.setDirectory(str(folder))
    names = sorted(folder.glob("*.loom"))
    if dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave:
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.selectFile(str(folder / f"{rng.randrange(3)}"))
        dialog.accept()
    elif names:
        dialog.selectFile(str(rng.choice(names)))
        dialog.accept()
    else:
        dialog.reject()
