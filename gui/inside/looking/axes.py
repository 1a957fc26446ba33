"""Two axes with round numbers, drawn by a painter: what scatter plots, curves and histograms share."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from gui.theme import theme

LEFT, BOTTOM, TOP, RIGHT = 64, 44, 10, 14


@dataclass(frozen=True, slots=True)
class Axes:
    """``room`` is that of the whole plot; ``x`` and ``y`` are the lowest and highest values."""

    room: QRectF
    x: tuple[float, float]
    y: tuple[float, float]

    @property
    def inner(self) -> QRectF:
        """Where values are drawn."""
        return self.room.adjusted(LEFT, TOP, -RIGHT, -BOTTOM)

    def point(self, x: float, y: float) -> QPointF:
        """Where a pair of values is."""
        inner = self.inner
        across = (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1.0)
        up = (y - self.y[0]) / ((self.y[1] - self.y[0]) or 1.0)
        return QPointF(inner.left() + across * inner.width(), inner.bottom() - up * inner.height())

    def draw(self, painter: QPainter, names: tuple[str, str]) -> None:
        """Lines, numbers and what the axes are called."""
        inner, metrics = self.inner, painter.fontMetrics()
        for value in ticks(self.x, max(2, int(inner.width() // 90))):
            x = self.point(value, self.y[0]).x()
            painter.setPen(theme.color("grid_strong"))
            painter.drawLine(QLineF(x, inner.top(), x, inner.bottom()))
            painter.setPen(theme.color("muted"))
            painter.drawText(QRectF(x - 45, inner.bottom() + 3, 90, 16), Qt.AlignmentFlag.AlignHCenter, f"{value:.6g}")
        for value in ticks(self.y, max(2, int(inner.height() // 50))):
            y = self.point(self.x[0], value).y()
            painter.setPen(theme.color("grid_strong"))
            painter.drawLine(QLineF(inner.left(), y, inner.right(), y))
            painter.setPen(theme.color("muted"))
            room = QRectF(self.room.left() + 14, y - 8, LEFT - 20, 16)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value:.6g}")
        painter.setPen(theme.color("border"))
        painter.drawRect(inner)
        painter.setPen(theme.color("text"))
        below = QRectF(inner.left(), self.room.bottom() - 22, inner.width(), 20)
        name = metrics.elidedText(names[0], Qt.TextElideMode.ElideRight, int(inner.width()))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, name)
        painter.save()
        painter.translate(self.room.left(), inner.bottom())
        painter.rotate(-90)
        name = metrics.elidedText(names[1], Qt.TextElideMode.ElideRight, int(inner.height()))
        painter.drawText(QRectF(0, 0, inner.height(), 16), Qt.AlignmentFlag.AlignHCenter, name)
        painter.restore()


def ticks(limits: tuple[float, float], most: int) -> Iterator[float]:
    """Round numbers between two values, about so many at most."""
    low, high = limits
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return
    size = 10.0 ** math.floor(math.log10(span / most))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor * most >= span)
    for number in range(math.ceil(low / step), math.floor(high / step) + 1):
        yield round(number * step, 12)


def around(low: float, high: float) -> tuple[float, float]:
    """These limits with a little room on either side."""
    edge = (high - low) * 0.04 or 0.5
    return low - edge, high + edge
