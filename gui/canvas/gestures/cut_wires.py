"""Cutting wires by a stroke across them, as in Blender: Ctrl and the right button. All go in one step."""

from __future__ import annotations

from typing import Self

from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QGraphicsPathItem

from engine.edits import Compound, Disconnect
from engine.graph import Edge
from gui.canvas.gestures.gesture import CTRL, Gesture, Pointer
from gui.canvas.sheet import Sheet

FADED = 0.3
"""How a wire is shown that would be cut."""


class CutWires(Gesture):
    """A line is drawn where the mouse goes; what it has crossed fades, and goes once the button is released."""

    cursor = Qt.CursorShape.CrossCursor

    @classmethod
    def starting(cls, view: Sheet, at: Pointer) -> Self | None:
        return cls(view, at) if at.button == Qt.MouseButton.RightButton and at.holds(CTRL) else None

    def begin(self) -> None:
        self._at = self.origin.scene
        self._crossed: dict[Edge, None] = {}
        self._path = QPainterPath(self._at)
        self._line = QGraphicsPathItem()
        self._line.setPen(self.view.canvas.styling.knife)
        self._line.setZValue(9)
        self.view.canvas.lay(self._line)

    def drag(self, at: Pointer) -> None:
        canvas = self.view.canvas
        for edge in canvas.find.wires_across(QLineF(self._at, at.scene)):
            self._crossed[edge] = None
            canvas.wires[edge].setOpacity(FADED)
        self._at = at.scene
        self._path.lineTo(at.scene)
        self._line.setPath(self._path)
        self.view.explain(f"cuts {wires(len(self._crossed))}", at.view)

    def finish(self, at: Pointer) -> None:
        if not self.dragged:
            return
        self.drag(at)
        self.cancel()
        graph = self.view.document.graph
        edits = tuple(map(Disconnect, self._crossed))
        if edits:
            title = edits[0].title(graph) if len(edits) == 1 else f"Cut {wires(len(edits))}"
            if self.view.apply(Compound(edits, title)):
                self.view.message.emit(f"{title}. Ctrl+Z brings {'it' if len(edits) == 1 else 'them'} back.")

    def cancel(self) -> None:
        if self.dragged:
            canvas = self.view.canvas
            canvas.removeItem(self._line)
            for edge in self._crossed.keys() & canvas.wires.keys():
                canvas.wires[edge].setOpacity(1.0)
            self.view.explain("", at=self.origin.view)


def wires(count: int) -> str:
    """So many wires, in words."""
    return {0: "no wire", 1: "1 wire"}.get(count, f"{count} wires")
