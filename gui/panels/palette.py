"""The palette: every layer by family, searched by typing, added by drag or double-click."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QMimeData, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from engine import layers
from gui.canvas import glyphs
from gui.theme import theme

MIME = "application/x-layerloom-layer"


class Palette(QWidget):
    """``chosen`` carries the name of a double-clicked layer's class."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit(placeholderText="Search layers", clearButtonEnabled=True)
        self.search.setAccessibleName("Search layers")
        self.search.setToolTip("Type a part of a layer's name, family or explanation")
        self.tree = _Tree()
        self.tree.itemActivated.connect(self._activated)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._choose_first)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 4, 8)
        box.addWidget(self.search)
        box.addWidget(self.tree, 1)
        self._fill()
        theme.changed.connect(self._fill)

    def _fill(self) -> None:
        self.tree.clear()
        families: dict[str, QTreeWidgetItem] = {}
        for cls in layers.all():
            if cls.family not in families:
                head = QTreeWidgetItem(self.tree, [cls.family])
                font = head.font(0)
                font.setBold(True)
                head.setFont(0, font)
                head.setFlags(Qt.ItemFlag.ItemIsEnabled)
                families[cls.family] = head
            item = QTreeWidgetItem(families[cls.family], [cls.__name__])
            item.setIcon(0, glyphs.icon(cls.family))
            item.setToolTip(0, f"{_first_line(cls)}\nDrag it onto the canvas, or double-click.")
            item.setData(0, Qt.ItemDataRole.UserRole, cls.__name__)
        self.tree.expandAll()
        self._filter(self.search.text())

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        for row in range(self.tree.topLevelItemCount()):
            head = self.tree.topLevelItem(row)
            if head is None:
                continue
            shown = 0
            for place in range(head.childCount()):
                item = head.child(place)
                cls = layers.get(item.data(0, Qt.ItemDataRole.UserRole))
                about = f"{cls.__name__} {cls.family} {cls.__doc__}".lower()
                hidden = not all(word in about for word in words)
                item.setHidden(hidden)
                shown += not hidden
            head.setHidden(not shown)

    def _activated(self, item: QTreeWidgetItem) -> None:
        name = item.data(0, Qt.ItemDataRole.UserRole)
        if name:
            self.chosen.emit(name)

    def _choose_first(self) -> None:
        for row in range(self.tree.topLevelItemCount()):
            head = self.tree.topLevelItem(row)
            for place in range(head.childCount() if head is not None else 0):
                item = head.child(place) if head is not None else None
                if item is not None and not item.isHidden():
                    self.chosen.emit(item.data(0, Qt.ItemDataRole.UserRole))
                    return


class _Tree(QTreeWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(12)
        self.setIconSize(QSize(16, 16))
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setAccessibleName("Layers by family")
        self.setToolTip("Drag a layer onto the canvas, or double-click it")

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        data = QMimeData()
        names = [item.data(0, Qt.ItemDataRole.UserRole) for item in items]
        data.setData(MIME, QByteArray(str(names[0] or "").encode()))
        return data


def _first_line(cls: type[layers.Layer]) -> str:
    return (cls.__doc__ or "").strip().split("\n", 1)[0]
