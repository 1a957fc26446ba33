"""The compared networks as rows for Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from engine.comparison.table import COLUMNS, Column, remark
from engine.tabular.formats import Cell, shown
from gui.amounts import memory, short, short_time
from gui.icons import icon
from gui.networks.subject import Computed
from gui.training.words import value_text
from gui.widgets import plain

Index = QModelIndex | QPersistentModelIndex
ROOT: Final = QModelIndex()
SORT: Final = Qt.ItemDataRole.UserRole
REMARK: Final = len(COLUMNS)
AWAITED: Final = "…"


class NetworksModel(QAbstractTableModel):
    """A row for each network; the last column says what is not as it should be. ``metric`` is that of the scores."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Computed] = []
        self.metric = ""

    def show_rows(self, rows: Sequence[Computed], metric: str) -> None:
        """Show these networks."""
        self.beginResetModel()
        self.rows, self.metric = list(rows), metric
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS) + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section <= REMARK:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        title, help = "Remark", "A remark about the network"
        if section < REMARK:
            title, help = COLUMNS[section].title, COLUMNS[section].help
        if role == Qt.ItemDataRole.DisplayRole:
            return title.replace(" ", "\n", 1)
        return plain(help) if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry, column = self.rows[index.row()].entry, index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), column)
        if role == SORT:
            return _sortable(remark(entry) if column == REMARK else COLUMNS[column].order(entry))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(remark(entry) or self.text(index.row(), column), wrap=True)
        if role == Qt.ItemDataRole.DecorationRole and column == 0 and remark(entry):
            return icon("error", "error") if entry.fault else icon("warning", "warning")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            title = "Remark" if column == REMARK else COLUMNS[column].title
            return f"{title}: {self.text(index.row(), column)}"
        return None

    def text(self, row: int, column: int) -> str:
        """A cell for people."""
        entry = self.rows[row].entry
        if column == REMARK:
            return remark(entry)
        declared = COLUMNS[column]
        value = declared.value(entry)
        if value is None:
            return (
                AWAITED if entry.cost is None and not entry.fault and declared.unit not in ("score", "seconds") else "–"
            )
        if declared.unit == "seconds" and entry.timing is not None and not entry.timing.quiet:
            return f"({short_time(float(value))})"
        if declared.unit == "score" and entry.score is not None:
            return value_text(self.metric, float(value)) + ("" if entry.score.same else " *")
        return cell_text(declared, value)


class Sorted(QSortFilterProxyModel):
    """By numbers where they are; what is not known comes last in both directions."""

    def lessThan(self, left: Index, right: Index) -> bool:
        mine, theirs = left.data(SORT), right.data(SORT)
        if mine is None or theirs is None:
            falling = self.sortOrder() == Qt.SortOrder.DescendingOrder
            return (theirs is None and mine is not None) != falling if mine is not theirs else False
        return bool(mine < theirs)


def cell_text(column: Column, value: Cell) -> str:
    """A value in the unit of its column, for people."""
    if isinstance(value, (int, float)):
        if column.unit == "bytes":
            return memory(int(value))
        if column.unit == "seconds":
            return short_time(float(value))
        if column.key == "multiply_adds":
            return short(value)
    return shown(value)


def _sortable(value: Cell) -> object:
    if isinstance(value, str):
        return value.casefold()
    return None if value is None else float(value)


def _side(column: int) -> Qt.AlignmentFlag:
    words = column == REMARK or not COLUMNS[column].unit
    return (Qt.AlignmentFlag.AlignLeft if words else Qt.AlignmentFlag.AlignRight) | Qt.AlignmentFlag.AlignVCenter
