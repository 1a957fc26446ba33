"""What all pictures share: size, colours, head with the formula, foot with the legend."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen

from engine.sliding.sliding import Position
from gui.sliding.pictures.cells import WINDOW, Grid, font
from gui.sliding.pictures.state import Shown, Where, unflat
from gui.sliding.pictures.tints import unseen_color
from gui.sliding.pictures.words import formula_lines, legend, settings_line, source_line
from gui.theme import Colors

EDGE: Final = 16.0
LINE: Final = 20.0
FOOT: Final = 46.0
LABEL: Final = 20.0
TEXT: Final = 13.0
USUAL: Final = (940.0, 520.0)
"""Pixels for which the sizes are meant; in more room all is larger."""


class Picture:
    """A `gui.drawing.drawing.Drawing` of a state. It knows where its cells are."""

    def __init__(self, shown: Shown, size: QSizeF, colors: Colors) -> None:
        self.shown, self.colors = shown, colors
        self._whole = size
        self.scale = min(max(min(size.width() / USUAL[0], size.height() / USUAL[1]), 0.75), 2.0)
        self._size = QSizeF(size.width() / self.scale, size.height() / self.scale)
        self.grids: dict[Where, Grid] = {}

    @property
    def title(self) -> str:
        """What it shows, in plain text."""
        return f"{self.shown.title}: {settings_line(self.shown.sliding)}".lstrip(": ")

    @property
    def size(self) -> QSizeF:
        """Its size in pixels."""
        return self._whole

    @property
    def head(self) -> float:
        """Pixels of the lines at the top."""
        return EDGE + LINE * (1 + len(formula_lines(self.shown.sliding))) + 6

    @property
    def body(self) -> QRectF:
        """The room between head and foot."""
        high = self._size.height() - self.head - FOOT
        return QRectF(EDGE, self.head, self._size.width() - 2 * EDGE, max(high, 60.0))

    def hit(self, point: QPointF) -> tuple[Where, Position] | None:
        """The input or output cell at a point."""
        for where, grid in self.grids.items():
            cell = grid.at(QPointF(point.x() / self.scale, point.y() / self.scale))
            if cell is not None and grid.inner(cell):
                return where, unflat(cell, len(self.shown.sliding.axes))
        return None

    def paint(self, painter: QPainter) -> None:
        """Paint it with its top left corner at the origin."""
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.fillRect(QRectF(QPointF(), self._whole), self.colors("canvas"))
        painter.save()
        painter.scale(self.scale, self.scale)
        self._paint_head(painter)
        self.paint_body(painter)
        self._paint_foot(painter)
        painter.restore()

    def paint_body(self, painter: QPainter) -> None:
        """What is between head and foot."""
        raise NotImplementedError

    # -- parts -----------------------------------------------------------------------------------------------------

    def text(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        token: str = "text",
        pixels: float = TEXT,
        *,
        bold: bool = False,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        wrap: bool = False,
    ) -> None:
        """A text in a box; what is too long for its line is elided."""
        painter.setPen(self.colors(token))
        painter.setFont(font(pixels, bold=bold))
        if wrap:
            painter.drawText(box, int(align | Qt.TextFlag.TextWordWrap), text)
            return
        fit = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(0, int(box.width())))
        painter.drawText(box, int(align | Qt.AlignmentFlag.AlignVCenter), fit)

    def _paint_head(self, painter: QPainter) -> None:
        width = self._size.width() - 2 * EDGE
        self.text(painter, QRectF(EDGE, EDGE - 4, width, LINE), self.title, bold=True, pixels=15)
        for number, line in enumerate(formula_lines(self.shown.sliding), 1):
            box = QRectF(EDGE, EDGE + number * LINE, width, LINE)
            self.text(painter, box, line, "muted" if number == 1 else "text", 14)

    def _paint_foot(self, painter: QPainter) -> None:
        top, left = self._size.height() - FOOT + 4, EDGE
        for mark, words in self.legend():
            self._paint_mark(painter, mark, QRectF(left, top + 3, 13, 13))
            painter.setFont(font(12))
            width = painter.fontMetrics().horizontalAdvance(words) + 4.0
            self.text(painter, QRectF(left + 19, top, width, LINE), words, "muted", 12)
            left += width + 38
        box = QRectF(EDGE, top + LINE - 1, self._size.width() - 2 * EDGE, LINE)
        self.text(painter, box, source_line(self.shown), "muted", 12)

    def legend(self) -> list[tuple[str, str]]:
        """(mark, words) of the foot."""
        return legend(self.shown)

    def _paint_mark(self, painter: QPainter, mark: str, box: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if mark == "window":
            painter.setPen(QPen(self.colors(WINDOW), 2.5))
        elif mark == "padding":
            painter.setPen(QPen(self.colors("muted"), 1, Qt.PenStyle.DotLine))
        else:
            painter.fillRect(box, QBrush(unseen_color(self.colors), Qt.BrushStyle.BDiagPattern))
            painter.setPen(QPen(self.colors("border"), 1))
        painter.drawRect(box)
