"""A plot of one metric: legend with values, cross hair, logarithmic axis, and a range that follows the training.

Importing this module imports pyqtgraph.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.theme import theme
from gui.training.canvas import Canvas, number
from gui.training.curves import Curve, Role
from gui.training.pacing import Extent
from gui.widgets import Note


class Sample(QWidget):
    """A piece of a curve for the legend: its colour, dashes and marks."""

    def __init__(self, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self.setFixedSize(QSize(28, 14))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color, middle = theme.color(f"curve.{self._role}"), self.height() // 2
        dashed = self._role == "validation"
        painter.setPen(QPen(color, 2, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
        painter.drawLine(0, middle, self.width(), middle)
        if dashed:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color, 1.2))
            painter.setBrush(theme.color("base"))
            painter.drawEllipse(self.rect().center(), 3, 3)


class Plot(QWidget):
    """The curves of one metric: those of the run being watched, and grey ones of earlier runs."""

    hovered = Signal(float)
    """The step under the mouse; NaN when it has left."""

    def __init__(self, title: str, steps: Extent, parent: QWidget | None = None, *, log_switch: bool = False) -> None:
        """``steps`` is the range of the bottom axis; plots below each other share one."""
        super().__init__(parent)
        self.curves: list[Curve] = []
        self.canvas = Canvas(self)
        self._percent = False
        self._log = False
        self._weight = 0.0
        self._following = True
        self._stale = False
        self._placing = False
        self._settled = False
        self._x, self._y = steps, Extent(0.3)
        self._placed: tuple[float, ...] = ()
        self.title = QLabel(title)
        bold = self.title.font()
        bold.setBold(True)
        self.title.setFont(bold)
        self.title.setMinimumWidth(70)
        self.step = Note()
        self.step.setWordWrap(False)
        self._samples: dict[Role, Sample] = {}
        self._values: dict[Role, QLabel] = {}
        self.log = QCheckBox("log scale")
        self.log.setToolTip("Show powers of ten at equal distances")
        self.log.setVisible(log_switch)
        self.log.toggled.connect(self.set_log)
        self.fit_button = QToolButton()
        self.fit_button.setAutoRaise(True)
        self.fit_button.setToolTip("Show the whole curve again (double click)")
        self.fit_button.setAccessibleName(f"Fit {title}")
        policy = self.fit_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.fit_button.setSizePolicy(policy)
        self.fit_button.clicked.connect(self.follow)
        self.fit_button.hide()
        self._lay_out()
        self.canvas.dragged.connect(self._dragged)
        self.canvas.doubled.connect(self.follow)
        self.canvas.range_changed.connect(self._redraw_soon)
        self.canvas.hovered.connect(self.hovered)
        self.set_title(title)
        theme.changed.connect(self._recolor)
        self._recolor()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def set_title(self, title: str, *, percent: bool = False) -> None:
        """Name the metric; ``percent`` shows shares of 1 as percentages."""
        self.title.setText(title)
        self.canvas.setAccessibleName(f"{title} by step")
        self._percent = percent
        self.canvas.set_percent(percent)

    def set_curves(self, curves: Sequence[Curve]) -> None:
        """Show these curves and no others; those that were there already keep what they have computed."""
        for curve in self.curves:
            if curve not in curves:
                for item in curve.items:
                    self.canvas.removeItem(item)
        for curve in curves:
            if curve not in self.curves:
                curve.set_smoothing(self._weight)
                for item in curve.items:
                    self.canvas.addItem(item, ignoreBounds=True)
        self.curves = list(curves)
        self._x.forget()
        self._y.forget()
        for role, sample in self._samples.items():
            there = any(curve.role == role for curve in self.curves)
            sample.setVisible(there)
            self._values[role].setVisible(there)
        self._stale = True

    def set_log(self, log: bool) -> None:
        """Show logarithms on the left axis."""
        if log != self._log:
            self._log = log
            self.log.setChecked(log)
            self.canvas.set_log(log)
            self.follow()

    def set_smoothing(self, weight: float) -> None:
        """Show means of the train curves, with the values themselves faint behind; 0 shows the values alone."""
        self._weight = weight
        for curve in self.curves:
            curve.set_smoothing(weight)
        self._stale = True
        self._redraw_soon()

    def follow(self) -> None:
        """Show everything, and what is yet to come."""
        self._following = True
        self.fit_button.hide()
        self.settle()

    # -- drawing ---------------------------------------------------------------------------------------------------

    def refresh(self) -> bool:
        """Take in new samples and draw if there are any; returns whether something was drawn."""
        self._settled = False
        fresh = [curve.update() for curve in self.curves]
        if not (any(fresh) or self._stale):
            return False
        if self._following:
            self._place(exactly=False)
        self._draw()
        return True

    def catch_up(self) -> None:
        """Draw if the range of steps has been moved by the other plot: they should not stand askew."""
        if self._following and self._placed and self._placed[:2] != (self._x.low, self._x.high):
            self._stale = True
            self.refresh()

    def settle(self) -> None:
        """Draw everything with ranges that fit exactly."""
        for curve in self.curves:
            curve.update()
        self._settled = True
        if self._following:
            self._x.forget()
            self._y.forget()
            self._place(exactly=True)
        self._draw()
        if self._stale:
            self._redraw_soon()

    def take_cost(self) -> float:
        """Seconds spent painting since the last call."""
        spent, self.canvas.spent = self.canvas.spent, 0.0
        return spent

    def show_values(self, step: float = math.nan) -> None:
        """Show the values at a step in the legend, or the newest ones."""
        at = step if math.isfinite(step) else math.inf
        for role, label in self._values.items():
            if role == "other":
                continue
            curve = next((curve for curve in self.curves if curve.role == role), None)
            value = curve.value_at(at) if curve is not None else math.nan
            shown = f"{100 * value:.1f} %" if self._percent and math.isfinite(value) else number(value)
            text = f"{role} <b>{shown}</b>"
            if label.text() != text:
                label.setText(text)
        self.step.setText(f"at step {step:,.0f}" if math.isfinite(step) else "by step")

    @property
    def hovering(self) -> bool:
        """Whether the cross hair is shown."""
        return bool(self.canvas.hair.isVisible())

    def point_at(self, step: float) -> None:
        """Put the cross hair on a step and show the values there; NaN takes it away."""
        self.canvas.show_hair(step)
        self.show_values(step)

    def _draw(self) -> None:
        x0, x1 = self.canvas.steps()
        for curve in self.curves:
            curve.draw(x0, x1, self.canvas.pixels(), self._log)
        self._stale = any(curve.catching_up for curve in self.curves)

    def _place(self, *, exactly: bool) -> None:
        """Make the ranges cover every curve: in jumps while a run goes, exactly at its end."""
        steps = [curve.last_step for curve in self.curves if math.isfinite(curve.last_step)]
        bounds = [low_high for curve in self.curves if math.isfinite((low_high := curve.bounds(self._log))[0])]
        if not steps or not bounds:
            return
        low, high = min(b[0] for b in bounds), max(b[1] for b in bounds)
        room = 0.05 * (high - low) or 0.05 * abs(high)
        foot = low - room
        if not self._log and 0 <= low <= 0.6 * high:
            foot = 0.0
        top = min(high + room, 1.0 + 0.02) if self._percent and high <= 1.0 else high + room
        if exactly:
            self._x.fit(0.0, 1.012 * max(steps))  # the last mark is not cut in half
            self._y.fit(foot, top)
        else:
            self._x.cover(0.0, max(*steps, 20.0))
            self._y.cover(max(foot, min(low, self._y.low)), top)
        if self._percent and not self._log:
            self._y.low, self._y.high = max(self._y.low, -0.02), min(self._y.high, 1.02)
        if not self._log and low >= 0:
            self._y.low = max(self._y.low, 0.0)
        place = (self._x.low, self._x.high, self._y.low, self._y.high)
        if place == self._placed:
            return
        self._placed, self._placing = place, True
        self.canvas.setRange(xRange=(self._x.low, self._x.high), yRange=(self._y.low, self._y.high), padding=0)
        self._placing = False

    def _dragged(self) -> None:
        self._placed = ()
        self._following = False
        self.fit_button.show()

    def _redraw_soon(self) -> None:
        if not self._placing:
            self._stale = True
            QTimer.singleShot(0, self, self._redraw)

    def _redraw(self) -> None:
        if self._stale and self.isVisible():
            for curve in self.curves:
                curve.update()
            if self._following:
                self._place(exactly=self._settled)
            self._draw()
            if self._stale:  # the mean of a very long curve takes several helpings
                self._redraw_soon()

    def _recolor(self) -> None:
        self.canvas.recolor()
        for curve in self.curves:
            curve.recolor()
        self.fit_button.setIcon(icon("fit"))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 0, 8, 0)
        head.setSpacing(6)
        head.addWidget(self.title)
        roles: tuple[Role, ...] = ("train", "validation", "other")
        for role in roles:
            sample, label = Sample(role), QLabel("earlier runs" if role == "other" else role)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setMinimumWidth(label.fontMetrics().horizontalAdvance(f"{role} 0.0000000"))
            head.addSpacing(8)
            head.addWidget(sample)
            head.addWidget(label)
            self._samples[role], self._values[role] = sample, label
            sample.hide()
            label.hide()
        head.addWidget(self.step)
        head.addStretch(1)
        head.addWidget(self.log)
        head.addWidget(self.fit_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addLayout(head)
        box.addWidget(self.canvas, 1)
        self.setMinimumHeight(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
