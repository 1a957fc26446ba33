"""Questions about runs: whether to delete them, where to save their list. No dialog blocks: answers come as calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget


def ask_delete(window: QWidget, what: str, then: Callable[[], None]) -> None:
    """Ask whether to delete; ``what`` says which runs."""
    box = QMessageBox(QMessageBox.Icon.Question, "Delete runs", f"Delete {what}?", parent=window)
    box.setInformativeText("Curves, weights and kept states go from the disk; this cannot be undone.")
    yes = box.addButton("Delete", QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))

    def answered(_code: int) -> None:
        if box.clickedButton() is yes:
            then()
        box.deleteLater()

    box.finished.connect(answered)
    box.open()


def ask_save(window: QWidget, then: Callable[[Path], None]) -> None:
    """Choose a file for the list."""
    dialog = QFileDialog(window, "Save the list of runs", str(Path.home()), "Tables (*.csv)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("csv")
    dialog.selectFile("runs.csv")
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.finished.connect(lambda _code: dialog.deleteLater())
    dialog.open()
