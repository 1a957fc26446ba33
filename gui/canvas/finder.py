"""Who is where on the canvas: nodes, ports and wires by geometry, over the index that each level keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QLineF, QPointF, QRectF

from engine.graph import Edge, Graph
from gui.canvas.courses import Courses
from gui.canvas.geometry import GRIP, MAGNET, End, Side, crosses, distance_to
from gui.canvas.node_item import NodeItem
from gui.canvas.sight.items import Items
from gui.canvas.sight.node_boxes import NodeBoxes
from gui.canvas.style import GLYPHS, OVERVIEW, Style
from gui.canvas.wire_item import WireItem

DEEPEST = 14.0
"""How far inside a node a press still takes hold of its port."""


class LevelItems(Protocol):
    """What there is of one level."""

    boxes: NodeBoxes
    courses: Courses
    nodes: Items[str, NodeItem]
    wires: Items[Edge, WireItem]

    @property
    def graph(self) -> Graph: ...

    def height(self, node_id: str) -> float: ...


class Finder:
    """Answers for one scene, for the part that is worked in or another one, in the coordinates of that.

    Distances are in pixels of the screen, and never less than at 100 %.
    """

    def __init__(self, current: Callable[[], LevelItems], style: Style) -> None:
        """``current`` gives the items of the level that is worked in."""
        self._current, self._style = current, style

    def _nodes(self, area: QRectF, part: LevelItems) -> list[str]:
        """The nodes that touch an area, the topmost first."""
        return sorted(part.boxes.within(area), key=part.height, reverse=True)

    def _wires(self, area: QRectF, part: LevelItems) -> list[WireItem]:
        """The wires that are shown and touch an area."""
        wires = [part.wires[edge] for edge in part.courses.within(area)]
        return [wire for wire in wires if wire.isVisible() and wire.rect().intersects(area)]

    def _around(self, point: QPointF, reach: float, part: LevelItems) -> list[str]:
        return self._nodes(_square(point, reach), part)

    def _reach(self, pixels: float) -> float:
        return pixels / min(self._style.scale, 1.0)

    def node(self, point: QPointF, part: LevelItems | None = None) -> str | None:
        """The node whose box holds the point."""
        part = part or self._current()
        return next((each for each in self._around(point, 1.0, part) if part.boxes.box(each).contains(point)), None)

    def mark(self, point: QPointF, part: LevelItems | None = None) -> str | None:
        """The block whose mark to open or close it in place is at the point."""
        if self._style.scale < GLYPHS:  # it is not painted
            return None
        part = part or self._current()
        for item in (part.nodes[node_id] for node_id in self._around(point, 1.0, part)):
            if item.look.fold and item.look.fold_mark.adjusted(-3, -3, 3, 3).translated(item.pos()).contains(point):
                return item.id
        return None

    def nodes_in(self, area: QRectF) -> list[str]:
        """The nodes whose boxes touch the area."""
        part = self._current()
        return [node_id for node_id in self._nodes(area, part) if part.boxes.box(node_id).intersects(area)]

    def grip(self, point: QPointF, part: LevelItems | None = None) -> End | None:
        """The port that a press takes hold of: one that is painted, and never so far inside that no node is left."""
        reach = min(self._reach(GRIP), DEEPEST)
        return self._port(point, None, reach, part) if self._style.detail > OVERVIEW else None

    def _port(self, point: QPointF, side: Side | None, reach: float, part: LevelItems | None = None) -> End | None:
        part = part or self._current()
        found: list[tuple[float, End]] = []
        for node_id in self._around(point, reach, part):
            if (end := part.boxes.port_at(node_id, point, reach, side)) is not None:
                offset = part.boxes.port(end) - point
                found.append((QPointF.dotProduct(offset, offset), end))
        return min(found, key=lambda pair: pair[0])[1] if found else None

    def landing(self, point: QPointF, side: Side) -> End | None:
        """The port that catches a dragged wire: one within reach of the magnet, else a port of the node under it."""
        if end := self._port(point, side, self._reach(MAGNET)):
            return end
        part, node_id = self._current(), self.node(point)
        if node_id is None:
            return None
        ports = part.boxes[node_id].ports(side)
        taken = part.graph.incoming[node_id].keys() if side == "input" else part.graph.leaving(node_id)
        return next((End(node_id, side, name) for name in (*(p for p in ports if p not in taken), *ports)), None)

    def wires_across(self, line: QLineF) -> list[Edge]:
        """The wires that a straight line crosses."""
        area = QRectF(line.p1(), line.p2()).normalized().adjusted(-1, -1, 1, 1)
        return [item.edge for item in self._wires(area, self._current()) if crosses(item.path, line)]

    def wire(self, point: QPointF, *, pixels: float = 6.0, part: LevelItems | None = None) -> Edge | None:
        """The nearest wire within so many pixels."""
        reach = self._reach(pixels)
        wires = self._wires(_square(point, reach), part or self._current())
        near = [(distance, item.edge) for item in wires if (distance := distance_to(item.path, point)) <= reach]
        return min(near, key=lambda pair: pair[0])[1] if near else None


def _square(point: QPointF, reach: float) -> QRectF:
    return QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
