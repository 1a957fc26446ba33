"""The tab *Scores*: metrics with intervals, classes, curves with a threshold, calibration, residuals.

Importing this module imports pyqtgraph.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from gui.inside.evaluate.calibration_view import CalibrationView
from gui.inside.evaluate.classes_view import ClassesView
from gui.inside.evaluate.curves_view import CurvesView
from gui.inside.evaluate.evaluating import Evaluation
from gui.inside.evaluate.evaluation_tab import EvaluationTab
from gui.inside.evaluate.evaluator import Evaluator
from gui.inside.evaluate.plain_table import PlainTable
from gui.inside.evaluate.residuals_view import ResidualsView
from gui.training.words import metric_title, value_text
from gui.widgets import Note, grown, heading

if TYPE_CHECKING:
    from engine.inside.evaluation.scores import Interval

WIDE = 380
VIEWS = ("Classes", "Curves", "Calibration", "Residuals")
INTERVALS = "In 95 of 100 such draws of samples the value lies within the interval (bootstrap, 1,000 draws)."


class ScoresTab(EvaluationTab):
    """The metrics on the left, one view of the answers on the right."""

    title: ClassVar[str] = "Scores"
    tip: ClassVar[str] = "Every metric with its interval, class by class, curves, calibration and residuals"

    def __init__(self, evaluator: Evaluator, parent: QWidget | None = None) -> None:
        super().__init__(evaluator, parent)
        columns = [("Metric", ""), ("Value", ""), ("95 % interval", "Where it lies when other samples are drawn")]
        self.metrics = PlainTable("Metrics", "What is measured of all samples together", columns)
        self.count = heading("")
        self.classes, self.curves = ClassesView(), CurvesView()
        self.calibration, self.residuals = CalibrationView(), ResidualsView()
        self.views, self.pages = QTabBar(), QStackedWidget()
        self.views.setDrawBase(False)
        self.views.setExpanding(False)
        self.views.setAccessibleName("What is shown of the answers")
        self.views.setToolTip("Classes, curves, calibration or residuals")
        for name, page in zip(VIEWS, (self.classes, self.curves, self.calibration, self.residuals), strict=True):
            self.views.addTab(name)
            self.pages.addWidget(page)
        self.views.currentChanged.connect(self.pages.setCurrentIndex)
        left = QWidget()
        left.setFixedWidth(grown(WIDE))
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.count)
        column.addWidget(self.metrics, 1)
        column.addWidget(Note(INTERVALS))
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.views)
        right.addWidget(self.pages, 1)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(left)
        row.addLayout(right, 1)
        self.set_body(body)

    def show_evaluation(self, found: Evaluation) -> None:
        details = found.details
        self.count.setText(f"{found.scores.samples:,} samples")
        self.metrics.show_rows([_row(name, one) for name, one in found.scores.metrics.items()])
        there = (
            self.classes.show_evaluation(found),
            bool(details.curves),
            details.calibration is not None,
            bool(details.residuals),
        )
        if details.curves:
            self.curves.show_curves(details.curves)
        if details.calibration is not None:
            self.calibration.show_calibration(details.calibration)
        if details.residuals:
            self.residuals.show_residuals(details.residuals)
        for index, one in enumerate(there):
            self.views.setTabVisible(index, one)
        if any(there) and not there[self.views.currentIndex()]:
            self.views.setCurrentIndex(there.index(True))
        self.views.updateGeometry()
        self.pages.setVisible(any(there))


def _row(name: str, one: Interval) -> list[str]:
    between = f"{value_text(name, one.low)} to {value_text(name, one.high)}" if math.isfinite(one.low) else "–"
    return [metric_title(name), value_text(name, one.value) if math.isfinite(one.value) else "–", between]
