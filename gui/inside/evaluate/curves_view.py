"""ROC and precision–recall curves of a class, and a threshold to drag: what it gives is shown at once.

Importing this module imports pyqtgraph.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QVBoxLayout, QWidget

from gui.inside.evaluate.chart import Chart, Style, pen
from gui.theme import theme
from gui.widgets import Label, Note, label

if TYPE_CHECKING:
    from engine.inside.evaluation.curves import Curve

POINTS = 400
"""Points of a curve that are drawn."""
STEPS = 1000
WIDEST = 420
"""Pixels of the list of classes."""
LINES: dict[str, tuple[str, Style]] = {
    "precision": ("curve.train", "solid"),
    "recall": ("curve.validation", "dashed"),
    "F1": ("curve.test", "dotted"),
}


class CurvesView(QWidget):
    """Three charts of one class, and the threshold they share."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: Sequence[Curve] = ()
        self.choice = QComboBox()
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.choice.setMaximumWidth(WIDEST)
        self.choice.setAccessibleName("Class")
        self.choice.setToolTip("The class that is told from all others")
        self.choice.currentIndexChanged.connect(lambda _row: self._show_class())
        self.roc = Chart("ROC", "up: recall; right: false positive rate")
        self.pr = Chart("Precision and recall", "up: precision; right: recall")
        self.by = Chart("By threshold", "solid: precision, dashed: recall, dotted: F1")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setValue(STEPS // 2)
        self.slider.setAccessibleName("Threshold")
        self.slider.setToolTip("From which probability on a sample is called so; drag it, or the line in the chart")
        self.slider.valueChanged.connect(self._slid)
        self.said, self.counts = Label(), Note()
        self.said.setAccessibleName("What the threshold gives")
        self.line = pg.InfiniteLine(0.5, movable=True, bounds=(0, 1))
        self.line.sigPositionChanged.connect(self._dragged)
        self.by.keep(self.line)
        self.spots = {chart: pg.ScatterPlotItem(size=10) for chart in (self.roc, self.pr)}
        for chart, spot in self.spots.items():
            chart.keep(spot)
        self._lay_out()
        theme.changed.connect(self._recolor)
        self._recolor()

    @property
    def threshold(self) -> float:
        """The probability from which on a sample is called positive."""
        return self.slider.value() / STEPS

    def show_curves(self, curves: Sequence[Curve]) -> None:
        """Show these classes, the first of them that occurs in front."""
        self._curves = curves
        self.choice.blockSignals(True)
        self.choice.clear()
        for one in curves:
            area = "absent" if math.isnan(one.auroc) else f"area {one.auroc:.4f}"
            self.choice.addItem(f"{one.name} · {area}")
        first = next((row for row, one in enumerate(curves) if one.positives), 0)
        self.choice.setCurrentIndex(first if curves else -1)
        self.choice.blockSignals(False)
        self._show_class()

    @property
    def _curve(self) -> Curve | None:
        row = self.choice.currentIndex()
        return self._curves[row] if 0 <= row < len(self._curves) else None

    def _show_class(self) -> None:
        curve = self._curve
        if curve is None:
            return
        self.roc.title.setText(f"ROC · area {_number(curve.auroc)}")
        self.pr.title.setText(f"Precision and recall · area {_number(curve.average_precision)}")
        self.roc.show_drawing(lambda chart: _roc(chart, curve))
        self.pr.show_drawing(lambda chart: _precision_recall(chart, curve))
        self.by.show_drawing(lambda chart: _by_threshold(chart, curve))
        self._show_threshold()

    def _slid(self) -> None:
        self.line.setValue(self.threshold)
        self._show_threshold()

    def _dragged(self) -> None:
        self.slider.setValue(round(STEPS * float(self.line.value())))

    def _show_threshold(self) -> None:
        curve = self._curve
        if curve is None:
            return
        at = curve.at(self.threshold)
        self._place(self.roc, at.false_positive_rate, at.recall)
        self._place(self.pr, at.recall, at.precision)
        values = (("precision", at.precision), ("recall", at.recall), ("F1", at.f1), ("accuracy", at.accuracy))
        told = ", ".join(f"{name} {_share(value)}" for name, value in values)
        self.said.setText(f"From {self.threshold:.3f} on: {told}")
        self.counts.setText(
            f"{at.true_positives:,} rightly called {curve.name}, {at.false_positives:,} wrongly; "
            f"{at.false_negatives:,} missed, {at.true_negatives:,} rightly called something else"
        )

    def _place(self, chart: Chart, x: float, y: float) -> None:
        known = math.isfinite(x) and math.isfinite(y)
        self.spots[chart].setData(x=[x] if known else [], y=[y] if known else [])

    def _recolor(self) -> None:
        self.line.setPen(pen("text", "dashed"))
        self.line.setHoverPen(pen("accent"))
        for spot in self.spots.values():
            spot.setPen(pen("base"))
            spot.setBrush(pg.mkBrush(theme.color("text")))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label("Class", "muted"))
        head.addWidget(self.choice)
        head.addStretch(1)
        charts = QHBoxLayout()
        charts.setSpacing(12)
        for chart in (self.roc, self.pr, self.by):
            charts.addWidget(chart, 1)
        foot = QHBoxLayout()
        foot.addWidget(label("Threshold", "muted"))
        foot.addWidget(self.slider, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 6, 0, 0)
        box.addLayout(head)
        box.addLayout(charts, 1)
        box.addLayout(foot)
        box.addWidget(self.said)
        box.addWidget(self.counts)


def _roc(chart: Chart, curve: Curve) -> None:
    from engine.inside.evaluation.curves import thinned

    chart.line([0, 1], [0, 1], "muted", "dashed")
    if not math.isnan(curve.auroc):
        chart.line(*thinned(*curve.roc(), POINTS), "curve.train")


def _precision_recall(chart: Chart, curve: Curve) -> None:
    from engine.inside.evaluation.curves import thinned

    whole = curve.positives + curve.negatives
    share = curve.positives / whole if whole else 0.0
    chart.line([0, 1], [share, share], "muted", "dashed")
    if curve.positives:
        chart.line(*thinned(*curve.precision_recall(), POINTS), "curve.train")


def _by_threshold(chart: Chart, curve: Curve) -> None:
    """Precision, recall and F1 at evenly spaced thresholds."""
    thresholds = np.linspace(0, 1, 201)
    found = [curve.at(float(threshold)) for threshold in thresholds]
    for name, values in (
        ("precision", [one.precision for one in found]),
        ("recall", [one.recall for one in found]),
        ("F1", [one.f1 for one in found]),
    ):
        known = np.isfinite(values)
        chart.line(thresholds[known], np.array(values)[known], *LINES[name])


def _number(value: float) -> str:
    return f"{value:.4f}" if math.isfinite(value) else "–"


def _share(value: float) -> str:
    return f"{100 * value:.1f} %" if math.isfinite(value) else "–"
