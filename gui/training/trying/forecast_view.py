"""A forecast drawn onto its series: the past, what the network expects after it, and, dimmed, what followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import theme

if TYPE_CHECKING:
    from engine.inside.generating.forecasting import Forecast


LOW = 110
"""Pixels of height that a curve needs at least."""


class ForecastView(pg.PlotWidget):  # type: ignore[misc]
    """The forecast has a dashed line, so that colour alone tells nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Forecast | None = None
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setMinimumHeight(LOW)
        self.setAccessibleName("Forecast")
        self.setToolTip("The past of the series, the forecast (dashed) and what followed (dimmed)")
        self.legend = self.addLegend(offset=(8, 8))
        theme.changed.connect(self._draw)
        self._draw()

    def show_forecast(self, found: Forecast) -> None:
        """Show this one."""
        self._shown = found
        self.setAccessibleDescription("; ".join(f"{value:.4g}" for value in found.expected))
        self._draw()

    def _draw(self) -> None:
        self.clear()
        self.setBackground(theme.color("base"))
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(theme.color("muted"))
            axis.setTextPen(theme.color("muted"))
        self.legend.setLabelTextColor(theme.color("text"))
        self.setLabel("bottom", "steps from now")
        found = self._shown
        if found is None:
            return
        last = found.past[-1:]
        ahead = np.arange(0 if len(last) else 1, len(found.expected) + 1)
        past = np.arange(1 - len(found.past), 1)
        self.plot(past, found.past, pen=pg.mkPen(theme.color("text"), width=1), name="past")
        true = pg.mkPen(theme.color("muted"), width=1)
        self.plot(ahead, np.concatenate([last, found.true]), pen=true, name="what followed")
        pen = pg.mkPen(theme.color("accent"), width=1, style=Qt.PenStyle.DashLine)
        self.plot(ahead, np.concatenate([last, found.expected]), pen=pen, name="forecast")
