"""The colours of the classes in a mask, with how well the answer covers each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.pictures import mask_colours
from gui.theme import theme

ROW, SQUARE, NAME = 20, 12, 150


class MaskLegend(QWidget):
    """A line for each class that is there: colour, name, IoU."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[int, str, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("Intersection over union of each class in this sample")
        theme.changed.connect(self.update)

    def show_classes(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Show these: the number of the class, its name, and what is said of it."""
        self._rows = list(rows)
        self.setAccessibleName("; ".join(f"{name} {said}" for _, name, said in rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, len(self._rows) * ROW)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, len(self._rows) * ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, shades = QPainter(self), mask_colours()
        middle = Qt.AlignmentFlag.AlignVCenter
        for line, (index, name, said) in enumerate(self._rows):
            top = line * ROW
            if index > 0:  # the ground is not laid over the image
                painter.fillRect(QRectF(0, top + (ROW - SQUARE) / 2, SQUARE, SQUARE), shades[index % len(shades)])
            painter.setPen(theme.color("text"))
            text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, NAME)
            painter.drawText(QRectF(SQUARE + 8, top, NAME, ROW), middle, text)
            painter.setPen(theme.color("muted"))
            painter.drawText(QRectF(SQUARE + 8 + NAME, top, 160, ROW), middle, said)
