"""A forecast drawn onto its series: the past, what the network expects after it, and, dimmed, what followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from gui.theme import theme
from gui.training.trying.line_legend import LineLegend, Look, pen_of

if TYPE_CHECKING:
    from engine.inside.generating.forecasting import Forecast


LOW = 110
"""Pixels of height that a curve needs at least."""


PAST, TRUE, FORECAST = "past", "what followed", "forecast"
LINES: Final[dict[str, Look]] = {
    PAST: ("text", Qt.PenStyle.SolidLine),
    TRUE: ("muted", Qt.PenStyle.SolidLine),
    FORECAST: ("accent", Qt.PenStyle.DashLine),
}


class ForecastView(QWidget):
    """The legend, and the plot below; the forecast has a dashed line, so that colour alone tells nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Forecast | None = None
        self.legend, self.plot = LineLegend(LINES), pg.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.hideButtons()
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.plot.setMinimumHeight(LOW)
        self.plot.setAccessibleName("Forecast")
        self.plot.setToolTip("The past of the series, the forecast (dashed) and what followed (dimmed)")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(self.legend)
        box.addWidget(self.plot, 1)
        theme.changed.connect(self._draw)
        self._draw()

    def show_forecast(self, found: Forecast) -> None:
        """Show this one."""
        self._shown = found
        self.plot.setAccessibleDescription("; ".join(f"{value:.4g}" for value in found.expected))
        self._draw()

    def _draw(self) -> None:
        plot = self.plot
        plot.clear()
        plot.setBackground(theme.color("base"))
        for side in ("left", "bottom"):
            axis = plot.getAxis(side)
            axis.setPen(theme.color("muted"))
            axis.setTextPen(theme.color("muted"))
        plot.setLabel("bottom", "steps from now")
        found = self._shown
        if found is None:
            return
        last = found.past[-1:]
        ahead = np.arange(0 if len(last) else 1, len(found.expected) + 1)
        past = np.arange(1 - len(found.past), 1)
        plot.plot(past, found.past, pen=pen_of(LINES[PAST]), name=PAST)
        for name, values in ((TRUE, found.true), (FORECAST, found.expected)):
            plot.plot(ahead, np.concatenate([last, values]), pen=pen_of(LINES[name]), name=name)
