"""The accessible interface of the canvas."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAccessibleSelectionInterface
from PySide6.QtWidgets import QAccessibleWidget

from gui.accessibility.interfaces import NO_INTERFACE, FramePart, LayerPart, Part, WirePart
from gui.accessibility.parts import FrameKey, Key, Parts
from gui.canvas.view import View
from gui.document import Document


class CanvasInterface(QAccessibleWidget):
    """The canvas: layers, frames, wires and problems are its children, and layers and frames can be selected."""

    def __init__(self, view: View, parts: Parts) -> None:
        super().__init__(view, QAccessible.Role.Canvas)
        self.parts, self._selection = parts, Selection(parts)

    def childCount(self) -> int:
        return len(self.parts.top())

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        keys = self.parts.top()
        return self.parts.get(keys[index]) if 0 <= index < len(keys) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return self.parts.index(child.key) if isinstance(child, Part) else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        view = self.parts.view
        point = view.mapToScene(view.viewport().mapFromGlobal(QPoint(x, y)))
        frame = view.canvas.frames.title_at(point)
        found: Key | None = view.canvas.find.node(point) or view.canvas.find.wire(point)
        found = FrameKey(frame.id) if found is None and frame is not None else found
        return None if found is None else self.parts.get(found)

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        key = self.parts.focused() if self.parts.view.hasFocus() else None
        return self.parts.get(key) if key is not None else super().focusChild()

    def interface_cast(self, t: QAccessible.InterfaceType) -> Any:  # the object, whatever the stubs say
        if t == QAccessible.InterfaceType.SelectionInterface:
            return self._selection
        return super().interface_cast(t) or NO_INTERFACE


class Selection(QAccessibleSelectionInterface):
    """The selected layers, or the selected frame."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._parts = parts

    @property
    def _document(self) -> Document:
        return self._parts.document

    def selectedItemCount(self) -> int:
        return len(self._chosen())

    def _chosen(self) -> list[Key]:
        frame = self._document.frame
        return [*self._document.selection] if frame is None else [FrameKey(frame.id)]

    def selectedItems(self) -> list[QAccessibleInterface]:
        return [self._parts.get(key) for key in self._chosen()]

    def selectedItem(self, selectionIndex: int) -> QAccessibleInterface | None:  # type: ignore[override]
        chosen = self._chosen()
        return self._parts.get(chosen[selectionIndex]) if 0 <= selectionIndex < len(chosen) else None

    def isSelected(self, childItem: QAccessibleInterface) -> bool:
        return isinstance(childItem, Part) and childItem.selected()

    def select(self, childItem: QAccessibleInterface) -> bool:
        if isinstance(childItem, LayerPart):
            self._document.select([*self._document.selection, childItem.key])
        elif isinstance(childItem, WirePart | FramePart):
            childItem.select()
        return isinstance(childItem, LayerPart | WirePart | FramePart)

    def unselect(self, childItem: QAccessibleInterface) -> bool:
        chosen = self._document.selection
        if isinstance(childItem, LayerPart):
            self._document.select([node_id for node_id in chosen if node_id != childItem.key])
        return self._document.selection != chosen

    def selectAll(self) -> bool:
        self._document.select(self._document.graph.nodes)
        return True

    def clear(self) -> bool:
        self._document.select([])
        return True
