"""The course of every wire: which ones have to be laid again, and how they run around nodes. Laid once a frame."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF

from engine.graph import Edge, Position
from gui.canvas.labels import Course, label_places
from gui.canvas.layout import layout
from gui.canvas.layout.flow import flow_of
from gui.canvas.layout.layout_lanes import Box
from gui.canvas.node_item import NodeItem, sizes
from gui.canvas.wire_item import WireItem
from gui.levels import Shown

LONG = 140.0
"""Wires that reach further than this may have nodes in their way."""


class Courses:
    """Collects the crooked wires of a scene until they are straightened."""

    def __init__(
        self,
        level: Shown,
        nodes: Mapping[str, NodeItem],
        wires: Mapping[Edge, WireItem],
        positions: Mapping[str, Position],
    ) -> None:
        self._level = level
        self._nodes, self._wires, self._positions = nodes, wires, positions
        self.crooked: set[Edge] = set()

    def bend(self, node_id: str) -> None:
        """The wires of a node no longer meet its ports."""
        graph = self._level.graph
        self.crooked.update(graph.incoming[node_id].values())
        self.crooked.update(graph.outgoing[node_id])

    def disturb(self, area: QRectF) -> None:
        """Wires that may have to get out of the way of something in this area, or may run straight again."""
        flow = flow_of(self._level.graph)
        for edge, wire in self._wires.items():
            if flow.turn_point(wire.end - wire.start).y() > LONG and wire.rect().intersects(area):
                self.crooked.add(edge)

    def straighten(self) -> bool:
        """Lay all crooked wires again; whether there were any."""
        nodes, positions, wires = self._nodes, self._positions, self._wires
        crooked, self.crooked = [edge for edge in self.crooked if edge in wires], set()
        if not crooked:
            return False
        known = {edge: wire.points for edge, wire in wires.items() if wire.points}
        graph = self._level.graph
        flow = flow_of(graph)
        ways = layout.routes(graph, positions, sizes(nodes), crooked, known, flow)
        courses: dict[Edge, Course] = {}
        for edge, points in ways.items():
            source, target = nodes[edge.source].look, nodes[edge.target].look
            (left, top), (target_left, target_top) = positions[edge.source], positions[edge.target]
            out, into = source.outputs[edge.source_port].point, target.inputs[edge.target_port].point
            start = QPointF(left + out.x(), top + out.y())
            courses[edge] = Course(start, QPointF(target_left + into.x(), target_top + into.y()), points).turned(flow)
        others = {edge: flow.turn_ways(points) for edge, points in known.items() if edge not in ways}
        boxes = []
        for name, position in positions.items():
            (x, y), (width, height) = flow.turn(position), flow.turn(nodes[name].look.size)
            boxes.append(Box(x, y, x + width, y + height))
        for edge, place in label_places(graph, courses, others, boxes, flow.shape).items():
            wires[edge].route(courses[edge].turned(flow), place, flow)
        return True
