"""A scatter plot of networks as a drawing: logarithmic axes, a symbol and a colour a family, labels that keep apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QApplication

from engine.comparison.scores import Measure
from engine.comparison.table import Column
from gui.amounts import memory, short, short_time
from gui.theme import theme
from gui.training.words import value_text

LEFT, BOTTOM, TOP, RIGHT = 78.0, 52.0, 34.0, 24.0
RADIUS = 6.0
GAP = 5.0
TOKENS = ("run.1", "run.2", "run.3", "run.4", "run.5", "run.6")
Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """A network in the plot; ``family`` is the number of its symbol, ``named`` what that stands for."""

    key: str
    label: str
    x: float
    y: float
    family: int
    named: str


class Scatter:
    """A `gui.drawing.drawing.Drawing`. The horizontal axis is logarithmic, the vertical one unless it shows scores."""

    def __init__(
        self,
        marks: Sequence[Mark],
        axes: tuple[Column, Column],
        size: QSizeF,
        measure: Measure | None = None,
        chosen: str | None = None,
    ) -> None:
        """``axes`` are the horizontal and the vertical one; ``chosen`` is the key of the network that is marked."""
        across, up = axes
        self.title = f"{up.title} against {across.title.lower()}"
        self.size = size
        self.color: Callable[[str], QColor] = theme.color
        self._marks, self._across, self._up = list(marks), across, up
        self._measure, self._chosen = measure, chosen

    # -- places ----------------------------------------------------------------------------------------------------

    @property
    def _area(self) -> QRectF:
        return QRectF(LEFT, TOP, self.size.width() - LEFT - RIGHT, self.size.height() - TOP - BOTTOM)

    def point(self, mark: Mark) -> QPointF:
        """Where a network is in the picture."""
        area = self._area
        (low, high), (bottom, top) = self._bounds()
        x = (math.log10(mark.x) - low) / (high - low)
        y = (self._height(mark.y) - bottom) / (top - bottom)
        return QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())

    def _height(self, value: float) -> float:
        return value if self._linear else math.log10(max(value, 1e-12))

    @property
    def _linear(self) -> bool:
        return self._up.unit == "score"

    def _bounds(self) -> tuple[Bounds, Bounds]:
        return (
            _bounds([math.log10(mark.x) for mark in self._marks], 0.12, 0.3),
            _bounds([self._height(mark.y) for mark in self._marks], 0.12, 0.02 if self._linear else 0.3),
        )

    def at(self, point: QPointF, reach: float) -> str | None:
        """The key of the network whose point is nearest, within a reach."""
        apart = [((self.point(mark) - point).manhattanLength(), mark.key) for mark in self._marks]
        best = min(apart, default=None)
        return best[1] if best is not None and best[0] <= reach else None

    # -- painting --------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter) -> None:
        font = QFont(QApplication.font())
        painter.setFont(font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(QPointF(), self.size), self.color("base"))
        if not self._marks:
            painter.setPen(self.color("muted"))
            words = "No network has both values yet."
            painter.drawText(QRectF(QPointF(), self.size), int(Qt.AlignmentFlag.AlignCenter), words)
            return
        self._paint_axes(painter)
        self._paint_legend(painter)
        boxes = label_boxes(
            [self.point(mark) for mark in self._marks], [m.label for m in self._marks], font, self._area
        )
        for mark, box in zip(self._marks, boxes, strict=True):
            point = self.point(mark)
            if box is not None:
                painter.setPen(QPen(self.color("muted"), 1))
                if abs(box.center().y() - point.y()) > 26:
                    painter.drawLine(point, QPointF(min(max(point.x(), box.left()), box.right()), box.center().y()))
                painter.setPen(self.color("text"))
                painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), mark.label)
        for mark in self._marks:
            chosen = mark.key == self._chosen
            painter.setPen(QPen(self.color("text" if chosen else "base"), 2 if chosen else 1))
            painter.setBrush(self.color(TOKENS[mark.family % len(TOKENS)]))
            painter.drawPath(symbol(mark.family, RADIUS * (1.5 if chosen else 1.0)).translated(self.point(mark)))

    def _paint_axes(self, painter: QPainter) -> None:
        from gui.training.plots.plot_canvas import log_ticks, ticks

        area, metrics = self._area, QFontMetricsF(painter.font())
        (low, high), (bottom, top) = self._bounds()
        across = log_ticks(low, high, max(2, int(area.width() / 90)))
        most = max(2, int(area.height() / 40))
        up = ticks(bottom, top, most) if self._linear else log_ticks(bottom, top, most)
        grid = QPen(self.color("grid"), 1)
        for value in across:
            x = area.left() + (value - low) / (high - low) * area.width()
            painter.setPen(grid)
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setPen(self.color("muted"))
            text = self._text(self._across, 10**value)
            painter.drawText(QPointF(x - metrics.horizontalAdvance(text) / 2, area.bottom() + 18), text)
        for value in up:
            y = area.bottom() - (value - bottom) / (top - bottom) * area.height()
            painter.setPen(grid)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(self.color("muted"))
            text = self._text(self._up, value if self._linear else 10**value)
            painter.drawText(
                QPointF(area.left() - 8 - metrics.horizontalAdvance(text), y + metrics.ascent() / 2 - 1), text
            )
        painter.setPen(QPen(self.color("border"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area)
        painter.setPen(self.color("text"))
        title = f"{self._across.title}, logarithmic"
        painter.drawText(
            QRectF(area.left(), area.bottom() + 26, area.width(), 20), int(Qt.AlignmentFlag.AlignCenter), title
        )
        named = f"{self._up.title}: {self._measure}" if self._linear else f"{self._up.title}, logarithmic"
        painter.drawText(QPointF(8, TOP - 14), metrics.elidedText(named, Qt.TextElideMode.ElideRight, area.width() / 2))

    def _text(self, column: Column, value: float) -> str:
        if column.unit == "bytes":
            return memory(int(value))
        if column.unit == "seconds":
            return short_time(value)
        if column.unit == "score" and self._measure is not None:
            return value_text(self._measure.metric, value)
        return short(value).replace(".0 ", " ")

    def _paint_legend(self, painter: QPainter) -> None:
        """Which symbol is which family, from the right above the plot."""
        named = dict.fromkeys((mark.family, mark.named) for mark in self._marks)
        if len(named) < 2:
            return
        metrics, x = QFontMetricsF(painter.font()), self.size.width() - RIGHT
        for family, text in reversed(list(named)):
            x -= metrics.horizontalAdvance(text)
            painter.setPen(self.color("text"))
            painter.drawText(QPointF(x, TOP - 14), text)
            x -= 14
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.color(TOKENS[family % len(TOKENS)]))
            painter.drawPath(symbol(family, 5.0).translated(QPointF(x + 4, TOP - 18)))
            x -= 14


def symbol(number: int, radius: float) -> QPainterPath:
    """A circle, square, triangle, diamond, cross or turned triangle around the origin."""
    path, r = QPainterPath(), radius
    kind = number % 6
    if kind == 0:
        path.addEllipse(QPointF(), r, r)
    elif kind == 1:
        path.addRect(QRectF(-0.9 * r, -0.9 * r, 1.8 * r, 1.8 * r))
    elif kind == 4:
        for width, height in ((r, 0.36 * r), (0.36 * r, r)):
            path.addRect(QRectF(-width, -height, 2 * width, 2 * height))
        path = path.simplified()
    else:
        corners = {2: ((0, -1.1), (1.1, 0.9), (-1.1, 0.9)), 3: ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0))}
        points = corners.get(kind, ((0, 1.1), (1.1, -0.9), (-1.1, -0.9)))
        path.moveTo(points[0][0] * r, points[0][1] * r)
        for x, y in points[1:]:
            path.lineTo(x * r, y * r)
        path.closeSubpath()
    return path


def label_boxes(points: Sequence[QPointF], labels: Sequence[str], font: QFont, area: QRectF) -> list[QRectF | None]:
    """A box for each label beside its point, none over another or over a point; None where there is no room."""
    metrics = QFontMetricsF(font)
    taken = [QRectF(point.x() - RADIUS, point.y() - RADIUS, 2 * RADIUS, 2 * RADIUS) for point in points]
    found: list[QRectF | None] = []
    for point, text in zip(points, labels, strict=True):
        box = _free(point, QSizeF(metrics.horizontalAdvance(text) + 4, metrics.height()), taken, area)
        found.append(box)
        if box is not None:
            taken.append(box)
    return found


def _free(point: QPointF, size: QSizeF, taken: Sequence[QRectF], area: QRectF) -> QRectF | None:
    """The first free place: right, left, above, below, then ever farther above and below."""
    wide, high, off = size.width(), size.height(), RADIUS + GAP
    for level in range(0, 9):
        for sign in (-1, 1) if level else (0,):
            y = point.y() - high / 2 + sign * level * (high * 0.75)
            for x in (point.x() + off, point.x() - off - wide, point.x() - wide / 2):
                box = QRectF(x, y, wide, high)
                if area.contains(box) and not any(box.intersects(other) for other in taken):
                    return box
    return None


def _bounds(values: Sequence[float], share: float, least: float) -> Bounds:
    """The ends of an axis with these values, with room around them."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = max((high - low) * share, least)
    return low - room, high + room
