"""Marks on a plot where a setting was changed during a run: a line across, with what it was and is.

Importing this module imports pyqtgraph.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from engine.training.history import LiveChange
from gui.theme import theme
from gui.training.plots.curves import CurveStyle, pen
from gui.training.plots.plot_axes import Axis, CurveSource, along, steps_in_seconds
from gui.training.plots.plot_canvas import Canvas

MOST = 24
"""Marks of one plot; a hand that turns the rate all the time would hide the curves."""
HEIGHTS = (0.06, 0.18, 0.30)
"""Where the words of neighbours are, from one edge, as shares of the height: three can be read side by side."""
SEEN_THROUGH = 190
"""How much of the curve after the words they hide, of 255."""
NAMES = {"training.optimizer.lr": "lr"}
"""Short names for the words on the canvas."""


class ChangeMarks:
    """The marks of one plot. ``words`` are what they say, for those who cannot see them."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._lines: list[pg.InfiniteLine] = []
        self._shown: tuple[object, ...] = ()
        self._asked: tuple[Sequence[tuple[CurveSource, int]], Axis, bool] = (), "step", False
        self.words: list[str] = []

    def show(self, sources: Sequence[tuple[CurveSource, int]], axis: Axis, low: bool = False) -> None:
        """Show the newest changes of these runs, each with its number (0: the one being watched).

        ``low`` puts the words at the foot: where curves rise, that is where they are not.
        """
        self._asked = sources, axis, low
        found = [(source, run, change) for source, run in sources for change in source.history.changes][-MOST:]
        marks = [(_position(source, change, axis), run, _words(source, run, change)) for source, run, change in found]
        marks = [mark for mark in marks if math.isfinite(mark[0])]
        if (shown := (*marks, theme.name, low)) == self._shown:
            return
        self._shown, self.words = shown, [words for _, _, words in marks]
        for line in self._lines:
            self._canvas.removeItem(line)
        self._lines = [self._line(index, low, *mark) for index, mark in enumerate(marks)]
        for line in self._lines:
            self._canvas.addItem(line, ignoreBounds=True)
        said = f"Changed while running: {'; '.join(self.words)}" if marks else ""
        self._canvas.setAccessibleDescription(said)

    def recolor(self) -> None:
        """Take the colours of the theme."""
        self.show(*self._asked)

    def _line(self, index: int, low: bool, position: float, run: int, words: str) -> pg.InfiniteLine:
        color = theme.color(CurveStyle("train", run).token) if run else theme.color("text")
        height, ground = HEIGHTS[index % len(HEIGHTS)], QColor(theme.color("base"))
        ground.setAlpha(SEEN_THROUGH)
        options = {
            "position": height if low else 1 - height,
            "color": color,
            "fill": ground,
            "anchors": [(0, 0.5), (1, 0.5)],
        }
        line = pg.InfiniteLine(
            position, angle=90, movable=False, pen=pen(color, dashed=True), label=words, labelOpts=options
        )
        line.setZValue(5)
        return line


def _position(source: CurveSource, change: LiveChange, axis: Axis) -> float:
    """Where the first step with the new value is; NaN where that is not known."""
    if axis == "time":
        return steps_in_seconds(source, change.step)
    return float(along(axis, source, "train/loss", np.array([float(change.step)]))[0])


def _words(source: CurveSource, run: int, change: LiveChange) -> str:
    """``lr 0.01 → 0.001``, with the name of the run if it is not the one being watched."""
    name = NAMES.get(change.setting, change.setting.rpartition(".")[2])
    of_run = f"{source.label}: " if run else ""
    return f"{of_run}{name} {change.before:.4g} → {change.value:.4g}"
