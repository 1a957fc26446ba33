"""A grid of cells with numbers: where each cell lies, and how it is painted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from engine.sliding.axis import Margins
from gui.theme import Colors

if TYPE_CHECKING:
    from engine.sliding.example import Array

Cell = tuple[int, int]
"""Row and column; those below 0 and past the end lie in the margin."""
NONE: Final = Margins(0, 0)
LARGEST, GAPS = 46.0, 5.0
"""Pixels of the largest cell, and of the smallest one that is drawn by itself."""
NUMBERS: Final = 16.0
"""Pixels of the lowest cell of a margin that has room for a number."""
SMALLEST: Final = 7.6
"""Pixels of the smallest number that can be read."""
MOST_NUMBERS: Final = 1200
"""So many numbers in one grid are read by nobody, and take long to paint."""
WINDOW: Final = "run.3"
"""The colour of where the window is, apart from those of the numbers."""
STRONGEST: Final = 0.62
"""How much of its colour the largest number has; more would swallow the text."""


def short(value: float) -> str:
    """A number as it fits into a cell: integers as they are, others with two digits, ∞ as a sign."""
    if not isfinite(value):
        return "−∞" if value < 0 else "∞" if value > 0 else "NaN"
    text = f"{value:.0f}" if value == round(value) and abs(value) < 1e5 else f"{value:.2g}"
    if len(text.lstrip("-")) > 5:
        text = f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
    return ("0" if text == "-0" else text).replace("-", "−")


def long(value: float) -> str:
    """A number in a sentence."""
    text = f"{value:.0f}" if value == round(value) and abs(value) < 1e7 else f"{value:.4g}"
    return ("0" if text == "-0" else text).replace("-", "−")


def font(pixels: float, *, bold: bool = False) -> QFont:
    """The font of pictures; its size is in pixels, whatever the screen."""
    made = QFont()
    made.setPixelSize(max(1, round(pixels)))
    made.setBold(bold)
    return made


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """Between two colours."""
    part = min(max(share, 0.0), 1.0)
    red, green, blue = (
        round(a + (b - a) * part)
        for a, b in ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    )
    return QColor(red, green, blue)


@dataclass(frozen=True, eq=False)
class Grid:
    """``values`` is (rows, columns) without the margins; cells are ``wide`` × ``high`` pixels from ``corner`` on.

    ``top_left`` is the cell that ``corner`` shows, so that a part of a long grid can be shown.
    """

    values: Array
    corner: QPointF
    wide: float
    high: float
    rows: Margins = NONE
    columns: Margins = NONE
    filler: str = "0"
    """What the margin holds."""
    limit: float = 0.0
    """The number with the strongest colour; 0: the largest there is."""
    shown: frozenset[Cell] | None = None
    """The cells that have an answer by now; None: all."""
    hatched: frozenset[Cell] = field(default_factory=frozenset)
    """Cells that are marked as never seen."""
    pitch: float = 0.0
    """Pixels from one column to the next; 0: without a gap."""
    visible: tuple[float, float] | None = None
    """Between which pixels columns are painted; None: all are."""

    @property
    def box(self) -> QRectF:
        """All of it, margins included."""
        high, wide = self.values.shape
        return QRectF(
            self.corner.x(),
            self.corner.y(),
            (wide + sum(self.columns) - 1) * self.apart + self.wide,
            (high + sum(self.rows)) * self.high,
        )

    @property
    def apart(self) -> float:
        """Pixels from one column to the next."""
        return self.pitch or self.wide

    def rect(self, cell: Cell) -> QRectF:
        """Where a cell lies."""
        row, column = cell[0] + self.rows.before, cell[1] + self.columns.before
        return QRectF(self.corner.x() + column * self.apart, self.corner.y() + row * self.high, self.wide, self.high)

    def at(self, point: QPointF) -> Cell | None:
        """The cell at a point."""
        if not self.box.contains(point) or not self.wide:
            return None
        row = int((point.y() - self.corner.y()) / self.high) - self.rows.before
        found = row, int((point.x() - self.corner.x()) / self.apart) - self.columns.before
        return found if self.rect(found).contains(point) else None

    def inner(self, cell: Cell) -> bool:
        """Whether a cell is none of the margin."""
        rows, columns = self.values.shape
        return bool(0 <= cell[0] < rows and 0 <= cell[1] < columns)

    # -- painting --------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, colors: Colors) -> None:
        """The cells with their numbers; very small ones as an image."""
        rows, columns = self.values.shape
        limit = self.limit or max((abs(float(v)) for v in self.values.flat if isfinite(float(v))), default=1.0) or 1.0
        if min(self.wide, self.high) < GAPS:
            self._paint_image(painter, colors, limit)
            return
        self._paint_margin(painter, colors)
        text, line = colors("node_text"), QPen(colors("border"), 1)
        numbers = self._number_font()
        if numbers is not None:
            painter.setFont(numbers)
        for row in range(rows):
            for column in self._painted(0, columns):
                box = self.rect((row, column))
                painter.setPen(line)
                if self.shown is not None and (row, column) not in self.shown:
                    painter.fillRect(box, colors("canvas"))
                    painter.drawRect(box)
                    continue
                value = float(self.values[row, column])
                painter.fillRect(box, tint(value, limit, colors))
                painter.drawRect(box)
                if numbers is not None:
                    painter.setPen(text)
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, short(value))
        self._paint_hatched(painter, colors)

    def _number_font(self) -> QFont | None:
        """The largest one in which every number that is painted fits its cell; None where that is too small to read."""
        size = min(self.high * 0.5, 14.0)
        columns = self._painted(0, self.values.shape[1])
        painted = self.values[:, columns.start : columns.stop]
        if size < SMALLEST or painted.size > MOST_NUMBERS:
            return None
        longest = max((short(float(value)) for value in painted.flat), key=len, default="0")
        needed = QFontMetricsF(font(size)).horizontalAdvance(longest.replace("1", "8"))
        size = min(size, size * (self.wide - 3) / needed)
        return font(size) if size >= SMALLEST else None

    def _paint_margin(self, painter: QPainter, colors: Colors) -> None:
        """Padding apart: no ground, dashed lines, grey numbers."""
        if self.rows == NONE and self.columns == NONE:
            return
        painter.setFont(font(min(self.high * 0.42, 12.0)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        readable = self.high >= NUMBERS
        for cell in self.margin():
            box = self.rect(cell)
            painter.setPen(QPen(colors("muted"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(box.adjusted(1.5, 1.5, -1.5, -1.5))  # apart from its neighbours, else dots add up to lines
            if readable:
                painter.setPen(colors("muted"))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.filler)

    def margin(self) -> Iterable[Cell]:
        """The cells around."""
        rows, columns = self.values.shape
        return (
            (row, column)
            for row in range(-self.rows.before, rows + self.rows.after)
            for column in self._painted(-self.columns.before, columns + self.columns.after)
            if not self.inner((row, column))
        )

    def _painted(self, first: int, end: int) -> range:
        """Of these columns those that are visible."""
        if self.visible is None:
            return range(first, end)
        low, high = ((x - self.corner.x()) / self.apart - self.columns.before for x in self.visible)
        return range(max(first, int(low) - 1), min(end, int(high) + 2))

    def _paint_hatched(self, painter: QPainter, colors: Colors) -> None:
        brush = QBrush(unseen_color(colors), Qt.BrushStyle.BDiagPattern)
        for cell in self.hatched:
            if self.visible is None or self.visible[0] <= self.rect(cell).center().x() <= self.visible[1]:
                painter.fillRect(self.rect(cell), brush)

    def _paint_image(self, painter: QPainter, colors: Colors, limit: float) -> None:
        rows, columns = self.values.shape
        image = QImage(columns, rows, QImage.Format.Format_RGB32)
        for row in range(rows):
            for column in range(columns):
                open_cell = self.shown is not None and (row, column) not in self.shown
                color = colors("canvas") if open_cell else tint(float(self.values[row, column]), limit, colors)
                image.setPixelColor(column, row, color)
        inner = self.rect((0, 0)).united(self.rect((rows - 1, columns - 1)))
        painter.drawImage(inner, image)
        painter.setPen(QPen(colors("muted"), 1, Qt.PenStyle.DotLine))
        painter.drawRect(self.box)
        painter.setPen(QPen(colors("border"), 1))
        painter.drawRect(inner)
        self._paint_hatched(painter, colors)

    def outline(self, painter: QPainter, cells: Collection[Cell], color: QColor, width: float = 2.5) -> None:
        """A thick line around cells; around neighbours together."""
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)  # overlaps are inside, so that neighbours become one
        for cell in cells:
            path.addRect(self.rect(cell).adjusted(-0.01, -0.01, 0.01, 0.01))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path.simplified())
        painter.restore()


def unseen_color(colors: Colors) -> QColor:
    """Of the lines across cells that no window sees: the numbers below can still be read."""
    color = QColor(colors("warning"))
    color.setAlphaF(0.7)
    return color


def tint(value: float, limit: float, colors: Colors) -> QColor:
    """The ground of a number: blue above zero, orange below, stronger the larger."""
    ground = colors("node")
    if not isfinite(value):
        return mixed(ground, colors("muted"), 0.4)
    hue = colors("accent") if value > 0 else colors("curve.validation")
    return mixed(ground, hue, STRONGEST * abs(value) / limit)


def fitting(rows: int, columns: int, room: QRectF, largest: float = LARGEST) -> float:
    """The side of square cells of which so many fit into a room."""
    side = min(room.width() / max(columns, 1), room.height() / max(rows, 1), largest)
    return float(int(side)) if side >= GAPS else max(side, 0.2)
