"""Drawing a wire from a port, or moving one by its end. Ports that fit ring up; a note says why another does not."""

from __future__ import annotations

from typing import Self

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QGraphicsPathItem

from engine.edits import Disconnect
from engine.graph import Edge
from gui.canvas.commands import layer_commands as commands
from gui.canvas.geometry import End, Side, wire_path
from gui.canvas.gestures.gesture import Gesture, Pointer
from gui.canvas.layout.flow import flow_of
from gui.canvas.sheet import Sheet
from gui.canvas.wiring import Verdict, edge_between, unreachable, verdict


class DragWire(Gesture):
    """One end is fixed, the other follows the mouse. Pressing a connected input takes that wire off it."""

    cursor = Qt.CursorShape.CrossCursor

    @classmethod
    def starting(cls, view: Sheet, at: Pointer) -> Self | None:
        end = view.canvas.find.grip(at.scene) if at.button == Qt.MouseButton.LeftButton else None
        return None if end is None else cls(view, at, end)

    def __init__(self, view: Sheet, at: Pointer, end: End) -> None:
        super().__init__(view, at)
        graph = view.document.graph
        self.moved: Edge | None = graph.incoming[end.node].get(end.port) if end.side == "input" else None
        self.fixed = end if self.moved is None else End(self.moved.source, "output", self.moved.source_port)
        self.wanted: Side = "input" if self.fixed.side == "output" else "output"
        self.caught: End | None = None
        self._line: QGraphicsPathItem | None = None
        self._verdicts: dict[End, Verdict] = {}

    def begin(self) -> None:
        canvas = self.view.canvas
        self._closed = unreachable(self.view.document.graph, self.fixed)
        canvas.offer(
            [
                End(node_id, self.wanted, name)
                for node_id, box in canvas.boxes.items()
                if node_id not in self._closed
                for name in box.ports(self.wanted)
            ],
            self.fixed.node,
        )
        self._line = QGraphicsPathItem()
        self._line.setPen(canvas.styling.wires["loose", False])
        self._line.setZValue(7)
        canvas.lay(self._line)
        if self.moved is not None:
            canvas.wires[self.moved].hide()

    def drag(self, at: Pointer) -> None:
        canvas = self.view.canvas
        end = canvas.find.landing(at.scene, self.wanted)
        self.caught = None if end is None or end.node == self.fixed.node else end
        point = at.scene if self.caught is None else canvas.boxes.port(self.caught)
        reason = self._verdict(self.caught).reason if self.caught is not None else None
        if self._line is not None:
            self._line.setPath(self._path(point))
            self._line.setPen(canvas.styling.wires["loose" if reason is None else "guilty", False])
        self.view.explain(reason if reason is not None else self._praise(), at.view, bad=reason is not None)

    def _path(self, point: QPointF) -> QPainterPath:
        fixed = self.view.canvas.boxes.port(self.fixed)
        ends = (fixed, point) if self.fixed.side == "output" else (point, fixed)
        return wire_path(*ends, flow=flow_of(self.view.document.graph))

    def _edge(self, end: End) -> Edge:
        return edge_between(self.fixed, end)

    def _verdict(self, end: End) -> Verdict:
        """What a wire to this port would do; found out once for each port the mouse comes to."""
        if end not in self._verdicts:
            self._verdicts[end] = verdict(self.view.document, self._edge(end), self.moved)
        return self._verdicts[end]

    def _praise(self) -> str:
        """What a wire would bring to the port that has caught it, and what its layer would give then."""
        if self.caught is None:
            return ""
        edge, document = self._edge(self.caught), self.view.document
        spec = document.report.spec(edge.source, edge.source_port)
        names = f"{document.graph.nodes[edge.source].name} → {document.graph.nodes[edge.target].name}"
        result = self._verdict(self.caught).result
        return "  ".join(filter(None, (names, str(spec) if spec is not None else "", f"→ {result}" if result else "")))

    def finish(self, at: Pointer) -> None:
        if not self.dragged:
            return
        self.drag(at)
        caught = self.caught
        self.cancel()
        if caught is None:
            self._drop(at)
            return
        edge = self._edge(caught)
        if edge != self.moved:
            self.view.attempt(lambda: commands.connect(self.view.document, edge, self.moved))

    def _drop(self, at: Pointer) -> None:
        """Into empty space: a moved wire is gone, a new one asks for a layer."""
        if self.moved is not None:
            if self.view.apply(Disconnect(self.moved)):
                self.view.message.emit("The wire is gone; Ctrl+Z brings it back.")
        elif self.view.canvas.find.node(at.scene) is None:
            self.view.layer_wanted.emit(at.view, self.fixed)

    def cancel(self) -> None:
        if not self.dragged:
            return
        canvas = self.view.canvas
        if self._line is not None:
            canvas.removeItem(self._line)
            self._line = None
        if self.moved is not None and self.moved in canvas.wires:
            canvas.wires[self.moved].show()
        canvas.offer(None)
        self.view.explain("", at=self.origin.view)
