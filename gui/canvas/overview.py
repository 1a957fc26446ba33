"""The whole network from afar: one pass that paints plain coloured boxes, straight wires and problem dots."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from engine.bypassing import is_bypassed
from engine.graph import Edge
from gui.canvas.geometry import HEIGHT
from gui.canvas.in_place.part import Part
from gui.canvas.node_item import declared_family
from gui.canvas.scene import Scene
from gui.theme import theme

DOT = 4.5
"""The radius of a problem's dot, in pixels."""
FEW: Final = 200
"""Where no more layers than about so many are to be painted, only what is there is gathered."""


class Gathered:
    """Rectangles, lines and points of some nodes and wires of a level, in its coordinates, as they are painted."""

    def __init__(self, part: Part, things: Iterable[str | Edge] = ()) -> None:
        self.part = part
        self._kinds: dict[str, str] = {}
        """The family of each type of layers."""
        self._families: dict[str, str] = {}
        self.boxes: dict[str, dict[str, QRectF]] = {}
        """By family."""
        self.open: dict[str, QRectF] = {}
        self.bypassed: dict[str, QRectF] = {}
        self.problems: dict[str, dict[str, QPointF]] = {}
        self._wires: dict[Edge, list[QLineF]] = {}
        self.lines: list[QLineF] = []
        self.selected: list[QRectF] = []
        self.take(things)

    def take(self, things: Iterable[str | Edge]) -> None:
        """Take these as they are now."""
        part, lines = self.part, False
        for thing in things:
            if isinstance(thing, str):
                self._take_node(thing)
            else:
                lines = True
                self._take_wire(thing)
        if lines:
            self.lines = [line for wire in self._wires.values() for line in wire]
        self.selected = [part.boxes.box(node_id) for node_id in part.selected if node_id in part.boxes]

    def _take_node(self, node_id: str) -> None:
        boxes, graph = self.part.boxes, self.part.graph
        before = self._families.pop(node_id, None)
        if before is not None:
            del self.boxes[before][node_id]
        self.open.pop(node_id, None)
        self.bypassed.pop(node_id, None)
        for dots in self.problems.values():
            dots.pop(node_id, None)
        if node_id not in boxes:
            return
        box, node, is_open = boxes.box(node_id), graph.nodes[node_id], self.part.is_open(node_id)
        if is_open:
            self.open[node_id] = box
        else:
            if node.type not in self._kinds:
                self._kinds[node.type] = declared_family(graph, node.type)
            family = self._families[node_id] = self._kinds[node.type]
            self.boxes.setdefault(family, {})[node_id] = box
        if is_bypassed(node):
            self.bypassed[node_id] = box
        if problems := self.part.problems.get(node_id):
            head = 0.0 if is_open else (box.height() - HEIGHT) / 2
            at = QPointF(box.center().x(), box.top() + head + HEIGHT / 2)
            self.problems.setdefault(problems[0].severity, {})[node_id] = at

    def _take_wire(self, edge: Edge) -> None:
        if edge in self.part.courses.points:
            corners = self.part.courses.corners(edge)
            self._wires[edge] = [QLineF(*here, *there) for here, there in pairwise(corners)]
        else:
            self._wires.pop(edge, None)


class Overview:
    """Of every level all is gathered once; later only what the level says has altered is gathered again."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._known: dict[Part, Gathered] = {}

    def gathered(self, part: Part, area: QRectF | None = None) -> Gathered:
        """What is to be painted of a level, or at least in an area of it."""
        whole = part.boxes.extent()
        if area is not None and whole.isValid():
            seen = area & whole
            if seen.width() * seen.height() * len(part.boxes) < FEW * whole.width() * whole.height():
                return Gathered(part, (*part.boxes.within(area), *part.courses.within(area)))
        altered, part.altered = part.altered, {}
        known = self._known.get(part)
        if known is None or altered is None:
            known = self._known[part] = Gathered(part, (*part.boxes, *part.courses.points))
        else:
            known.take(altered)
        return known

    def paint(self, painter: QPainter, scale: float, area: QRectF | None = None, *, wires: bool = True) -> None:
        """Paint everything, or at least what is in an area, in the coordinates of the scene, shown at a ``scale``."""
        parts = sorted(self.scene.parts.values(), key=lambda part: len(part.path))
        self._known = {part: known for part, known in self._known.items() if part in parts}
        for part in parts:
            offset = part.offset
            painter.translate(offset)
            self._paint(self.gathered(part, area and area.translated(-offset)), painter, scale, wires=wires)
            painter.translate(-offset)

    def _paint(self, some: Gathered, painter: QPainter, scale: float, *, wires: bool) -> None:
        style = self.scene.styling
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("wire"), 0))
        if wires:
            painter.drawLines(some.lines)
        painter.drawRects([*some.open.values()])
        painter.setPen(Qt.PenStyle.NoPen)
        for family, boxes in some.boxes.items():
            painter.setBrush(style.family(family).far)
            painter.drawRects([*boxes.values()])
        if some.bypassed:
            painter.setBrush(style.stripes)
            painter.drawRects([*some.bypassed.values()])
        if some.selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(style.selected)
            painter.drawRects(some.selected)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        radius = DOT / scale
        for severity, points in some.problems.items():
            painter.setPen(QPen(theme.color("canvas"), 1.5 / scale))
            painter.setBrush(theme.color(severity))
            for point in points.values():
                painter.drawEllipse(point, radius, radius)
