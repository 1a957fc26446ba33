"""The drawing area of a plot: axes with ticks of our own, a grid that costs nothing a frame, and a cross hair.

Importing this module imports pyqtgraph.
"""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGraphicsView, QWidget

from gui.theme import theme
from gui.training.plots import plot_axes as axes
from gui.training.plots.pacing import cpu_seconds


def ticks(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """At most ``most`` (and one) round numbers between two others."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return []
    rough = (high - low) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(f * power for f in (1, 2, 2.5, 5, 10) if f * power >= rough * 0.999999)
    if whole:
        step = max(step, 1.0)
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Logarithms of round numbers: powers of ten, else 1, 2 and 5 of each, else evenly spaced numbers."""
    decades = ticks(low, high, most, whole=True)
    if len(decades) >= 3:
        return decades
    fine = [d + math.log10(f) for d in range(math.floor(low), math.ceil(high) + 1) for f in (1, 2, 5)]
    fine = [value for value in fine if low <= value <= high]
    if len(fine) >= 3 and len(fine) <= most + 2:
        return fine
    values = ticks(10.0**low, 10.0**high, most)
    return [math.log10(value) for value in values if value > 0] if high - low < 1.5 else decades or fine


def number(value: float) -> str:
    """A value of an axis or a legend, short."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    if size >= 1e6:
        return f"{value / 1e6:.4g} M" if size < 1e9 else f"{value:.3g}"
    if size >= 1e4:
        return f"{value:,.0f}"
    return f"{value:.4g}" if size >= 1e-4 or not size else f"{value:.2e}"


CLOCK = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
"""Seconds between two ticks of an axis of time."""


def time_ticks(low: float, high: float, most: int) -> list[float]:
    """At most ``most`` (and one) round times between two others."""
    if not high - low >= most:
        return ticks(low, high, most)
    step = next((step for step in CLOCK if (high - low) / step <= most), 0)
    if not step:
        return [86400 * day for day in ticks(low / 86400, high / 86400, most, whole=True)]
    return [float(index * step) for index in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def bytes_text(value: float) -> str:
    """Bytes as ``512 MiB`` or ``1.25 GiB``."""
    return f"{value / 2**30:.3g} GiB" if abs(value) >= 2**30 else f"{value / 2**20:.3g} MiB"


def axis_text(value: float, unit: str) -> str:
    """A value of the left axis in its unit: "%" for shares of 1, "bytes", "°C" or none."""
    if unit == "%":
        return f"{100 * value:.4g} %"
    if unit == "°C":
        return f"{number(value)} °C"
    return bytes_text(value) if unit == "bytes" else number(value)


class Axis(pg.AxisItem):  # type: ignore[misc]
    """An axis with one level of ticks at round numbers; ``along`` says what the bottom one counts."""

    unit = ""
    along: axes.Axis = "step"

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        low, high = min(minVal, maxVal), max(minVal, maxVal)
        if self.orientation == "bottom":
            most = max(2, int(size / 110))
            if self.along == "time":
                return [(1.0, time_ticks(low, high, most))]
            return [(1.0, ticks(low, high, most, whole=self.along == "step"))]
        most = max(2, int(size / 28))
        return [(1.0, log_ticks(low, high, most) if self.logMode else ticks(low, high, most))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if self.logMode:
            values = [10.0**value for value in values]
        if self.orientation == "bottom" and self.along == "time":
            return [axes.seconds_text(value) for value in values]
        if self.orientation == "bottom" and self.along == "epoch":
            return [f"{value:.10g}" for value in values]
        if self.orientation == "bottom":
            return [f"{value:,.0f}" if abs(value) < 1e6 else f"{value / 1e6:g} M" for value in values]
        return [axis_text(value, self.unit) for value in values]


class Canvas(pg.PlotWidget):  # type: ignore[misc]
    """Axes, curves and cross hair; never ranges by itself. Counts what painting costs."""

    hovered = Signal(float)
    """The position on the bottom axis under the mouse; NaN when it has left."""
    dragged = Signal()
    """The user has zoomed or panned."""
    doubled = Signal()
    """The user has double-clicked."""
    range_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self.axes = {side: Axis(side) for side in ("left", "bottom")}
        super().__init__(parent, axisItems=self.axes, enableMenu=False, background=None)
        for taker in (self, self.viewport()):
            taker.setAcceptDrops(False)  # files that are dropped here are the window's
        self.spent = 0.0
        item = self.getPlotItem()
        item.hideButtons()
        item.disableAutoRange()
        item.setContentsMargins(0, 6, 12, 0)
        self.box = item.getViewBox()
        self.box.setDefaultPadding(0)
        self.axes["left"].setWidth(60)
        self.axes["bottom"].setHeight(26)
        font = QFont(self.font())
        font.setPointSizeF(max(7.5, font.pointSizeF() * 0.85))
        for axis in self.axes.values():
            axis.enableAutoSIPrefix(False)
            axis.setTickFont(font)
            axis.setStyle(tickLength=-4, tickTextOffset=6, hideOverlappingLabels=False)
        self.hair = pg.InfiniteLine(angle=90, movable=False)
        self.hair.setZValue(10)
        self.hair.hide()
        self.addItem(self.hair, ignoreBounds=True)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        self.box.sigRangeChangedManually.connect(lambda *_: self.dragged.emit())
        self.box.sigRangeChanged.connect(self._ranged)
        self.box.sigResized.connect(self._ranged)
        self.recolor()

    def recolor(self) -> None:
        """Take the colours of the theme."""
        self.setBackground(theme.color("base"))
        for axis in self.axes.values():
            axis.setPen(QPen(theme.color("border"), 1))
            axis.setTextPen(theme.color("muted"))
        self.hair.setPen(_cosmetic("muted"))
        self.resetCachedContent()

    def set_log(self, log: bool) -> None:
        """Whether values of the left axis are logarithms."""
        self.axes["left"].setLogMode(x=False, y=log)
        self.resetCachedContent()

    def set_unit(self, unit: str) -> None:
        """What the left axis shows: "%" for shares of 1, "bytes", or plain numbers."""
        self._restyle("left", unit=unit)

    def set_along(self, axis: axes.Axis) -> None:
        """What the bottom axis counts."""
        self._restyle("bottom", along=axis)

    def _restyle(self, side: str, **what: Any) -> None:
        for name, value in what.items():
            setattr(self.axes[side], name, value)
        self.axes[side].picture = None
        self.axes[side].update()
        self.resetCachedContent()

    def pixels(self) -> int:
        """The width of the drawing area."""
        return max(50, int(self.box.width()))

    def steps(self) -> tuple[float, float]:
        """The positions on the bottom axis between the left and the right edge."""
        low, high = self.box.viewRange()[0]
        return float(low), float(high)

    def paintEvent(self, event: QPaintEvent) -> None:
        began = cpu_seconds()
        super().paintEvent(event)
        self.spent += cpu_seconds() - began

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """The grid is part of the background, which the view keeps until a range changes."""
        super().drawBackground(painter, rect)
        area = self.box.mapRectToScene(self.box.rect())
        painter.setPen(_cosmetic("grid"))
        (x0, x1), (y0, y1) = self.box.viewRange()
        lines = []
        for x in self.axes["bottom"].tickValues(x0, x1, area.width())[0][1]:
            at = round(area.left() + (x - x0) / (x1 - x0) * area.width())
            lines.append(QLineF(at, area.top(), at, area.bottom()))
        for y in self.axes["left"].tickValues(y0, y1, area.height())[0][1]:
            at = round(area.bottom() - (y - y0) / (y1 - y0) * area.height())
            lines.append(QLineF(area.left(), at, area.right(), at))
        painter.drawLines(lines)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        scene = self.mapToScene(event.position().toPoint())
        inside = self.box.sceneBoundingRect().contains(scene)
        self.hovered.emit(self.box.mapSceneToView(QPointF(scene)).x() if inside else math.nan)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(math.nan)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self.doubled.emit()

    def show_hair(self, step: float) -> None:
        """Move the cross hair, or take it away."""
        shown = math.isfinite(step)
        self.hair.setVisible(shown)
        if shown:
            self.hair.setPos(step)

    def _ranged(self, *_: Any) -> None:
        self.resetCachedContent()
        self.range_changed.emit()


def _cosmetic(token: str) -> QPen:
    pen = QPen(theme.color(token), 1, Qt.PenStyle.SolidLine)
    pen.setCosmetic(True)
    return pen
