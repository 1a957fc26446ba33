"""A curve with the data below it, and histograms one above the other."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.inside.looking.axes import Axes, around
from gui.inside.looking.colors import SEQUENTIAL
from gui.inside.looking.drawing import Drawn
from gui.theme import theme
from gui.widgets import plain

if TYPE_CHECKING:
    from engine.inside.looking.results import Curve, Histograms


class CurveView(QWidget):
    """Shows a `Curve`; the marks on its lower axis are where the data lie."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve: Curve | None = None
        _prepare(self, "Curve", "The mean answer along the column; marks below show where the data lie")

    def show_result(self, result: Curve, shown: Drawn) -> None:
        """Show this one."""
        self._curve = result
        pairs = zip(result.x.tolist(), result.y.tolist(), strict=True)
        self.setAccessibleDescription("; ".join(f"{x:.4g}: {y:.4g}" for x, y in pairs))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        curve = self._curve
        if curve is None or not len(curve.x):
            return
        painter = QPainter(self)
        ends = (curve.x, curve.seen) if curve.seen is not None else (curve.x,)
        low, high = min(float(one.min()) for one in ends), max(float(one.max()) for one in ends)
        axes = Axes(QRectF(self.rect()), around(low, high), around(float(curve.y.min()), float(curve.y.max())))
        axes.draw(painter, curve.axes)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent"), 2))
        points = [axes.point(x, y) for x, y in zip(curve.x.tolist(), curve.y.tolist(), strict=True)]
        painter.drawPolyline(QPolygonF(points))
        for point in points:
            painter.drawEllipse(point, 2, 2)
        painter.setPen(theme.color("muted"))
        for value in [] if curve.seen is None else curve.seen.tolist():
            x = axes.point(value, axes.y[0]).x()
            painter.drawLine(QLineF(x, axes.inner.bottom() - 8, x, axes.inner.bottom()))


FIRST, LAST, ONLY = 3, 9, 5
"""The colours of the first and last step, and of a single one: seen on light and dark alike."""


class HistogramView(QWidget):
    """Shows `Histograms`: the first step at the back, the last in front."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Histograms | None = None
        _prepare(self, "Histograms over training", "How the answers of the layer are spread, a band for each step")

    def show_result(self, result: Histograms, shown: Drawn) -> None:
        """Show these."""
        self._found = result
        self.setAccessibleDescription(f"Histograms after the steps {', '.join(map(str, result.steps))}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        found = self._found
        if found is None:
            return
        painter = QPainter(self)
        count, most = len(found.steps), float(found.counts.max()) or 1.0
        edges = found.edges.tolist()
        axes = Axes(QRectF(self.rect()).adjusted(0, 0, -90, 0), (edges[0], edges[-1]), (0.0, 1.0))
        inner, band = axes.inner, axes.inner.height() / (count + 1)
        Axes(axes.room, axes.x, (0.0, 0.0)).draw(painter, ("answers of the layer", "samples × positions"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number in range(count):
            base = inner.top() + band * (number + 2) - 1
            middle = [(left + right) / 2 for left, right in itertools.pairwise(edges)]
            heights = (found.counts[number] / most).tolist()
            line = [
                QPointF(axes.point(x, 0).x(), base - 1.8 * band * height)
                for x, height in zip(middle, heights, strict=True)
            ]
            color = QColor(SEQUENTIAL[FIRST + (number * (LAST - FIRST)) // (count - 1) if count > 1 else ONLY])
            fill = QColor(color)
            fill.setAlpha(190)
            painter.setBrush(fill)
            painter.setPen(QPen(theme.color("canvas"), 1))
            painter.drawPolygon(QPolygonF([QPointF(line[0].x(), base), *line, QPointF(line[-1].x(), base)]))
            if band >= 12 or number in (0, count - 1):
                painter.setPen(theme.color("muted"))
                painter.drawText(QPointF(inner.right() + 8, base), f"step {found.steps[number]:,}")


def _prepare(widget: QWidget, name: str, tip: str) -> None:
    widget.setMinimumSize(260, 200)
    widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    widget.setAccessibleName(name)
    widget.setToolTip(plain(tip))
    theme.changed.connect(widget.update)
