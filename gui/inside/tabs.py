"""The tabs of the Results page, in their order."""

from __future__ import annotations

from pathlib import Path

from gui.inside.compare.compare_tab import CompareTab
from gui.inside.evaluate.errors_tab import ErrorsTab
from gui.inside.evaluate.evaluator import Evaluator
from gui.inside.evaluate.scores_tab import ScoresTab
from gui.inside.looking.inside_tab import InsideTab
from gui.inside.predict.predict_tab import PredictTab
from gui.inside.subject import Weights
from gui.inside.tab import ResultsTab


def make_tabs(root: Path | None = None, moment: Weights | None = None) -> list[ResultsTab]:
    """A new one of each; ``root`` is the folder of the runs (None: that of Layerloom's home).

    ``moment`` gives the weights of a run that is in training in this window.
    """
    evaluator = Evaluator()
    return [PredictTab(), ScoresTab(evaluator), ErrorsTab(evaluator), InsideTab(moment), CompareTab(root)]
