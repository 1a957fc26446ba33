"""The outline: the same network as a tree, blocks nested; what is chosen here is selected on the canvas."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHeaderView, QTreeView, QVBoxLayout, QWidget

from engine.blocks.rename import rename_node
from engine.edits import Change
from engine.frames import SetFrame
from engine.graph import GraphError
from gui.design.outline.model import OutlineModel
from gui.design.outline.rows import FRAME, Key, Row
from gui.document import Document
from gui.theme import theme
from gui.widgets import plain

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
ADD = Qt.Key.Key_Insert


class Outline(QWidget):
    """Follows the document while it is seen; `tree` has the keys of the canvas that change layers and wires."""

    message = Signal(str)
    parameters_wanted = Signal()
    """Enter on a layer: its parameters are to be edited."""
    fixes_wanted = Signal()
    """Enter on a problem: what fixes it is to be offered."""
    add_wanted = Signal()
    """Insert: a layer is to be added behind the current one."""
    wire_chosen = Signal(object)
    """The current row is this `Edge` of the open level; None for any other row."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.model = OutlineModel(document, self)
        self.model.renamed.connect(self._rename)
        self.tree = Tree(self)
        self.tree.setModel(self.model)
        head = self.tree.header()
        head.setStretchLastSection(False)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 4, 8)
        box.addWidget(self.tree)
        self._stale, self._following = False, False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._refresh_if_seen)
        document.changed.connect(self._changed)
        document.replaced.connect(self._later)
        document.selection_changed.connect(self._follow)
        theme.changed.connect(self._repaint)
        self.tree.selectionModel().selectionChanged.connect(lambda *_: self._choose())
        self.tree.selectionModel().currentChanged.connect(lambda *_: self._choose())

    # -- following the document ------------------------------------------------------------------------------------

    def _changed(self, change: Change) -> None:
        self._later()

    def _later(self) -> None:
        self._stale = True
        self._soon.start()

    def _refresh_if_seen(self) -> None:
        if self._stale and self.isVisible():
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()
        self._follow()

    def refresh(self) -> None:
        """Show the network as it is now; what was open stays open, and the current row current."""
        current = self.tree.currentIndex()
        key = self.model.row_of(current).key if current.isValid() else None
        opened = list(self._opened())
        self._stale, self._following = False, True
        self.model.refresh()
        for each in opened:
            self.tree.expand(self.model.index_of(each))
        if key is not None and (index := self.model.index_of(key)).isValid():
            self.tree.setCurrentIndex(index)
        self._following = False
        self._follow()

    def _opened(self, parent: QModelIndex | None = None) -> list[Key]:
        """The rows that are open, from the top down."""
        above, found = parent or QModelIndex(), list[Key]()
        rows = self.model.rows.top if parent is None else self.model.row_of(above).rows or []
        for number, row in enumerate(rows):
            index = self.model.index(number, 0, above) if row.kind == "layer" else QModelIndex()
            if index.isValid() and self.tree.isExpanded(index):
                found += [row.key, *self._opened(index)]
        return found

    def _repaint(self) -> None:
        self.tree.viewport().update()

    def _follow(self) -> None:
        """Show as selected what is selected on the canvas; a wire or problem of that layer stays current."""
        if self._following or self._stale or not self.isVisible():
            return
        level, frame = self.document.block_path, self.document.frame
        keys: list[Key] = [((*level, node_id), None, None) for node_id in self.document.selection]
        keys += [((*level, frame.id), None, FRAME)] if frame is not None else []
        rows = self._chosen_rows()
        if {(row.path, row.kind == "frame") for row in rows} == {(key[0], key[2] == FRAME) for key in keys}:
            return
        self._following = True
        selection, flag = self.tree.selectionModel(), QItemSelectionModel.SelectionFlag
        selection.clearSelection()
        for key in keys:
            index = self.model.index_of(key)
            if index.isValid():
                selection.select(index, flag.Select | flag.Rows)
        if keys and (index := self.model.index_of(keys[-1])).isValid():
            selection.setCurrentIndex(index, flag.NoUpdate)
            self.tree.scrollTo(index)
        self._following = False

    # -- what the user does ----------------------------------------------------------------------------------------

    def _chosen_rows(self) -> list[Row]:
        return [self.model.row_of(index) for index in self.tree.selectionModel().selectedRows()]

    @property
    def current(self) -> Row | None:
        """The row that the keys are about."""
        index = self.tree.currentIndex()
        return self.model.row_of(index) if index.isValid() else None

    def _choose(self) -> None:
        """Select on the canvas what is selected here, in the level of the current row."""
        row = self.current
        if self._following or row is None:
            return
        self._following = True
        level = row.path[:-1]
        if level != self.document.block_path:
            self.document.open_block(level)
        rows = [other for other in self._chosen_rows() if other.path[:-1] == level and other.kind != "frame"]
        chosen = [other.path[-1] for other in rows]
        if row.path[-1] in chosen:  # what was chosen last is last
            chosen = [*(node_id for node_id in chosen if node_id != row.path[-1]), row.path[-1]]
        if row.kind == "frame":
            self.document.select_frame(row.path[-1])
        else:
            self.document.select(chosen)
        self.wire_chosen.emit(row.edge)
        self._following = False

    def _rename(self, row: Row, name: str) -> None:
        document, thing = self.document, row.path[-1]
        document.open_block(row.path[:-1], [thing])
        try:
            if row.kind == "frame":
                document.select_frame(thing)
                document.apply(SetFrame(replace(document.graph.frames[thing], title=name)))
            else:
                document.apply(rename_node(document.graph, thing, name))
        except GraphError as error:
            self.message.emit(str(error))

    def act(self) -> None:
        """What Enter does with the current row: parameters of a layer, fixes of a problem, the far end of a wire."""
        row = self.current
        if row is None:
            return
        if row.problem is not None:
            self.fixes_wanted.emit()
        elif row.edge is not None:
            far = row.edge.target if row.edge.source == row.path[-1] else row.edge.source
            self.tree.setCurrentIndex(self.model.index_of(((*row.path[:-1], far), None, None)))
        else:
            self.parameters_wanted.emit()


class Tree(QTreeView):
    """Enter acts on the current row, F2 renames a layer or frame, Insert adds one."""

    def __init__(self, outline: Outline) -> None:
        super().__init__(outline)
        self._outline = outline
        self.setUniformRowHeights(True)
        self.setIndentation(14)
        self.setSelectionMode(QTreeView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QTreeView.EditTrigger.EditKeyPressed)
        self.setAccessibleName("Outline of the network")
        self.setToolTip(
            plain(
                "The network as a tree: Enter edits parameters, F2 renames, Insert adds, Delete removes, "
                "W and Shift+W wire, Alt+Shift+arrows move a layer in its chain",
                wrap=True,
            )
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() == QTreeView.State.EditingState
        if event.key() in ENTER and not event.modifiers() and not editing:
            self._outline.act()
        elif event.key() == ADD and not editing:
            self._outline.add_wanted.emit()
        else:
            super().keyPressEvent(event)
