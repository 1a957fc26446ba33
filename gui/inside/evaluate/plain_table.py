"""A table of words with a row that is chosen: how the lists of an evaluation are shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from gui.widgets import plain

ROW, LEAST = 24, 110
"""Pixels of a row, and of the first column at least."""
MEASURED = 30
"""Rows by which the width of a column is found."""


class PlainTable(QTableWidget):
    """``columns`` are (title, what it says); the first is as wide as there is room, the others as they need."""

    row_chosen = Signal(int)

    def __init__(self, name: str, tip: str, columns: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(0, len(columns), parent)
        self.setAccessibleName(name)
        self.setToolTip(plain(tip))
        self.setHorizontalHeaderLabels([title for title, _ in columns])
        for column, (_, said) in enumerate(columns):
            item = self.horizontalHeaderItem(column)
            if said and item is not None:
                item.setToolTip(plain(said))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setStyleSheet("QTableView::item { padding: 0 6px; }")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setResizeContentsPrecision(MEASURED)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.currentCellChanged.connect(self._moved)

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show these rows; none is chosen. A column with nothing in it is hidden."""
        self.blockSignals(True)
        self.setUpdatesEnabled(False)
        self.setRowCount(0)  # a column is measured once, not for every cell
        self.setRowCount(len(rows))
        for row, words in enumerate(rows):
            for column, word in enumerate(words):
                item = QTableWidgetItem(word)
                if not column:
                    item.setToolTip(plain(word))
                self.setItem(row, column, item)
        for column in range(1, self.columnCount()):
            self.setColumnHidden(column, bool(rows) and not any(words[column] for words in rows))
        self.setCurrentCell(-1, -1)
        self.clearSelection()
        self.setUpdatesEnabled(True)
        self.blockSignals(False)
        self.scrollToTop()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Let the first column take what the others leave, or what it needs where that is too little."""
        head = self.horizontalHeader()
        others = sum(head.sectionSize(column) for column in range(1, self.columnCount()))
        roomy = self.viewport().width() - others >= LEAST
        wanted = QHeaderView.ResizeMode.Stretch if roomy else QHeaderView.ResizeMode.ResizeToContents
        if head.sectionResizeMode(0) != wanted:
            head.setSectionResizeMode(0, wanted)

    def _moved(self, row: int, _column: int, before: int, _before_column: int) -> None:
        if row >= 0 and row != before:
            self.row_chosen.emit(row)


def loss_text(value: float) -> str:
    """A loss in words."""
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e12 else f"{value:.4g}"
