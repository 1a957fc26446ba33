"""The whole network in a corner of the canvas: boxes in their colours, dots of problems, and what is seen of it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsView, QWidget

from gui.canvas.overview import Overview
from gui.canvas.scene import Scene
from gui.theme import theme

LARGEST = QSize(200, 150)
EDGE = 12
"""Pixels between it and the corner, and around the network inside it."""


class Minimap(QWidget):
    """Lies over a view. A click or a drag brings the middle of the view there."""

    def __init__(self, view: QGraphicsView, scene: Scene, overview: Overview) -> None:
        super().__init__(view)
        self._view, self._scene, self._overview = view, scene, overview
        self._picture, self._stamp = QPixmap(), -1
        self.setFixedSize(LARGEST)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Map of the network")
        self.setToolTip("Click to go there")
        self.hide()
        scene.annotated.connect(self.update)
        theme.changed.connect(self._forget)

    def toggle(self) -> bool:
        """Show or hide it; whether it is shown now."""
        self.setVisible(not self.isVisible())
        self.place()
        return self.isVisible()

    def place(self) -> None:
        """Go to the lower right corner of the view."""
        room = self._view.viewport().geometry()
        self.move(room.right() - self.width() - EDGE, room.bottom() - self.height() - EDGE)
        self.raise_()

    def _forget(self) -> None:
        self._stamp = -1
        self.update()

    def _content(self) -> QRectF:
        """The part of the canvas that it shows: all layers."""
        return self._scene.content()

    def _scale(self) -> float:
        box = self._content()
        room = self.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE)
        return min(room.width() / max(box.width(), 1.0), room.height() / max(box.height(), 1.0), 0.25)

    def _to_scene(self, at: QPoint) -> tuple[float, float]:
        center, scale = self._content().center(), self._scale()
        middle = self.rect().center()
        return center.x() + (at.x() - middle.x()) / scale, center.y() + (at.y() - middle.y()) / scale

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._stamp != self._scene.stamp:
            self._stamp, self._picture = self._scene.stamp, self._drawn()
        painter.drawPixmap(0, 0, self._picture)
        if not self._scene.sheet.nodes:
            return
        seen = self._view.mapToScene(self._view.viewport().rect()).boundingRect()
        center, scale, middle = self._content().center(), self._scale(), QRectF(self.rect()).center()
        frame = QRectF((seen.topLeft() - center) * scale + middle, seen.size() * scale)
        painter.setPen(QPen(theme.color("selection"), 1.5))
        fill = QColor(theme.color("selection"))
        fill.setAlphaF(0.08)
        painter.setBrush(fill)
        painter.drawRect(frame.intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1)))

    def _drawn(self) -> QPixmap:
        """The ground and the network on it."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("base"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        if self._scene.sheet.nodes:
            scale, center = self._scale(), self._content().center()
            painter.translate(self.rect().center())
            painter.scale(scale, scale)
            painter.translate(-center)
            self._overview.paint(painter, scale, wires=False)
        painter.end()
        return picture

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go(event)

    def _go(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._scene.sheet.nodes:
            self._view.centerOn(*self._to_scene(event.position().toPoint()))
            self.update()
        event.accept()
