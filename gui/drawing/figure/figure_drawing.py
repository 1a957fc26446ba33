"""Paints the figure of boxes."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF

from engine.graph import Graph
from engine.shapes import Report
from gui.canvas.style import Style, Text
from gui.drawing.drawing import Options
from gui.drawing.figure.boxes import BAND, LINE, SLANTED, Box, Layout, Point
from gui.drawing.figure.layout import lay_out
from gui.drawing.figure.network import Figure, figure
from gui.theme import Colors

EDGE = 24.0
LEGEND = 34.0
"""The room for the colours and what they stand for."""
SWATCH = 12.0
ROUND = 8.0
"""The radius of the corners of arrows."""
HEAD = 6.0


class FigureDrawing:
    """A network as boxes whose size is the tensor."""

    def __init__(self, title: str, found: Figure, layout: Layout, style: Style, options: Options) -> None:
        self.title = title
        self._figure, self._layout, self._style, self._options = found, layout, style, options
        self._legend = self._families()

    @property
    def size(self) -> QSizeF:
        low, high = self._layout.low, self._layout.high
        wide = max(high[0] - low[0], sum(width for _, _, width in self._legend))
        return QSizeF(wide + 2 * EDGE, high[1] - low[1] + 2 * EDGE + LEGEND)

    def _families(self) -> list[tuple[str, Text, float]]:
        """The families in the figure, in their order, with their names and the room each takes."""
        names: dict[str, None] = {}
        for node in self._figure.nodes:
            if node.form != "end":
                names.setdefault(node.family)
            for family, _ in node.bands:
                names.setdefault(family)
        texts = [(name, self._style.static(name, "small")) for name in names]
        return [(name, text, SWATCH + 6 + text.width + 18) for name, text in texts]

    def paint(self, painter: QPainter) -> None:
        layout, style = self._layout, self._style
        size = self.size
        if not self._options.transparent:
            painter.fillRect(QRectF(QPointF(), size), style.canvas)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.translate(EDGE - layout.low[0], EDGE - layout.low[1])
        for name, low, high in layout.groups:
            self._group(painter, name, low, high)
        for arrow in layout.arrows:
            self._arrow(painter, arrow.points)
        for box in sorted(layout.boxes, key=lambda box: -box.column):  # what leads back lies after what follows
            self._box(painter, box)
        for box in layout.boxes:
            self._label(painter, box)
        painter.restore()
        self._paint_legend(painter, size)

    def _paint_legend(self, painter: QPainter, size: QSizeF) -> None:
        x, y = EDGE, size.height() - EDGE - SWATCH
        for name, text, width in self._legend:
            painter.setPen(self._edge(name))
            painter.setBrush(self._face(name, 0.55))
            painter.drawRect(QRectF(x, y, SWATCH, SWATCH))
            self._text(painter, text, "small", QPointF(x + SWATCH + 6, y + (SWATCH - text.height) / 2), muted=True)
            x += width

    def _group(self, painter: QPainter, name: str, low: Point, high: Point) -> None:
        area = QRectF(QPointF(*low), QPointF(*high))
        painter.setPen(QPen(self._style.color("grid_strong"), 1))
        painter.setBrush(self._style.color("grid"))
        painter.drawRoundedRect(area, 8, 8)
        text = self._style.static(name, "small", max(area.width(), 24.0))
        self._text(painter, text, "small", QPointF(area.left() + 2, area.top() - LINE - 1), muted=True)

    # -- boxes -------------------------------------------------------------------------------------------------------

    def _box(self, painter: QPainter, box: Box) -> None:
        if box.node.form == "end":
            return
        if box.node.form == "sign":
            self._sign(painter, box)
            return
        if box.node.stacked:
            for shift in (6.0, 3.0):
                self._cuboid(painter, box, box.x + shift, box.thick, box.node.family, 0.35)
        bands = box.node.bands
        body = box.thick - BAND * len(bands)
        for index, (family, _) in reversed(list(enumerate(bands))):
            self._cuboid(painter, box, box.x + body + BAND * index, BAND, family, 0.75)
        self._cuboid(painter, box, box.x, body, box.node.family, 0.55)

    def _cuboid(self, painter: QPainter, box: Box, x: float, thick: float, family: str, strength: float) -> None:
        """A slice of a box: its front, and where it leads back its upper and its right side."""
        slant, low = box.slant, box.y + (box.tall + box.slant) / 2
        high = low - box.tall
        painter.setPen(self._edge(family))
        painter.setBrush(self._face(family, strength))
        painter.drawRect(QRectF(x, high, thick, box.tall))
        if slant:
            back, right = QPointF(slant, -slant), x + thick
            painter.setBrush(self._face(family, strength * 0.65))
            corners = [QPointF(x, high), QPointF(right, high)]
            painter.drawPolygon(QPolygonF([*corners, corners[1] + back, corners[0] + back]))
            painter.setBrush(self._face(family, min(1.0, strength * 1.35)))
            corners = [QPointF(right, high), QPointF(right, low)]
            painter.drawPolygon(QPolygonF([corners[0], corners[1], corners[1] + back, corners[0] + back]))

    def _sign(self, painter: QPainter, box: Box) -> None:
        painter.setPen(QPen(self._style.color("node_text"), 1.4))
        painter.setBrush(self._face(box.node.family, 0.3))
        circle = QRectF(box.x, box.y - box.tall / 2, box.thick, box.tall)
        painter.drawEllipse(circle)
        text = self._style.static(box.node.symbol, "name")
        self._text(painter, text, "name", circle.center() - QPointF(text.width / 2, text.height / 2))

    def _label(self, painter: QPainter, box: Box) -> None:
        label = box.label
        if label is None:
            return
        if box.node.form == "end":
            text = self._style.static(label.lines[0], "name")
            self._text(painter, text, "name", QPointF(label.x + 4, label.y - text.height / 2))
        elif label.slanted:
            painter.save()
            painter.translate(label.x, label.y)
            painter.rotate(math.degrees(SLANTED))
            text = self._style.static(label.lines[0], "small")
            self._text(painter, text, "small", QPointF(2, -text.height / 2))
            painter.restore()
        else:
            for index, line in enumerate(label.lines):
                role = "small" if index else "name"
                text = self._style.static(line, role, label.width + 2)
                point = QPointF(label.x - text.width / 2, label.y + LINE * index)
                self._text(painter, text, role, point, muted=index > 0)

    # -- arrows ------------------------------------------------------------------------------------------------------

    def _arrow(self, painter: QPainter, points: list[Point]) -> None:
        corners = [QPointF(*point) for point in points]
        pen = QPen(self._style.color("wire"), 1.6)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(_rounded(corners))
        tip, back = corners[-1], corners[-2]
        length = math.hypot(tip.x() - back.x(), tip.y() - back.y()) or 1.0
        along = QPointF((tip.x() - back.x()) / length, (tip.y() - back.y()) / length) * HEAD
        aside = QPointF(-along.y(), along.x()) * 0.55
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._style.color("wire"))
        painter.drawPolygon(QPolygonF([tip, tip - along + aside, tip - along - aside]))

    # -- colours and texts -------------------------------------------------------------------------------------------

    def _face(self, family: str, strength: float) -> QBrush:
        """The colour of a family, mixed with the background."""
        color, ground = self._style.color(f"family.{family}"), self._style.color("canvas")
        pairs = ((color.redF(), ground.redF()), (color.greenF(), ground.greenF()), (color.blueF(), ground.blueF()))
        return QBrush(QColor.fromRgbF(*(strength * one + (1 - strength) * two for one, two in pairs)))

    def _edge(self, family: str) -> QPen:
        pen = QPen(self._style.color(f"family.{family}"), 1)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        return pen

    def _text(self, painter: QPainter, text: Text, role: str, point: QPointF, *, muted: bool = False) -> None:
        painter.setPen(self._style.muted if muted else self._style.text)
        painter.setFont(self._style.fonts[role])
        text.paint(painter, point)


def _rounded(corners: list[QPointF]) -> QPainterPath:
    """A path through these points with round corners."""
    path = QPainterPath(corners[0])
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        one, two = before - corner, after - corner
        long, short = math.hypot(one.x(), one.y()) or 1.0, math.hypot(two.x(), two.y()) or 1.0
        radius = min(ROUND, long / 2, short / 2)
        path.lineTo(corner + one * (radius / long))
        path.quadTo(corner, corner + two * (radius / short))
    path.lineTo(corners[-1])
    return path


def figure_drawing(title: str, graph: Graph, report: Report, options: Options) -> FigureDrawing:
    """The figure of a network, or of a level of it."""
    style = Style(Colors(options.theme), prepares=False)
    found = figure(graph, report, blocks=options.blocks)

    def measure(text: str, bold: bool) -> float:
        return style.static(text, "name" if bold else "small").width

    return FigureDrawing(title, found, lay_out(found, measure, shapes=options.shapes), style, options)
