"""The table of compared networks: sorted by a click on a heading, with columns that can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from engine.comparison.table import COLUMNS
from gui.networks.subject import Computed
from gui.networks.table_model import REMARK, SORT, NetworksModel, Sorted
from gui.preferences import Preferences

WIDEST = 300
CHOSEN: Final = "networks/columns"


class NetworksTable(QTableView):
    """``row_chosen`` carries the key of the network whose row was chosen by the user."""

    row_chosen = Signal(str)

    def __init__(self, preferences: Preferences | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = NetworksModel(self)
        self.proxy = Sorted(self)
        self.proxy.setSourceModel(self.rows)
        self.proxy.setSortRole(SORT)
        self.setModel(self.proxy)
        self.setAccessibleName("Compared networks")
        self.setToolTip("Click a heading to sort by it; right-click it to choose columns")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSortingEnabled(True)
        self.verticalHeader().hide()
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        head.customContextMenuRequested.connect(self._ask_columns)
        self.setStyleSheet("QTableView::item { padding: 0 4px; } QHeaderView::section { padding: 4px 7px; }")
        self._preferences = preferences
        self.hidden = {"input"}
        """The columns that are not shown; there is room for all the others in a small window."""
        if preferences is not None and (known := set(preferences.texts(CHOSEN))):
            self.hidden = {column.key for column in COLUMNS[1:] if column.key not in known}
        self.selectionModel().currentRowChanged.connect(self._chosen)

    def show_rows(self, rows: Sequence[Computed], metric: str) -> None:
        """Show these networks; the chosen one stays chosen."""
        chosen = self.chosen
        self.blockSignals(True)
        self.rows.show_rows(rows, metric)
        self._fit()
        if chosen is not None:
            self.choose(chosen)
        self.blockSignals(False)

    @property
    def chosen(self) -> str | None:
        """The key of the network whose row is chosen."""
        index = self.proxy.mapToSource(self.currentIndex())
        return self.rows.rows[index.row()].subject.key if index.isValid() else None

    def choose(self, key: str) -> None:
        """Choose the row of a network."""
        for row, one in enumerate(self.rows.rows):
            if one.subject.key == key:
                self.selectRow(self.proxy.mapFromSource(self.rows.index(row, 0)).row())

    def in_order(self) -> list[Computed]:
        """The networks in the order in which they are shown."""
        rows = (self.proxy.mapToSource(self.proxy.index(row, 0)).row() for row in range(self.proxy.rowCount()))
        return [self.rows.rows[row] for row in rows]

    def columns(self) -> list[str]:
        """The keys of the columns that are shown."""
        return [column.key for column in COLUMNS if column.key not in self.hidden]

    def column_menu(self, menu: QMenu) -> None:
        """Fill a menu with a tick for each column."""
        menu.clear()
        for column in COLUMNS[1:]:
            action = QAction(column.title, menu)
            action.setCheckable(True)
            action.setChecked(column.key not in self.hidden)
            action.toggled.connect(partial(self.show_column, column.key))
            menu.addAction(action)

    def show_column(self, key: str, shown: bool) -> None:
        """Show or hide a column."""
        (self.hidden.discard if shown else self.hidden.add)(key)
        if self._preferences is not None:
            self._preferences.set_texts(CHOSEN, self.columns())
        self._fit()

    def _ask_columns(self, point: QPoint) -> None:
        menu = QMenu(self)
        self.column_menu(menu)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.horizontalHeader().mapToGlobal(point))

    def _fit(self) -> None:
        """Hide what is not chosen or says nothing, and make the others as wide as their words."""
        for index, column in enumerate(COLUMNS):
            self.setColumnHidden(index, column.key in self.hidden)
            self.resizeColumnToContents(index)
            self.setColumnWidth(index, min(self.columnWidth(index), WIDEST))
        remarks = any(self.rows.text(row, REMARK) for row in range(len(self.rows.rows)))
        self.setColumnHidden(REMARK, not remarks)
        self.horizontalHeader().setStretchLastSection(remarks)  # numbers stay beside one another

    def _chosen(self) -> None:
        if (key := self.chosen) is not None:
            self.row_chosen.emit(key)
