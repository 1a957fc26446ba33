"""The whole network from afar: one pass that paints plain coloured boxes, straight wires and problem dots."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.canvas.geometry import HEIGHT
from gui.canvas.scene import Scene
from gui.theme import theme

DOT = 4.5
"""The radius of a problem's dot, in pixels."""


class Overview:
    """Rectangles and lines gathered once and painted until the scene's stamp has changed."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._stamp = -1
        self._boxes: dict[str, list[QRectF]] = {}
        self._wires: list[QLineF] = []
        self._selected: list[QRectF] = []
        self._bypassed: list[QRectF] = []
        self._open: list[QRectF] = []
        self._problems: dict[str, list[QPointF]] = {}

    def _gather(self) -> None:
        scene = self.scene
        self._boxes, self._wires, self._selected, self._problems = {}, [], [], {}
        self._open, self._bypassed = [], []
        for part in scene.parts.values():
            offset = part.offset
            for item in part.nodes.values():
                box, look = item.box.translated(offset), item.look
                if look.fold == "open":
                    self._open.append(box)
                else:
                    self._boxes.setdefault(look.family, []).append(box)
                if look.bypassed:
                    self._bypassed.append(box)
                if look.selected:
                    self._selected.append(box)
                if look.severity:
                    at = QPointF(box.center().x(), box.top() + look.head + HEIGHT / 2)
                    self._problems.setdefault(look.severity, []).append(at)
            for wire in part.wires.values():
                self._wires += [line.translated(offset) for line in wire.lines()]
        self._stamp = scene.stamp

    def paint(self, painter: QPainter, scale: float, *, wires: bool = True) -> None:
        """Paint everything, in the coordinates of the scene, which are shown at a ``scale``."""
        if self._stamp != self.scene.stamp:
            self._gather()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("wire"), 0))
        if wires:
            painter.drawLines(self._wires)
        painter.drawRects(self._open)
        painter.setPen(Qt.PenStyle.NoPen)
        for family, boxes in self._boxes.items():
            painter.setBrush(self.scene.styling.family(family).far)
            painter.drawRects(boxes)
        if self._bypassed:
            painter.setBrush(self.scene.styling.stripes)
            painter.drawRects(self._bypassed)
        if self._selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self.scene.styling.selected)
            painter.drawRects(self._selected)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        radius = DOT / scale
        for severity, points in self._problems.items():
            painter.setPen(QPen(theme.color("canvas"), 1.5 / scale))
            painter.setBrush(theme.color(severity))
            for point in points:
                painter.drawEllipse(point, radius, radius)
