"""Who is where on the canvas: nodes, ports and wires by geometry, over the index that Qt keeps."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from engine.graph import Edge
from gui.canvas.geometry import GRIP, MAGNET, End, Side, crosses, distance_to
from gui.canvas.node_item import NodeItem
from gui.canvas.style import OVERVIEW, Style
from gui.canvas.wire_item import WireItem

DEEPEST = 14.0
"""How far inside a node a press still takes hold of its port."""


class Finder:
    """Answers for one scene. Distances are in pixels of the screen, and never less than at 100 %."""

    def __init__(self, scene: QGraphicsScene, style: Style) -> None:
        self._scene = scene
        self._style = style

    def _items(self, area: QRectF) -> list[QGraphicsItem]:
        mode, order = Qt.ItemSelectionMode.IntersectsItemBoundingRect, Qt.SortOrder.DescendingOrder
        return self._scene.items(area, mode, order, QTransform())

    def _around(self, point: QPointF, reach: float) -> list[QGraphicsItem]:
        return self._items(QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach))

    def _reach(self, pixels: float) -> float:
        return pixels / min(self._style.scale, 1.0)

    def node(self, point: QPointF) -> str | None:
        """The node whose box holds the point."""
        for item in self._around(point, 1.0):
            if isinstance(item, NodeItem) and item.box.contains(point):
                return item.id
        return None

    def nodes_in(self, area: QRectF) -> list[str]:
        """The nodes whose boxes touch the area."""
        return [item.id for item in self._items(area) if isinstance(item, NodeItem) and item.box.intersects(area)]

    def grip(self, point: QPointF) -> End | None:
        """The port that a press takes hold of: one that is painted, and never so far inside that no node is left."""
        return self._port(point, None, min(self._reach(GRIP), DEEPEST)) if self._style.detail > OVERVIEW else None

    def _port(self, point: QPointF, side: Side | None, reach: float) -> End | None:
        found: list[tuple[float, End]] = []
        for item in self._around(point, reach):
            if isinstance(item, NodeItem) and (end := item.port_at(point, reach, side)) is not None:
                offset = item.port(end) - point
                found.append((QPointF.dotProduct(offset, offset), end))
        return min(found, key=lambda pair: pair[0])[1] if found else None

    def landing(self, point: QPointF, side: Side) -> End | None:
        """The port that catches a dragged wire: one within reach of the magnet, else a port of the node under it."""
        if end := self._port(point, side, self._reach(MAGNET)):
            return end
        for item in self._around(point, 1.0):
            if isinstance(item, NodeItem) and item.box.contains(point):
                ports = item.look.ports(side)
                free = [name for name, port in ports.items() if not port.connected]
                return next((End(item.id, side, name) for name in (*free, *ports)), None)
        return None

    def wires_across(self, line: QLineF) -> list[Edge]:
        """The wires that a straight line crosses."""
        area = QRectF(line.p1(), line.p2()).normalized().adjusted(-1, -1, 1, 1)
        return [item.edge for item in self._items(area) if isinstance(item, WireItem) and crosses(item.path, line)]

    def wire(self, point: QPointF, *, pixels: float = 6.0) -> Edge | None:
        """The nearest wire within so many pixels."""
        reach = self._reach(pixels)
        wires = [item for item in self._around(point, reach) if isinstance(item, WireItem)]
        near = [(distance, item.edge) for item in wires if (distance := distance_to(item.path, point)) <= reach]
        return min(near, key=lambda pair: pair[0])[1] if near else None
