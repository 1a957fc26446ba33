"""The input and the same one moved, what comes of both, and how they differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.sliding.pictures.cells import WINDOW, Cell, Grid, fitting, font, short
from gui.sliding.pictures.moved_words import arrows, sentences, small
from gui.sliding.pictures.picture import LABEL, LINE, Picture
from gui.sliding.pictures.state import Shown
from gui.sliding.pictures.window_picture import plane
from gui.theme import Colors

if TYPE_CHECKING:
    from engine.sliding.example import Array
    from engine.sliding.translation import Translation

Course = list[tuple[int, float, float]]
"""For each move along the last axis: by, largest difference, share of cells that stay the same."""
Part = tuple[str, "Array", "frozenset[Cell] | None", float]
"""Title, numbers, the cells that are shown (None: all), and the number with the strongest colour."""
SIDE: Final = 310.0
GAP: Final = 20.0
BARS: Final = 120.0
HIGH, WIDE = 30.0, 44.0
"""Pixels of a cell of a sequence."""


class MovedPicture(Picture):
    """Images in two rows of three, sequences one below the other, and the numbers beside them."""

    def __init__(
        self, shown: Shown, size: QSizeF, colors: Colors, found: Translation | None = None, course: Course | None = None
    ) -> None:
        super().__init__(shown, size, colors)
        self.found, self.course = found, course or []

    def paint_body(self, painter: QPainter) -> None:
        if self.found is None:
            return
        body = self.body
        room = QRectF(body.left(), body.top(), body.width() - SIDE - GAP, body.height())
        for (title, values, shown, limit), box in zip(self._parts(), self._boxes(room), strict=True):
            self.text(painter, QRectF(box.left(), box.top(), box.width(), LABEL), title, bold=True, pixels=12)
            corner, flat = QPointF(box.left(), box.top() + LABEL), plane(values)
            if len(self.shown.sliding.axes) == 1:
                wide, high = min(WIDE, box.width() / flat.shape[1]), min(HIGH, box.height() - LABEL)
            else:
                wide = high = fitting(len(flat), flat.shape[1], QRectF(0, 0, box.width(), box.height() - LABEL))
            grid = Grid(flat, corner, wide, high, limit=limit, shown=shown)
            grid.paint(painter, self.colors)
            painter.setPen(QPen(self.colors("muted"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(grid.box)
        self._paint_numbers(painter, QRectF(body.right() - SIDE, body.top(), SIDE, body.height()))

    def _parts(self) -> list[Part]:
        """What is shown, the originals first, then what is moved."""
        import numpy as np

        found, out = self.found, self.shown.out_channel
        assert found is not None
        inputs = found.before.sliding.inputs_of(out)
        channel = self.shown.channel if self.shown.channel in inputs else inputs.start
        compared = np.argwhere(plane(found.compared))  # type: ignore[arg-type]
        cells = frozenset((int(row), int(column)) for row, column in compared)
        given = float(np.abs(found.before.inputs[channel]).max(initial=0.0))
        most = float(max(np.abs(found.before.outputs[out]).max(initial=0.0), np.abs(found.after.outputs[out]).max()))
        return [
            ("Input", found.before.inputs[channel], None, given),
            ("Its output", found.before.outputs[out], None, most),
            (f"This output, moved {arrows(found.moved)}", found.expected[out], None, most),
            (f"Input, moved {arrows(found.shift)}", found.after.inputs[channel], None, given),
            ("Its output", found.after.outputs[out], None, most),
            ("Difference of both", found.differences[out], cells, most),
        ]

    def _boxes(self, room: QRectF) -> Iterator[QRectF]:
        """Where the parts lie, titles included."""
        if len(self.shown.sliding.axes) == 1:
            high = room.height() / 6
            for row in (0, 2, 4, 1, 3, 5):  # what belongs together is together
                yield QRectF(room.left(), room.top() + row * high, room.width(), high - 4)
            return
        wide, high = (room.width() - 2 * GAP) / 3, (room.height() - 10) / 2
        for number in range(6):
            row, column = divmod(number, 3)
            yield QRectF(room.left() + column * (wide + GAP), room.top() + row * (high + 10), wide, high)

    # -- numbers ---------------------------------------------------------------------------------------------------

    def _paint_numbers(self, painter: QPainter, box: QRectF) -> None:
        """The sentences, and the bars below them."""
        assert self.found is not None
        top = box.top()
        for head, text, good in sentences(self.found):
            line = QRectF(box.left(), top, box.width(), LINE)
            self.text(painter, line, f"{'✓' if good else '✕'} {head}", "ok" if good else "warning", bold=True)
            painter.setFont(font(12))
            room = QRectF(box.left(), top + LINE, box.width(), 200)
            needed = painter.fontMetrics().boundingRect(room.toRect(), int(Qt.TextFlag.TextWordWrap), text).height()
            self.text(painter, room, text, pixels=12, wrap=True)
            top += LINE + needed + 6
        if self.course and box.bottom() - top > 2 * LINE + 30:
            high = min(BARS, box.bottom() - top - 2 * LINE)
            self._paint_course(painter, QRectF(box.left(), box.bottom() - high - LINE, box.width(), high))

    def _paint_course(self, painter: QPainter, box: QRectF) -> None:
        """A bar for each move along the last axis: the largest difference."""
        found = self.found
        assert found is not None
        title = QRectF(box.left(), box.top() - LINE, box.width(), LINE)
        self.text(painter, title, "Largest difference, by cells moved →", "muted", 12)
        most = max((largest for _, largest, _ in self.course), default=0.0) or 1.0
        wide, middle = box.width() / len(self.course), Qt.AlignmentFlag.AlignHCenter
        for number, (by, largest, _) in enumerate(self.course):
            largest = 0.0 if small(largest, found) else largest
            x, high = box.left() + number * wide, (box.height() - LINE) * largest / most
            now = by == found.shift[-1] and not any(found.shift[:-1])
            token = WINDOW if now else "muted"
            bar = QRectF(x + 3, box.bottom() - high, wide - 6, high)
            painter.fillRect(bar, self.colors(token))
            painter.setPen(QPen(self.colors(token), 2))
            painter.drawLine(QPointF(x + 3, box.bottom()), QPointF(x + wide - 3, box.bottom()))
            self.text(painter, QRectF(x, bar.top() - 17, wide, 15), short(largest), token, 11, align=middle)
            label = QRectF(x, box.bottom() + 2, wide, 16)
            self.text(painter, label, str(by), WINDOW if now else "text", 11, align=middle)

    def legend(self) -> list[tuple[str, str]]:
        """Why some differences are empty."""
        return [("padding", "empty differences: their windows saw the edge or what came in there; nothing is compared")]
