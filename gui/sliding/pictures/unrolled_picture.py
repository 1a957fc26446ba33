"""The whole layer as one matrix: T times the input, written as a column, is the output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter

from gui.sliding.pictures.cells import WINDOW, Grid, long
from gui.sliding.pictures.picture import LABEL, LINE, Picture
from gui.sliding.pictures.state import Shown
from gui.theme import Colors

if TYPE_CHECKING:
    from engine.sliding.example import Example

WIDEST, NARROWEST, HIGHEST = 50.0, 24.0, 32.0
COLUMN, GAP = 44.0, 34.0
LOWEST: Final = 19.0


class UnrolledPicture(Picture):
    """The row of the step is marked, with the input cells it weighs; what has no room scrolls with it."""

    def __init__(self, shown: Shown, size: QSizeF, colors: Colors) -> None:
        super().__init__(shown, size, colors)
        if shown.example is not None:
            self._place(shown.example)

    @property
    def current(self) -> int:
        """The step that is marked."""
        return self.shown.sliding.step(self.shown.position)

    def _place(self, example: Example) -> None:
        import numpy as np

        from engine.sliding.matrices import unrolled_row

        shown, body, sliding = self.shown, self.body, self.shown.sliding
        cells = int(np.prod(sliding.sizes))
        high_room = body.height() - LABEL - 2 * LINE - 8
        room = body.width() - 2 * (COLUMN + GAP) - 10
        rows, columns = min(sliding.steps, int(high_room / LOWEST)), min(cells, int(room / NARROWEST))
        now = unrolled_row(example, shown.channel, shown.out_channel, self.current)
        middle = int(np.mean(list(now))) if now else 0
        tall = min(cells, int(high_room / LOWEST))
        self.rows = _around(self.current, rows, sliding.steps)
        self.columns = _around(middle, columns, cells)
        self.cells = _around(middle, tall, cells)
        high = min(HIGHEST, high_room / max(rows, tall))
        wide = min(WIDEST, room / columns)
        matrix, there = np.zeros((rows, columns), np.float32), set[tuple[int, int]]()
        y = np.zeros((rows, 1), np.float32)
        x = example.inputs[shown.channel].reshape(-1, 1)
        for row, step in enumerate(self.rows):
            for cell, weight in unrolled_row(example, shown.channel, shown.out_channel, step).items():
                y[row] += weight * x[cell]
                if cell in self.columns:
                    matrix[row, cell - self.columns.start] = weight
                    there.add((row, cell - self.columns.start))
        top = body.top() + LABEL
        limit = 0.0 if example.weight is None else float(np.abs(example.weight).max())
        self.matrix = Grid(matrix, QPointF(body.left(), top), wide, high, limit=limit, shown=frozenset(there))
        beside = self.matrix.box.right() + GAP
        self.x = Grid(x[self.cells.start : self.cells.stop], QPointF(beside, top), COLUMN, high)
        self.y = Grid(y, QPointF(beside + COLUMN + GAP, top), COLUMN, high)
        self.met = now

    def paint_body(self, painter: QPainter) -> None:
        import numpy as np

        example = self.shown.example
        if example is None:
            return
        shown, color, top = self.shown, self.colors(WINDOW), self.body.top()
        cells = int(np.prod(self.shown.sliding.sizes))
        steps = self.shown.sliding.steps
        part = "" if len(self.rows) == steps and len(self.columns) == cells else ", in part"
        name = "T" if shown.sliding.kind != "transposed" else "Tᵀ"
        room = QRectF(self.body.left(), top, self.matrix.box.width() + GAP - 4, LABEL)
        self.text(painter, room, f"{name}: {steps:,} output × {cells:,} input cells{part}", bold=True)
        for grid, word, sign in ((self.x, "x", "·"), (self.y, "y", "=")):
            self.text(painter, QRectF(grid.corner.x(), top, COLUMN, LABEL), word, bold=True)
            self.text(
                painter, QRectF(grid.corner.x() - GAP / 2 - 4, grid.corner.y() + 2, GAP / 2, LINE), sign, pixels=17
            )
        for grid in (self.matrix, self.x, self.y):
            grid.paint(painter, self.colors)
        row = self.current - self.rows.start
        weighed = [cell for cell in self.met if cell in self.columns]
        self.matrix.outline(painter, [(row, cell - self.columns.start) for cell in weighed], color)
        self.x.outline(painter, [(cell - self.cells.start, 0) for cell in self.met if cell in self.cells], color)
        self.y.outline(painter, [(row, 0)], color)
        self._paint_words(painter, example)

    def _paint_words(self, painter: QPainter, example: Example) -> None:
        shown, sliding = self.shown, example.sliding
        box = QRectF(self.body.left(), self.body.bottom() - 2 * LINE, self.body.width(), LINE)
        if shown.sliding.kind == "transposed":
            kernel = (
                "Each column holds the kernel, moved on by the stride from one to the next: it is the transpose of "
            )
            first = f"{kernel}a convolution's matrix."
        else:
            first = "Each row holds the kernel, moved on by the stride from one to the next; empty cells are zeros."
        self.text(painter, box, first)
        order = " (the image row by row)" if len(sliding.axes) == 2 else ""
        row = self.current - self.rows.start
        channels = shown.sliding.channels // shown.sliding.groups if sliding.weighted else 1
        more = f", the part of input channel {shown.channel + 1} of {channels}" if channels > 1 else ""
        said = f"x is the input{order}. Row {self.current + 1} times x is {long(float(self.y.values[row, 0]))}{more}"
        bias = ", before the bias" if example.bias is not None else ""
        self.text(painter, box.translated(0, LINE), f"{said}{bias}.", "muted", 12)

    def legend(self) -> list[tuple[str, str]]:
        """What is marked here."""
        return [("window", "the row of the output cell, and the input cells it weighs")]


def _around(middle: int, count: int, whole: int) -> range:
    first = min(max(0, middle - count // 2), whole - count)
    return range(first, first + count)
