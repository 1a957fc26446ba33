"""The window on the input, what it meets, and the output cell that comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPen

from engine.sliding.axis import Margins
from gui.sliding.pictures.cells import WINDOW, Grid, Unseen, fitting
from gui.sliding.pictures.picture import LABEL, LINE, Picture
from gui.sliding.pictures.state import Shown, flat
from gui.sliding.pictures.words import channel_words, sum_lines
from gui.theme import Colors

if TYPE_CHECKING:
    from engine.sliding.example import Array
    from engine.sliding.sums import WindowSum

GAP, LEAST = 30.0, 170.0
"""Pixels between the columns, and of the narrowest of them: its title needs them."""
MIDDLE: Final = (190.0, 290.0)
"""The least and most pixels of the column between input and output."""
HIGHEST, WIDEST = 24.0, 46.0
"""Pixels of a cell of the column in the middle."""
OUTPUT: Final = 30.0
"""Pixels that a cell of the output has even where those of the input are smaller."""


def margins(shown: Shown, what: str) -> tuple[Margins, Margins]:
    """The margins of the rows and columns of the input ("around") or output ("cut")."""
    found = [getattr(axis, what) for axis in shown.sliding.axes]
    return (Margins(0, 0), found[0]) if len(found) == 1 else (found[0], found[1])


def plane(values: Array) -> Array:
    """One channel as rows and columns."""
    found: Array = values.reshape(1, -1) if values.ndim == 1 else values
    return found


def planes(shown: Shown) -> tuple[Array, Array]:
    """The chosen channels of input and output as rows and columns; zeros while there are no numbers."""
    import numpy as np

    example = shown.example
    if example is not None:
        outputs = example.outputs if shown.painted is None else example.painted(shown.painted)
        return plane(example.inputs[shown.channel]), plane(outputs[shown.out_channel])
    return plane(np.zeros(shown.sliding.sizes, np.float32)), plane(np.zeros(shown.sliding.counts, np.float32))


def cell_and_kernel(shown: Shown) -> tuple[Array, Array]:
    """The number in the input cell that is shown, and the kernel it is multiplied by."""
    import numpy as np

    from engine.sliding.sums import kernel

    example = shown.example
    assert example is not None
    assert shown.cell is not None
    value = np.asarray(example.inputs[(shown.channel, *shown.cell)])
    return value, kernel(example, shown.channel, shown.out_channel)


def filler(shown: Shown) -> str:
    """What a cell of the padding holds."""
    if shown.sliding.kind == "max":
        return "−∞"
    return "0" if shown.sliding.axes[0].fill == "zeros" else "·"


def met(now: WindowSum) -> Array:
    """The numbers under a window; padding that is never the largest is −∞."""
    import numpy as np

    return now.values if now.weights is not None or now.averaged else np.where(now.inside, now.values, -np.inf)


def unseen(shown: Shown) -> Unseen:
    """The rows and columns of the input that no window sees; where none fits that needs no mark."""
    axes = shown.sliding.axes
    if not shown.sliding.steps:
        return (), ()
    return (axes[0].unseen if len(axes) == 2 else ()), axes[-1].unseen


def done(shown: Shown) -> int | None:
    """How many output cells have their answer by now; None: all."""
    if shown.example is None:
        return 0
    return shown.step + 1 if shown.progressive and not shown.painting else None


class WindowPicture(Picture):
    """Of two axes: input, the sum, and output side by side."""

    def __init__(self, shown: Shown, size: QSizeF, colors: Colors) -> None:
        super().__init__(shown, size, colors)
        self._place()

    # -- where everything is ---------------------------------------------------------------------------------------

    def _place(self) -> None:
        body = self.body
        taps = self.shown.sliding.axes[-1].window.kernel
        middle = min(max(MIDDLE[0], taps * WIDEST), MIDDLE[1])
        room = QRectF(0, 0, (body.width() - middle - 2 * GAP) / 2, body.height() - LABEL)
        values, answers = planes(self.shown)
        around, cut = margins(self.shown, "around"), margins(self.shown, "cut")
        cell = self._cell(room, values.shape, around)
        out = min(self._cell(room, answers.shape, cut), max(cell, OUTPUT))
        left = QPointF(body.left(), body.top() + LABEL)
        empty = 0 if self.shown.example is None else None
        marks = unseen(self.shown)
        grid = Grid(values, left, cell, cell, *around, filler=filler(self.shown), unseen=marks, done=empty)
        self.grids["input"] = grid
        reach = body.left() + self.shown.sliding.axes[-1].window.reach * cell if not self.shown.sliding.steps else 0.0
        beside = max(grid.box.right(), reach, body.left() + LEAST) + GAP
        self.middle = QRectF(beside, body.top(), middle, body.height())
        if answers.size:
            right = QPointF(self.middle.right() + GAP, left.y())
            self.grids["output"] = Grid(answers, right, out, out, *cut, filler="", done=done(self.shown))

    def _cell(self, room: QRectF, shape: tuple[int, ...], around: tuple[Margins, Margins]) -> float:
        rows, columns = shape[0] + sum(around[0]), shape[1] + sum(around[1])
        if not self.shown.sliding.steps:  # the window reaches over the input
            high, wide = (axis.window.reach for axis in self.shown.sliding.axes)
            rows, columns = max(rows, high), max(columns, wide)
        return fitting(rows, columns, room)

    # -- painting --------------------------------------------------------------------------------------------------

    def paint_body(self, painter: QPainter) -> None:
        shown, sliding = self.shown, self.shown.sliding
        for where, what, channel, count, sizes in (
            ("input", "Input", shown.channel, sliding.channels, sliding.sizes),
            ("output", "Output", shown.out_channel, sliding.out_channels, sliding.counts),
        ):
            grid = self.grids.get(where)  # type: ignore[call-overload]
            if grid is None:
                continue
            end = self.middle.left() - 8 if where == "input" else self.body.right()
            box = QRectF(grid.corner.x(), self.body.top(), end - grid.corner.x(), LABEL)
            self.text(painter, box, channel_words(what, channel, count, sizes), bold=True)
            grid.paint(painter, self.colors)
        if not sliding.steps:
            self._paint_fault(painter)
            return
        self._paint_window(painter)
        if shown.example is None:
            self.text(painter, self.middle, "Computing the numbers …", "muted")
        elif shown.cell is not None:
            self._paint_readers(painter)
        else:
            self._paint_sum(painter)

    def _paint_window(self, painter: QPainter) -> None:
        shown, sliding = self.shown, self.shown.sliding
        color = self.colors(WINDOW)
        if shown.cell is not None:
            self.grids["input"].outline(painter, [flat(shown.cell)], color)
            self.grids["output"].outline(painter, [flat(cell) for cell in sliding.readers(shown.cell)], color)
            return
        read = [flat(cell) for cell in sliding.reads(shown.position)]
        self.grids["input"].outline(painter, read, color)
        self.grids["output"].outline(painter, [flat(shown.position)], color)

    def _paint_fault(self, painter: QPainter) -> None:
        """The window where it would begin, too large for the input."""
        grid, sliding = self.grids["input"], self.shown.sliding
        axes = sliding.axes
        if axes[0].rule == "window":
            taps = [[index * a.window.dilation - a.padding.before for index in range(a.window.kernel)] for a in axes]
            rows = taps[0] if len(axes) == 2 else [0]
            grid.outline(painter, [(row, column) for row in rows for column in taps[-1]], self.colors("error"))
        fault = f"✕ Nothing comes out: it {sliding.fault}"
        box = QRectF(self.middle.left(), self.middle.top() + LABEL, self.body.right() - self.middle.left(), 120)
        self.text(painter, box, fault, "error", 14, wrap=True)

    def _paint_readers(self, painter: QPainter) -> None:
        shown, sliding = self.shown, self.shown.sliding
        assert shown.cell is not None
        count = len(sliding.readers(shown.cell))
        where = ", ".join(str(at) for at in shown.cell)
        goes = {0: "no output cell: no window sees it", 1: "1 output cell"}.get(count, f"{count} output cells")
        said = f"Input cell ({where}) goes into {goes}."
        if sliding.kind != "transposed" or shown.example is None:
            self.text(painter, self.middle, said, wrap=True)
            return
        value, kernel = cell_and_kernel(shown)
        self.text(painter, self.middle.adjusted(0, 2, 0, 0), f"Input cell ({where})", bold=True, wrap=True)
        top = self.middle.top() + LABEL
        limits = (self._limit(""), self._limit("× kernel"), self._limit("= products"))
        parts = (
            ("The cell", plane(value.reshape(-1))),
            ("× kernel", plane(kernel)),
            ("= painted", plane(value * kernel)),
        )
        for (name, values), limit in zip(parts, limits, strict=True):
            self.text(painter, QRectF(self.middle.left(), top, self.middle.width(), LABEL), name, "muted", 12)
            high = min(HIGHEST, (self.middle.height() - 5 * LABEL) / (2 * len(kernel) + 1))
            wide = min(WIDEST, self.middle.width() / plane(kernel).shape[1])
            grid = Grid(values, QPointF(self.middle.left(), top + LABEL), wide, high, limit=limit)
            grid.paint(painter, self.colors)
            top = grid.box.bottom() + 2
        bias = " and to the bias" if shown.example.bias is not None else ""
        words, box = f"Added to what other cells paint there{bias}.", QRectF(self.middle.left(), top + 6, 200, 60)
        self.text(painter, box, words, "muted", 12, wrap=True)

    def _paint_sum(self, painter: QPainter) -> None:
        """What the window meets, the weights, the products, and the sum in lines."""
        from engine.sliding.sums import window_sum

        shown, example = self.shown, self.shown.example
        assert example is not None
        now = window_sum(example, shown.channel, shown.out_channel, shown.position)
        lines = sum_lines(shown, now)
        where = ", ".join(str(at) for at in shown.position)
        self.text(painter, QRectF(self.middle.left(), self.middle.top(), self.middle.width(), LABEL),
                  f"Output cell ({where})", bold=True)  # fmt: skip
        top = self.middle.top() + LABEL
        if now.values.size:
            top = self._paint_grids(painter, now, top, self.middle.bottom() - len(lines) * LINE - 8)
        else:
            self.text(painter, QRectF(self.middle.left(), top, self.middle.width(), LINE), "No input cell.", "muted")
            top += LINE
        for line in lines:
            box = QRectF(self.middle.left(), top + 4, self.middle.width(), LINE)
            last = line is lines[-1]
            self.text(painter, box, line, WINDOW if last else "text", 16 if last else 13, bold=last)
            top += LINE

    def _paint_grids(self, painter: QPainter, now: WindowSum, top: float, bottom: float) -> float:
        """The small grids one below the other; where the next line may begin."""
        parts: list[tuple[str, Array]] = [("What the window meets", plane(met(now)))]
        if now.weights is not None:
            parts += [("× kernel", self._kernel(now)), ("= products", plane(now.products))]
        rows, columns = sum(len(values) for _, values in parts), max(values.shape[1] for _, values in parts)
        high = min(HIGHEST, (bottom - top - (LABEL + 2) * len(parts)) / rows)
        wide = min(WIDEST, self.middle.width() / columns)
        for name, values in parts:
            self.text(painter, QRectF(self.middle.left(), top, self.middle.width(), LABEL), name, "muted", 12)
            grid = Grid(values, QPointF(self.middle.left(), top + LABEL), wide, max(high, 1.0), limit=self._limit(name))
            grid.paint(painter, self.colors)
            if name == parts[0][0]:
                self._mark_padding(painter, grid, now)
            elif name == "× kernel" and self.shown.sliding.kind == "transposed":
                used = [(row, column) for row in now.taps[0] for column in now.taps[-1]]
                grid.outline(painter, used, self.colors(WINDOW), 2)
            top = grid.box.bottom() + 2
        return top

    def _kernel(self, now: WindowSum) -> Array:
        """The weights that are met; of a transposed convolution all of them, those that are met get an outline."""
        from engine.sliding.sums import kernel

        example = self.shown.example
        assert example is not None
        assert now.weights is not None
        whole = self.shown.sliding.kind == "transposed"
        return plane(kernel(example, self.shown.channel, self.shown.out_channel) if whole else now.weights)

    def _limit(self, name: str) -> float:
        """One strength of colour for all windows, else each would look the same."""
        import numpy as np

        example = self.shown.example
        assert example is not None
        inputs = float(np.abs(example.inputs[self.shown.channel]).max(initial=0.0))
        weights = 1.0 if example.weight is None else float(np.abs(example.weight).max(initial=0.0))
        return {"× kernel": weights, "= products": inputs * weights}.get(name, inputs)

    def _mark_padding(self, painter: QPainter, grid: Grid, now: WindowSum) -> None:
        """Cells of the window that lie in the padding, and the largest one of max pooling."""
        painter.setPen(QPen(self.colors("muted"), 1.5, Qt.PenStyle.DotLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inside = plane(now.inside)  # type: ignore[arg-type]
        for row in range(inside.shape[0]):
            for column in range(inside.shape[1]):
                if not inside[row, column]:
                    painter.drawRect(grid.rect((row, column)).adjusted(2, 2, -2, -2))
        largest = now.largest
        if self.shown.sliding.kind == "max" and largest is not None:
            grid.outline(painter, [flat(largest)], self.colors(WINDOW))
