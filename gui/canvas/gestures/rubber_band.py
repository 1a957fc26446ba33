"""Selecting with a box: all nodes it touches; Shift adds, Ctrl toggles. A click clears, or picks the wire under it."""

from __future__ import annotations

from typing import Self

from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QGraphicsRectItem

from gui.canvas.gestures.gesture import CTRL, SHIFT, Gesture, Pointer
from gui.canvas.sheet import Sheet


class RubberBand(Gesture):
    """A box from the press to the mouse. What it would select is shown at once and said at the end."""

    @classmethod
    def starting(cls, view: Sheet, at: Pointer) -> Self | None:
        return cls(view, at) if at.button == Qt.MouseButton.LeftButton else None

    def start(self) -> None:
        self._before = self.view.document.selection
        self._box: QGraphicsRectItem | None = None

    def begin(self) -> None:
        style = self.view.canvas.styling
        self._box = QGraphicsRectItem()
        self._box.setPen(style.band)
        self._box.setBrush(style.band_fill)
        self._box.setZValue(9)
        self.view.canvas.lay(self._box)

    def drag(self, at: Pointer) -> None:
        area = QRectF(self.origin.scene, at.scene).normalized()
        if self._box is not None:
            self._box.setRect(area)
        self.view.canvas.show_selected(set(self._chosen(area, at)))

    def _chosen(self, area: QRectF, at: Pointer) -> list[str]:
        inside = self.view.canvas.find.nodes_in(area)
        if at.holds(SHIFT):
            return [*self._before, *inside]
        if at.holds(CTRL):
            return [node_id for node_id in (*self._before, *inside) if (node_id in self._before) != (node_id in inside)]
        return inside

    def finish(self, at: Pointer) -> None:
        keeps = at.holds(SHIFT) or at.holds(CTRL)
        chosen = self._chosen(QRectF(self.origin.scene, at.scene).normalized(), at) if self.dragged else None
        self.cancel()
        if chosen is not None or not keeps:
            self.view.document.select(chosen or ())
        if chosen is None:
            self.view.canvas.choose_wire(self.view.canvas.find.wire(at.scene))

    def cancel(self) -> None:
        if self._box is not None:
            self.view.canvas.removeItem(self._box)
            self._box = None
        self.view.canvas.show_selected(set(self.view.document.selection))
