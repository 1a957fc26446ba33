"""The dotted sheet after the network: one tile a zoom, so that a frame costs a single fill."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QBrush, QPainter, QPixmap, QTransform

from gui.canvas.geometry import GRID
from gui.theme import theme

COUNT = 8
"""Dots along each side of a tile."""
SPARSEST = 18.0
"""The least distance between dots, in pixels."""


class Grid:
    """A brush made for one zoom and one theme, kept until either changes."""

    def __init__(self) -> None:
        self._brush = QBrush()
        self._made_for: tuple[float, float, str] | None = None
        self.dotted = True
        """Whether there are dots at all."""

    def paint(self, painter: QPainter, area: QRectF, scale: float, ratio: float) -> None:
        """Fill ``area`` (in the coordinates of the scene) with canvas and dots."""
        if self._made_for != (scale, ratio, theme.name):
            self._brush = self._make(scale, ratio)
            self._made_for = (scale, ratio, theme.name)
        painter.fillRect(area, self._brush)

    def forget(self) -> None:
        """Make the brush again."""
        self._made_for = None

    def _make(self, scale: float, ratio: float) -> QBrush:
        if not self.dotted:
            return QBrush(theme.color("canvas"))
        step = float(GRID)
        while step * scale < SPARSEST:
            step *= 2
        pixels = max(1, round(COUNT * step * scale * ratio))  # an integer: the dots stay sharp
        tile = QPixmap(pixels, pixels)
        tile.fill(theme.color("canvas"))
        painter = QPainter(tile)
        size = max(1, round(1.2 * ratio))
        for row in range(COUNT):
            for column in range(COUNT):
                strong = row % 4 == 0 and column % 4 == 0
                dot = size + 1 if strong else size
                left, top = (round(index * pixels / COUNT) for index in (column, row))
                painter.fillRect(left, top, dot, dot, theme.color("grid_strong"))
        painter.end()
        brush = QBrush(tile)
        factor = COUNT * step / pixels
        brush.setTransform(QTransform.fromScale(factor, factor))
        return brush
