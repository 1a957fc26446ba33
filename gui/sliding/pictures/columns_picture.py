"""Convolution as a matrix product: the windows are the columns of X, the weights a row w, and w·X is the output.

Laid out as Falk's scheme: X stands above the product, w to its left, so that row and column meet in what they give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter

from gui.sliding.pictures.cells import WINDOW, Grid, fitting, long
from gui.sliding.pictures.picture import LABEL, LINE, Picture
from gui.sliding.pictures.state import Shown, flat
from gui.sliding.pictures.window_picture import filler, margins, plane, planes
from gui.theme import Colors

if TYPE_CHECKING:
    from engine.sliding.example import Array, Example

LEFT: Final = 0.36
"""The share of the width for input and weights."""
WIDEST, NARROWEST, HIGHEST = 40.0, 27.0, 27.0
GAP: Final = 28.0
ROW: Final = 26.0


class ColumnsPicture(Picture):
    """Of a convolution or average pooling; the column of the step is marked wherever it appears."""

    def __init__(self, shown: Shown, size: QSizeF, colors: Colors) -> None:
        super().__init__(shown, size, colors)
        if shown.example is not None:
            self._place(shown.example)

    @property
    def current(self) -> int:
        """The step that is marked."""
        return self.shown.sliding.step(self.shown.position)

    def _place(self, example: Example) -> None:
        from engine.sliding.sums import window_sum

        shown, body, sliding = self.shown, self.body, self.shown.sliding
        left = body.width() * LEFT
        low = body.bottom() - LABEL - ROW - 2 * LINE - 6
        self.low = low
        taps = window_sum(example, shown.channel, shown.out_channel, sliding.position(0)).values.size
        room = body.width() - left - GAP
        count = min(sliding.steps, max(1, int(room / NARROWEST)))
        first = min(max(0, self.current - count // 2), sliding.steps - count)
        self.steps = range(first, first + count)
        wide = min(WIDEST, room / count)
        high = min(HIGHEST, (low - GAP - body.top() - LABEL) / taps)
        top = low - GAP - high * taps
        x = self._columns(example)
        self.columns = Grid(x, QPointF(body.left() + left + GAP, top), wide, high, limit=_most(example.inputs))
        w = self._weights(example)
        self.weights = Grid(w, QPointF(body.left(), low + LABEL), min(WIDEST, left / taps), ROW)
        y = example.outputs[shown.out_channel].reshape(1, -1)
        self.product = Grid(
            y[:, first : first + count], QPointF(self.columns.corner.x(), low + LABEL), wide, ROW, limit=_most(y)
        )
        around = margins(shown, "around")
        values = planes(shown)[0]
        rows, cols = values.shape[0] + sum(around[0]), values.shape[1] + sum(around[1])
        cell = fitting(rows, cols, QRectF(0, 0, left, low - GAP - body.top() - LABEL), 30.0)
        corner = QPointF(body.left(), body.top() + LABEL)
        self.grids["input"] = Grid(values, corner, cell, cell, *around, filler=filler(shown))

    def _columns(self, example: Example) -> Array:
        import numpy as np

        from engine.sliding.sums import window_sum

        shown, sliding = self.shown, self.shown.sliding
        met = (window_sum(example, shown.channel, shown.out_channel, sliding.position(step)) for step in self.steps)
        found: Array = np.stack([one.values.ravel() for one in met], axis=1)
        return found

    def _weights(self, example: Example) -> Array:
        from engine.sliding.matrices import weight_row
        from engine.sliding.sums import kernel

        if example.weight is None:
            return plane(weight_row(example, self.shown.out_channel))
        found: Array = kernel(example, self.shown.channel, self.shown.out_channel).reshape(1, -1)
        return found

    # -- painting --------------------------------------------------------------------------------------------------

    def paint_body(self, painter: QPainter) -> None:
        shown, example = self.shown, self.shown.example
        if example is None:
            return
        color, whole = self.colors(WINDOW), shown.sliding.channels
        of = f", channel {shown.channel + 1} of {whole}" if whole > 1 else ""
        body, low = self.body, self.low
        beside = self.columns.corner.x()
        steps = self.shown.sliding.steps
        part = "" if len(self.steps) == steps else f", columns {self.steps.start + 1}–{self.steps.stop} of {steps:,}"
        self._label(painter, body.left(), body.top(), beside - GAP, f"Input{of}")
        self._label(painter, beside, self.columns.corner.y() - LABEL, body.right(), f"X: each window as a column{part}")
        self._label(painter, body.left(), low, beside - GAP, f"w: the weights as a row{of}")
        self._label(painter, beside, low, body.right(), self._product_words(example))
        for grid in (self.grids["input"], self.columns, self.weights, self.product):
            grid.paint(painter, self.colors)
        read = [flat(cell) for cell in self.shown.sliding.reads(shown.position)]
        self.grids["input"].outline(painter, read, color)
        if self.current in self.steps:
            column = self.current - self.steps.start
            self.columns.outline(painter, [(row, column) for row in range(len(self.columns.values))], color)
            self.product.outline(painter, [(0, column)], color)
        self.weights.outline(painter, [(0, at) for at in range(self.weights.values.shape[1])], color, 2)
        self._paint_words(painter, example)

    def _label(self, painter: QPainter, left: float, top: float, right: float, text: str) -> None:
        self.text(painter, QRectF(left, top, right - left, LABEL), text, bold=True)

    def _product_words(self, example: Example) -> str:
        from engine.sliding.sums import bias_of

        channels = len(example.sliding.inputs_of(self.shown.out_channel))
        text = "y = w·X" if channels == 1 else f"y = Σ w·X over {channels} channels"
        return text + (f" + {long(bias_of(example, self.shown.out_channel))}" if example.bias is not None else "")

    def _paint_words(self, painter: QPainter, example: Example) -> None:
        from engine.sliding.sums import window_sum

        shown, box = self.shown, QRectF(self.body.left(), self.weights.box.bottom() + 6, self.body.width(), LINE)
        where = ", ".join(str(at) for at in shown.position)
        part = window_sum(example, shown.channel, shown.out_channel, shown.position)
        total = part.total if part.weights is not None else float(example.outputs[(shown.out_channel, *shown.position)])
        said = f"Column {self.current + 1} is the window of output cell ({where}), read row by row; w times it is "
        self.text(painter, box, f"{said}{long(total)}.")
        taps, sliding = self.weights.values.shape[1], shown.sliding
        channels = sliding.channels // sliding.groups if sliding.weighted else 1
        if channels > 1:
            weights = f"{taps} · {channels:,} = {taps * channels:,} weights"
            words = f"With all {channels:,} channels w has {weights}, and X as many rows."
            self.text(painter, box.translated(0, LINE), words, "muted", 12)


def _most(values: Array) -> float:
    import numpy as np

    return float(np.abs(values).max(initial=0.0))
