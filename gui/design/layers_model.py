"""The layer table as a tree for Qt: a block with the rows inside it. Names and common parameters can be edited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from engine.layer_table.rows import LayerRow, LayerTable
from gui.design.layer_cells import LayerCells
from gui.theme import theme
from gui.widgets import plain

Index = QModelIndex | QPersistentModelIndex
SORT: Final = Qt.ItemDataRole.UserRole
HEAD: Final = ("Layer", "Type", "Input", "Output", "Parameters", "Trainable", "Multiply-adds", "Weights", "Activations")
HELP: Final = (
    *("Name of the layer", "What it is, and how often it is repeated", "Shape of what it gets", "Shape of its result"),
    "Learned numbers, of all repeats",
    "Of these the ones that are not frozen",
    "Multiply-adds of one sample: matrix products and convolutions",
    "Memory of its parameters and buffers",
    "Memory of its results at the batch size of the settings",
)
FIRST_NUMBER: Final = 4
Say = Callable[[int], str]


@dataclass(slots=True, eq=False)
class Entry:
    """A row in the tree: those inside it, the one around it and its place there."""

    row: LayerRow
    parent: Entry | None
    place: int
    entries: list[Entry] = field(default_factory=list)


class LayersModel(QAbstractItemModel):
    """Shows a `LayerTable`; cells are made when they are asked for."""

    edited = Signal(object, str)
    """A text was typed into a cell: its index and the text."""

    def __init__(self, memory: Say, parent: QObject | None = None) -> None:
        """``memory`` says bytes for people."""
        super().__init__(parent)
        self._memory = memory
        self._cells: LayerCells | None = None
        self.common: tuple[str, ...] = ()
        """The parameters that have a column, after the fixed columns."""
        self._entries: list[Entry] = []
        self._by_path: dict[tuple[str, ...], Entry] = {}

    def show_table(self, table: LayerTable, cells: LayerCells) -> None:
        """Show another table; ``cells`` reads the parameters of its layers."""
        self.beginResetModel()
        self._cells, self.common = cells, cells.common()
        self._by_path = {}
        self._entries = [self._entry(row, None, place) for place, row in enumerate(table.rows)]
        self.endResetModel()

    def _entry(self, row: LayerRow, parent: Entry | None, place: int) -> Entry:
        entry = self._by_path[row.path] = Entry(row, parent, place)
        entry.entries = [self._entry(inner, entry, number) for number, inner in enumerate(row.rows)]
        return entry

    def row_at(self, index: Index) -> LayerRow:
        """The row that an index means."""
        entry: Entry = index.internalPointer()
        return entry.row

    def index_of(self, path: tuple[str, ...]) -> QModelIndex:
        """The first cell of the row of a node; an invalid index where it has none."""
        entry = self._by_path.get(path)
        return QModelIndex() if entry is None else self.createIndex(entry.place, 0, entry)

    # -- what Qt asks ----------------------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        entries = self._inside(parent)
        if not (0 <= row < len(entries) and 0 <= column < self.columnCount()):
            return QModelIndex()
        return self.createIndex(row, column, entries[row])

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        entry: Entry | None = index.internalPointer() if index.isValid() else None
        above = entry.parent if entry is not None else None
        return QModelIndex() if above is None else self.createIndex(above.place, 0, above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self._inside(parent))

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(HEAD) + len(self.common)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < self.columnCount():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return HEAD[section] if section < len(HEAD) else self.common[section - len(HEAD)]
        words = HELP[section] if section < len(HEAD) else "A parameter of these layers, as it was typed"
        name = self.headerData(section, orientation)  # where there is no room for it
        return plain(f"{name}\n{words}") if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.row_at(index), index.column()
        if column >= len(HEAD):
            return self._parameter(row, self.common[column - len(HEAD)], role)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.EditRole:
            return row.name
        if role == SORT:
            return row.amounts[column - FIRST_NUMBER] if column >= FIRST_NUMBER else self._text(row, column).casefold()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{HEAD[column]}: {self._text(row, column) or 'none'}"
        return None

    def _parameter(self, row: LayerRow, name: str, role: int) -> Any:
        """What a cell of a parameter says: the default in grey, nothing where the layer has no such parameter."""
        cells = self._cells
        assert cells is not None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return cells.text(row.path, name)
        if role == SORT:
            return _sortable(cells.text(row.path, name))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(FIRST_NUMBER)
        if role == Qt.ItemDataRole.ForegroundRole:
            return None if cells.typed(row.path, name) else theme.color("muted")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{name}: {cells.text(row.path, name) or 'none'}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = super().flags(index)
        return found | Qt.ItemFlag.ItemIsEditable if self.editable(index) else found

    def editable(self, index: Index) -> bool:
        """Whether a cell can be edited: a name, or a parameter that the layer has."""
        if not index.isValid() or self._cells is None:
            return False
        column = index.column() - len(HEAD)
        if column < 0:
            return index.column() == 0
        return self._cells.parameter(self.row_at(index).path, self.common[column]) is not None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Say what was typed; the project is changed elsewhere, and shown again then."""
        if role != Qt.ItemDataRole.EditRole or str(value) == self.data(index, Qt.ItemDataRole.EditRole):
            return False
        self.edited.emit(index, str(value))
        return True

    def _inside(self, parent: Index) -> list[Entry]:
        if not parent.isValid():
            return self._entries
        entry: Entry = parent.internalPointer()
        return entry.entries if parent.column() == 0 else []

    def _text(self, row: LayerRow, column: int) -> str:
        if column < FIRST_NUMBER:
            return (row.name, row.kind, ", ".join(row.inputs), ", ".join(row.outputs))[column]
        amount = row.amounts[column - FIRST_NUMBER]
        if not row.inputs and not row.outputs:
            return "?"
        return f"{amount:,}" if column < FIRST_NUMBER + 3 else self._memory(amount) if amount else "0"

    def _side(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if column >= FIRST_NUMBER else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


def _sortable(text: str) -> float | str:
    """Numbers sort by size, after words; an empty cell comes first."""
    try:
        return float(text)
    except ValueError:
        return text.casefold()
