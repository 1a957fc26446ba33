"""A heat map over the sample, which shines through as far as the user wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QVBoxLayout, QWidget

from gui.inside.looking.drawing import Drawn
from gui.inside.looking.legend import Legend
from gui.theme import theme
from gui.widgets import Label, label

if TYPE_CHECKING:
    from engine.inside.looking.results import Heat


TITLE = 18


class HeatView(QWidget):
    """Shows a `Heat`: the sample alone, and the sample below the heat."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = _Canvas()
        self.legend = Legend()
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(65)
        self.opacity.setMaximumWidth(180)
        self.opacity.setAccessibleName("Opacity of the heat map")
        self.opacity.setToolTip("How much of the sample is hidden by the colours")
        self.opacity.valueChanged.connect(self._set_opacity)
        self.said = Label()
        self.canvas.said = self.said
        row = QHBoxLayout()
        row.addWidget(self.legend, 1)
        row.addWidget(label("Opacity", "muted"))
        row.addWidget(self.opacity)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.said)
        column.addLayout(row)
        self._set_opacity(self.opacity.value())

    def show_result(self, result: Heat, shown: Drawn) -> None:
        """Show this one."""
        self.canvas.show_heat(result, *shown.images)
        self.legend.show_scale(shown.limits, result.signed, result.unit)

    def _set_opacity(self, value: int) -> None:
        self.canvas.opacity = value / 100
        self.canvas.update()


class _Canvas(QWidget):
    """Both images, as large as there is room for."""

    def __init__(self) -> None:
        super().__init__()
        self.opacity = 0.65
        self.said: Label | None = None
        self._heat: Heat | None = None
        self._sample, self._grey, self._colors = QImage(), QImage(), QImage()
        self.setMouseTracking(True)
        self.setMinimumSize(220, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Heat map over the sample")
        self.setToolTip("The sample, and what counts in it; point at a pixel to read its value")
        theme.changed.connect(self.update)

    def show_heat(self, heat: Heat, sample: QImage, colors: QImage) -> None:
        self._heat, self._sample, self._colors = heat, sample, colors
        self._grey = sample.convertToFormat(QImage.Format.Format_Grayscale8)  # so that it changes no colour of the heat
        row, column = divmod(int(abs(heat.heat).argmax()), heat.heat.shape[1])
        value = float(heat.heat[row, column])
        self.setAccessibleDescription(f"The largest value is {value:.4g} at row {row}, column {column}.")
        self._say(f"Largest: {value:.4g} at row {row}, column {column}")
        self.update()

    def _frames(self) -> tuple[QRectF, QRectF]:
        """Where the sample and the heat are drawn."""
        wide, high = self._sample.width() or 1, self._sample.height() or 1
        gap = 16.0
        if wide > 3 * high:  # a clip, frame by frame: one above the other
            scale = min(self.width() / wide, (self.height() - 2 * TITLE - gap) / (2 * high))
            size = (wide * scale, high * scale)
            return QRectF(0, TITLE, *size), QRectF(0, 2 * TITLE + gap + size[1], *size)
        scale = min((self.width() - gap) / (2 * wide), (self.height() - TITLE) / high)
        if wide <= self.width() / 4 and scale > 1:
            scale = float(int(scale))
        size = (wide * scale, high * scale)
        return QRectF(0, TITLE, *size), QRectF(size[0] + gap, TITLE, *size)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._heat is None:
            return
        painter = QPainter(self)
        left, right = self._frames()
        painter.setPen(theme.color("muted"))
        painter.drawText(QPointF(left.left(), left.top() - 5), "What the network is given")
        painter.drawText(QPointF(right.left(), right.top() - 5), "What counts in it")
        small = self._sample.width() < left.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not small)
        painter.drawImage(left, self._sample)
        painter.drawImage(right, self._grey)
        painter.setOpacity(self.opacity)
        painter.drawImage(right, self._colors)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._heat is None:
            return
        for frame in self._frames():
            if frame.contains(event.position()):
                high, wide = self._heat.heat.shape
                row = min(int((event.position().y() - frame.y()) / frame.height() * high), high - 1)
                column = min(int((event.position().x() - frame.x()) / frame.width() * wide), wide - 1)
                self._say(f"Row {row}, column {column}: {float(self._heat.heat[row, column]):.4g}")

    def _say(self, text: str) -> None:
        if self.said is not None:
            self.said.setText(text)
