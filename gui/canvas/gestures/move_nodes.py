"""Dragging nodes. The grid holds unless Ctrl is pressed; Alt drags clones; a lone node is spliced into a wire."""

from __future__ import annotations

from typing import Self

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QGraphicsPathItem

from engine.edits import Move
from engine.graph import Edge, Position
from gui.canvas import clipboard
from gui.canvas.draft import Draft, can_splice, splice
from gui.canvas.geometry import snap
from gui.canvas.gestures.gesture import ALT, CTRL, SHIFT, Gesture, Pointer
from gui.canvas.sheet import Sheet


class MoveNodes(Gesture):
    """Drags the selection, which the press on a node extends or replaces first."""

    cursor = Qt.CursorShape.SizeAllCursor

    @classmethod
    def starting(cls, view: Sheet, at: Pointer) -> Self | None:
        node_id = view.canvas.find.node(at.scene) if at.button == Qt.MouseButton.LeftButton else None
        return None if node_id is None else cls(view, at, node_id)

    def __init__(self, view: Sheet, at: Pointer, node_id: str) -> None:
        super().__init__(view, at)
        self._pressed = node_id
        self._ghost: QGraphicsPathItem | None = None
        self._wire: Edge | None = None
        self._clones = False

    def start(self) -> None:
        self._before = self.view.document.selection
        if self._pressed in self._before:
            return
        adds = self.origin.holds(SHIFT) or self.origin.holds(CTRL)
        self.view.document.select([*(self._before if adds else ()), self._pressed])

    def begin(self) -> None:
        document = self.view.document
        self._clones = self.origin.holds(ALT)
        self._positions = {node_id: document.graph.positions[node_id] for node_id in document.selection}
        alone = len(self._positions) == 1 and not self._clones
        self._lone = self._pressed if alone and can_splice(document.graph, self._pressed) else None
        self.view.be_fast(True)
        if self._clones:
            self._ghost = self._outline()
            self.view.canvas.lay(self._ghost)

    def _outline(self) -> QGraphicsPathItem:
        """The frames of the nodes to be cloned."""
        path, canvas = QPainterPath(), self.view.canvas
        for node_id in self._positions:
            box = canvas.boxes.box(node_id)
            path.addPath(canvas.styling.outline(canvas.boxes[node_id].size).frame.translated(box.topLeft()))
        ghost = QGraphicsPathItem(path)
        ghost.setPen(canvas.styling.selected)
        ghost.setBrush(canvas.styling.band_fill)
        ghost.setZValue(8)
        return ghost

    def _shift(self, at: Pointer) -> Position:
        """By how much the nodes are moved: the pressed one from one point of the grid to another."""
        way = at.scene - self.origin.scene
        if at.holds(CTRL) or not self.view.habits.snap:
            return way.x(), way.y()
        x, y = self._positions[self._pressed]
        return snap(x + way.x()) - x, snap(y + way.y()) - y

    def drag(self, at: Pointer) -> None:
        dx, dy = self._shift(at)
        canvas = self.view.canvas
        if self._ghost is not None:
            self._ghost.setPos(dx, dy)
            return
        canvas.place({node_id: (x + dx, y + dy) for node_id, (x, y) in self._positions.items()}, dragging=True)
        canvas.reroute()
        centre = canvas.boxes.box(self._pressed).center()
        self._glow(canvas.find.wire(centre, pixels=24) if self._lone and not at.holds(ALT) else None)

    def _glow(self, edge: Edge | None) -> None:
        if edge == self._wire:
            return
        for changed, glowing in ((self._wire, False), (edge, True)):
            if changed is not None and (item := self.view.canvas.wires.get(changed)) is not None:
                item.set_glowing(glowing)
        self._wire = edge

    def finish(self, at: Pointer) -> None:
        if not self.dragged:
            self._click()
            return
        self.drag(at)
        (dx, dy), wire, document = self._shift(at), self._wire, self.view.document
        self._end()
        positions = {node_id: (x + dx, y + dy) for node_id, (x, y) in self._positions.items()}
        if self._clones:
            draft = Draft(document.graph)
            copied = clipboard.put(draft, clipboard.take(document.graph, self._positions.keys()), (dx, dy))
            if self.view.apply(draft.step(f"Clone {self._title()}")):
                document.select(copied)
        elif wire is not None and self._lone is not None:
            draft = Draft(document.graph)
            draft.do(Move(positions))
            splice(draft, self._lone, wire)
            self.view.apply(draft.step(f"Insert {self._title()}"))
        elif dx or dy:
            self.view.apply(Move(positions))

    def _title(self) -> str:
        nodes = self.view.document.graph.nodes
        return nodes[self._pressed].name if len(self._positions) == 1 else f"{len(self._positions)} nodes"

    def _click(self) -> None:
        """A click on a node: alone it selects just that one, with Ctrl it toggles."""
        if self._pressed not in self._before:
            return
        if self.origin.holds(CTRL):
            self.view.document.select(node_id for node_id in self._before if node_id != self._pressed)
        elif not self.origin.holds(SHIFT):
            self.view.document.select([self._pressed])

    def _end(self) -> None:
        """Put everything back where the graph has it."""
        self._glow(None)
        canvas, positions = self.view.canvas, self.view.document.graph.positions
        if self._ghost is not None:
            canvas.removeItem(self._ghost)
            self._ghost = None
        else:
            there = {node_id: positions[node_id] for node_id in self._positions if node_id in canvas.nodes}
            canvas.place(there, dragging=True)
        self.view.be_fast(False)

    def cancel(self) -> None:
        if self.dragged:
            self._end()
            self.view.canvas.reroute()
        self.view.document.select(self._before)
