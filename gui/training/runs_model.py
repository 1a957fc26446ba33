"""The runs as a table: what stands in its cells, and by what it is sorted and filtered."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QFont

from engine.training.catalogue import Entry, Listing
from engine.training.export import result
from gui.theme import theme
from gui.training.words import duration_text, metric_text

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Name", "State", "Best result", "Epochs", "Duration", "Started", "Tags", "Note", "Network", "Data")
NAME, STATE, RESULT, EPOCHS, DURATION, STARTED, TAGS, NOTE, NETWORK, DATA = range(len(COLUMNS))
EDITABLE = {NAME: "name", TAGS: "tags", NOTE: "note"}
ENTRY, TEXT = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
EMPTY = QModelIndex()
Cells = tuple[tuple[str, Any], ...]
HELP = {
    RESULT: "The best value of the main metric on the validation part",
    DURATION: "Time of training, without pauses",
    TAGS: "Words of your own, with commas between them; double-click to change",
    NOTE: "Double-click to change",
    NAME: "Tick a run to lay its curves beside those above; double-click to rename it",
}


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of runs made ready for the table: (text, what it is sorted by) of each cell, what each run is called."""

    entries: tuple[Entry, ...]
    cells: tuple[Cells, ...]
    labels: dict[Path, str]
    going_on: frozenset[Path]

    @classmethod
    def of(cls, found: Listing) -> Rows:
        """Number the runs of each network in the order of time, and say all in words."""
        counts: Counter[str] = Counter()
        labels = {}
        for entry in reversed(found.entries):
            counts[entry.network] += 1
            labels[entry.path] = entry.name or f"run {counts[entry.network]}"
        cells = (_cells(entry, labels[entry.path], entry.path in found.going_on) for entry in found.entries)
        return cls(found.entries, tuple(cells), labels, found.going_on)


def _cells(entry: Entry, label: str, going_on: bool) -> Cells:
    metric, value = result(entry)
    state = entry.state if entry.state != "running" or going_on else "cut off"
    tags = ", ".join(entry.tags)
    return (
        (label, _natural(label)),
        (state, state),
        (metric_text(metric, value) if value is not None else "–", -math.inf if value is None else value),
        (f"{entry.epochs:,}", entry.epochs),
        (duration_text(entry.seconds), entry.seconds),
        (when(entry.started), entry.started),
        (tags, tags.casefold()),
        (entry.note, entry.note.casefold()),
        (entry.network, entry.network.casefold()),
        (entry.data, entry.data),
    )


class RunsModel(QAbstractTableModel):
    """All runs, newest first; a box before the name lays the curves of a run beside the others."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []
        self.labels: dict[Path, str] = {}
        self.going_on: frozenset[Path] = frozenset()
        self.ticked: set[Path] = set()
        self.shown: Path | None = None
        self.tick: Callable[[Entry, bool], None] = lambda entry, on: None
        self.describe: Callable[[Entry, str, str], None] = lambda entry, field, text: None
        self.cells: list[Cells] = []
        self._sorted = STARTED, Qt.SortOrder.DescendingOrder

    def set_rows(self, rows: Rows) -> None:
        """Show these runs, sorted as before."""
        self.beginResetModel()
        self.entries, self.cells = list(rows.entries), list(rows.cells)
        self.labels, self.going_on = rows.labels, rows.going_on
        self.ticked &= set(self.labels)
        self._arrange(self._order())
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by what the cells of a column mean; the same stay in the order they had."""
        self._sorted = column, order
        places = self._order()
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        now = {old: new for new, old in enumerate(places)}
        self._arrange(places)
        self.changePersistentIndexList(before, [self.index(now[i.row()], i.column()) for i in before])
        self.layoutChanged.emit()

    def _order(self) -> list[int]:
        column, order = self._sorted
        down = order == Qt.SortOrder.DescendingOrder
        return sorted(range(len(self.cells)), key=lambda row: self.cells[row][column][1], reverse=down)

    def _arrange(self, places: list[int]) -> None:
        self.entries = [self.entries[place] for place in places]
        self.cells = [self.cells[place] for place in places]

    def set_shown(self, path: Path | None) -> None:
        """The run whose curves are shown anyway cannot be ticked."""
        if path != self.shown:
            self.shown = path
            self._repaint()

    def untick(self, paths: Iterable[Path]) -> None:
        """Take boxes away without a word."""
        self.ticked -= set(paths)
        self._repaint()

    def _repaint(self) -> None:
        if self.entries:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.entries) - 1, STATE))

    # -- what Qt asks ----------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = EMPTY) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: Index = EMPTY) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, side: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if side != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        return HELP.get(section) if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        entry = self.entries[row]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            if column == NAME and role == Qt.ItemDataRole.DisplayRole and entry.path == self.shown:
                return f"{self.cells[row][NAME][0]}  (shown above)"
            if column == NAME and role == Qt.ItemDataRole.EditRole:
                return entry.name
            return self.cells[row][column][0]
        if role == Qt.ItemDataRole.CheckStateRole and column == NAME and entry.path != self.shown:
            return Qt.CheckState.Checked if entry.path in self.ticked else Qt.CheckState.Unchecked
        if role == ENTRY:
            return entry
        if role == TEXT:
            return " ".join(text for text, _ in self.cells[row]).casefold()
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(filter(None, (entry.note if column == NOTE else entry.message, str(entry.path))))
        if role == Qt.ItemDataRole.FontRole and column == NAME and entry.path == self.shown:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.ForegroundRole and column == STATE and self.cells[row][STATE][0] == "failed":
            return theme.color("error")
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            on = Qt.CheckState(value) == Qt.CheckState.Checked
            (self.ticked.add if on else self.ticked.discard)(entry.path)
            self.dataChanged.emit(index, index)
            self.tick(entry, on)
            return True
        field = EDITABLE.get(index.column())
        if role != Qt.ItemDataRole.EditRole or field is None or str(value) == self.data(index, role):
            return False
        self.describe(entry, field, str(value))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        entry = self.entries[index.row()]
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == NAME and entry.path != self.shown:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        if index.column() in EDITABLE and entry.path not in self.going_on:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags


class RunsFilter(QSortFilterProxyModel):
    """Shows the runs of one network (None: all) in which every word occurs."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._network: str | None = None
        self._words: list[str] = []
        self._filters = 0

    def set_network(self, name: str | None) -> None:
        """Show the runs of this network alone."""
        if name != self._network:
            self._network = name
            self._filter_anew()

    def set_words(self, text: str) -> None:
        """Show what has all these words in any of its cells."""
        self._words = text.casefold().split()
        self._filter_anew()

    def _filter_anew(self) -> None:
        self._filters += 1
        self.setFilterFixedString(str(self._filters))  # the way to filter without sorting that all versions of Qt have

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        model = self.sourceModel()
        assert isinstance(model, RunsModel)
        if self._network is not None and model.entries[row].network != self._network:
            return False
        if not self._words:
            return True
        text = model.data(model.index(row, 0), TEXT)
        return all(word in text for word in self._words)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Let the model sort: a question for every pair of rows would take longer than a frame."""
        if column >= 0 and self.sourceModel() is not None:
            self.sourceModel().sort(column, order)


def when(started: str) -> str:
    """When a run was begun, in the time of this place."""
    try:
        return f"{datetime.fromisoformat(started).astimezone():%d %b %Y, %H:%M}"
    except ValueError:
        return started


def _natural(text: str) -> list[tuple[int, int, str]]:
    """``run 10`` comes after ``run 9``."""
    parts = "".join(c if c.isdecimal() else f" {c} " if c.isspace() else c for c in text.casefold()).split()
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]
