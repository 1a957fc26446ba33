"""A pad to draw on with the mouse: the strokes are asked about while they are drawn."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import theme

SIDE = 260
THICK = 16
"""Pixels of the pad, and of its pen."""


class DrawingPad(QWidget):
    """``strokes`` are lists of (x, y) in pixels."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strokes: list[list[tuple[float, float]]] = []
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Drawing pad")
        self.setToolTip("Draw with the mouse; Ctrl+Z undoes the last stroke, Delete clears the pad")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    def clear(self) -> None:
        """Wipe everything off."""
        if self.strokes:
            self.strokes = []
            self._turned()

    def undo(self) -> None:
        """Undo the last stroke."""
        if self.strokes:
            self.strokes.pop()
            self._turned()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.strokes.append([])
            self._add(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self.strokes:
            self._add(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.color("base"))
        painter.setPen(QPen(theme.color("accent" if self.hasFocus() else "border"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if not self.strokes:
            painter.setPen(theme.color("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Draw here with the mouse")
        round_cap, round_join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        painter.setPen(QPen(theme.color("text"), THICK, Qt.PenStyle.SolidLine, round_cap, round_join))
        for stroke in self.strokes:
            points = [QPointF(x, y) for x, y in stroke]
            painter.drawPolyline(QPolygonF(points if len(points) > 1 else points * 2))

    def _add(self, event: QMouseEvent) -> None:
        point = event.position()
        x, y = min(max(point.x(), 0.0), self.width()), min(max(point.y(), 0.0), self.height())
        if not self.strokes[-1] or self.strokes[-1][-1] != (x, y):
            self.strokes[-1].append((x, y))
            self._turned()

    def _turned(self) -> None:
        self.update()
        self.changed.emit()
