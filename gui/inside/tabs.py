"""The tabs of the Results page, in their order."""

from __future__ import annotations

from gui.inside.predict.predict_tab import PredictTab
from gui.inside.tab import ResultsTab


def make_tabs() -> list[ResultsTab]:
    """A new one of each."""
    return [PredictTab()]
