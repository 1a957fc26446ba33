"""One number of a layer, step by step: window times kernel, product by product, then sums and bias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QHeaderView,
    QScrollArea,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.inside.looking.colors import colored, gray_of, limits_of
from gui.inside.looking.drawing import Drawn
from gui.theme import theme
from gui.widgets import Label

if TYPE_CHECKING:
    from engine.inside.looking.results import Arithmetic

NARROW, WIDE, ROW, SIGN, SUM, GAP = 40, 60, 24, 22, 96, 26
SIDE, FRAME = 112, 2
"""Pixels of the input beside a window, and of the frame that shows where the window lies."""
LETTERS = 6
"""Letters of a number that a cell has room for."""
MOST_CHANNELS = 64
MOST_ROWS = 500


class ArithmeticView(QWidget):
    """Shows `Arithmetic`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said = Label()
        self.said.setWordWrap(True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.windows, self.table = _Windows(), QTableWidget()
        self.table.setColumnCount(3)
        self.table.setHorizontalHeaderLabels(["input", "weight", "product"])
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setAccessibleName("Products")
        self.table.setToolTip("Each input times its weight; the products are added up")
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(self.windows)
        area.setAccessibleName("Windows")
        area.setToolTip("For each input channel: the window, the kernel, and their products")
        self.stack = QStackedWidget()
        self.stack.addWidget(area)
        self.stack.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.said)
        column.addWidget(self.stack, 1)

    def show_result(self, result: Arithmetic, shown: Drawn) -> None:
        """Show this one."""
        self.said.setText(words(result))
        flat = result.window.ndim == 2
        self.stack.setCurrentIndex(1 if flat else 0)
        if flat:
            self._fill(result)
        else:
            self.windows.show_windows(result)

    def _fill(self, result: Arithmetic) -> None:
        """A row for each input; of very many those with the largest products, and one for the others together."""
        import numpy as np

        products = result.products[0]
        rows = np.sort(np.argsort(-np.abs(products), kind="stable")[:MOST_ROWS]).tolist()
        others = len(products) - len(rows)
        self.table.setRowCount(len(rows) + bool(others))
        names = [result.names[index] if result.names else str(index) for index in rows]
        self.table.setVerticalHeaderLabels([*names, *(["others"] if others else [])])
        for row, index in enumerate(rows):
            numbers = (result.window[0, index], result.kernel[0, index], products[index])
            for column, number in enumerate(numbers):
                self._set(row, column, f"{float(number) + 0.0:.6g}")
        if others:
            rest = float(products.sum() - products[rows].sum())
            for column, text in enumerate((f"{others:,} others", "", f"{rest:.6g}")):
                self._set(len(rows), column, text)

    def _set(self, row: int, column: int, text: str) -> None:
        item = QTableWidgetItem(text)
        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.table.setItem(row, column, item)


def words(result: Arithmetic) -> str:
    """The sum in a line."""
    shown = [f"{value:.4g}" for value in result.sums[:6].tolist()]
    more = " + …" if len(result.sums) > len(shown) else ""
    parts = " + ".join(shown) + more if len(result.sums) > 1 else f"{float(result.sums.sum()):.6g}"
    return (
        f"{result.unit}: {parts} + bias {result.bias:.4g} = {result.total:.6g}. The layer answers {result.answer:.6g}."
    )


def short(value: float) -> str:
    """A number in two digits that fits a cell: 0.0075, but 8e-4."""
    text = f"{value + 0.0:.2g}"
    return text if len(text.lstrip("-")) <= LETTERS else f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e+")


def _high(rows: int) -> int:
    """Pixels of one channel, without the gaps."""
    return max(rows * ROW, SIDE)


class _Windows(QWidget):
    """Of each input channel where the window lies, window × kernel = products, and their sum."""

    def __init__(self) -> None:
        super().__init__()
        self._found: Arithmetic | None = None
        self._images: list[QImage] = []
        self.setAccessibleName("Window, kernel and products")
        self.setToolTip("The window on the input, the kernel, the products of both, and the sum of each channel")
        theme.changed.connect(self.update)

    def show_windows(self, found: Arithmetic) -> None:
        self._found = found
        channels, rows, columns = found.window.shape
        self._images = [] if found.read is None else [gray_of(one[None]) for one in found.read[:MOST_CHANNELS]]
        self.setMinimumHeight(min(channels, MOST_CHANNELS) * (_high(rows) + 2 * GAP))
        self.setMinimumWidth(self._beside + 3 * columns * NARROW + 2 * SIGN + SUM)
        self.setAccessibleDescription(words(found))
        self.update()

    @property
    def _beside(self) -> int:
        """Pixels that the images of the input take."""
        return SIDE + SIGN if self._images else 0

    def _draw_input(self, painter: QPainter, channel: int, top: float) -> None:
        """The channel in grey, with a frame around the window."""
        found, image = self._found, self._images[channel]
        assert found is not None
        scale = SIDE / max(image.width(), image.height())
        painter.drawImage(QRectF(0, top, image.width() * scale, image.height() * scale), image)
        row, column, height, width = (size * scale for size in found.at)
        painter.setPen(QPen(theme.color("accent"), FRAME))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(column, top + row, width, height))

    def paintEvent(self, event: QPaintEvent) -> None:
        found = self._found
        if found is None:
            return
        painter = QPainter(self)
        channels, rows, columns = found.window.shape
        cell_wide = max(NARROW, min(WIDE, (self.width() - self._beside - 2 * SIGN - SUM) // (3 * columns)))
        parts = (found.window, found.kernel, found.products)
        limits = [limits_of(part, True) for part in parts]
        for channel in range(min(channels, MOST_CHANNELS)):
            top = channel * (_high(rows) + 2 * GAP)
            if not QRectF(0, top, self.width(), _high(rows) + 2 * GAP).intersects(QRectF(event.rect())):
                continue
            painter.setPen(theme.color("muted"))
            name = found.names[channel] if channel < len(found.names) else ""
            painter.drawText(QRectF(0, top, self.width(), GAP - 4), Qt.AlignmentFlag.AlignBottom, name)
            if self._images:
                self._draw_input(painter, channel, top + GAP)
            left = self._beside
            for number, part in enumerate(parts):
                colors = colored(part[channel], limits[number], True)
                for row in range(rows):
                    for column in range(columns):
                        cell = QRectF(left + column * cell_wide, top + GAP + row * ROW, cell_wide - 1, ROW - 1)
                        color = QColor(*colors[row, column].tolist())
                        painter.fillRect(cell, color)
                        painter.setPen(QColor("#111111" if color.lightness() > 120 else "#ffffff"))
                        value = float(part[channel, row, column])
                        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, short(value))
                left += columns * cell_wide
                painter.setPen(theme.color("text"))
                sign = QRectF(left, top + GAP, SIGN, rows * ROW)
                if number < 2:
                    painter.drawText(sign, Qt.AlignmentFlag.AlignCenter, "×" if number == 0 else "=")
                else:
                    room = QRectF(left + 10, top + GAP, SUM - 10, rows * ROW)
                    text = f"Σ = {float(found.sums[channel]):.4g}"
                    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
                left += SIGN
