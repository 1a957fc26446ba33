"""The plots of the Train page: the loss, and the metric of the task below it, on one row of steps.

Importing this module imports pyqtgraph.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from engine.training.history import History
from gui.training.curves import Curve, Role
from gui.training.pacing import Extent
from gui.training.plot import Plot
from gui.training.words import PERCENT, TITLES
from gui.widgets import Note

SMOOTHING = 0.6
"""The weight of the mean at the start; TensorBoard's."""


class Plots(QWidget):
    """Both plots, the smoothing slider, and one cross hair through both."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        steps = Extent(0.6)
        self.loss = Plot("Loss", steps, log_switch=True)
        self.score = Plot("Accuracy", steps)
        self.both = (self.loss, self.score)
        self._next = 0
        self._shown: tuple[object, ...] = ()
        self.metric_name = ""
        """The metric below the loss."""
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 99)
        self.slider.setFixedWidth(130)
        self.slider.setAccessibleName("Smoothing")
        self.slider.setToolTip("How much the train curves are smoothed (moving mean); the values stay faint behind")
        self.amount = Note()
        self.amount.setFixedWidth(self.amount.fontMetrics().horizontalAdvance("0.00 "))
        label = QLabel("Smoothing")
        label.setBuddy(self.slider)
        row = QHBoxLayout()
        row.setContentsMargins(12, 2, 12, 0)
        row.addStretch(1)
        for widget in (label, self.slider, self.amount):
            row.addWidget(widget)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addLayout(row)
        for plot in self.both:
            box.addWidget(plot, 1)
            plot.hovered.connect(self._hover)
        self.slider.valueChanged.connect(self._smooth)
        self.slider.setValue(round(100 * SMOOTHING))

    @property
    def filled(self) -> bool:
        """Whether there is anything to see."""
        return any(len(curve.raw) for plot in self.both for curve in plot.curves)

    def show_runs(self, history: History | None, overlays: Sequence[tuple[str, History]], metric: str) -> None:
        """Show the curves of a run, and those of earlier ones behind."""
        if (shown := (history, tuple(overlays), metric)) == self._shown:
            return
        self._shown, self.metric_name = shown, metric
        self.score.set_title(TITLES.get(metric, metric), percent=metric in PERCENT)
        for plot, name in ((self.loss, "loss"), (self.score, metric)):
            curves = []
            sources: list[tuple[Role, str, History]] = [("other", label, other) for label, other in overlays]
            for role, label, source in sources:
                curves += [
                    self._curve(plot, source, f"{split}/{name}", role, label if split == "train" else "")
                    for split in ("train", "validation")
                ]
            if history is not None:
                curves += [
                    self._curve(plot, history, "train/" + name, "train", ""),
                    self._curve(plot, history, "validation/" + name, "validation", ""),
                ]
            plot.set_curves(curves)
            plot.show_values()

    def refresh_one(self) -> bool:
        """Draw the next plot that has something new; returns whether there was one."""
        for _ in self.both:
            plot, other = self.both[self._next], self.both[1 - self._next]
            self._next = 1 - self._next
            if plot.refresh():
                other.catch_up()
                return True
        return False

    def settle(self) -> None:
        """Draw both with ranges that fit."""
        for plot in self.both:
            plot.settle()
            plot.show_values()

    def show_values(self) -> None:
        """Show the newest values in the legends, unless the mouse asks for others."""
        if not self.loss.hovering and not self.score.hovering:
            for plot in self.both:
                plot.show_values()

    def take_cost(self) -> float:
        """Seconds spent painting since the last call."""
        return sum(plot.take_cost() for plot in self.both)

    def _curve(self, plot: Plot, source: History, name: str, role: Role, label: str) -> Curve:
        same = (curve for curve in plot.curves if (curve.source, curve.name, curve.role) == (source, name, role))
        return next(same, None) or Curve(source, name, role, label)

    def _hover(self, step: float) -> None:
        for plot in self.both:
            plot.point_at(step)

    def _smooth(self, value: int) -> None:
        self.amount.setText(f"{value / 100:.2f}" if value else "off")
        for plot in self.both:
            plot.set_smoothing(value / 100)
