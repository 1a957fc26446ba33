"""The course of every wire: which ones have to be laid anew, and how they run around nodes. Laid once a frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF

from engine.graph import Edge, Position
from gui.canvas.geometry import GAP, HEIGHT, Side
from gui.canvas.layout import layout
from gui.canvas.node_item import NodeItem, sizes
from gui.canvas.wire_item import WireItem
from gui.document import Document

Ways = tuple[Position, ...]
LONG = 2 * GAP + HEIGHT
"""Wires that reach further down than this may have nodes in their way."""


class Courses:
    """Collects the crooked wires of a scene until they are straightened."""

    def __init__(
        self,
        document: Document,
        nodes: Mapping[str, NodeItem],
        wires: Mapping[Edge, WireItem],
        positions: Mapping[str, Position],
    ) -> None:
        self._document = document
        self._nodes, self._wires, self._positions = nodes, wires, positions
        self.crooked: set[Edge] = set()

    def bend(self, node_id: str) -> None:
        """The wires of a node no longer meet its ports."""
        graph = self._document.graph
        self.crooked.update(graph.incoming[node_id].values())
        self.crooked.update(graph.outgoing[node_id])

    def disturb(self, area: QRectF) -> None:
        """Wires that may have to get out of the way of something in this area, or may run straight again."""
        for edge, wire in self._wires.items():
            if wire.end.y() - wire.start.y() > LONG and wire.rect().intersects(area):
                self.crooked.add(edge)

    def straighten(self) -> bool:
        """Lay all crooked wires anew; whether there were any."""
        nodes, positions, wires = self._nodes, self._positions, self._wires
        crooked, self.crooked = [edge for edge in self.crooked if edge in wires], set()
        if not crooked:
            return False
        known = {edge: wire.points for edge, wire in wires.items() if wire.points}
        ways = layout.routes(self._document.graph, positions, sizes(nodes), crooked, known)
        crowded = self._crowded({edge: points for edge, points in (known | ways).items() if points})
        for edge, points in ways.items():
            source, target = nodes[edge.source].look, nodes[edge.target].look
            (left, top), (target_left, target_top) = positions[edge.source], positions[edge.target]
            out, into = source.outputs[edge.source_port].point, target.inputs[edge.target_port].point
            start = QPointF(left + out.x(), top + out.y())
            end = QPointF(target_left + into.x(), target_top + into.y())
            if points:
                beside = 1 if points[0][0] > left else -1
            else:
                beside = -1 if crowded[edge.source, "output"] + crowded[edge.target, "input"] > 0 else 1
            wires[edge].route(start, end, points, beside)
        return True

    def _crowded(self, ways: Mapping[Edge, Ways]) -> Counter[tuple[str, Side]]:
        """On which side of a node wires swing out or in, so that labels go to the other: > 0 on the right."""
        result: Counter[tuple[str, Side]] = Counter()
        for edge, points in ways.items():
            sign = 1 if points[0][0] > self._positions[edge.source][0] else -1
            result[edge.source, "output"] += sign
            result[edge.target, "input"] += sign
        return result
