"""Predicted against true numbers, and how their differences are spread.

Importing this module imports pyqtgraph.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from gui.inside.evaluate.chart import Chart
from gui.widgets import Label

if TYPE_CHECKING:
    from engine.inside.evaluation.residuals import Residuals

MOST_DOTS = 3000


class ResidualsView(QWidget):
    """One number of the answer at a time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Sequence[Residuals] = ()
        self.choice = QComboBox()
        self.choice.setAccessibleName("Number")
        self.choice.setToolTip("The number of the answer that is shown")
        self.choice.currentIndexChanged.connect(lambda _row: self._show())
        self.scatter = Chart("Predicted and true", "up: predicted; right: true; on the dashed line both are the same")
        self.spread = Chart("Residuals", "up: samples; right: predicted less true")
        self.said = Label()
        self.said.setWordWrap(True)
        head = QHBoxLayout()
        head.addWidget(self.choice)
        head.addStretch(1)
        charts = QHBoxLayout()
        charts.setSpacing(16)
        charts.addWidget(self.scatter, 1)
        charts.addWidget(self.spread, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 6, 0, 0)
        box.addLayout(head)
        box.addLayout(charts, 1)
        box.addWidget(self.said)

    def show_residuals(self, found: Sequence[Residuals]) -> None:
        """Show these numbers."""
        self._found = found
        self.choice.blockSignals(True)
        self.choice.clear()
        self.choice.addItems([one.name for one in found])
        self.choice.blockSignals(False)
        self.choice.setVisible(len(found) > 1)
        self._show()

    def _show(self) -> None:
        row = self.choice.currentIndex()
        if not 0 <= row < len(self._found):
            return
        one = self._found[row]
        both = [float(edge(values)) for values in (one.true, one.predicted) for edge in (min, max)]
        low, high = min(both), max(both)
        ends = (low, high) if high > low else (low - 1, low + 1)
        self.scatter.show_drawing(partial(_scatter, one, ends), ends, ends)
        counts, edges = one.histogram()
        self.spread.show_drawing(
            lambda chart: chart.bars(edges[:-1], edges[1:], counts, "curve.train"),
            (float(edges[0]), float(edges[-1])),
            (0, float(counts.max()) or 1.0),
        )
        names = ("5 %", "25 %", "50 %", "75 %", "95 %")
        below = ", ".join(f"{name} {value:.4g}" for name, value in zip(names, one.quantiles, strict=True))
        self.said.setText(f"Mean {one.mean:.4g}, deviation {one.deviation:.4g}; below: {below}")


def _scatter(one: Residuals, ends: tuple[float, float], chart: Chart) -> None:
    step = max(1, -(-len(one.true) // MOST_DOTS))
    chart.line(list(ends), list(ends), "text", "dashed")
    chart.dots(one.true[::step], one.predicted[::step], "curve.train", 4)
