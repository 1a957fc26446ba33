"""The sheet of keys and the box that says what this program is."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.widgets import MessageBox

KeyRow = tuple[str, str, str]
"""An action, its keys and what it does."""


class Help:
    """What the help menu shows over a window."""

    def __init__(self, window: QWidget, keys: Sequence[KeyRow]) -> None:
        self._window, self._keys = window, keys

    def show_keys(self) -> None:
        key_sheet(self._window, self._keys).open()

    def show_about(self) -> None:
        about_box(self._window).open()


def key_sheet(parent: QWidget, rows: Sequence[KeyRow]) -> QDialog:
    """Every action with its keys."""
    dialog = QDialog(parent)
    dialog.setWindowTitle("Keys")
    dialog.resize(560, 640)
    table = QTableWidget(len(rows), 3)
    table.setHorizontalHeaderLabels(["Action", "Keys", "What it does"])
    table.setAccessibleName("Actions and their keys")
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
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


def about_box(parent: QWidget) -> MessageBox:
    """Version and licence."""
    try:
        number = version("layerloom")
    except PackageNotFoundError:
        number = "from source"
    box = MessageBox(
        parent,
        "About Layerloom",
        f"Layerloom {number}",
        "A desktop workbench for neural networks: draw, see every shape, train live, leave with "
        "plain PyTorch.\n\nApache License 2.0",
    )
    box.finished.connect(lambda _code: box.deleteLater())
    return box
