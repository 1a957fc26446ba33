"""Whether probabilities mean what they say: reliability diagrams before and after temperature scaling.

Importing this module imports pyqtgraph.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.inside.evaluate.chart import Chart
from gui.widgets import Note

if TYPE_CHECKING:
    from engine.inside.evaluation.calibration import Calibration, Reliability

WORDS = "up: share that is right; right: how sure the network was; above the bars: how many samples"
UP = (0.0, 1.06)
"""Room for the numbers above the bars."""
ABOUT = (
    "Where bars end below the dashed line the network is surer than it is right. ECE is the mean distance, weighted by "
    "samples (Guo et al. 2017). One temperature that divides the scores, fitted on the validation part, changes how "
    "sure answers are and no answer itself."
)


class CalibrationView(QWidget):
    """The answers as they are, and divided by the temperature."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.before, self.after = Chart("As answered", WORDS), Chart("With temperature", WORDS)
        self.about = Note(ABOUT)
        charts = QHBoxLayout()
        charts.setSpacing(16)
        charts.addWidget(self.before, 1)
        charts.addWidget(self.after, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 6, 0, 0)
        box.addLayout(charts, 1)
        box.addWidget(self.about)

    def show_calibration(self, found: Calibration) -> None:
        """Show both diagrams."""
        self.before.title.setText(f"As answered · {_said(found.before)}")
        self.before.show_drawing(partial(_diagram, found.before), up=UP)
        self.after.show_drawing(partial(_diagram, found.after), up=UP)
        if found.fitted:
            self.after.title.setText(f"With temperature {found.temperature:.3f} · {_said(found.after)}")
        else:
            self.after.title.setText("No temperature is best: all validation answers are right, or none is sure")


def _said(one: Reliability) -> str:
    return f"ECE {100 * one.ece:.2f} %, mean −ln p {one.nll:.4f}"


def _diagram(one: Reliability, chart: Chart) -> None:
    known = [part for part in one.bins if part.count]
    chart.bars(
        [part.low for part in known], [part.high for part in known], [part.accuracy for part in known], "curve.train"
    )
    chart.line([0, 1], [0, 1], "text", "dashed")
    for part in known:
        chart.count((part.low + part.high) / 2, part.accuracy, part.count)
