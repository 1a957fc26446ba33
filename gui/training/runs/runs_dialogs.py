"""Questions about runs: whether to delete them, where to save their list. No dialog blocks: answers come as calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from gui.widgets import MessageBox


def ask_delete(window: QWidget, what: str, then: Callable[[], None]) -> None:
    """Ask whether to delete; ``what`` says which runs."""
    more = "Curves, weights and stored states are deleted from the disk; this cannot be undone."
    box = MessageBox(window, "Delete runs", f"Delete {what}?", more, QMessageBox.Icon.Question)
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


def ask_run(window: QWidget, then: Callable[[Path], None]) -> None:
    """Choose the folder of a run, wherever it is."""
    dialog = QFileDialog(window, "Show a run elsewhere", str(Path.home()))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.finished.connect(lambda _code: dialog.deleteLater())
    dialog.open()
