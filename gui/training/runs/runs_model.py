"""The runs as a table: which columns it has now, what is ticked and shown, what is listed and in what order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QFont

from engine.training.runs.catalogue import Listing, RunEntry
from engine.training.runs.origin import note_for
from gui.theme import theme
from gui.training.runs.runs_columns import (
    FIXED,
    LR,
    NAME,
    NOTE,
    STARTED,
    STATE,
    TAGS,
    Cell,
    Column,
    RunRow,
    cells_of,
    changes_text,
    setting,
)
from gui.widgets import plain

Index = QModelIndex | QPersistentModelIndex
EDITABLE = {NAME: "name", TAGS: "tags", NOTE: "note"}
ENTRY = Qt.ItemDataRole.UserRole
EMPTY = QModelIndex()
Cells = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class RunRows:
    """A list of runs made ready for the table: their cells in the fixed columns, what each is called."""

    runs: tuple[RunRow, ...]
    cells: tuple[Cells, ...]
    labels: dict[Path, str]
    going_on: frozenset[Path]
    foreign: Mapping[Path, str]
    """Why a run is not one's own, and so stays as it is, if so."""

    @classmethod
    def of(cls, found: Listing) -> RunRows:
        """Name or number them, and say all in words."""
        labels = {entry.path: found.called(entry) for entry in found.entries}
        runs = []
        for entry in found.entries:
            cut_off = entry.state == "running" and entry.path not in found.going_on
            runs.append(RunRow.of(entry, labels[entry.path], "cut off" if cut_off else entry.state))
        return cls(tuple(runs), tuple(map(cells_of, runs)), labels, found.going_on, found.foreign)


class RunsModel(QAbstractTableModel):
    """All runs, newest first; a box before the name lays the curves of a run beside the others.

    ``columns`` are the fixed ones and those of settings that were asked for.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: list[Column] = list(FIXED)
        self._searched: Sequence[int] = range(len(FIXED))
        self._texts: dict[Path, str] = {}
        self.runs: list[RunRow] = []
        self.labels: dict[Path, str] = {}
        self.going_on: frozenset[Path] = frozenset()
        self.foreign: Mapping[Path, str] = {}
        self.ticked: set[Path] = set()
        self.shown: Path | None = None
        self.tick: Callable[[RunEntry, bool], None] = lambda entry, on: None
        self.describe: Callable[[RunEntry, str, str], None] = lambda entry, field, text: None
        self.cells: list[Cells] = []
        self._live: tuple[Path, str, dict[str, Any]] | None = None
        self._sorted = STARTED, Qt.SortOrder.DescendingOrder

    def set_rows(self, rows: RunRows) -> None:
        """Show these runs, sorted as before."""
        self.beginResetModel()
        self.runs, self.cells = list(rows.runs), list(rows.cells)
        self.labels, self.going_on, self.foreign = rows.labels, rows.going_on, rows.foreign
        self.ticked &= set(self.labels)
        self._texts = {}
        self._bring_up()
        self._arrange(self._order())
        self.endResetModel()

    def set_settings(self, paths: Iterable[str]) -> None:
        """Have a column for each of these settings."""
        more = [setting(path) for path in paths]
        if [column.key for column in more] != [column.key for column in self.columns[len(FIXED) :]]:
            self.beginResetModel()
            self.columns = [*FIXED, *more]
            if self._sorted[0] >= len(self.columns):
                self._sorted = STARTED, Qt.SortOrder.DescendingOrder
            self.endResetModel()

    def follow(self, path: Path, state: str, /, **facts: Any) -> None:
        """Say of a run how it stands now, whatever its folder said when it was read; ``facts`` are of its Entry."""
        self._live = path, state, facts
        row = self._bring_up()
        if row is not None:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.columns) - 1))

    def leave(self, state: str = "") -> None:
        """Believe the folders again; the run that was followed has come to an end with this ``state``, if any."""
        if self._live is not None and state:
            self.going_on -= {self._live[0]}
            self.follow(self._live[0], state, **{**self._live[2], "state": state})
        self._live = None

    @property
    def followed(self) -> Path | None:
        """The run that is being trained for all to see."""
        return None if self._live is None else self._live[0]

    def _bring_up(self) -> int | None:
        if self._live is None:
            return None
        path, state, facts = self._live
        row = next((row for row, run in enumerate(self.runs) if run.entry.path == path), None)
        if row is not None:
            run = self.runs[row]
            self.runs[row] = replace(run, entry=replace(run.entry, **facts), state=state)
            self.cells[row] = cells_of(self.runs[row])
            self._texts.pop(path, None)
        return row

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by what the cells of a column mean; the same stay in the order they had."""
        self._sorted = column, order
        rows = self._order()
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        now = {old: new for new, old in enumerate(rows)}
        self._arrange(rows)
        self.changePersistentIndexList(before, [self.index(now[i.row()], i.column()) for i in before])
        self.layoutChanged.emit()

    def _order(self) -> list[int]:
        """Rows that have nothing in the column come last, whichever way it is sorted."""
        column, order = self._sorted
        keys = [self.cell(row, column)[1] for row in range(len(self.runs))]
        there = [row for row, key in enumerate(keys) if key is not None]
        there.sort(key=lambda row: keys[row], reverse=order == Qt.SortOrder.DescendingOrder)
        return [*there, *(row for row, key in enumerate(keys) if key is None)]

    def _arrange(self, rows: list[int]) -> None:
        self.runs = [self.runs[row] for row in rows]
        self.cells = [self.cells[row] for row in rows]

    def cell(self, row: int, column: int) -> Cell:
        """Text and sort key; those of settings are made when they are asked for."""
        return self.cells[row][column] if column < len(FIXED) else self.columns[column].cell(self.runs[row])

    def search(self, columns: Sequence[int]) -> None:
        """Look for words in these columns."""
        self._searched, self._texts = columns, {}

    def text(self, row: int) -> str:
        """All that is searched of a run."""
        path = self.runs[row].entry.path
        if path not in self._texts:
            self._texts[path] = " ".join(self.cell(row, column)[0] for column in self._searched).casefold()
        return self._texts[path]

    def set_shown(self, path: Path | None) -> None:
        """The run whose curves are shown anyway cannot be ticked."""
        if path != self.shown:
            self.shown = path
            self._repaint()

    def untick(self, paths: Iterable[Path]) -> None:
        """Take boxes away silently."""
        self.ticked -= set(paths)
        self._repaint()

    def _repaint(self) -> None:
        if self.runs:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.runs) - 1, STATE))

    # -- what Qt asks ----------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = EMPTY) -> int:
        return 0 if parent.isValid() else len(self.runs)

    def columnCount(self, parent: Index = EMPTY) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, side: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if side != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return plain(self.columns[section].tip) or None if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        entry = self.runs[row].entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            text = self.cell(row, column)[0]
            shown = column == NAME and role == Qt.ItemDataRole.DisplayRole and entry.path == self.shown
            return f"{text}  (shown above)" if shown else text
        if role == Qt.ItemDataRole.CheckStateRole and column == NAME and entry.path != self.shown:
            return Qt.CheckState.Checked if entry.path in self.ticked else Qt.CheckState.Unchecked
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.ToolTipRole:
            why, tip = self.foreign.get(entry.path), self._tip(entry, column, self.cell(row, column)[0])
            return plain("\n".join(filter(None, (tip, why and note_for(why, entry.state), str(entry.path)))))
        if role == Qt.ItemDataRole.FontRole and column == NAME and entry.path == self.shown:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.ForegroundRole and column == STATE and self.runs[row].state == "failed":
            return theme.color("error")
        return None

    def _tip(self, entry: RunEntry, column: int, cell: str) -> str:
        """What a cell does not say."""
        if self.columns[column].key == LR and entry.changes:
            return f"{cell}\n{changes_text(entry.changes)}"
        return entry.note if column == NOTE else entry.message

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        entry = self.runs[index.row()].entry
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
        entry = self.runs[index.row()].entry
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == NAME and entry.path != self.shown:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        if index.column() in EDITABLE and entry.path not in self.going_on and entry.path not in self.foreign:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags


class RunsFilter(QSortFilterProxyModel):
    """Shows the runs of one network (None: all) in which every word occurs, and any whose curves are seen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._network: str | None = None
        self._seen: frozenset[Path | None] = frozenset()
        self._words: list[str] = []
        self._filters = 0

    def set_network(self, name: str | None) -> None:
        """Show the runs of this network, and of others only those whose curves are seen."""
        model = self.sourceModel()
        assert isinstance(model, RunsModel)
        wanted = name, frozenset((*model.ticked, model.shown))
        if wanted != (self._network, self._seen):
            self._network, self._seen = wanted
            self._filter_again()

    def set_words(self, text: str) -> None:
        """Show what has all these words in any of the cells that are seen."""
        self._words = text.casefold().split()
        self._filter_again()

    def _filter_again(self) -> None:
        self._filters += 1
        self.setFilterFixedString(str(self._filters))  # the way to filter without sorting that all versions of Qt have

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        model = self.sourceModel()
        assert isinstance(model, RunsModel)
        entry = model.runs[row].entry
        if self._network is not None and entry.network != self._network and entry.path not in self._seen:
            return False
        if not self._words:
            return True
        text = model.text(row)
        return all(word in text for word in self._words)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Let the model sort: a question for every pair of rows would take longer than a frame."""
        if column >= 0 and self.sourceModel() is not None:
            self.sourceModel().sort(column, order)
