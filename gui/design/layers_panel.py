"""The table of all layers: what each is, gives and costs. A click selects, F2 edits."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSortFilterProxyModel, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLineEdit, QMenu, QPushButton, QTreeView, QVBoxLayout, QWidget

from engine.data.fields import batch_of
from engine.errors import GraphError
from engine.layer_table.rows import LayerTable, layer_table
from engine.layer_table.text import text_table
from engine.settings.resolution import SettingFault, resolve_settings
from engine.tabular.formats import FORMATS
from gui.amounts import memory
from gui.design.layer_cells import LayerCells, tabbed
from gui.design.layers_model import FIRST_NUMBER, HEAD, SORT, LayersModel
from gui.document import Document
from gui.icons import icon
from gui.theme import theme
from gui.widgets import OneLine, grown, plain

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
        self.cells = LayerCells(document.project)
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
        for signal in (document.changed, document.checked, document.replaced):
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
        self.view.setToolTip(
            "Click a layer to select it on the canvas, a heading to sort; F2 or a double-click edits a cell"
        )
        self.view.setSelectionBehavior(QTreeView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QTreeView.SelectionMode.ExtendedSelection)
        self.view.setEditTriggers(QTreeView.EditTrigger.EditKeyPressed | QTreeView.EditTrigger.DoubleClicked)
        self.model.edited.connect(self._edit)
        copy = QShortcut(QKeySequence.StandardKey.Copy, self.view, self._copy_rows)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        head = self.view.header()
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setStretchLastSection(False)
        for column, width in enumerate(WIDTHS):
            self.view.setColumnWidth(column, grown(width))
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
        if self._stale and self.isVisible() and not self.document.checking:  # else `checked` follows
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
        here = self._place()
        self.cells = LayerCells(document.project)
        self.model.show_table(self.table, self.cells)
        if self._unfitted:
            self._fit()
        for path in opened:
            self.view.expand(self._index(path))
        self._return(*here)
        found = self.table.total
        open_ends = "" if document.project.of_type("Output") else "Layers that lead to no Output are left out. "
        self.total.setText(
            f"{open_ends}{found.parameters:,} parameters, {found.trainable:,} trainable · "
            f"{found.multiply_adds:,} multiply-adds · {memory(found.weights)} of weights · activations at batch {batch}"
        )
        for button in (self.copy, self.save):
            button.setEnabled(bool(self.table.rows))
        if not self.selected():
            self._mark()

    def _refit(self) -> None:
        self._unfitted = True

    def _fit(self) -> None:
        """Make the columns of words as wide as their words, within limits: once for a project."""
        self._unfitted = False
        for column in range(FIRST_NUMBER):
            self.view.resizeColumnToContents(column)
            width = max(grown(WIDTHS[column]), min(self.view.columnWidth(column), grown(WIDEST)))
            self.view.setColumnWidth(column, width)

    def _place(self) -> tuple[list[tuple[str, ...]], tuple[str, ...], int]:
        """The selected rows, and the cell that the keyboard is at."""
        index = self.view.currentIndex()
        path = self._path(index) if index.isValid() else ()
        return self.selected(), path, index.column()

    def _return(self, rows: list[tuple[str, ...]], path: tuple[str, ...], column: int) -> None:
        """Select rows again, and go back to a cell."""
        selection, flag = self.view.selectionModel(), QItemSelectionModel.SelectionFlag
        for row in rows:
            if (index := self._index(row)).isValid():
                selection.select(index, flag.Select | flag.Rows)
        if path and (index := self._index(path)).isValid():
            selection.setCurrentIndex(index.siblingAtColumn(column), flag.NoUpdate)

    def _path(self, index: QModelIndex) -> tuple[str, ...]:
        return self.model.row_at(self.proxy.mapToSource(index)).path

    def selected(self) -> list[tuple[str, ...]]:
        """The paths of the selected rows, from top to bottom."""
        return [self._path(index) for index in self._rows()]

    def _rows(self) -> list[QModelIndex]:
        """The first cells of the selected rows, from top to bottom."""
        chosen = self.view.selectionModel().selectedRows()
        return sorted(chosen, key=lambda index: self.view.visualRect(index).top())

    def _paths(self) -> list[tuple[str, ...]]:
        return [] if self.table is None else [row.path for row in self.table.all() if row.rows]

    def _index(self, path: tuple[str, ...]) -> QModelIndex:
        return self.proxy.mapFromSource(self.model.index_of(path))

    def _mark(self) -> None:
        """Show as selected what is selected on the canvas."""
        if self._stale or not self.isVisible():
            return
        if len({path[:-1] for path in self.selected()}) > 1:
            return  # rows of several levels, of which the canvas can show one
        selection, flag = self.view.selectionModel(), QItemSelectionModel.SelectionFlag
        found = [self._index((*self.document.block_path, node_id)) for node_id in self.document.selection]
        selection.clearSelection()
        for index in found:
            if index.isValid():
                selection.select(index, flag.Select | flag.Rows)
        if len(found) == 1 and found[0].isValid():
            column = max(self.view.currentIndex().column(), 0)
            selection.setCurrentIndex(found[0].siblingAtColumn(column), flag.NoUpdate)
            self.view.scrollTo(found[0].siblingAtColumn(column))

    # -- what the user does ----------------------------------------------------------------------------------------

    def _filter(self, words: str) -> None:
        self.proxy.setFilterFixedString(words)
        if words:
            self.view.expandAll()

    def _choose(self, index: QModelIndex) -> None:
        path, chosen = self._path(index), self.selected()
        if len(chosen) > 1:
            if {each[:-1] for each in chosen} == {path[:-1]}:
                self.document.open_block(path[:-1], [each[-1] for each in chosen])
            return
        self.document.open_block(path[:-1])
        self.chosen.emit(path[-1])

    def _edit(self, index: QModelIndex, text: str) -> None:
        """Rename a layer, or set a parameter: in all selected layers that have it, if this one is selected."""
        path, chosen = self.model.row_at(index).path, self.selected()
        try:
            if index.column() == 0:
                self.document.apply(self.cells.rename(path, text), whole_project=True)
            else:
                name = self.model.common[index.column() - len(HEAD)]
                edit = self.cells.set(chosen if path in chosen else [path], name, text)
                self.document.apply(edit, whole_project=True)
        except GraphError as error:
            self.message.emit(str(error))

    def _copy_rows(self) -> None:
        """The selected rows as text for a spreadsheet, with their headings."""
        columns = range(self.proxy.columnCount())
        head = [str(self.proxy.headerData(each, Qt.Orientation.Horizontal)) for each in columns]
        rows = [[str(index.siblingAtColumn(each).data() or "") for each in columns] for index in self._rows()]
        if rows:
            QGuiApplication.clipboard().setText(tabbed([head, *rows]))
            self.message.emit(f"{len(rows)} row{'s' if len(rows) > 1 else ''} of the table copied.")

    def text(self, ending: str) -> str:
        """The whole table, unfiltered and in the order of the forward pass, in a format."""
        assert self.table is not None
        return FORMATS[ending](text_table(self.table))

    def _copy(self, ending: str) -> None:
        QGuiApplication.clipboard().setText(self.text(ending))
        self.message.emit(f"The table of layers is on the clipboard as {TITLES[ending]}.")

    def _save(self, ending: str) -> None:
        self.save_wanted.emit(self.text(ending), ending)
