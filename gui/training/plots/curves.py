"""One metric of one run as a curve: samples in, at most `pyramid.MOST` points out, drawn by pyqtgraph.

Importing this module imports pyqtgraph, so only the plots do, once the Train page is shown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from engine.training.series import Series
from gui.theme import theme
from gui.training.plots.plot_axes import Axis, CurveSource, along
from gui.training.plots.pyramid import Array, Pyramid, Smooth

MARKERS = 40
"""The most markers on a validation curve in one frame."""
FEW_MARKERS = 6
"""Those that tell the train curves of earlier runs apart."""
COLORS, SHAPES = 8, ("o", "s", "t", "d", "t1", "h", "t3", "star", "t2", "p", "+")
"""Numbers without a common divisor: 88 runs look different."""
MOST_DASHED = 400
"""Points; more are a solid line with marks, for dashes along many points cost several times the rest."""
MARKED = ("validation", "test")


@dataclass(frozen=True, slots=True)
class CurveStyle:
    """How a curve looks: colour and shape of its run (``run`` 0 is the one being watched), dashes by its part."""

    part: str
    run: int = 0

    @property
    def token(self) -> str:
        """The colour, as a token of the theme."""
        if self.run:
            return f"run.{(self.run - 1) % COLORS + 1}"
        return f"curve.{self.part}" if self.part in ("train", *MARKED) else "curve.rate"

    @property
    def shape(self) -> str:
        """The marks, in pyqtgraph's words; empty: none."""
        if self.run:
            return SHAPES[(self.run - 1) % len(SHAPES)]
        return {"validation": "o", "test": "star"}.get(self.part, "")

    @property
    def dashed(self) -> bool:
        """Whether the line is dashed."""
        return self.part in MARKED


class Curve:
    """A metric of a run. Train curves are smoothed if wanted, the values faint in the background; others have marks."""

    def __init__(self, source: CurveSource, name: str, run: int = 0) -> None:
        self.source, self.name = source, name
        self.part = Series.parse(name).part
        self.look = CurveStyle(self.part, run)
        self.short = self.part if run else ""
        """The part, where the run has to be named as well."""
        self.label = f"{source.label} · {self.short}" if run else self.part
        self.visible = True
        self.raw = Pyramid()
        self.axis: Axis = "step"
        self._smooth: Smooth | None = None
        self._mean = Pyramid()
        self._drawn: tuple[object, ...] = ()
        self._seen: tuple[object, ...] = ()
        self.line = pg.PlotCurveItem(skipFiniteCheck=False, connect="finite", antialias=False)
        self.line.setZValue(1 if run else 3 if self.look.dashed else 2)
        self.faint = pg.PlotCurveItem(skipFiniteCheck=False, connect="finite", antialias=False)
        self.faint.setZValue(0)
        size = {"star": 11, "": 6}.get(self.look.shape, 7 if run else 6)
        self.marks = (
            pg.ScatterPlotItem(size=size, symbol=self.look.shape, pxMode=True, antialias=True)
            if self.look.shape
            else None
        )
        self.items = [item for item in (self.faint, self.line, self.marks) if item is not None]
        if self.marks is not None:
            self.marks.setZValue(4)
        self.recolor()

    def recolor(self) -> None:
        """Take the colours of the theme."""
        color = theme.color(self.look.token)
        self.line.setPen(pen(color, dashed=self.look.dashed))
        self._dashes = self.look.dashed
        self.faint.setPen(pen(_mixed(color, theme.color("base"), 0.3)))
        if self.marks is not None:
            self.marks.setPen(pen(color))
            self.marks.setBrush(theme.color("base") if self.look.dashed else color)

    def show(self, visible: bool) -> None:
        """Show the curve, or leave it out."""
        self.visible = visible
        for item in self.items:
            item.setVisible(visible)

    def set_smoothing(self, weight: float) -> None:
        """How much of the mean is kept from step to step; 0 shows the values as they are."""
        if self.part in MARKED:
            weight = 0.0
        if weight != (self._smooth.weight if self._smooth is not None else 0.0):
            self._smooth, self._mean = (Smooth(weight) if weight > 0 else None), Pyramid()

    def set_axis(self, axis: Axis) -> None:
        """Draw along steps, epochs or seconds."""
        self.axis, self._drawn = axis, ()

    def update(self) -> bool:
        """Take in new samples; returns whether there was anything new."""
        history = self.source.history
        if self.name not in history.names():
            return False
        steps, values = history.series(self.name)
        length = self.source.epoch_length() if self.axis == "epoch" else 0.0
        if (seen := (len(values), self.axis, length, self._smooth)) == self._seen and not self.catching_up:
            return False
        positions = along(self.axis, self.source, self.name, steps)
        if len(positions) and not (math.isfinite(positions[0]) and math.isfinite(positions[-1])):
            positions = positions[:0]  # a run whose times are not known
        moved = seen[1:3] != self._seen[1:3]
        self._seen, self._drawn = seen, ()
        new = self.raw.update(positions, values[: len(positions)])
        if self._smooth is not None:
            if len(self._mean) < len(self.raw):
                self._smooth.update(values[: len(self.raw)])
            new = self._mean.update(positions, self._smooth.values) or new
        return new or moved

    @property
    def catching_up(self) -> bool:
        """Whether the mean of a long series is not yet complete."""
        return self._smooth is not None and len(self._mean) < len(self.raw)

    def bounds(self, log: bool) -> tuple[float, float]:
        """Lowest and highest value on the axis; NaN where there is none."""
        if not log:
            return self.raw.lowest, self.raw.highest
        if not self.raw.highest > 0:
            return float("nan"), float("nan")
        return float(np.log10(self.raw.lowest_positive)), float(np.log10(self.raw.highest))

    @property
    def last_position(self) -> float:
        """Where the newest sample is on the axis; NaN where that is not known."""
        return self.raw.last_step

    def draw(self, x0: float, x1: float, pixels: int, log: bool) -> None:
        """Hand the part between two positions to pyqtgraph, unless it has it already."""
        wanted = (x0, x1, pixels, log, len(self.raw), len(self._mean), self._smooth)
        if wanted == self._drawn or not self.visible:
            return
        self._drawn = wanted
        main = self._mean if self._smooth is not None else self.raw
        x, y = _scaled(main.draw(x0, x1, pixels), log)
        if self.broken:  # a mean would continue level where there are no numbers any more
            known = x <= self.raw.last_known
            x, y = x[known], y[known]
        if self.look.dashed and self._dashes != (len(x) <= MOST_DASHED):
            self._dashes = not self._dashes
            self.line.setPen(pen(theme.color(self.look.token), dashed=self._dashes))
        self.line.setData(x, y)
        if self._smooth is not None and not self.look.run:
            self.faint.setData(*_scaled(self.raw.draw(x0, x1, pixels), log))
        elif self.faint.xData is not None and len(self.faint.xData):
            self.faint.clear()
        if self.marks is not None:
            every = max(1, -(-len(x) // (MARKERS if self.look.dashed else FEW_MARKERS)))
            shown = slice((len(x) - 1) % every, None, every)
            self.marks.setData(x[shown], y[shown])

    @property
    def broken(self) -> bool:
        """Whether the newest values are not numbers."""
        return len(self.raw) > 0 and self.raw.last_known != self.raw.last_step

    @property
    def newest(self) -> float:
        """The newest value that is a number; NaN where there is none."""
        return self.value_at(self.raw.last_known if self.broken else math.inf)

    def value_at(self, position: float) -> float:
        """The shown value at the sample nearest to a position on the axis; NaN where there is none."""
        return (self._mean if self._smooth is not None else self.raw).value_at(position)


def _scaled(points: tuple[Array, Array], log: bool) -> tuple[Array, Array]:
    if not log:
        return points
    with np.errstate(invalid="ignore", divide="ignore"):
        y = np.log10(points[1])
    return points[0], np.where(np.isfinite(y), y, np.nan)


def pen(color: QColor, *, dashed: bool = False) -> QPen:
    """A thin line of one pixel at any scale."""
    made = QPen(color, 1, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine)
    made.setCosmetic(True)
    return made


def _mixed(color: QColor, ground: QColor, share: float) -> QColor:
    """``share`` of a colour on its ground, opaque: translucent lines cost more."""
    parts = (share * c + (1 - share) * g for c, g in zip(_rgb(color), _rgb(ground), strict=True))
    return QColor(*map(round, parts))


def _rgb(color: QColor) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()
