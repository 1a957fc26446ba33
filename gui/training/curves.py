"""One metric of one run as a curve: samples in, at most `pyramid.MOST` points out, drawn by pyqtgraph.

Importing this module imports pyqtgraph, so only the plots do, once the Train page is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from gui.theme import theme
from gui.training.pyramid import Array, Pyramid, Smooth

Role = Literal["train", "validation", "other"]
MARKERS = 40
"""The most markers on a validation curve in one frame."""


class Series(Protocol):
    """What a curve is read from: `engine.training.history.History`."""

    def names(self) -> Sequence[str]: ...

    def series(self, name: str) -> tuple[Array, Array]: ...


class Curve:
    """A metric of a run. Train curves are smoothed if wanted, with the values faint behind; validation has marks."""

    def __init__(self, source: Series, name: str, role: Role, label: str) -> None:
        self.source, self.name, self.role, self.label = source, name, role, label
        self.raw = Pyramid()
        self._smooth: Smooth | None = None
        self._mean = Pyramid()
        self._drawn: tuple[object, ...] = ()
        self.line = pg.PlotCurveItem(skipFiniteCheck=False, connect="finite", antialias=False)
        self.line.setZValue({"train": 2, "validation": 3, "other": 1}[role])
        self.faint = pg.PlotCurveItem(skipFiniteCheck=False, connect="finite", antialias=False)
        self.faint.setZValue(0)
        self.marks = (
            pg.ScatterPlotItem(size=6, symbol="o", pxMode=True, antialias=True) if role == "validation" else None
        )
        self.tag = pg.TextItem(label, anchor=(0, 0.5)) if role == "other" and label else None
        self.items = [item for item in (self.faint, self.line, self.marks, self.tag) if item is not None]
        for item in self.items[2:]:
            item.setZValue(4)
        self.recolor()

    def recolor(self) -> None:
        """Take the colours of the theme."""
        color = theme.color(f"curve.{self.role}")
        style = Qt.PenStyle.DashLine if self.name.startswith("validation/") else Qt.PenStyle.SolidLine
        self.line.setPen(_pen(color, style))
        self.faint.setPen(_pen(_mixed(color, theme.color("base"), 0.3)))
        if self.marks is not None:
            self.marks.setPen(_pen(color))
            self.marks.setBrush(theme.color("base"))
        if self.tag is not None:
            self.tag.setColor(theme.color("muted"))
            self.tag.fill = pg.mkBrush(theme.color("base"))

    def set_smoothing(self, weight: float) -> None:
        """How much of the mean is kept from step to step; 0 shows the values as they are."""
        if self.role == "validation" or self.name.startswith("validation/"):
            weight = 0.0
        if weight != (self._smooth.weight if self._smooth is not None else 0.0):
            self._smooth, self._mean = (Smooth(weight) if weight > 0 else None), Pyramid()

    def update(self) -> bool:
        """Take in new samples; returns whether there was anything new."""
        if self.name not in self.source.names():
            return False
        steps, values = self.source.series(self.name)
        new = self.raw.update(steps, values)
        if self._smooth is not None and len(self._mean) < len(self.raw):
            self._smooth.update(values[: len(self.raw)])
            new = self._mean.update(steps, self._smooth.values) or new
        return new

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
    def last_step(self) -> float:
        """The step of the newest sample; NaN where there is none."""
        return self.raw.last_step

    def draw(self, x0: float, x1: float, pixels: int, log: bool) -> None:
        """Hand the part between two steps to pyqtgraph, unless it has it already."""
        wanted = (x0, x1, pixels, log, len(self.raw), len(self._mean), self._smooth)
        if wanted == self._drawn:
            return
        self._drawn = wanted
        main = self._mean if self._smooth is not None else self.raw
        x, y = _scaled(main.draw(x0, x1, pixels), log)
        self.line.setData(x, y)
        if self._smooth is not None and self.role == "train":
            self.faint.setData(*_scaled(self.raw.draw(x0, x1, pixels), log))
        elif self.faint.xData is not None and len(self.faint.xData):
            self.faint.clear()
        if self.marks is not None:
            every = max(1, -(-len(x) // MARKERS))
            place = slice((len(x) - 1) % every, None, every)
            self.marks.setData(x[place], y[place])
        if self.tag is not None:
            inside = np.flatnonzero(np.isfinite(y) & (x <= x1))
            self.tag.setVisible(bool(len(inside)))
            if len(inside):
                end = float(x[inside[-1]])
                self.tag.setAnchor((1, 1) if end > x0 + 0.9 * (x1 - x0) else (0, 0.5))
                self.tag.setPos(end, float(y[inside[-1]]))

    def value_at(self, step: float) -> float:
        """The shown value at the sample nearest to a step; NaN where there is none."""
        return (self._mean if self._smooth is not None else self.raw).value_at(step)


def _scaled(points: tuple[Array, Array], log: bool) -> tuple[Array, Array]:
    if not log:
        return points
    with np.errstate(invalid="ignore", divide="ignore"):
        y = np.log10(points[1])
    return points[0], np.where(np.isfinite(y), y, np.nan)


def _pen(color: QColor, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    pen = QPen(color, 1, style)
    pen.setCosmetic(True)
    return pen


def _mixed(color: QColor, ground: QColor, share: float) -> QColor:
    """``share`` of a colour on its ground, opaque: translucent lines cost more."""
    parts = (share * c + (1 - share) * g for c, g in zip(_rgb(color), _rgb(ground), strict=True))
    return QColor(*map(round, parts))


def _rgb(color: QColor) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()
