"""Where things are on the canvas, as pure functions: node sizes, ports, wires, distances.

A node is a box with its inputs along the edge that the network flows in at and its outputs along the opposite one.
Points inside a node are relative to its top left corner.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainterPath

from engine.graph import Position
from gui.canvas.layout.flow import DOWN, Flow

WIDTH, HEIGHT = 192.0, 52.0
"""The usual size of a node."""
GRID = 16
"""The raster that node positions snap to."""
MARGIN = 12.0
"""How far ports, rings and badges reach out of a node's box."""
GRIP = 10.0
"""How near to a port a press must be to take hold of it, in pixels."""
MAGNET = 20.0
"""How near to a port a dragged wire must come to be caught by it, in pixels."""

ARC = 36.0
"""How far the handles of an arc reach, by which a wire enters or leaves a lane that leads back."""

Side = Literal["input", "output"]
Box = tuple[float, float]


@dataclass(frozen=True, slots=True)
class End:
    """One port of one node: where a wire begins or ends."""

    node: str
    side: Side
    port: str


def node_size(inputs: int, outputs: int, spare: bool = False, flow: Flow = DOWN) -> Box:
    """The size of a node with so many ports, widening in steps that keep its centre in line with others.

    ``spare`` says that the last input is free for one more wire; it is beside the others.
    """
    across, along = flow.turn((WIDTH, HEIGHT))
    reach = max(_reach(inputs, flow, spare), _reach(outputs, flow))
    steps = max(0, math.ceil((reach + flow.rim - across / 2) / GRID))
    return flow.turn((across + steps * 2 * GRID, along))


def _pitch(count: int, flow: Flow) -> float:
    """The distance between neighbouring ports."""
    return flow.pitch[0] if count <= 5 else flow.pitch[1]


def _reach(count: int, flow: Flow, spare: bool = False) -> float:
    """How far the outermost of ``count`` ports is from the middle."""
    return (max(count - spare - 1, 0) / 2 + spare) * _pitch(count, flow)


def port_points(size: Box, side: Side, count: int, spare: bool = False, flow: Flow = DOWN) -> list[QPointF]:
    """The points of the ports on one side: in the middle, the spare one after them."""
    across, along = flow.turn(size)
    pitch = _pitch(count, flow)
    first, edge = across / 2 - (count - spare - 1) / 2 * pitch, 0.0 if side == "input" else along
    return [flow.turn_point(QPointF(first + index * pitch, edge)) for index in range(count)]


def nearest(points: Sequence[QPointF], point: QPointF, reach: float) -> int | None:
    """Which of the points is nearest to ``point``, if it lies within ``reach``."""
    best, found = reach, None
    for index, other in enumerate(points):
        distance = math.hypot(other.x() - point.x(), other.y() - point.y())
        if distance <= best and (distance < best or found is None):
            best, found = distance, index
    return found


def snap(value: float) -> float:
    """The nearest line of the grid."""
    return float(GRID * round(value / GRID))


def snap_down(value: float) -> float:
    """The nearest line of the grid that does not lie above."""
    return float(GRID * math.ceil(value / GRID))


def wire_path(start: QPointF, end: QPointF, points: Iterable[Position] = (), flow: Flow = DOWN) -> QPainterPath:
    """The course of a wire from an output to an input by way of ``points``, in legs whose tangents are with the flow.

    A leg straight against the flow is entered and left in an arc.
    """
    way = _downwards(flow.turn_point(start), flow.turn_point(end), flow.turn_ways(points))
    return flow.turn_path(way)


def _downwards(start: QPointF, end: QPointF, points: Iterable[Position]) -> QPainterPath:
    path = QPainterPath(start)
    corners = [(start.x(), start.y()), *points, (end.x(), end.y())]
    up = [one[0] == other[0] and other[1] < one[1] for one, other in pairwise(corners)] if len(corners) > 2 else [False]
    for leg, ((x1, y1), (x2, y2)) in enumerate(pairwise(corners)):
        drop = y2 - y1
        if up[leg] or (x1 == x2 and drop > 0):
            path.lineTo(x2, y2)
        elif any(up[max(leg - 1, 0) : leg + 2]):
            turn = ARC if any(up[leg + 1 : leg + 2]) else -ARC
            path.cubicTo(x1, y1 + turn, x2, y2 + turn, x2, y2)
        else:
            reach = max(drop / 2, 0.0)
            if drop < 0:  # upwards: swing out far enough to be seen as a loop
                reach = min(120.0, 32.0 - drop / 4 + abs(x2 - x1) / 8)
            path.cubicTo(x1, y1 + reach, x2, y2 - reach, x2, y2)
    return path


def distance_to(path: QPainterPath, point: QPointF) -> float:
    """How far ``point`` is from the path."""
    best = math.inf
    for polygon in path.toSubpathPolygons():
        for index in range(polygon.size() - 1):
            best = min(best, _distance(QLineF(polygon.at(index), polygon.at(index + 1)), point))
    return best


def crosses(path: QPainterPath, line: QLineF) -> bool:
    """Whether a straight line crosses the path."""
    bounded = QLineF.IntersectionType.BoundedIntersection
    return any(
        QLineF(polygon.at(index), polygon.at(index + 1)).intersects(line)[0] == bounded
        for polygon in path.toSubpathPolygons()
        for index in range(polygon.size() - 1)
    )


def _distance(line: QLineF, point: QPointF) -> float:
    dx, dy = line.dx(), line.dy()
    length = dx * dx + dy * dy
    along = ((point.x() - line.x1()) * dx + (point.y() - line.y1()) * dy) / length if length else 0.0
    along = min(1.0, max(0.0, along))
    return math.hypot(point.x() - line.x1() - along * dx, point.y() - line.y1() - along * dy)
