"""A table of the columns or arrays of the user's data, in which every guess can be changed where it is shown."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from engine.edits import MISSING
from gui.data.own.part_rows import HELP, Cell, PartRows
from gui.theme import theme
from gui.widgets import plain

Index = QModelIndex | QPersistentModelIndex
ROW: Final = 28
AS_FOUND: Final = "↺ as found"
TITLES: Final = {"name": "name", "type": "type", "role": "role", "missing": "empty cells", "encoding": "encoding"}
WIDTHS: Final = {"name": 150, "type": 84, "role": 80, "missing": 166, "encoding": 84, "shape": 170, "why": 200}


class PartsModel(QAbstractTableModel):
    """The rows; an edit only says what is wanted, and comes back with the next look."""

    wanted = Signal(str, str, object)
    """(part, option, value); MISSING leaves it to be found out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heads: tuple[str, ...] = ()
        self.rows = PartRows()

    def show_rows(self, heads: tuple[str, ...], rows: PartRows) -> None:
        """Show these; where their names stay, so do selection and position."""
        if heads == self.heads and rows.names == self.rows.names:
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(heads) - 1))
            return
        self.beginResetModel()
        self.heads, self.rows = heads, rows
        self.endResetModel()

    def cell(self, index: Index) -> Cell:
        return self.rows[index.row()].cells[self.heads[index.column()]]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        name = self.heads[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES.get(name, name)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(HELP[name], wrap=True)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell, row = self.cell(index), self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.name}, {TITLES.get(self.heads[index.column()], self.heads[index.column()])}: {cell.text}"
        if role == Qt.ItemDataRole.ToolTipRole:
            own = "\nYou have set this." if cell.own else ""
            return plain(f"{row.name}: {cell.text}\n{row.cells['why'].text}{own}", wrap=True)
        if role == Qt.ItemDataRole.FontRole and (cell.own or not index.column()):
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.ForegroundRole and (not cell.choices and index.column()):
            return theme.color("muted")
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return found | Qt.ItemFlag.ItemIsEditable if self.cell(index).choices else found

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        cell = self.cell(index)
        if value == cell.value or not cell.choices:
            return False
        self.wanted.emit(self.rows[index.row()].name, self.heads[index.column()], value)
        return True


class ChoiceDelegate(QStyledItemDelegate):
    """A combo box for cells that can be set, and an arrow that says so."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        model = index.model()
        assert isinstance(model, PartsModel)
        cell, combo = model.cell(index), QComboBox(parent)
        for value, words in (cell.choices or {}).items():
            combo.addItem(words, value)
        if cell.own:
            combo.addItem(AS_FOUND, MISSING)
        combo.setCurrentIndex(combo.findData(cell.value))
        combo.setAccessibleName(f"{model.heads[index.column()]} of {model.rows[index.row()].name}")
        combo.setToolTip(plain(HELP[model.heads[index.column()]], wrap=True))
        combo.activated.connect(lambda _index: self._taken(combo))
        return combo

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        pass  # it was filled when it was made

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QComboBox)
        model.setData(index, editor.currentData())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        if index.flags() & Qt.ItemFlag.ItemIsEditable:
            painter.save()
            painter.setPen(theme.color("muted"))
            area = option.rect.adjusted(0, 0, -6, 0)
            painter.drawText(area, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), "▾")
            painter.restore()

    def _taken(self, combo: QComboBox) -> None:
        self.commitData.emit(combo)
        self.closeEditor.emit(combo, QStyledItemDelegate.EndEditHint.NoHint)


class PartsTable(QTableView):
    """One click on a cell with an arrow opens what it may be."""

    wanted = Signal(str, str, object)
    explained = Signal(str)
    """The reason of the current row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts = PartsModel(self)
        self.parts.wanted.connect(self.wanted)
        self.setModel(self.parts)
        self.selectionModel().currentChanged.connect(lambda _now, _before: self._explain())
        self.parts.dataChanged.connect(lambda *_where: self._explain())
        self.parts.modelReset.connect(self._explain)
        self.setItemDelegate(ChoiceDelegate(self))
        self.setAlternatingRowColors(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.EditKeyPressed | triggers.AnyKeyPressed)
        self.clicked.connect(self.open_choice)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.horizontalHeader().setHighlightSections(False)
        self.setWordWrap(False)
        self.setShowGrid(False)

    def show_rows(self, heads: tuple[str, ...], rows: PartRows, what: str) -> None:
        """Show the parts, which are called ``what``."""
        self.setAccessibleName(what)
        fresh = heads != self.parts.heads
        self.parts.show_rows(heads, rows)
        if fresh and heads:
            header = self.horizontalHeader()
            for column, name in enumerate(heads):
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
                header.resizeSection(column, WIDTHS[name])
            header.setSectionResizeMode(len(heads) - 1, QHeaderView.ResizeMode.Stretch)

    def _explain(self) -> None:
        index = self.currentIndex()
        row = self.parts.rows[index.row()] if index.isValid() else None
        self.explained.emit(f"{row.name}: {row.cells['why'].text}" if row is not None else "")

    def open_choice(self, index: QModelIndex) -> None:
        """Show what a cell may be set to."""
        if index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.edit(index)
            combo = self.indexWidget(index) or self.viewport().findChild(QComboBox)
            if isinstance(combo, QComboBox):
                combo.showPopup()
