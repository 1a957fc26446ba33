"""A bar for each name: to the right above zero, to the left below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from gui.inside.looking.colors import DIVERGING
from gui.inside.looking.drawing import Drawn
from gui.theme import theme
from gui.widgets import Note

if TYPE_CHECKING:
    from engine.inside.looking.results import Bars

ROW, NAME, VALUE, WIDEST = 20, 170, 80, 620


class BarsView(QWidget):
    """Shows `Bars`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.unit, self.bars = Note(), _Rows()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(self.bars)
        area.setAccessibleName("Bars")
        area.setToolTip("A bar for each name; scroll to see more")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area, 1)
        column.addWidget(self.unit)

    def show_result(self, result: Bars, shown: Drawn) -> None:
        """Show these."""
        self.bars.show_bars(result)
        signed = " Blue to the left is below zero, orange to the right above." if (result.values < 0).any() else ""
        self.unit.setText(f"The bars are: {result.unit}.{signed}")


class _Rows(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._bars: Bars | None = None
        self.setAccessibleName("Bars")
        self.setToolTip("The value of each name; a thin line is its standard deviation")
        theme.changed.connect(self.update)

    def show_bars(self, bars: Bars) -> None:
        self._bars = bars
        self.setMinimumHeight(len(bars.names) * ROW)
        said = (f"{name} {value:.4g}" for name, value in zip(bars.names[:50], bars.values[:50].tolist(), strict=True))
        self.setAccessibleDescription("; ".join(said))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        bars = self._bars
        if bars is None or not len(bars.names):
            return
        painter = QPainter(self)
        wide = min(self.width(), WIDEST)
        errors = 0.0 if bars.errors is None else bars.errors
        low, high = min(float((bars.values - errors).min()), 0.0), max(float((bars.values + errors).max()), 0.0)
        scale = max(wide - NAME - VALUE - 24, 20) / ((high - low) or 1.0)
        zero = NAME + 10 - low * scale
        first, last = event.rect().top() // ROW, event.rect().bottom() // ROW
        for index in range(max(first, 0), min(last + 1, len(bars.names))):
            top, value = index * ROW, float(bars.values[index])
            painter.setPen(theme.color("text"))
            name = painter.fontMetrics().elidedText(bars.names[index], Qt.TextElideMode.ElideMiddle, NAME)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, top, NAME, ROW), middle | Qt.AlignmentFlag.AlignRight, name)
            color = QColor(DIVERGING[8] if value >= 0 else DIVERGING[2])
            painter.fillRect(QRectF(min(zero, zero + value * scale), top + 3, abs(value) * scale, ROW - 6), color)
            if bars.errors is not None:
                error = float(bars.errors[index]) * scale
                end, height = zero + value * scale, top + ROW / 2
                painter.drawLine(QLineF(end - error, height, end + error, height))
            room = QRectF(wide - VALUE, top, VALUE, ROW)
            painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, f"{value:.4g}")
        painter.setPen(theme.color("muted"))
        painter.drawLine(QLineF(zero, event.rect().top(), zero, event.rect().bottom()))
