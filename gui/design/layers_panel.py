"""The table of all layers: what each is, gives and costs. A click selects the layer on the canvas."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSortFilterProxyModel, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLineEdit, QMenu, QPushButton, QTreeView, QVBoxLayout, QWidget

from engine.data.fields import batch_of
from engine.layer_table.rows import LayerTable, layer_table
from engine.layer_table.text import text_table
from engine.settings.resolution import SettingFault, resolve_settings
from engine.tabular.formats import FORMATS
from gui.amounts import memory
from gui.design.layers_model import FIRST_NUMBER, SORT, LayersModel
from gui.document import Document
from gui.icons import icon
from gui.theme import theme
from gui.widgets import OneLine, plain

TITLES = {"csv": "CSV", "md": "Markdown", "tex": "LaTeX"}
WIDTHS = (120, 112, 112, 112, 84, 80, 100, 80, 86)
WIDEST = 170
"""How wide a column of words gets by itself."""


class LayersPanel(QWidget):
    """Sorts by any column and filters by any word; it computes only while it is seen.

    ``chosen`` carries the id of the node to show, in the level that is open by then; ``save_wanted`` the table as text
    and the ending of the file it is wanted in.
    """

    chosen = Signal(str)
    message = Signal(str)
    save_wanted = Signal(str, str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.table: LayerTable | None = None
        self._stale = self._unfitted = True
        self.model = LayersModel(memory, self)
        self.proxy = QSortFilterProxyModel(self)
        self.proxy.setSourceModel(self.model)
        self.proxy.setSortRole(SORT)
        self.proxy.setRecursiveFilteringEnabled(True)
        self.proxy.setAutoAcceptChildRows(True)
        self.proxy.setFilterKeyColumn(-1)
        self.proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._build()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._refresh_if_seen)
        for signal in (document.changed, document.replaced):
            signal.connect(self._later)
        document.selection_changed.connect(self._mark)
        document.opened.connect(self._refit)
        theme.changed.connect(self._retheme)

    def _build(self) -> None:
        self.filter = QLineEdit(clearButtonEnabled=True)
        self.filter.setPlaceholderText("Filter")
        self.filter.setAccessibleName("Filter the layers")
        self.filter.setToolTip("Show only layers with this word in any column")
        self.filter.setMaximumWidth(220)
        self.filter.textChanged.connect(self._filter)
        self.total = OneLine()
        self.total.setAccessibleName("What all layers cost together")
        self.total.set_muted(True)
        self.copy, self.save = QPushButton("Copy As"), QPushButton("Save As")
        for button, words, call in (
            (self.copy, "Copy the table to the clipboard", self._copy),
            (self.save, "Save the table as a file", self._save),
        ):
            button.setToolTip(plain(words))
            button.setAccessibleName(words)
            menu = QMenu(button)
            for ending, title in TITLES.items():
                menu.addAction(title, partial(call, ending))
            button.setMenu(menu)
        self.view = QTreeView(uniformRowHeights=True, sortingEnabled=True)
        self.view.setAlternatingRowColors(True)
        self.view.setModel(self.proxy)
        self.view.setAccessibleName("Layers")
        self.view.setToolTip("Click a layer to select it on the canvas; click a heading to sort")
        self.view.setSelectionBehavior(QTreeView.SelectionBehavior.SelectRows)
        self.view.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        head = self.view.header()
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setStretchLastSection(False)
        for column, width in enumerate(WIDTHS):
            self.view.setColumnWidth(column, width)
        self.view.clicked.connect(self._choose)
        self.view.activated.connect(self._choose)
        top = QHBoxLayout()
        top.setContentsMargins(8, 4, 8, 0)
        top.addWidget(self.filter)
        top.addWidget(self.total, 1)
        top.addWidget(self.copy)
        top.addWidget(self.save)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addLayout(top)
        box.addWidget(self.view, 1)
        self._retheme()

    def _retheme(self) -> None:
        self.copy.setIcon(icon("clipboard"))
        self.save.setIcon(icon("save"))

    # -- following the document ------------------------------------------------------------------------------------

    def _later(self) -> None:
        self._stale = True
        self._soon.start()

    def _refresh_if_seen(self) -> None:
        if self._stale and self.isVisible():
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh_if_seen()

    def refresh(self) -> None:
        """Compute the table again; what was expanded stays so."""
        document = self.document
        settings = resolve_settings(document.project)
        batch = 1 if isinstance(settings, SettingFault) else batch_of(settings[0])
        opened = [path for path in self._paths() if self.view.isExpanded(self._index(path))]
        self._stale = False
        self.table = layer_table(document.project, document.whole.report, batch)
        self.model.show_table(self.table)
        if self._unfitted:
            self._fit()
        for path in opened:
            self.view.expand(self._index(path))
        found = self.table.total
        open_ends = "" if document.project.of_type("Output") else "Layers that lead to no Output are left out. "
        self.total.setText(
            f"{open_ends}{found.parameters:,} parameters, {found.trainable:,} trainable · "
            f"{found.multiply_adds:,} multiply-adds · {memory(found.weights)} of weights · activations at batch {batch}"
        )
        for button in (self.copy, self.save):
            button.setEnabled(bool(self.table.rows))
        self._mark()

    def _refit(self) -> None:
        self._unfitted = True

    def _fit(self) -> None:
        """Make the columns of words as wide as their words, within limits: once for a project."""
        self._unfitted = False
        for column in range(FIRST_NUMBER):
            self.view.resizeColumnToContents(column)
            width = max(WIDTHS[column], min(self.view.columnWidth(column), WIDEST))
            self.view.setColumnWidth(column, width)

    def _paths(self) -> list[tuple[str, ...]]:
        return [] if self.table is None else [row.path for row in self.table.all() if row.rows]

    def _index(self, path: tuple[str, ...]) -> QModelIndex:
        return self.proxy.mapFromSource(self.model.index_of(path))

    def _mark(self) -> None:
        """Show as selected what is selected on the canvas."""
        if self._stale or not self.isVisible():
            return
        selection, flag = self.view.selectionModel(), QItemSelectionModel.SelectionFlag
        found = [self._index((*self.document.block_path, node_id)) for node_id in self.document.selection]
        selection.clearSelection()
        for index in found:
            if index.isValid():
                selection.select(index, flag.Select | flag.Rows)
        if len(found) == 1 and found[0].isValid():
            selection.setCurrentIndex(found[0], flag.NoUpdate)
            self.view.scrollTo(found[0])

    # -- what the user does ----------------------------------------------------------------------------------------

    def _filter(self, words: str) -> None:
        self.proxy.setFilterFixedString(words)
        if words:
            self.view.expandAll()

    def _choose(self, index: QModelIndex) -> None:
        path = self.model.row_at(self.proxy.mapToSource(index)).path
        self.document.open_block(path[:-1])
        self.chosen.emit(path[-1])

    def text(self, ending: str) -> str:
        """The whole table, unfiltered and in the order of the forward pass, in a format."""
        assert self.table is not None
        return FORMATS[ending](text_table(self.table))

    def _copy(self, ending: str) -> None:
        QGuiApplication.clipboard().setText(self.text(ending))
        self.message.emit(f"The table of layers is on the clipboard as {TITLES[ending]}.")

    def _save(self, ending: str) -> None:
        self.save_wanted.emit(self.text(ending), ending)
