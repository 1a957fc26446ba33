"""The palette: the project's blocks, every layer by family and the user's own blocks, searched by typing, added by
drag or double-click."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QMenu, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from engine.blocks import library
from engine.blocks.block_edits import RemoveBlock, uses_of
from engine.edits import Change
from engine.errors import GraphError
from engine.files import FileError
from engine.layers.layer import Layer
from gui.canvas import blocks, glyphs
from gui.canvas.commands.offered_blocks import entries, type_of
from gui.canvas.node_kinds import kinds
from gui.document import Document
from gui.theme import theme
from gui.widgets import plain

MIME = "application/x-layerloom-layer"
TYPE, ABOUT = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
MINE, SHIPPED = "My blocks", "Ready-made blocks"
FOLDED = ("Padding", "Resampling", "Dropout", "Reduction", "Math", "Logic")
"""The families that are folded at first: long, or seldom needed."""


class Palette(QWidget):
    """``chosen`` carries the type of a double-clicked layer."""

    chosen = Signal(str)
    message = Signal(str)
    """A sentence for the status line."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.search = QLineEdit(placeholderText="Search layers", clearButtonEnabled=True)
        self.search.setAccessibleName("Search layers")
        self.search.setToolTip("Type a part of a layer's name, family or explanation")
        self.tree = _Tree(self)
        self.tree.itemActivated.connect(self._activated)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._choose_first)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 4, 8)
        box.addWidget(self.search)
        box.addWidget(self.tree, 1)
        self._closed = set(FOLDED)
        """The families that are folded."""
        self._filled: tuple[str, list[type[Layer]], list[library.LibraryEntry]] | None = None
        """What the tree shows: in which theme, which layers and which blocks of the library."""
        self._fill()
        self.tree.itemCollapsed.connect(lambda head: self._closed.add(head.text(0)))
        self.tree.itemExpanded.connect(lambda head: self._closed.discard(head.text(0)))
        theme.changed.connect(self._fill)
        document.replaced.connect(self._fill)
        document.changed.connect(self._changed)

    def current_kind(self) -> str:
        """The type of the chosen layer; empty without one."""
        item = self.tree.currentItem()
        return str(item.data(0, TYPE) or "") if item is not None else ""

    def _changed(self, change: Change) -> None:
        if change.blocks:
            self._fill()

    def _fill(self) -> None:
        layers, own = kinds(self.document.graph), entries()
        if (theme.name, layers, own) == self._filled:
            return
        self._filled = (theme.name, layers, own)
        self.tree.blockSignals(True)
        self.tree.clear()
        heads: dict[str, QTreeWidgetItem] = {}
        for cls in layers:
            item = QTreeWidgetItem(self._head(heads, "Blocks" if cls.family == "Block" else cls.family), [cls.title()])
            item.setIcon(0, glyphs.icon(cls.family))
            item.setToolTip(0, plain(f"{_first_line(cls)}\nDrag it onto the canvas, or double-click."))
            item.setData(0, TYPE, cls.type_name())
            item.setData(0, ABOUT, f"{cls.title()} {cls.family} {cls.__doc__}".lower())
        for entry in own:
            group = SHIPPED if entry.source == library.SHIPPED else MINE
            item = QTreeWidgetItem(self._head(heads, group), [entry.name])
            item.setIcon(0, glyphs.icon("Block"))
            item.setToolTip(
                0, plain(f"{entry.help or entry.name}\nDrag it onto the canvas, or double-click: a copy is added.")
            )
            item.setData(0, TYPE, type_of(entry))
            item.setData(0, ABOUT, f"{entry.name} {entry.help} {group}".lower())
        for title, head in heads.items():
            head.setExpanded(title not in self._closed)
        self.tree.blockSignals(False)
        self._filter(self.search.text())

    def _head(self, heads: dict[str, QTreeWidgetItem], title: str) -> QTreeWidgetItem:
        if title not in heads:
            head = heads[title] = QTreeWidgetItem(self.tree, [title])
            font = head.font(0)
            font.setBold(True)
            head.setFont(0, font)
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
        return heads[title]

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        for head in self._heads():
            shown = 0
            for item in _children(head):
                hidden = not all(word in item.data(0, ABOUT) for word in words)
                item.setHidden(hidden)
                shown += not hidden
            head.setHidden(not shown)
            if words and shown:
                self.tree.expand(self.tree.indexFromItem(head))

    def _heads(self) -> list[QTreeWidgetItem]:
        found = (self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount()))
        return [head for head in found if head is not None]

    def _activated(self, item: QTreeWidgetItem) -> None:
        if name := item.data(0, TYPE):
            self.chosen.emit(name)

    def _choose_first(self) -> None:
        shown = (item for head in self._heads() for item in _children(head) if not item.isHidden())
        words = self.search.text().lower().split()
        begins = [item for item in shown if words]
        best = min(begins, key=lambda item: not item.text(0).lower().startswith(words[0]), default=None)
        if best is not None:
            self._activated(best)

    def menu_of(self, item: QTreeWidgetItem) -> QMenu | None:
        """What can be done with a block of the project; None for other lines."""
        block = self.document.graph.blocks.of_type(item.data(0, TYPE) or "")
        if block is None:
            return None
        menu = QMenu(self)
        menu.addAction("Open Definition", lambda: self.document.open_definition(block.id))
        menu.addAction("Save to My Library", lambda: self._keep(block.id))
        drop = menu.addAction("Delete Definition", lambda: self._drop(block.id))
        drop.setEnabled(not uses_of(self.document.project, block))
        return menu

    def _keep(self, block_id: str) -> None:
        block = self.document.graph.blocks[block_id]
        try:
            blocks.store(block, self, self._kept)
        except FileError as error:
            self.message.emit(str(error))

    def _kept(self, sentence: str) -> None:
        self.message.emit(sentence)
        self._fill()

    def _drop(self, block_id: str) -> None:
        try:
            self.document.apply(RemoveBlock(block_id))
        except GraphError as error:
            self.message.emit(str(error))


class _Tree(QTreeWidget):
    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette
        self.setHeaderHidden(True)
        self.setRootIsDecorated(True)
        self.setIndentation(14)
        self.setIconSize(QSize(16, 16))
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setAccessibleName("Layers by family")
        self.setToolTip("Drag a layer onto the canvas, or double-click it")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        item = self.itemAt(event.pos())
        menu = self._palette.menu_of(item) if item is not None else None
        if menu is not None:
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(event.globalPos())

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        data = QMimeData()
        names = [item.data(0, TYPE) for item in items]
        data.setData(MIME, QByteArray(str(names[0] or "").encode()))
        return data


def _children(head: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    return [head.child(index) for index in range(head.childCount())]


def _first_line(cls: type[Layer]) -> str:
    return (cls.__doc__ or "").strip().split("\n", 1)[0]
