"""What the colours mean: a bar from the lowest value to the highest, with numbers."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.inside.looking.colors import image_of, table
from gui.theme import theme
from gui.widgets import plain

HIGH, BAR, LONG = 34, 12, 260


class Legend(QWidget):
    """``unit`` says what the numbers are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limits, self._signed, self._unit = (0.0, 1.0), False, ""
        self.setAccessibleName("Legend of the colours")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_scale(self, limits: tuple[float, float], signed: bool, unit: str) -> None:
        """Show the colours between two values."""
        self._limits, self._signed, self._unit = limits, signed, unit
        words = f"Colours from {limits[0]:.4g} to {limits[1]:.4g}: {unit}"
        self.setToolTip(plain(words))
        self.setAccessibleDescription(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(LONG, HIGH)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, HIGH)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        low, high = self._limits
        long = min(LONG, self.width())
        painter.drawImage(QRectF(0, 0, long, BAR), image_of(table(self._signed)[None]))
        painter.setPen(theme.color("border"))
        painter.drawRect(QRectF(0, 0, long - 1, BAR))
        painter.setPen(theme.color("text"))
        below, flags = QRectF(0, BAR + 2, long, HIGH - BAR - 2), Qt.AlignmentFlag.AlignTop
        painter.drawText(below, flags | Qt.AlignmentFlag.AlignLeft, f"{low:.3g}")
        painter.drawText(below, flags | Qt.AlignmentFlag.AlignRight, f"{high:.3g}")
        if self._signed:
            painter.drawText(below, flags | Qt.AlignmentFlag.AlignHCenter, "0")
        room = QRectF(long + 10, 0, max(self.width() - long - 10, 0), HIGH)
        painter.setPen(theme.color("muted"))
        text = painter.fontMetrics().elidedText(self._unit, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, text)
