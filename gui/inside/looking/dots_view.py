"""Samples as dots: a colour and a shape for each class; a click chooses a sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.inside.looking.axes import Axes, around
from gui.inside.looking.drawing import Drawn, unnamed
from gui.theme import theme
from gui.widgets import plain

if TYPE_CHECKING:
    from engine.inside.looking.results import Dots

CLASSES: Final = ("#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#0072b2", "#d55e00", "#b8a800", "#8a8f98")
"""Okabe and Ito's colours for all kinds of sight, yellow and black made to be seen on either theme."""
SHAPES: Final = 4
NEAR: Final = 9.0
LEGEND: Final = 150
LABELS: Final = 300
"""Labels that are drawn at most; the mouse shows those of all dots."""


class DotsView(QWidget):
    """Shows `Dots`. ``chosen``: the position of a sample within its part was clicked."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dots: Dots | None = None
        self.name: Callable[[int], str] = unnamed
        self.setMinimumSize(260, 200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Samples as dots")
        self.setToolTip("Each dot is a sample, its colour and shape its class; click one to choose it")
        self.setCursor(Qt.CursorShape.CrossCursor)
        theme.changed.connect(self.update)

    def show_result(self, result: Dots, shown: Drawn) -> None:
        """Show these."""
        self._dots = result
        what = f"samples of the classes {', '.join(result.names[:20])}" if not result.labels else "vectors"
        self.setAccessibleDescription(f"{len(result.points)} {what}")
        self.update()

    def _axes(self) -> Axes | None:
        dots = self._dots
        if dots is None or not len(dots.points):
            return None
        low, high = dots.points.min(0), dots.points.max(0)
        room = QRectF(0, 0, self.width() - (LEGEND if dots.names else 0), self.height())
        return Axes(room, around(float(low[0]), float(high[0])), around(float(low[1]), float(high[1])))

    def paintEvent(self, event: QPaintEvent) -> None:
        dots, axes = self._dots, self._axes()
        if dots is None or axes is None:
            return
        painter = QPainter(self)
        axes.draw(painter, dots.axes)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(dots.points) <= 2000)
        for (x, y), kind in zip(dots.points.tolist(), dots.classes.tolist(), strict=True):
            mark(painter, axes.point(x, y), kind)
        painter.setPen(theme.color("text"))
        for (x, y), label in zip(dots.points.tolist(), dots.labels[:LABELS], strict=False):
            painter.drawText(axes.point(x, y) + QPointF(5, 4), label)
        if dots.chosen is not None:
            at = axes.point(*dots.points[dots.chosen].tolist())
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("text"), 2))
            painter.drawEllipse(at, 8, 8)
        left = self.width() - LEGEND + 8
        for index, name in enumerate(dots.names):
            y = 20 + index * 18
            if y > self.height() - 10:
                break
            mark(painter, QPointF(left, y), index)
            painter.setPen(theme.color("text"))
            text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, LEGEND - 26)
            painter.drawText(QPointF(left + 12, y + 5), text)

    def _at(self, position: QPointF) -> int | None:
        """The dot near a position."""
        dots, axes = self._dots, self._axes()
        if dots is None or axes is None:
            return None
        away = [(axes.point(x, y) - position).manhattanLength() for x, y in dots.points.tolist()]
        best = min(range(len(away)), key=away.__getitem__)
        return best if away[best] <= NEAR else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found is not None and self._dots is not None and not self._dots.labels:
            self.chosen.emit(int(self._dots.samples[found]))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found, dots = self._at(QPointF(event.pos())), self._dots
            if found is not None and dots is not None and dots.labels:
                QToolTip.showText(event.globalPos(), plain(dots.labels[found]), self)
                return True
            if found is not None and dots is not None:
                kind = int(dots.classes[found])
                truth = f": {dots.names[kind]}" if 0 <= kind < len(dots.names) else ""
                QToolTip.showText(event.globalPos(), plain(self.name(int(dots.samples[found])) + truth), self)
                return True
        return super().event(event)


def mark(painter: QPainter, at: QPointF, kind: int) -> None:
    """The dot of a class: circle, square, triangle, diamond, in turn with the colours."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(CLASSES[kind % len(CLASSES)]) if kind >= 0 else theme.color("muted"))
    shape = (kind + kind // len(CLASSES)) % SHAPES if kind >= 0 else 0
    if shape == 0:
        painter.drawEllipse(at, 3.5, 3.5)
    elif shape == 1:
        painter.drawRect(QRectF(at.x() - 3, at.y() - 3, 6, 6))
    elif shape == 2:
        corners = [QPointF(0, -4), QPointF(4, 3.5), QPointF(-4, 3.5)]
        painter.drawPolygon(QPolygonF([at + corner for corner in corners]))
    else:
        corners = [QPointF(0, -4.5), QPointF(4.5, 0), QPointF(0, 4.5), QPointF(-4.5, 0)]
        painter.drawPolygon(QPolygonF([at + corner for corner in corners]))
