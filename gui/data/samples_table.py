"""Rows of numbers with their answer in front: a model that makes only the cells that are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from gui.theme import mono_font
from gui.widgets import plain

if TYPE_CHECKING:
    from engine.data.dataset import Array
    from gui.data.data_preview import DataPreview

Index = QModelIndex | QPersistentModelIndex
ROW: Final = 26
FEW: Final = 5
"""Columns that share the whole width; more keep their own and can be scrolled."""
FITTED: Final = 40
"""Columns that are as wide as their names need; of more the others are as wide as these on average."""
NARROWEST, WIDEST = 64, 220
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class SamplesModel(QAbstractTableModel):
    """The answers in column 0, the numbers (samples, features) after it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: Array | None = None
        self._answers: tuple[str, ...] = ()
        self.heads: tuple[str, ...] = ()
        self._form = ""

    def show_rows(self, heads: tuple[str, ...], answers: tuple[str, ...], values: Array, form: str) -> None:
        """Show these numbers, written in this form."""
        self.beginResetModel()
        self.heads, self._answers, self._values, self._form = heads, answers, values, form
        self.endResetModel()

    def text(self, row: int, column: int) -> str:
        """What a cell says; a dash where a number is missing (NaN)."""
        if not column:
            return self._answers[row]
        assert self._values is not None
        value = float(self._values[row, column - 1])
        return f"{value:{self._form}}" if value == value else "–"

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._answers)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.heads[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(self.heads[section])
        return (RIGHT if section else LEFT) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if index.column() else LEFT
        return None


class DataTable(QTableView):
    """The samples of a table, all of their columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.samples = SamplesModel(self)
        self.setModel(self.samples)
        self.setAccessibleName("Samples")
        self.setToolTip("The first samples, and what each should be answered with")
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.horizontalHeader().setHighlightSections(False)
        self.setFont(mono_font(9))

    def whole_height(self) -> int:
        """What all rows need."""
        bar = self.horizontalScrollBar().sizeHint().height()
        return self.horizontalHeader().sizeHint().height() + ROW * max(self.samples.rowCount(), 1) + bar + 4

    def show_look(self, seen: DataPreview, *, after: bool, answer: str = "") -> None:
        """Show the samples before or after the transforms; ``answer`` is what the first column is called."""
        answer = answer or ("class" if seen.dataset.task == "classification" else "target")
        heads, same = (answer, *seen.columns), (answer, *seen.columns) == self.samples.heads
        values, form = (seen.after, ".3f") if after else (seen.before, ".6g")
        self.samples.show_rows(heads, seen.answers, values, form)
        if not same or not after:
            self._fit()

    def _fit(self) -> None:
        """Give the columns their widths: a share each of a few, what the first ones need of many."""
        header, heads = self.horizontalHeader(), self.samples.heads
        if len(heads) <= FEW + 1:
            header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
            return
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        names, numbers = header.fontMetrics(), self.fontMetrics()
        rows = range(min(self.samples.rowCount(), 12))
        widths = list[int]()
        for column, name in enumerate(heads[:FITTED]):
            cells = max((numbers.horizontalAdvance(self.samples.text(row, column)) for row in rows), default=0)
            wanted = max(names.horizontalAdvance(name) + 24, cells + 14)
            widths.append(min(max(wanted, NARROWEST), WIDEST))
        header.setDefaultSectionSize(sum(widths) // len(widths))
        for column, width in enumerate(widths):
            header.resizeSection(column, width)
