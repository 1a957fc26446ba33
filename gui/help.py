"""The sheet of keys and the box that says what this program is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QMessageBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.actions import ACTIONS, keymap


def key_sheet(parent: QWidget) -> QDialog:
    """Every action with its keys."""
    dialog = QDialog(parent)
    dialog.setWindowTitle("Keys")
    dialog.resize(560, 640)
    table = QTableWidget(len(ACTIONS), 3)
    table.setHorizontalHeaderLabels(["Action", "Keys", "What it does"])
    table.setAccessibleName("Actions and their keys")
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    for row, action in enumerate(ACTIONS):
        keys = [QKeySequence(k).toString(QKeySequence.SequenceFormat.NativeText) for k in keymap().get(action.id, [])]
        for column, text in enumerate((action.title, ", ".join(keys), action.help)):
            table.setItem(row, column, QTableWidgetItem(text))
    table.resizeColumnsToContents()
    table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    box = QVBoxLayout(dialog)
    box.addWidget(table)
    box.addWidget(buttons)
    dialog.finished.connect(lambda _code: dialog.deleteLater())
    return dialog


def about_box(parent: QWidget) -> QMessageBox:
    """Version and licence."""
    try:
        number = version("layerloom")
    except PackageNotFoundError:
        number = "from source"
    box = QMessageBox(parent)
    box.setWindowTitle("About Layerloom")
    box.setText(f"<b>Layerloom {number}</b>")
    box.setInformativeText(
        "A desktop workbench for neural networks: draw, see every shape, train live, leave with "
        "plain PyTorch.\n\nApache License 2.0"
    )
    box.finished.connect(lambda _code: box.deleteLater())
    return box
