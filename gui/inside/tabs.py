"""The tabs of the Results page, in their order."""

from __future__ import annotations

from gui.inside.compare.compare_tab import CompareTab
from gui.inside.evaluate.errors_tab import ErrorsTab
from gui.inside.evaluate.evaluator import Evaluator
from gui.inside.evaluate.scores_tab import ScoresTab
from gui.inside.predict.predict_tab import PredictTab
from gui.inside.tab import ResultsTab


def make_tabs() -> list[ResultsTab]:
    """A new one of each."""
    evaluator = Evaluator()
    return [PredictTab(), ScoresTab(evaluator), ErrorsTab(evaluator), CompareTab()]
