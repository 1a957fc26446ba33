"""Diagrams of windows that slide along a row of cells."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt

from gui.diagrams.sketch import WIDTH, Sketch

MOST = 28
"""Cells that are drawn; of more the middle is left out in words."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window of ``kernel`` cells over ``size`` cells of an axis with ``padding`` on both sides."""

    size: int
    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    note: str = ""
    learned: bool = True

    height = 168.0

    @property
    def span(self) -> int:
        """Cells from the first that the window reads to its last."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def count(self) -> int:
        """How many places the window has."""
        return max(0, (self.size + 2 * self.padding - self.span) // self.stride + 1)

    @property
    def formula(self) -> str:
        left = f"⌊({self.size} + 2·{self.padding} − {self.dilation}·({self.kernel} − 1) − 1) / {self.stride}⌋ + 1"
        return f"{left} = {(self.size + 2 * self.padding - self.span) // self.stride + 1}".replace("-", "−")

    @property
    def words(self) -> str:
        return (
            f"A window of {self.kernel} cells, {self.stride} apart, over {self.size} cells with {self.padding} of "
            f"padding on each side: {self.formula}. {self.note}"
        )

    def read(self) -> set[int]:
        """The positions, counted from the first padding, that some place of the window reads."""
        return {
            place * self.stride + step * self.dilation for place in range(self.count) for step in range(self.kernel)
        }

    def paint(self, sketch: Sketch) -> None:
        total = self.size + 2 * self.padding
        shown = min(max(total, self.span), MOST)
        side = min(26.0, (WIDTH - 20) / shown)
        left, top = (WIDTH - side * shown) / 2, 30.0
        read = self.read()
        middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        for position in range(min(total, MOST)):
            inside = self.padding <= position < self.padding + self.size
            area = QRectF(left + position * side, top, side, side).adjusted(1, 1, -1, -1)
            unread = inside and self.count > 0 and position not in read
            sketch.cell(
                area,
                "family.Convolution" if inside else "canvas",
                "error" if unread else "border",
                hatched=not inside,
                faint=not unread and inside,
            )
            if unread:
                sketch.text(area, "✕", "on_accent", 10, bold=True)
        above = f"{self.size} cells" + (f", {self.padding} of padding on each side (hatched)" if self.padding else "")
        sketch.text(QRectF(0, 6, WIDTH, 16), above, "muted", 11, middle)
        self._windows(sketch, left, top, side, shown)
        for position in range(min(self.count, MOST)):
            wide = min(side, (WIDTH - 20) / max(1, min(self.count, MOST)))
            row = (WIDTH - wide * min(self.count, MOST)) / 2
            area = QRectF(row + position * wide, 100, wide, min(side, 22)).adjusted(1, 1, -1, -1)
            sketch.cell(area, "family.Pooling", faint=True)
        if not self.count:
            sketch.text(QRectF(0, 98, WIDTH, 22), "✕ no place for the window: nothing is left", "error", 12, bold=True)
        sketch.text(QRectF(4, 124, WIDTH - 8, 18), self.formula, "text", 12, mono=True)
        sketch.text(QRectF(4, 144, WIDTH - 8, 18), self.note, "error" if not self.count else "muted", 11)

    def _windows(self, sketch: Sketch, left: float, top: float, side: float, shown: int) -> None:
        """The first place of the window, the second dashed below it."""
        for number, place in enumerate(range(2 if self.count > 1 else 1)):
            first = place * self.stride
            y = top + side + 6 + 13 * number
            token = "accent" if self.count else "error"
            for step in range(self.kernel):
                position = first + step * self.dilation
                if position < shown:
                    x = left + position * side
                    sketch.line(QPointF(x + 3, y), QPointF(x + side - 3, y), token, 4 if not number else 2)
            end = left + min(first + self.span, shown) * side
            sketch.line(QPointF(left + first * side + 3, y), QPointF(end - 3, y), token, 1, dashed=bool(number))


@dataclass(frozen=True, slots=True)
class Grid:
    """A square image of which a window sees ``seen`` cells at a time, or of which cells ``step`` apart are read."""

    size: int
    seen: int
    step: int = 1
    note: str = ""
    height = 168.0

    @property
    def words(self) -> str:
        return f"An image of {self.size}×{self.size} cells. {self.note}"

    def paint(self, sketch: Sketch) -> None:
        side = min(15.0, 138.0 / self.size)
        left, top = 40.0, 8.0
        first = (self.size - self.seen * self.step) // 2
        for row in range(self.size):
            for column in range(self.size):
                across, down = column - first, row - first
                read = (
                    0 <= across < self.seen * self.step
                    and 0 <= down < self.seen * self.step
                    and across % self.step == 0
                    and down % self.step == 0
                )
                area = QRectF(left + column * side, top + row * side, side, side).adjusted(0.5, 0.5, -0.5, -0.5)
                sketch.cell(area, "accent" if read else "node", faint=not read)
        words = QRectF(left + self.size * side + 24, top, WIDTH - left - self.size * side - 30, self.size * side)
        sketch.prose(words, self.note)
