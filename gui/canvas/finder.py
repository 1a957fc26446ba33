"""Who is where on the canvas: nodes, ports and wires by geometry, over the index that Qt keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QGraphicsScene

from engine.graph import Edge
from gui.canvas.geometry import GRIP, MAGNET, End, Side, crosses, distance_to
from gui.canvas.node_item import NodeItem
from gui.canvas.style import GLYPHS, OVERVIEW, Style
from gui.canvas.wire_item import WireItem

DEEPEST = 14.0
"""How far inside a node a press still takes hold of its port."""


class LevelItems(Protocol):
    """The items of one level, and where its origin is on the sheet."""

    nodes: dict[str, NodeItem]
    wires: dict[Edge, WireItem]

    @property
    def offset(self) -> QPointF: ...


class Finder:
    """Answers for one scene, for the part that is worked in or another one, in the coordinates of that.

    Distances are in pixels of the screen, and never less than at 100 %.
    """

    def __init__(self, scene: QGraphicsScene, current: Callable[[], LevelItems], style: Style) -> None:
        """``current`` gives the items of the level that is worked in."""
        self._scene, self._current = scene, current
        self._style = style

    def _items(self, area: QRectF, part: LevelItems | None) -> tuple[list[NodeItem], list[WireItem]]:
        """The nodes and wires of a part whose bounding boxes touch an area, the topmost first."""
        part = part or self._current()
        mode, order = Qt.ItemSelectionMode.IntersectsItemBoundingRect, Qt.SortOrder.DescendingOrder
        items = self._scene.items(area.translated(part.offset), mode, order, QTransform())
        nodes = [item for item in items if isinstance(item, NodeItem) and part.nodes.get(item.id) is item]
        return nodes, [item for item in items if isinstance(item, WireItem) and part.wires.get(item.edge) is item]

    def _around(self, point: QPointF, reach: float, part: LevelItems | None) -> tuple[list[NodeItem], list[WireItem]]:
        return self._items(QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach), part)

    def _reach(self, pixels: float) -> float:
        return pixels / min(self._style.scale, 1.0)

    def node(self, point: QPointF, part: LevelItems | None = None) -> str | None:
        """The node whose box holds the point."""
        return next((item.id for item in self._around(point, 1.0, part)[0] if item.box.contains(point)), None)

    def mark(self, point: QPointF, part: LevelItems | None = None) -> str | None:
        """The block whose mark to open or close it in place is at the point."""
        if self._style.scale < GLYPHS:  # it is not painted
            return None
        for item in self._around(point, 1.0, part)[0]:
            if item.look.fold and item.look.fold_mark.adjusted(-3, -3, 3, 3).translated(item.pos()).contains(point):
                return item.id
        return None

    def nodes_in(self, area: QRectF) -> list[str]:
        """The nodes whose boxes touch the area."""
        return [item.id for item in self._items(area, None)[0] if item.box.intersects(area)]

    def grip(self, point: QPointF, part: LevelItems | None = None) -> End | None:
        """The port that a press takes hold of: one that is painted, and never so far inside that no node is left."""
        reach = min(self._reach(GRIP), DEEPEST)
        return self._port(point, None, reach, part) if self._style.detail > OVERVIEW else None

    def _port(self, point: QPointF, side: Side | None, reach: float, part: LevelItems | None = None) -> End | None:
        found: list[tuple[float, End]] = []
        for item in self._around(point, reach, part)[0]:
            if (end := item.port_at(point, reach, side)) is not None:
                offset = item.port(end) - point
                found.append((QPointF.dotProduct(offset, offset), end))
        return min(found, key=lambda pair: pair[0])[1] if found else None

    def landing(self, point: QPointF, side: Side) -> End | None:
        """The port that catches a dragged wire: one within reach of the magnet, else a port of the node under it."""
        if end := self._port(point, side, self._reach(MAGNET)):
            return end
        for item in self._around(point, 1.0, None)[0]:
            if item.box.contains(point):
                ports = item.look.ports(side)
                free = [name for name, port in ports.items() if not port.connected]
                return next((End(item.id, side, name) for name in (*free, *ports)), None)
        return None

    def wires_across(self, line: QLineF) -> list[Edge]:
        """The wires that a straight line crosses."""
        area = QRectF(line.p1(), line.p2()).normalized().adjusted(-1, -1, 1, 1)
        return [item.edge for item in self._items(area, None)[1] if crosses(item.path, line)]

    def wire(self, point: QPointF, *, pixels: float = 6.0, part: LevelItems | None = None) -> Edge | None:
        """The nearest wire within so many pixels."""
        reach = self._reach(pixels)
        wires = self._around(point, reach, part)[1]
        near = [(distance, item.edge) for item in wires if (distance := distance_to(item.path, point)) <= reach]
        return min(near, key=lambda pair: pair[0])[1] if near else None
