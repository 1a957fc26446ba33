"""What goes where, a row for each tensor of the network and each of the file that has no place; one can correct it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from engine.weights.recipe import shape_words
from engine.weights.report import Report
from gui.icons import icon
from gui.weights.source_delegate import SourceDelegate
from gui.widgets import grown, plain

HOW = {
    "name": "by its name",
    "order": "by order, proven",
    "shape": "a guess: its order among equal shapes",
    "hand": "by hand",
}
ICONS = {"✕": "error", "?": "warning", "✓": "ok"}
FROM, WHY = 2, 3


class WeightsTable(QTableWidget):
    """``corrected`` says what the user has typed for a tensor of the network: nothing leaves it as it begins."""

    corrected = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 4, parent)
        self.setHorizontalHeaderLabels(["Tensor of the network", "Shape", "From the file", "Why"])
        self.setAccessibleName("Which tensor goes where")
        self.setToolTip("Type the name of a tensor of the file to correct a row; nothing leaves a tensor as it begins")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        for column, mode in enumerate(("Interactive", "ResizeToContents", "Stretch", "Interactive")):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode[mode])
        header.setMinimumSectionSize(grown(90))
        self.setColumnWidth(0, grown(230))
        self.setColumnWidth(3, grown(330))
        self.setWordWrap(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setResizeContentsPrecision(50)
        self.setStyleSheet("QTableView::item { padding: 0 4px; } QHeaderView::section { padding: 4px 7px; }")
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self._fitting: dict[tuple[int, ...], list[str]] = {}
        self._shapes: list[tuple[int, ...]] = []
        self.setItemDelegateForColumn(FROM, SourceDelegate(self._candidates, self))
        self.itemChanged.connect(self._typed)

    def show_report(self, report: Report | None) -> None:
        """Show a report: what is missing or left over first, then guesses, then the rest."""
        self.blockSignals(True)
        rows = [] if report is None else _rows(report)
        self._fitting = {}
        for name, facts in report.theirs.items() if report is not None else ():
            self._fitting.setdefault(_without_ones(facts.shape), []).append(name)
        self._shapes = [() if report is None else report.ours.get(cells[0], ()) for cells in rows]
        self.setRowCount(len(rows))
        for row, (*cells, sign) in enumerate(rows):
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(plain(text))
                if column == WHY and sign:
                    item.setIcon(icon(ICONS[sign], ICONS[sign]))
                if column != FROM or not cells[0]:
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                self.setItem(row, column, item)
        self.blockSignals(False)

    def _candidates(self, row: int) -> list[str]:
        return self._fitting.get(_without_ones(self._shapes[row]), [])

    def _typed(self, item: QTableWidgetItem) -> None:
        name = self.item(item.row(), 0)
        if name is not None and item.column() == FROM:
            self.corrected.emit(name.text(), item.text().strip())


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)


def _rows(report: Report) -> list[tuple[str, str, str, str, str]]:
    """(ours, shape, theirs, why, sign) of each row."""
    missing = [(name, shape_words(report.ours[name]), "", why, "✕") for name, why in report.missing.items()]
    left = [("", shape_words(report.theirs[name].shape), name, why, "✕") for name, why in report.left_over.items()]
    placed = [
        (name, shape_words(report.ours[name]), source, HOW[how := report.how[name]], "?" if how == "shape" else "✓")
        for name, source in report.placed.items()
    ]
    placed.sort(key=lambda row: row[4] != "?")
    skipped = [
        ("", shape_words(report.theirs[name].shape) if name in report.theirs else "", name, f"no weight: {why}", "")
        for name, why in report.skipped.items()
    ]
    return [*missing, *left, *placed, *skipped]
