"""Opens the search popup of a view, keeps the pending wire in sight meanwhile, and adds what was chosen."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtWidgets import QGraphicsPathItem

from engine.graph import Edge
from gui.canvas.commands.edit_commands import EditCommands
from gui.canvas.commands.layer_commands import free_output, only_wire
from gui.canvas.commands.offered_blocks import addable
from gui.canvas.geometry import GRID, HEIGHT, WIDTH, End, wire_path
from gui.canvas.layout.flow import Flow, flow_of
from gui.canvas.searching.layer_popup import LayerPopup
from gui.canvas.searching.ranking import usual_after
from gui.canvas.sheet import Sheet


class Adder:
    """One popup at a time."""

    def __init__(self, view: Sheet, editing: EditCommands) -> None:
        self._view, self._editing = view, editing
        self.popup: LayerPopup | None = None
        self.pending: QGraphicsPathItem | None = None

    def open(self, at: QPoint | None = None, wire: End | None = None, into: Edge | None = None) -> None:
        """Search a layer to be added at a point of the view, by default at the mouse.

        ``wire`` is a port that waits for it; otherwise, called by key, it follows the one selected node if that has
        a free output, or goes into the one wire that leaves it. ``into`` is a wire that it is to be spliced into.
        """
        self.close()
        view, document = self._view, self._view.document
        selection, after = document.selection, None
        if at is None and wire is None and len(selection) == 1:
            wire, into = free_output(document.graph, selection[0]), only_wire(document.graph, selection[0])
            after = selection[0] if wire or into else None
        if after is not None:
            at = view.view_point(_behind(view.canvas.boxes.box(after), flow_of(document.graph)))
        elif at is None:
            at = view.mouse if view.mouse is not None else view.viewport().rect().center()
        source = wire if into is None else End(into.source, "output", into.source_port)
        flows = source is not None and source.side == "output"
        spec = document.report.spec(source.node, source.port) if source is not None and flows else None
        point = view.point_at(at)
        before = 0.5 if wire is None else 0.0 if wire.side == "output" else 1.0
        graph = document.graph
        flow = flow_of(graph)
        (x, y), (across, along) = flow.turn((point.x(), point.y())), flow.turn((WIDTH, HEIGHT))
        position = flow.turn((x - across / 2, y - before * along))
        usual = usual_after(graph.nodes[source.node].type, graph) if source is not None and flows else None
        popup = self.popup = LayerPopup(view, at, spec, addable(graph), usual)
        if wire is not None and after is None:
            self._show_pending(wire, point)
        popup.chosen.connect(lambda name: self._editing.add_layer(name, position, None if after else wire, after, into))
        popup.closed.connect(self._closed)

    def close(self) -> None:
        """Close the popup, if one is open, and add nothing."""
        if self.popup is not None:
            self.popup.close_up()

    def _show_pending(self, wire: End, point: QPointF) -> None:
        canvas = self._view.canvas
        fixed = canvas.boxes.port(wire)
        ends = (fixed, point) if wire.side == "output" else (point, fixed)
        self.pending = QGraphicsPathItem(wire_path(*ends, flow=flow_of(self._view.document.graph)))
        self.pending.setPen(canvas.styling.wires["loose", False])
        canvas.lay(self.pending)

    def _closed(self) -> None:
        self.popup = None
        if self.pending is not None:
            self._view.canvas.removeItem(self.pending)
            self.pending = None


def _behind(box: QRectF, flow: Flow) -> QPointF:
    """Where the popup opens for a layer that follows this one."""
    return flow.turn_point(flow.turn_rect(box).bottomLeft() + QPointF(0, GRID))
