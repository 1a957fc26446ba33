"""Samples with what the network answers to them, what would have been right, and how sure it is: wrong ones first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from engine.training.history import History, Table
from engine.training.predictions import is_predictions
from gui.training.answer_table import AnswerTable
from gui.training.answers import Shown
from gui.training.cards import Cards
from gui.widgets import Note


class PredictionsPage(QWidget):
    """Shows the latest answers of a History, or why there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards, self.table = Cards(), AnswerTable()
        self.chooser = QComboBox()
        self.chooser.setAccessibleName("Part of the data and Output")
        self.chooser.setToolTip("Of which part of the data, and of which Output")
        self.chooser.activated.connect(lambda _row: self._show())
        self.said, self.hint = Note(), Note()
        self.said.setWordWrap(False)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._tables: Mapping[str, Table] = {}
        self._table: Table | None = None
        self._history: History | None = None
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(self.cards)
        self.views = QStackedWidget()
        self.views.addWidget(area)
        self.views.addWidget(self.table)
        head = QHBoxLayout()
        head.addWidget(self.chooser)
        head.addWidget(self.said, 1)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 6, 12, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.views, 1)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.hint)
        self.stack.addWidget(body)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.stack)

    def show_history(self, history: History | None, why: str) -> None:
        """Show what there is; ``why`` says why where there is nothing."""
        tables = {} if history is None else history.tables
        if tables is self._tables and history is self._history and why == self.hint.text():
            return
        self._history, self._tables = history, tables
        found = [name for name in tables if is_predictions(name)]
        self.hint.setText(why)
        self.stack.setCurrentIndex(1 if found else 0)
        if [self.chooser.itemData(row) for row in range(self.chooser.count())] != found:
            chosen = self.chooser.currentData()
            self.chooser.clear()
            for name in found:
                head = tables[name].values["head"] if "_" in name else ""
                self.chooser.addItem(f"{name.partition('/')[0]} part{f' · {head}' if head else ''}", name)
            if chosen in found:
                self.chooser.setCurrentIndex(found.index(chosen))
        self._show()

    def _show(self) -> None:
        table = self._tables.get(self.chooser.currentData())
        if table is None or table is self._table:
            return
        self._table = table
        values = table.values
        samples = values["samples"]
        self.said.setText(f"after epoch {table.epoch:,}; the first {len(samples)} samples; {summary(samples)}")
        shown = Shown.of(values)
        if shown.pictured:
            self.cards.show_values(values, shown)
        else:
            self.table.show_values(values)
        self.views.setCurrentIndex(0 if shown.pictured else 1)


def summary(samples: Sequence[Mapping[str, Any]]) -> str:
    """How many of the samples are wrong, and in what order they stand."""
    if all(sample["right"] is None for sample in samples):
        return "the farthest off first"
    wrong = sum(sample["right"] is False for sample in samples)
    if not wrong:
        return "all of them right, the least sure first"
    hits = [sample["hits"] for sample in samples if sample.get("hits") is not None]
    if hits:
        return f"{100 * sum(hits) / len(hits):.3g} % of their places right, the most wrong samples first"
    return f"{wrong} of them wrong, these first"
