"""A small chart in the look of the training plots: lines, bars and dots between fixed ends, drawn again with the theme.

Importing this module imports pyqtgraph.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.theme import theme
from gui.training.plots.plot_canvas import Canvas
from gui.widgets import Note, heading, plain

if TYPE_CHECKING:
    from engine.data.dataset import Array

Range = tuple[float, float]
Style = Literal["solid", "dashed", "dotted"]
STYLES: dict[Style, Qt.PenStyle] = {
    "solid": Qt.PenStyle.SolidLine,
    "dashed": Qt.PenStyle.DashLine,
    "dotted": Qt.PenStyle.DotLine,
}


class Chart(QWidget):
    """``draw`` puts items on the canvas by the methods of this class, and is called again when the theme changes."""

    def __init__(self, title: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.words = heading(title), Note(words)
        self.canvas = Canvas(self)
        self.canvas.set_along("epoch")
        self.canvas.setAccessibleName(title)
        self.canvas.setToolTip(plain(words))
        self.canvas.setMinimumSize(180, 160)
        self._items: list[Any] = []
        self._draw: Callable[[Chart], None] | None = None
        self._ends: tuple[Range, Range] = (0.0, 1.0), (0.0, 1.0)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(self.title)
        box.addWidget(self.words)
        box.addWidget(self.canvas, 1)
        self.canvas.doubled.connect(self.show_all)
        theme.changed.connect(self._recolor)

    def show_drawing(self, draw: Callable[[Chart], None], across: Range = (0, 1), up: Range = (0, 1)) -> None:
        """Draw, between these ends."""
        self._draw, self._ends = draw, (across, up)
        self._again()
        self.show_all()

    def show_all(self) -> None:
        """Show everything between the ends."""
        (left, right), (low, high) = self._ends
        self.canvas.box.setRange(xRange=(left, right), yRange=(low, high), padding=0.02)

    # -- what is drawn ---------------------------------------------------------------------------------------------

    def line(self, x: Array | list[float], y: Array | list[float], token: str, style: Style = "solid") -> None:
        """A line through points."""
        self._add(pg.PlotCurveItem(x, y, pen=pen(token, style), antialias=False))

    def count(self, x: float, y: float, number: int) -> None:
        """A number above a point."""
        item = pg.TextItem(f"{number:,}", color=theme.color("muted"), anchor=(0.5, 1.0))
        item.setPos(x, y)
        self._add(item)

    def dots(self, x: Array | list[float], y: Array | list[float], token: str, size: int = 5) -> None:
        """Points."""
        brush = pg.mkBrush(theme.color(token))
        self._add(pg.ScatterPlotItem(x=x, y=y, size=size, pen=None, brush=brush))

    def bars(
        self, left: Array | list[float], right: Array | list[float], high: Array | list[float], token: str
    ) -> None:
        """Bars from 0 to ``high``."""
        fill = theme.color(token)
        fill.setAlpha(150)
        self._add(pg.BarGraphItem(x0=left, x1=right, y0=0, height=high, brush=fill, pen=pen("base")))

    def keep(self, item: Any) -> None:
        """Show an item that stays when the drawing is made again, such as one that is dragged."""
        self.canvas.addItem(item, ignoreBounds=True)

    def _add(self, item: Any) -> None:
        self._items.append(item)
        self.canvas.addItem(item, ignoreBounds=True)

    def _again(self) -> None:
        for item in self._items:
            self.canvas.removeItem(item)
        self._items.clear()
        if self._draw is not None:
            self._draw(self)

    def _recolor(self) -> None:
        self.canvas.recolor()
        self._again()


def pen(token: str, style: Style = "solid") -> QPen:
    """A line of one pixel in a colour of the theme."""
    made = QPen(theme.color(token), 1, STYLES[style])
    made.setCosmetic(True)
    return made
