"""The list of worked examples: what is asked, the answer, and each number with the way to it by hand."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.widgets import label, push_button
from presets.worked import EXAMPLES
from presets.worked.example import WorkedExample
from presets.worked.page import result

COLUMNS = ("Layer", "By hand", "Result")


class WorkedDialog(QDialog):
    """``chosen`` is the example that is to be opened."""

    help_page: ClassVar = "guide/worked-examples"

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Worked Examples")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(900, 480)
        self.list = QListWidget()
        self.list.setAccessibleName("Worked examples")
        self.list.setToolTip("Choose an example; Enter opens it")
        self.list.setMaximumWidth(260)
        self.list.setSpacing(4)
        for example in EXAMPLES:
            QListWidgetItem(example.title, self.list)
        self.title = label(role="title", wrap=True)
        self.task, self.answer = label(wrap=True), label(role="heading", wrap=True)
        for words in (self.task, self.answer):
            words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setHorizontalHeaderLabels(list(COLUMNS))
        self.table.setAccessibleName("What is read off the wires")
        self.table.setToolTip(
            "Each number with the way to it by hand; the opened example has it on the wire behind the layer"
        )
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setWordWrap(True)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.open_button = push_button(
            "Open", "Open this example as a project, with its numbers on the wires", self._open
        )
        self.open_button.setProperty("role", "primary")
        self.open_button.setDefault(True)
        close = QPushButton("Close")
        close.setAccessibleName("Close")
        close.setToolTip("Close (Esc)")
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.open_button)
        buttons.addWidget(close)
        right = QVBoxLayout()
        right.setSpacing(8)
        for widget in (self.title, self.task, self.table, self.answer):
            right.addWidget(widget, int(widget is self.table))
        right.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 16)
        row.setSpacing(16)
        row.addWidget(self.list)
        row.addLayout(right, 1)
        self.list.currentRowChanged.connect(self._show)
        self.list.itemActivated.connect(lambda _item: self._open())
        self.list.setCurrentRow(0)

    @property
    def example(self) -> WorkedExample:
        """The one that is shown."""
        return EXAMPLES[max(self.list.currentRow(), 0)]

    def _show(self, _row: int) -> None:
        example = self.example
        self.title.setText(example.title)
        self.task.setText(example.task)
        self.answer.setText(example.answer)
        self.table.setRowCount(len(example.readings))
        for row, reading in enumerate(example.readings):
            for column, text in enumerate((reading.node, reading.how, result(reading))):
                self.table.setItem(row, column, QTableWidgetItem(text))
        self.table.resizeRowsToContents()

    def _open(self) -> None:
        self.chosen.emit(self.example)
        self.accept()
