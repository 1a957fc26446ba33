"""A grid of cells with numbers: where each cell lies, and how it is painted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from engine.sliding.axis import Margins
from gui.sliding.pictures.tints import tint, tinted, unseen_color
from gui.theme import Colors

if TYPE_CHECKING:
    from engine.sliding.example import Array
    from engine.sliding.sums import Mask

Unseen = tuple[tuple[int, ...], tuple[int, ...]]
Cell = tuple[int, int]
"""Row and column; those below 0 and past the end lie in the margin."""
NONE: Final = Margins(0, 0)
LARGEST, GAPS = 46.0, 5.0
"""Pixels of the largest cell, and of the smallest one that is drawn by itself."""
NUMBERS: Final = 16.0
"""Pixels of the lowest cell of a margin that has room for a number."""
SMALLEST: Final = 7.6
"""Pixels of the smallest number that can be read."""
MOST_NUMBERS: Final = 400
"""So many numbers in one grid are read by nobody, and take long to paint."""
WINDOW: Final = "run.3"
"""The colour of where the window is, apart from those of the numbers."""
MANY: Final = 900
"""A grid of more cells is painted as an image with lines over it."""


def short(value: float, digits: int = 2) -> str:
    """A number as it fits into a cell: integers as they are, others with so many digits, ∞ as a sign."""
    if not isfinite(value):
        return "−∞" if value < 0 else "∞" if value > 0 else "NaN"
    text = f"{value:.0f}" if value == round(value) and abs(value) < 1e5 else f"{value:.{digits}g}"
    if len(text.lstrip("-")) > digits + 3:
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


@dataclass(frozen=True, eq=False)
class Grid:
    """``values`` is (rows, columns) without the margins; cells are ``wide`` × ``high`` pixels from ``corner`` on.

    What has no answer yet is left empty: all but the first ``done`` cells row by row, and all but the ``shown`` ones.
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
    done: int | None = None
    shown: frozenset[Cell] | None = None
    unseen: Unseen = ((), ())
    """The rows and columns that no window sees."""
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
        """The cells with their numbers; many or small ones as an image."""
        rows, columns = self.values.shape
        limit = self.limit or _largest(self.values)
        seen = self._painted(0, columns)
        small = min(self.wide, self.high) < GAPS
        if small or (rows * len(seen) > MANY and not self.pitch):
            self._paint_image(painter, colors, limit, lines=not small)
        else:
            self._paint_margin(painter, colors)
            painter.setPen(QPen(colors("border"), 1))
            for row in range(rows):
                for column in seen:
                    value = float(self.values[row, column]) if self._answered((row, column)) else None
                    painter.setBrush(colors("canvas") if value is None else tint(value, limit, colors))
                    painter.drawRect(self.rect((row, column)))
        self._paint_numbers(painter, colors, seen)
        self._paint_unseen(painter, colors)

    def _answered(self, cell: Cell) -> bool:
        """Whether a cell has its number by now."""
        if self.done is not None and cell[0] * self.values.shape[1] + cell[1] >= self.done:
            return False
        return self.shown is None or cell in self.shown

    def _paint_numbers(self, painter: QPainter, colors: Colors, columns: range) -> None:
        found = self._number_font()
        if found is None:
            return
        numbers, digits = found
        painter.setFont(numbers)
        painter.setPen(colors("node_text"))
        for row in range(len(self.values)):
            for column in columns:
                if self._answered((row, column)):
                    said = short(float(self.values[row, column]), digits)
                    painter.drawText(self.rect((row, column)), Qt.AlignmentFlag.AlignCenter, said)

    def _number_font(self) -> tuple[QFont, int] | None:
        """The font and the digits with which every painted number fits its cell; None where none could be read.

        Three digits if they fit without a smaller font, else two.
        """
        usual = min(self.high * 0.5, 14.0)
        columns = self._painted(0, self.values.shape[1])
        painted = self.values[:, columns.start : columns.stop]
        if usual < SMALLEST or painted.size > MOST_NUMBERS:
            return None
        for digits in (3, 2):
            longest = max((short(float(value), digits) for value in painted.flat), key=len, default="0")
            needed = QFontMetricsF(font(usual)).horizontalAdvance(longest.replace("1", "8"))
            size = min(usual, usual * (self.wide - 3) / needed)
            if size == usual or (digits == 2 and size >= SMALLEST):
                return font(size), digits
        return None

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

    def _paint_unseen(self, painter: QPainter, colors: Colors) -> None:
        """Lines across the rows and columns that no window sees."""
        rows, columns = self.values.shape
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        for row in self.unseen[0]:
            path.addRect(self.rect((row, 0)).united(self.rect((row, columns - 1))))
        for column in self.unseen[1]:
            path.addRect(self.rect((0, column)).united(self.rect((rows - 1, column))))
        painter.fillPath(path, QBrush(unseen_color(colors), Qt.BrushStyle.BDiagPattern))

    def _paint_image(self, painter: QPainter, colors: Colors, limit: float, lines: bool) -> None:
        """A pixel for each cell, enlarged; ``lines`` are drawn between them, and around its margin in any case."""
        rows, columns = self.values.shape
        inner = self.rect((0, 0)).united(self.rect((rows - 1, columns - 1)))
        painter.drawImage(inner, tinted(self.values, limit, colors, self._mask()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colors("muted"), 1, Qt.PenStyle.DotLine))
        painter.drawRect(self.box)
        painter.setPen(QPen(colors("border"), 1))
        painter.drawRect(inner)
        if lines:
            rights = (self.rect((0, column)).left() for column in range(1, columns))
            downs = (self.rect((row, 0)).top() for row in range(1, rows))
            across = [QLineF(inner.left(), y, inner.right(), y) for y in downs]
            down = [QLineF(x, inner.top(), x, inner.bottom()) for x in rights]
            painter.drawLines(across + down)

    def _mask(self) -> Mask | None:
        """Which cells have their number by now; None: all."""
        import numpy as np

        if self.done is None and self.shown is None:
            return None
        found: Mask = np.ones(self.values.shape, bool)
        if self.done is not None:
            found &= np.arange(found.size).reshape(found.shape) < self.done
        if self.shown is not None:
            listed = np.zeros(found.shape, bool)
            for cell in self.shown:
                listed[cell] = True
            found &= listed
        return found

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


def _largest(values: Array) -> float:
    """The largest number there is, whatever its sign; 1 where all are 0."""
    import numpy as np

    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0.0)) or 1.0


def fitting(rows: int, columns: int, room: QRectF, largest: float = LARGEST) -> float:
    """The side of square cells of which so many fit into a room."""
    side = min(room.width() / max(columns, 1), room.height() / max(rows, 1), largest)
    return float(int(side)) if side >= GAPS else max(side, 0.2)
