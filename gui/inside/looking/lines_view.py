"""Several lines over one axis, told apart by colour and by dashes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.inside.looking.axes import Axes, around
from gui.inside.looking.dots_view import CLASSES
from gui.inside.looking.drawing import Drawn
from gui.theme import theme
from gui.widgets import plain

if TYPE_CHECKING:
    from engine.inside.looking.results import Lines

DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
LEGEND, ROW = 200, 20


class LinesView(QWidget):
    """Shows `Lines`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: Lines | None = None
        self.setMinimumSize(260, 200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Lines")
        self.setToolTip(plain("Each line has its colour and its dashes; their names are at the right"))
        theme.changed.connect(self.update)

    def show_result(self, result: Lines, shown: Drawn) -> None:
        """Show these."""
        self._lines = result
        ends = ((name, row[~(row != row)]) for name, row in zip(result.names, result.heights, strict=True))
        self.setAccessibleDescription("; ".join(f"{name}: from {row[0]:.3g} to {row[-1]:.3g}" for name, row in ends))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        found = self._lines
        if found is None or not found.heights.size:
            return
        painter = QPainter(self)
        known = [value for row in found.heights.tolist() for value in row if math.isfinite(value)]
        room = QRectF(self.rect()).adjusted(0, 0, -LEGEND, 0)
        across = around(float(found.x.min()), float(found.x.max()))
        axes = Axes(room, across, around(min(known), max(known)))
        axes.draw(painter, found.axes)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, (name, row) in enumerate(zip(found.names, found.heights.tolist(), strict=True)):
            pen = QPen(QColor(CLASSES[number % len(CLASSES)]), 2, DASHES[number % len(DASHES)])
            painter.setPen(pen)
            points = [axes.point(x, y) for x, y in zip(found.x.tolist(), row, strict=True) if math.isfinite(y)]
            painter.drawPolyline(QPolygonF(points))
            if len(points) == 1:
                painter.drawEllipse(points[0], 3, 3)
            y = axes.inner.top() + 10 + number * ROW
            left = room.right() + 8
            painter.drawLine(QLineF(left, y, left + 30, y))
            painter.setPen(theme.color("text"))
            text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, LEGEND - 50)
            painter.drawText(QPointF(left + 36, y + 4), text)
