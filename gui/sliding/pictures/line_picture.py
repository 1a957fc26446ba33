"""The window on a sequence: the input above, the kernel under the cells it meets, the output below its windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QPainter, QPen

from gui.sliding.pictures.cells import WINDOW, Grid, long
from gui.sliding.pictures.picture import LABEL, LINE, Picture
from gui.sliding.pictures.state import Shown
from gui.sliding.pictures.window_picture import cell_and_kernel, done, filler, margins, planes, unseen
from gui.sliding.pictures.words import channel_words, sum_lines
from gui.theme import Colors

if TYPE_CHECKING:
    from engine.sliding.sums import WindowSum

LARGEST, SMALLEST, HIGH = 56.0, 30.0, 32.0
"""Pixels of the widest and narrowest cell, and of its height; what has no room then scrolls with the window."""
MOST_TAPS: Final = 9
"""Products of so many taps are written out."""


class LinePicture(Picture):
    """Of one axis. Cells lie so that each output cell is below the middle of its window."""

    def __init__(self, shown: Shown, size: QSizeF, colors: Colors) -> None:
        super().__init__(shown, size, colors)
        self._place()

    def _place(self) -> None:
        shown, body = self.shown, self.body
        (axis,) = shown.sliding.axes
        around, cut = margins(shown, "around")[1], margins(shown, "cut")[1]
        cells, answers = axis.size + sum(around), axis.count + sum(cut)
        stride = axis.window.stride
        if axis.rule == "transposed":
            ratio, total = float(stride), max(answers, (axis.size - 1) * stride + axis.window.reach)
        else:
            ratio, total = 1.0, cells
        wide = min(LARGEST, max(SMALLEST, body.width() / max(total, 1)))
        pitch, out_pitch = wide * ratio, wide * stride
        first = around.before * wide  # where input cell 0 and output cell 0 begin
        begins = first + ((axis.window.reach - 1) / 2 - axis.padding.before) * wide
        if axis.rule == "transposed":
            out_pitch, begins = wide, cut.before * wide
            first = begins + ((axis.window.reach - 1) / 2 - axis.window.before) * wide
        elif axis.rule == "adaptive":
            out_pitch = wide * axis.size / axis.count
            begins = first + (out_pitch - wide) / 2
        middle = begins + shown.position[0] * out_pitch if axis.count else first
        if shown.cell is not None:
            middle = first + shown.cell[0] * pitch
        scroll = max(0.0, min(middle - body.width() / 2, total * wide - body.width()))
        left, top = body.left() - scroll, body.top() + LABEL
        visible = (body.left(), body.right())
        values, outputs = planes(shown)
        self.grids["input"] = Grid(
            values, QPointF(left + first - around.before * pitch, top), wide, HIGH, columns=around,
            filler=filler(shown), unseen=unseen(shown), pitch=pitch, visible=visible,
            done=None if shown.example is not None else 0,
        )  # fmt: skip
        self.low = top + 4 * HIGH + 2 * LABEL
        if axis.count:
            corner = QPointF(left + begins - cut.before * out_pitch, self.low)
            self.grids["output"] = Grid(
                outputs, corner, wide, HIGH, columns=cut, filler="", pitch=out_pitch, visible=visible, done=done(shown)
            )

    # -- painting --------------------------------------------------------------------------------------------------

    def paint_body(self, painter: QPainter) -> None:
        shown, sliding, body = self.shown, self.shown.sliding, self.body
        said = channel_words("Input", shown.channel, sliding.channels, sliding.sizes)
        self.text(painter, QRectF(body.left(), body.top(), body.width(), LABEL), said, bold=True)
        painter.save()
        painter.setClipRect(body.adjusted(-3, 0, 3, 40))
        self.grids["input"].paint(painter, self.colors)
        if not sliding.steps:
            self._paint_fault(painter)
            painter.restore()
            return
        self.grids["output"].paint(painter, self.colors)
        self._paint_window(painter)
        painter.restore()
        said = channel_words("Output", shown.out_channel, sliding.out_channels, sliding.counts)
        box = QRectF(body.left(), self.low + HIGH + 4, body.width(), LABEL)
        self.text(painter, box, said, bold=True)
        if shown.example is not None and shown.cell is None:
            self._paint_sum(painter, box.bottom() + 6)

    def _paint_window(self, painter: QPainter) -> None:
        """The cells the window meets, the kernel below them, and lines to the output cells."""
        shown, sliding, color = self.shown, self.shown.sliding, self.colors(WINDOW)
        ins, outs = self.grids["input"], self.grids["output"]
        if shown.cell is not None:
            read, written = [shown.cell], sorted(sliding.readers(shown.cell))
        else:
            read, written = sorted(sliding.reads(shown.position)), [shown.position]
        faint = QColor(color)
        faint.setAlphaF(0.6)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(faint, 1.5))
        for cell in read:
            for out in written:
                begin, end = ins.rect((0, cell[0])).center(), outs.rect((0, out[0])).center()
                painter.drawLine(QPointF(begin.x(), begin.y() + HIGH / 2), QPointF(end.x(), end.y() - HIGH / 2))
        painter.restore()
        ins.outline(painter, [(0, cell[0]) for cell in read], color)
        outs.outline(painter, [(0, out[0]) for out in written], color)
        if shown.example is not None and shown.cell is None:
            self._paint_kernel(painter)
        elif shown.example is not None and sliding.kind == "transposed":
            self._paint_painted(painter)

    def _paint_kernel(self, painter: QPainter) -> None:
        """Weights and products: below the cells, or for a transposed convolution on the lines."""
        import numpy as np

        now = self._now()
        if now.weights is None:
            return
        ins, axis = self.grids["input"], self.shown.sliding.axes[0]
        limit = float(np.abs(self.shown.example.weight).max()) if self.shown.example is not None else 1.0  # type: ignore[arg-type]
        under = ins.box.bottom() + HIGH * 0.45
        rows = ((now.weights, limit), (now.products, limit * float(np.abs(ins.values).max(initial=0.0)) or 1.0))
        for row, (values, strongest) in enumerate(rows):
            y = under + row * (HIGH + 6)
            for number, (cell,) in enumerate((cell,) for cell in now.cells[0]):
                x = ins.rect((0, cell)).left()
                one = Grid(values[number : number + 1].reshape(1, 1), QPointF(x, y), ins.wide, HIGH, limit=strongest)
                one.paint(painter, self.colors)
        if axis.window.kernel and now.cells[0]:
            first = ins.rect((0, max(now.cells[0]))).right() + 8
            for row, word in enumerate(("× kernel", "= products")):
                self.text(painter, QRectF(first, under + row * (HIGH + 6), 120, HIGH), word, "muted", 12)

    def _paint_painted(self, painter: QPainter) -> None:
        """What the input cell paints, above the output cells it is painted onto."""
        value, kernel = cell_and_kernel(self.shown)
        assert self.shown.cell is not None
        outs, (axis,) = self.grids["output"], self.shown.sliding.axes
        limit = float(abs(kernel).max(initial=0.0)) or 1.0
        rows = ((kernel, limit, "× kernel"), (value * kernel, limit * self._largest_input(), "= painted"))
        taps = axis.readers(self.shown.cell[0])
        for row, (values, strongest, word) in enumerate(rows):
            y = self.low - (2 - row) * (HIGH + 6) - 4
            for tap in taps:
                x = outs.rect((0, tap.cell)).left()
                one = Grid(values[tap.at].reshape(1, 1), QPointF(x, y), outs.wide, HIGH, limit=strongest)
                one.paint(painter, self.colors)
            if taps:
                right = outs.rect((0, max(tap.cell for tap in taps))).right() + 8
                self.text(painter, QRectF(right, y, 120, HIGH), word, "muted", 12)

    def _largest_input(self) -> float:
        return float(abs(self.grids["input"].values).max(initial=0.0)) or 1.0

    def _now(self) -> WindowSum:
        from engine.sliding.sums import window_sum

        shown, example = self.shown, self.shown.example
        assert example is not None
        return window_sum(example, shown.channel, shown.out_channel, shown.position)

    def _paint_sum(self, painter: QPainter, top: float) -> None:
        now, body = self._now(), self.body
        lines = sum_lines(self.shown, now)
        if now.weights is not None and 0 < now.values.size <= MOST_TAPS:
            terms = " + ".join(
                f"{long(float(v))}·{_bracketed(float(w))}" for v, w in zip(now.values, now.weights, strict=True)
            )
            lines[0] = f"{terms} = {long(now.total)}"
        position = self.shown.position[0]
        self.text(painter, QRectF(body.left(), top, body.width(), LINE), f"Output cell {position}", bold=True)
        for number, line in enumerate(lines, 1):
            last = line is lines[-1]
            box = QRectF(body.left(), top + number * LINE, body.width(), LINE)
            self.text(painter, box, line, WINDOW if last else "text", 16 if last else 13, bold=last)

    def _paint_fault(self, painter: QPainter) -> None:
        grid, axis = self.grids["input"], self.shown.sliding.axes[0]
        if axis.rule == "window":
            first = -axis.padding.before
            cells = [(0, first + index * axis.window.dilation) for index in range(axis.window.kernel)]
            grid.outline(painter, cells, self.colors("error"))
        box = QRectF(self.body.left(), grid.box.bottom() + 16, self.body.width(), 80)
        fault = f"✕ Nothing comes out: it {self.shown.sliding.fault}"
        self.text(painter, box, fault, "error", 14, wrap=True)


def _bracketed(value: float) -> str:
    return f"({long(value)})" if value < 0 else long(value)
