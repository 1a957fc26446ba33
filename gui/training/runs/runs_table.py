"""The table of runs on the screen: which columns it shows, how wide, sorted by what; both are remembered."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from gui.preferences import Preferences
from gui.theme import theme
from gui.training.runs.runs_columns import (
    DATA,
    FIXED,
    GPU,
    NAME,
    NETWORK,
    NOTE,
    RESULT,
    STARTED,
    USUAL,
    RunRow,
    differing,
)
from gui.training.runs.runs_model import EDITABLE, ENTRY, RunsFilter, RunsModel
from gui.widgets import plain

KEPT = "training/columns"
NARROWEST = 60
WIDEST = 2000
SET = 4
"""Columns of settings that always can be had: they stand beside the result."""
FREE = {FIXED[column].key for column in (NAME, NETWORK)}
"""Columns that come and go by themselves, or never go."""


class RunsTable(QTableView):
    """Shows the runs of a filter; a double click where nothing is edited opens a run."""

    opened = Signal(object)
    """The `Entry` of a run that was double-clicked."""

    def __init__(
        self, model: RunsModel, proxy: RunsFilter, preferences: Preferences | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._runs, self._proxy, self._preferences = model, proxy, preferences
        self._every = False
        self._by = STARTED
        self.setModel(proxy)
        self.setAccessibleName("Runs")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(24)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.doubleClicked.connect(self._double_clicked)
        self.columns = QMenu("Columns", self)
        self.columns.setToolTipsVisible(True)
        self.columns.aboutToShow.connect(self._offer)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setMinimumSectionSize(NARROWEST)
        head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        head.customContextMenuRequested.connect(self._head_menu)
        for index in range(DATA + 1, DATA + 1 + SET):
            head.moveSection(head.visualIndex(index), RESULT + index - DATA)
        self._chosen, self._widths = self._remembered()
        self.setSortingEnabled(True)
        self.sortByColumn(STARTED, Qt.SortOrder.DescendingOrder)
        head.sortIndicatorChanged.connect(self._sorted)
        self._arrange()
        theme.changed.connect(self._recolor)
        self._recolor()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The keys of the columns that are shown, but for that of the networks."""
        return tuple(column.key for column in self._runs.columns if column.key in self._chosen)

    def show_networks(self, every: bool) -> None:
        """Say of which network each run is, or not."""
        if every != self._every:
            self._every = every
            self._arrange()

    def choose(self, key: str, on: bool) -> None:
        """Show a column, or hide it."""
        self._keep_widths()
        self._chosen = {*self._chosen, key} if on else self._chosen - {key}
        self._arrange()
        if self._preferences is not None:
            self.store()

    def seen(self) -> list[int]:
        """The columns that are shown, as they stand."""
        return [column for column in range(len(self._runs.columns)) if not self.isColumnHidden(column)]

    def store(self) -> None:
        """Remember columns and widths."""
        self._keep_widths()
        if self._preferences is not None:
            kept = {"shown": sorted(self._chosen), "widths": self._widths}
            self._preferences.set_text(KEPT, json.dumps(kept, separators=(",", ":")))

    def _remembered(self) -> tuple[set[str], dict[str, int]]:
        text = "" if self._preferences is None else self._preferences.text(KEPT)
        try:
            kept = json.loads(text) if text else None
        except (ValueError, RecursionError):
            kept = None
        if not isinstance(kept, dict) or not isinstance(kept.get("shown"), list):
            return set(USUAL), {}
        widths = kept.get("widths")
        sound = {
            str(key): wide
            for key, wide in (widths.items() if isinstance(widths, dict) else ())
            if type(wide) is int and NARROWEST <= wide <= WIDEST
        }
        return {"name", *(key for key in kept["shown"] if isinstance(key, str) and _known(key))}, sound

    def _keep_widths(self) -> None:
        self._widths |= {self._runs.columns[column].key: self.columnWidth(column) for column in self.seen()}

    def _arrange(self) -> None:
        fixed = {column.key for column in FIXED}
        self._runs.set_settings(sorted(key for key in self._chosen if key not in fixed))
        head = self.horizontalHeader()
        for index, column in enumerate(self._runs.columns):
            shown = column.key in self._chosen or (index == NETWORK and self._every)
            head.setSectionHidden(index, not shown)
            mode = QHeaderView.ResizeMode.Stretch if index == NOTE else QHeaderView.ResizeMode.Interactive
            head.setSectionResizeMode(index, mode)
            if shown and index != NOTE:
                self.setColumnWidth(index, self._widths.get(column.key, column.wide))
        self._runs.search(self.seen())

    def _sorted(self, column: int, order: Qt.SortOrder) -> None:
        """The first click on a result puts the best on top, on a date the newest."""
        fresh, self._by = column != self._by, column
        first = 0 <= column < len(self._runs.columns) and self._runs.columns[column].best_first
        if fresh and first and order == Qt.SortOrder.AscendingOrder:
            self.horizontalHeader().setSortIndicator(column, Qt.SortOrder.DescendingOrder)

    def _double_clicked(self, index: QModelIndex) -> None:
        if index.column() in EDITABLE and index.column() != NAME:
            self.edit(index)
        else:
            self.opened.emit(index.data(ENTRY))

    # -- choosing columns ------------------------------------------------------------------------------------------

    def _head_menu(self, point: QPoint) -> None:
        self.columns.popup(self.horizontalHeader().viewport().mapToGlobal(point))

    def listed(self) -> list[RunRow]:
        """The runs that the filter lets through, as they are sorted."""
        proxy = self._proxy
        return [self._runs.runs[proxy.mapToSource(proxy.index(row, 0)).row()] for row in range(proxy.rowCount())]

    def _offer(self) -> None:
        """The columns there can be: the fixed ones, and every setting in which the listed runs differ."""
        self.columns.clear()
        listed = self.listed()
        on_gpus = any(run.entry.gpu for run in listed)
        for column in FIXED:
            if column.key not in FREE and (on_gpus or column not in GPU or column.key in self.chosen):
                self._add(column.key, column.title, column.tip)
        more = sorted({*(differing(listed) if listed else ()), *self.chosen} - {column.key for column in FIXED})
        if more:
            self.columns.addSeparator()
            self.columns.addAction("Settings That Differ").setEnabled(False)
        for key in more:
            self._add(key, key.partition(".")[2], f"The setting {key}")
        self.columns.addSeparator()
        usual = self.columns.addAction("Usual Columns")
        usual.setToolTip("Show the columns that are shown at first, as wide as at first")
        usual.triggered.connect(self._reset)

    def _add(self, key: str, title: str, tip: str) -> None:
        action = self.columns.addAction(title)
        action.setToolTip(plain(tip))
        action.setCheckable(True)
        action.setChecked(key in self._chosen)
        action.toggled.connect(_bound(self.choose, key))

    def _reset(self) -> None:
        self._chosen = set(USUAL)
        self._arrange()
        self._widths = {}
        self._arrange()
        self.store()

    def _recolor(self) -> None:
        border, accent, ground = (theme.color(name).name() for name in ("muted", "accent", "base"))
        check = files("resources").joinpath(f"themes/check-{theme.name}.svg")
        self.setStyleSheet(
            "QTableView::indicator { width: 12px; height: 12px; border-radius: 3px; "
            f"border: 1px solid {border}; background: {ground}; }} QTableView::indicator:checked "
            f'{{ background: {accent}; border-color: {accent}; image: url("{check!s}"); }}'.replace("\\", "/")
        )


def _known(key: str) -> bool:
    """Whether this can be the key of a column."""
    return any(column.key == key for column in FIXED) or key.startswith(("data.", "training."))


def _bound(call: Callable[[str, bool], None], key: str) -> Callable[[bool], None]:
    return lambda on: call(key, on)


def further(table: RunsTable, model: RunsModel, proxy: RunsFilter) -> dict[str, list[str]]:
    """What is seen beside what every list of runs has, key of the column → its cells; losses with all their digits."""
    rows = [proxy.mapToSource(proxy.index(row, 0)).row() for row in range(proxy.rowCount())]
    found: dict[str, list[str]] = {}
    for column in table.seen():
        key = model.columns[column].key
        if column > DATA:
            cells = [model.cell(row, column) for row in rows]
            found[key] = [
                repr(value) if isinstance(value, float) and key.endswith(".loss") else text for text, value in cells
            ]
    return found
