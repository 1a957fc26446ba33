"""A plot of one metric: curves beside their legend, cross hair, logarithmic axis, a range that follows the training.

Importing this module imports pyqtgraph.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.theme import theme
from gui.training.plots.change_marks import ChangeMarks
from gui.training.plots.curves import Curve
from gui.training.plots.legend import Legend
from gui.training.plots.pacing import Extent
from gui.training.plots.plot_axes import LEAST, Axis
from gui.training.plots.plot_canvas import Canvas, axis_text
from gui.training.words import metric_title, unit
from gui.widgets import grown, plain

SIDE = 244
"""Pixels of the legend."""
HELPING = 0.008
"""Seconds that taking in long curves may hold the window at a time."""
MANY = 10
"""Curves; of more each is drawn with fewer points."""


@dataclass(slots=True, eq=False)
class Span:
    """What all plots have in common: the bottom axis, whether it follows, and how much of it is seen (None: all)."""

    axis: Axis = "step"
    extent: Extent = field(default_factory=lambda: Extent(0.6))
    following: bool = True
    window: float | None = None
    curves: Callable[[], Iterable[Curve]] = tuple
    """Those of all plots."""


class Plot(QWidget):
    """The curves of one metric: those of the run being watched, and those of earlier runs."""

    hovered = Signal(float)
    """The position on the bottom axis under the mouse; NaN when it has left."""
    zoomed = Signal()
    """The user has zoomed or panned; other plots are to show the same part."""
    whole_wanted = Signal()
    metric_chosen = Signal(str)
    log_changed = Signal()
    close_wanted = Signal()

    def __init__(self, span: Span, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.span = span
        self.curves: list[Curve] = []
        self.shown = ""
        self.canvas = Canvas(self)
        self.marks = ChangeMarks(self.canvas)
        self.legend = Legend(self)
        self.legend.rows.toggled = self._toggle
        self._unit = ""
        self._log = False
        self._weight = 0.0
        self._stale = self._ranging = self._settled = self._behind = False
        self._y = Extent(0.3)
        self._ranges: tuple[float, ...] = ()
        self._position_asked = math.nan
        self.chooser = QComboBox()
        self.chooser.setAccessibleName("Metric of this plot")
        self.chooser.setToolTip("What this plot shows")
        self.chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.chooser.setMinimumContentsLength(8)
        self.chooser.activated.connect(lambda row: self.metric_chosen.emit(str(self.chooser.itemData(row))))
        self.log = _tool("log", "Logarithmic scale", "Show powers of ten at equal distances (logarithmic scale)")
        self.log.setCheckable(True)
        self.log.toggled.connect(self._log_toggled)
        self.close_button = _tool("✕", "Remove this plot", "Remove this plot")
        self.close_button.clicked.connect(self.close_wanted)
        self._lay_out()
        self.canvas.dragged.connect(self._dragged)
        self.canvas.doubled.connect(self.whole_wanted)
        self.canvas.range_changed.connect(self._redraw_soon)
        self.canvas.hovered.connect(self.hovered)
        theme.changed.connect(self._recolor)
        self._recolor()

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The name of the metric as people see it."""
        return metric_title(self.shown)

    def set_metric(self, name: str, known: Sequence[str]) -> None:
        """Show a metric; ``known`` are those that can be chosen."""
        names = list(dict.fromkeys((*known, name)))
        if [self.chooser.itemData(row) for row in range(self.chooser.count())] != names:
            self.chooser.clear()
            for item in names:
                self.chooser.addItem(metric_title(item), item)
        self.chooser.setCurrentIndex(names.index(name))
        if name != self.shown:
            self.shown = name
            self.canvas.setAccessibleName(f"Curves of {metric_title(name)}")
            self.legend.setAccessibleName(f"Legend of {metric_title(name)}")
            self._unit = unit(name)
            self.canvas.set_unit(self._unit)
            self._y.forget()

    def set_curves(self, curves: Sequence[Curve]) -> None:
        """Show these curves and no others; those that were there already keep what they have computed."""
        for curve in self.curves:
            if curve not in curves:
                for item in curve.items:
                    self.canvas.removeItem(item)
        for curve in curves:
            if curve not in self.curves:
                curve.set_smoothing(self._weight)
                curve.set_axis(self.span.axis)
                for item in curve.items:
                    self.canvas.addItem(item, ignoreBounds=True)
        self.curves = list(curves)
        self.legend.rows.set_curves(curves)
        self.span.extent.forget()
        self._y.forget()
        self._stale = True

    def set_log(self, log: bool) -> None:
        """Show logarithms on the left axis."""
        if log != self._log:
            self._log = log
            self.log.setChecked(log)
            self.canvas.set_log(log)
            self._y.forget()
            self._fit_y()
            self._draw()

    @property
    def logarithmic(self) -> bool:
        """Whether the left axis is logarithmic."""
        return self._log

    def set_smoothing(self, weight: float) -> None:
        """Show means of the train curves, with the values themselves faint in the background; 0: the values alone."""
        self._weight = weight
        for curve in self.curves:
            curve.set_smoothing(weight)
        self._stale = True
        self._redraw_soon()

    def axis_changed(self) -> None:
        """Draw along what the common span says now."""
        self.canvas.set_along(self.span.axis)
        for curve in self.curves:
            curve.set_axis(self.span.axis)
        self._ranges, self._stale = (), True

    # -- drawing ---------------------------------------------------------------------------------------------------

    def refresh(self) -> bool:
        """Take in new samples and draw if there are any; returns whether something was drawn."""
        self._settled = False
        if not (self.take_in() or self._stale):
            return False
        self._fit_ranges(exactly=False)
        self._draw()
        return True

    def catch_up(self) -> None:
        """Draw if the range along the bottom has been moved by another plot: they should not stand askew."""
        if self.span.following and self._ranges and self._ranges[:2] != (self.span.extent.low, self.span.extent.high):
            self._stale = True
            self.refresh()

    def settle(self) -> None:
        """Draw everything with ranges that fit exactly."""
        self.take_in()
        self._settled = True
        if self.span.following:
            self.span.extent.forget()
            self._y.forget()
        self._fit_ranges(exactly=True)
        self._draw()
        if self._stale:
            self._redraw_soon()

    def show_part(self, low: float, high: float) -> None:
        """Show the part between two positions, as another plot does."""
        self._ranges, self._ranging = (), True
        self.canvas.setRange(xRange=(low, high), padding=0)
        self._ranging = False
        self._stale = True
        self._redraw_soon()

    def take_cost(self) -> float:
        """Seconds spent painting since the last call."""
        spent = self.canvas.spent + self.legend.spent
        self.canvas.spent = self.legend.spent = 0.0
        return spent

    def show_values(self, position: float = math.nan) -> None:
        """Show the values at a position in the legend, or the newest ones."""
        self._position_asked = position
        if math.isfinite(position):
            values = [self._value(curve.value_at(position)) for curve in self.curves]
        else:
            values = [f"{self._value(c.newest)}{', then NaN' if c.broken else ''}" for c in self.curves]
        self.legend.rows.set_values(values)

    def _value(self, value: float) -> str:
        if self._unit == "%" and math.isfinite(value):
            return f"{100 * value:.1f} %"
        return axis_text(value, self._unit) if math.isfinite(value) else "–"

    @property
    def hovering(self) -> bool:
        """Whether the cross hair is shown."""
        return bool(self.canvas.hair.isVisible())

    def point_at(self, position: float) -> None:
        """Put the cross hair on a position and show the values there; NaN takes it away."""
        self.canvas.show_hair(position)
        self.show_values(position)

    def take_in(self) -> bool:
        """Take in what is new, for a while; what is left over makes the plot stale. Whether there was anything."""
        until, new = perf_counter() + HELPING, False
        for curve in self.curves:
            self._behind = new and perf_counter() > until
            if self._behind:
                break
            new = curve.update() or new
        return new

    def _draw(self) -> None:
        x0, x1 = self.canvas.steps()
        shown = sum(curve.visible for curve in self.curves)
        pixels = self.canvas.pixels() * MANY // max(MANY, shown)
        for curve in self.curves:
            curve.draw(x0, x1, pixels, self._log)
        self._stale = self._behind or any(curve.catching_up for curve in self.curves)

    def _fit_ranges(self, *, exactly: bool) -> None:
        """Make the ranges cover what is followed: in jumps while a run goes, exactly at its end."""
        span, window = self.span, self.span.window
        positions = [at for curve in span.curves() if curve.visible and math.isfinite(at := curve.last_position)]
        if not span.following or not positions:
            return
        if window is not None:
            span.extent.fit(max(positions) - 0.9 * window, max(positions) + 0.1 * window)
        elif exactly:
            span.extent.fit(0.0, 1.012 * max(positions))  # the last mark is not cut in half
        else:
            span.extent.cover(0.0, max(*positions, LEAST[span.axis]))
        self._fit_y(exactly=exactly)

    def _fit_y(self, *, exactly: bool = True) -> None:
        bounds = [
            low_high
            for curve in self.curves
            if curve.visible and math.isfinite((low_high := curve.bounds(self._log))[0])
        ]
        if not bounds:
            return
        low, high = min(b[0] for b in bounds), max(b[1] for b in bounds)
        room = 0.05 * (high - low) or 0.05 * abs(high)
        foot = low - room
        percent = self._unit == "%"
        if not self._log and 0 <= low <= 0.6 * high:
            foot = 0.0
        top = min(high + room, 1.0 + 0.02) if percent and not self._log and high <= 1.0 else high + room
        y = self._y
        if exactly:
            y.fit(foot, top)
        else:
            y.cover(max(foot, min(low, y.low)), top)
        if percent and not self._log:
            y.low, y.high = max(y.low, -0.02), min(y.high, 1.02)
        if not self._log and low >= 0:
            y.low = max(y.low, 0.0)
        x0, x1 = (self.span.extent.low, self.span.extent.high) if self.span.following else self.canvas.steps()
        ranges = (x0, x1, y.low, y.high)
        if ranges == self._ranges:
            return
        self._ranges, self._ranging = ranges, True
        self.canvas.setRange(xRange=(x0, x1), yRange=(y.low, y.high), padding=0)
        self._ranging = False

    def _dragged(self) -> None:
        self._ranges = ()
        self.zoomed.emit()

    def _redraw_soon(self) -> None:
        if not self._ranging:
            self._stale = True
            QTimer.singleShot(0, self, self._redraw)

    def _redraw(self) -> None:
        if self._stale and self.isVisible():
            self.take_in()
            self._fit_ranges(exactly=self._settled)
            self._draw()
            if math.isnan(self._position_asked):
                self.show_values()
            if self._stale:  # a very long curve takes several helpings
                self._redraw_soon()

    def _toggle(self, curve: Curve, shown: bool) -> None:
        curve.show(shown)
        self._redraw_soon()

    def _log_toggled(self, on: bool) -> None:
        self.set_log(on)
        self.log_changed.emit()

    def _recolor(self) -> None:
        self.canvas.recolor()
        self.marks.recolor()
        self.legend.viewport().update()
        for curve in self.curves:
            curve.recolor()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(2)
        head.addWidget(self.chooser, 1)
        head.addWidget(self.log)
        head.addWidget(self.close_button)
        side = QVBoxLayout()
        side.setContentsMargins(4, 4, 8, 2)
        side.setSpacing(2)
        side.addLayout(head)
        side.addWidget(self.legend, 1)
        frame = QWidget()
        frame.setFixedWidth(grown(SIDE))
        frame.setLayout(side)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.canvas, 1)
        box.addWidget(frame)
        self.setMinimumHeight(104)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)


def _tool(text: str, name: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setAccessibleName(name)
    button.setToolTip(plain(tip))
    button.setFixedSize(button.fontMetrics().horizontalAdvance(text) + 22, grown(26))
    return button
