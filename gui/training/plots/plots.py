"""The plots of the Train page: one for each metric that is wanted, above each other along one axis.

Importing this module imports pyqtgraph.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSlider,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from engine.training.history import History
from engine.training.series import Series
from gui.preferences import Preferences
from gui.training.plots.curves import MARKED, Curve
from gui.training.plots.plot import Plot, Span
from gui.training.plots.plot_axes import AXES, AXIS_WORDS, CurveSource, position_text
from gui.training.words import TITLES, unit
from gui.widgets import Label, Note

SMOOTHING = 0.6
"""The weight of the mean at the start; TensorBoard's."""
PARTS = ("train", *MARKED)
KEY = "training/plots"
MOST = 12
"""The most plots."""


class Plots(QWidget):
    """The plots, what they have in common (axis, smoothing, following), and one cross hair through all of them."""

    export_wanted = Signal()

    def __init__(self, preferences: Preferences | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self.span = Span()
        self.span.curves = lambda: (curve for plot in self.panels for curve in plot.curves)
        self.panels: list[Plot] = []
        self._wanted: list[str] = []
        """The metric of each plot; empty: what the task of the data is judged by."""
        self._sources: list[tuple[CurveSource, int]] = []
        self._next = 0
        self._shown: tuple[object, ...] = ()
        self._names: tuple[object, ...] = ()
        self.metric_name = "accuracy"
        """The metric of the task."""
        self._build_bar()
        self.column = QSplitter(Qt.Orientation.Vertical)
        self.column.setChildrenCollapsible(False)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.column)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.bar)
        box.addWidget(area, 1)
        self._restore()

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def filled(self) -> bool:
        """Whether there is anything to see."""
        return any(source.history.names() for source, _ in self._sources)

    def show_runs(
        self, history: History | None, overlays: Sequence[tuple[str, History]], metric: str, epoch: float = math.nan
    ) -> None:
        """Show the curves of a run, and those of earlier ones beside them; ``epoch`` is its length in steps."""
        if (shown := (history, tuple(overlays), metric)) == self._shown:
            return
        self._shown, self.metric_name, self._names = shown, metric, ()
        known = {id(source.history): source for source, _ in self._sources}
        pairs: list[tuple[str, History]] = [("this run", history)] if history is not None else []
        self._sources = []
        for run, (label, other) in enumerate((*pairs, *overlays), 0 if history is not None else 1):
            source = known.get(id(other)) or CurveSource(label, other)
            if source.label != label:
                source = CurveSource(label, other)
            self._sources.append((source, run))
        self.set_epoch_length(epoch)
        self._fill()

    def set_epoch_length(self, steps: float) -> None:
        """How many steps an epoch of the run being watched has, before one has ended."""
        for source, run in self._sources:
            if run == 0:
                source.steps_per_epoch = steps

    def notice_names(self) -> None:
        """Take up series that have appeared since, and settings that were changed."""
        if tuple(source.history.names() for source, _ in self._sources) != self._names:
            self._fill()
        self._mark_changes()

    def _mark_changes(self) -> None:
        for plot in self.panels:
            plot.marks.show(self._sources, self.span.axis, low=unit(plot.shown) == "%")

    def _fill(self) -> None:
        """Give every plot its curves and its choice of metrics."""
        self._names = tuple(source.history.names() for source, _ in self._sources)
        known = list(dict.fromkeys(("loss", self.metric_name, *self._metrics())))
        known.sort(key=lambda name: name in TITLES and name != "loss")
        for plot, wanted in zip(self.panels, self._wanted, strict=True):
            metric = wanted or self.metric_name
            plot.set_metric(metric, known)
            curves = []
            for source, run in self._sources:
                there = source.history.names()
                names = [f"{part}/{metric}" for part in PARTS if f"{part}/{metric}" in there]
                curves += [self._curve(plot, source, name, run) for name in names]
            if curves != plot.curves:
                plot.set_curves(curves)
            plot.show_values()

    def _metrics(self) -> list[str]:
        """What there are curves of, of whatever part."""
        return [Series.parse(name).name for source, _ in self._sources for name in source.history.names()]

    def _curve(self, plot: Plot, source: CurveSource, name: str, run: int) -> Curve:
        same = (c for c in plot.curves if c.source is source and c.name == name and c.look.run == run)
        return next(same, None) or Curve(source, name, run)

    # -- plots come and go -----------------------------------------------------------------------------------------

    def add_plot(self, metric: str | None = None, *, log: bool = False) -> Plot:
        """One more plot at the bottom; None: of the first metric that no other shows."""
        if metric is None:
            there = [wanted or self.metric_name for wanted in self._wanted]
            names = (*self._metrics(), "lr", "grad_norm")
            metric = next((name for name in names if name not in there), "loss")
        plot = Plot(self.span)
        plot.hovered.connect(self._hover)
        plot.zoomed.connect(lambda: self._zoomed(plot))
        plot.whole_wanted.connect(self.show_whole)
        plot.metric_chosen.connect(lambda name: self._choose(plot, name))
        plot.log_changed.connect(self._store)
        plot.close_wanted.connect(lambda: self.remove_plot(plot))
        plot.axis_changed()
        plot.set_smoothing(self.slider.value() / 100)
        plot.set_log(log)
        self.panels.append(plot)
        self._wanted.append(metric)
        self.column.addWidget(plot)
        self._arranged()
        return plot

    def remove_plot(self, plot: Plot) -> None:
        """Take a plot away; the last one stays."""
        if len(self.panels) > 1:
            index = self.panels.index(plot)
            del self.panels[index], self._wanted[index]
            plot.set_curves([])
            plot.hide()
            plot.setParent(None)
            plot.deleteLater()
            self._arranged()

    def _arranged(self) -> None:
        for plot in self.panels:
            plot.close_button.setVisible(len(self.panels) > 1)
        self.add_button.setEnabled(len(self.panels) < MOST)
        self._fill()
        self.settle()
        self._store()

    def _choose(self, plot: Plot, metric: str) -> None:
        self._wanted[self.panels.index(plot)] = metric
        self._fill()
        self.settle()
        self._store()

    # -- drawing ---------------------------------------------------------------------------------------------------

    def refresh_one(self) -> bool:
        """Draw the next plot that has something new; returns whether there was one."""
        self.notice_names()
        for _ in self.panels:
            self._next = (self._next + 1) % len(self.panels)
            if self.panels[self._next].refresh():
                for other in self.panels:
                    if other is not self.panels[self._next]:
                        other.catch_up()
                return True
        return False

    def settle(self) -> None:
        """Draw all with ranges that fit."""
        self.notice_names()
        for plot in self.panels:
            plot.take_in()
        for plot in self.panels:
            plot.settle()
        self.show_values()

    def show_values(self) -> None:
        """Show the newest values in the legends, unless the mouse asks for others."""
        if not any(plot.hovering for plot in self.panels):
            for plot in self.panels:
                plot.show_values()

    def take_cost(self) -> float:
        """Seconds spent painting since the last call."""
        return sum(plot.take_cost() for plot in self.panels)

    # -- looking ---------------------------------------------------------------------------------------------------

    def show_whole(self) -> None:
        """Show everything, and what is yet to come."""
        self.span.window = None
        self._follow(True)
        self.settle()

    def _follow(self, on: bool) -> None:
        self.span.following = on
        self.follow.blockSignals(True)
        self.follow.setChecked(on)
        self.follow.blockSignals(False)

    def _follow_clicked(self, on: bool) -> None:
        if on and self.panels:
            low, high = self.panels[0].canvas.steps()
            self.span.window = high - low
        self.span.following = on
        self.settle()

    def _zoomed(self, plot: Plot) -> None:
        self._follow(False)
        for other in self.panels:
            if other is not plot:
                other.show_part(*plot.canvas.steps())

    def _hover(self, position: float) -> None:
        for plot in self.panels:
            plot.point_at(position)
        self.readout.setText(f"at {position_text(self.span.axis, position)}" if math.isfinite(position) else "")

    def _smooth(self, value: int) -> None:
        self.amount.setText(f"{value / 100:.2f}" if value else "off")
        for plot in self.panels:
            plot.set_smoothing(value / 100)

    def _axis_chosen(self, row: int) -> None:
        self.span.axis, self.span.window = AXES[row], None
        for plot in self.panels:
            plot.axis_changed()
        self.show_whole()
        self._store()

    # -- remembering -----------------------------------------------------------------------------------------------

    def _store(self) -> None:
        if self._preferences is not None:
            panels = [[wanted, plot.logarithmic] for wanted, plot in zip(self._wanted, self.panels, strict=True)]
            state = {"plots": panels, "axis": self.span.axis, "smoothing": self.slider.value()}
            self._preferences.set_text(KEY, json.dumps(state))

    def _restore(self) -> None:
        state = _parsed(self._preferences.text(KEY) if self._preferences is not None else "")
        self.axis.setCurrentIndex(AXES.index(state["axis"]))
        self.span.axis = state["axis"]
        self.slider.setValue(state["smoothing"])
        self._smooth(state["smoothing"])
        kept, self._preferences = self._preferences, None
        for metric, log in state["plots"]:
            self.add_plot(metric, log=log)
        self._preferences = kept
        self.axis.currentIndexChanged.connect(self._axis_chosen)
        self.slider.valueChanged.connect(self._smooth)
        self.slider.sliderReleased.connect(self._store)

    def _build_bar(self) -> None:
        self.axis = QComboBox()
        self.axis.setAccessibleName("X axis")
        self.axis.setToolTip("What the X axis shows")
        for name in AXES:
            self.axis.addItem(AXIS_WORDS[name], name)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 99)
        self.slider.setFixedWidth(110)
        self.slider.setAccessibleName("Smoothing")
        self.slider.setToolTip(
            "How much the train curves are smoothed (moving mean); the values stay faint in the background"
        )
        self.amount = Note()
        self.amount.setFixedWidth(self.amount.fontMetrics().horizontalAdvance("0.00 "))
        self.follow = QCheckBox("Follow")
        self.follow.setChecked(True)
        self.follow.setToolTip(
            "Keep the newest values in view. Zooming switches it off; a double click shows everything."
        )
        self.follow.toggled.connect(self._follow_clicked)
        self.readout = Note()
        self.readout.setWordWrap(False)
        self.add_button = QPushButton("Add Plot")
        self.add_button.setAccessibleName("Add a plot")
        self.add_button.setToolTip("Show one more metric")
        self.add_button.clicked.connect(lambda: self.add_plot())
        self.export = QPushButton("Export …")
        self.export.setAccessibleName("Export the curves")
        self.export.setToolTip("Save what is shown as an image (PNG, SVG), or every value as a table (CSV)")
        self.export.clicked.connect(self.export_wanted)
        self.bar = QWidget()
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(6)
        for text, widget in (("X axis", self.axis), ("Smoothing", self.slider)):
            label = Label(text)
            label.setBuddy(widget)
            row.addWidget(label)
            row.addWidget(widget)
            if widget is self.axis:
                row.addSpacing(12)
        row.addWidget(self.amount)
        row.addSpacing(8)
        row.addWidget(self.follow)
        row.addSpacing(8)
        row.addWidget(self.readout, 1)
        row.addWidget(self.add_button)
        row.addWidget(self.export)


def _parsed(text: str) -> dict[str, Any]:
    """The layout that was kept, or the one to begin with."""
    state: dict[str, Any] = {
        "plots": [["loss", False], ["", False]],
        "axis": "step",
        "smoothing": round(100 * SMOOTHING),
    }
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return state
    if not isinstance(found, dict):
        return state
    plots = found.get("plots")
    if isinstance(plots, list) and 0 < len(plots) <= MOST and all(map(_is_plot, plots)):
        state["plots"] = plots
    if found.get("axis") in AXES:
        state["axis"] = found["axis"]
    if type(found.get("smoothing")) is int and 0 <= found["smoothing"] <= 99:
        state["smoothing"] = found["smoothing"]
    return state


def _is_plot(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and isinstance(item[0], str) and isinstance(item[1], bool)
