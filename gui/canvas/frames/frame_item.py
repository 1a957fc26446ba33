"""One frame on the canvas: a tinted box with its title on a strip and its text below that, behind all layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from engine.frames import Frame
from gui.canvas.style import Style

STRIP: Final = 28.0
"""The height of the strip with the title."""
LEAST_STRIP: Final = 16.0
"""Its least height in pixels, so that it can be read and taken hold of from afar."""
PAD: Final = 10.0
EDGE: Final = 6.0
"""How near to an edge a press must be to take hold of it, in pixels."""
CORNER: Final = 6.0
BEHIND: Final = -10.0


@dataclass(frozen=True, slots=True)
class Sides:
    """The edges that a press takes hold of: −1 left or top, 1 right or bottom, 0 neither."""

    across: int = 0
    down: int = 0


CURSORS: Final = {
    (-1, 0): Qt.CursorShape.SizeHorCursor, (1, 0): Qt.CursorShape.SizeHorCursor,
    (0, -1): Qt.CursorShape.SizeVerCursor, (0, 1): Qt.CursorShape.SizeVerCursor,
    (-1, -1): Qt.CursorShape.SizeFDiagCursor, (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (-1, 1): Qt.CursorShape.SizeBDiagCursor, (1, -1): Qt.CursorShape.SizeBDiagCursor,
}  # fmt: skip


class FrameItem(QGraphicsRectItem):
    """Paints a frame; larger ones lie behind smaller ones."""

    def __init__(self, frame: Frame, style: Style) -> None:
        super().__init__()
        self.frame, self.style = frame, style
        self.chosen = False
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.show_frame(frame)

    def show_frame(self, frame: Frame) -> None:
        """Show it as it is now, or as it would be."""
        self.frame = frame
        left, top, width, height = frame.box
        self.setRect(left - 2, top - 2, width + 4, height + 4)
        self.setZValue(BEHIND - width * height / 1e9)
        self.update()

    @property
    def box(self) -> QRectF:
        """Its box on the canvas."""
        return QRectF(*self.frame.box)

    @property
    def strip(self) -> QRectF:
        """Where its title is: the whole strip along its upper edge."""
        box = self.box
        return QRectF(box.x(), box.y(), box.width(), min(max(STRIP, LEAST_STRIP / self.style.scale), box.height()))

    def sides(self, point: QPointF) -> Sides:
        """Which edges a press at a point takes hold of."""
        reach = EDGE / min(self.style.scale, 1.0)
        box = self.box
        if not box.adjusted(-reach, -reach, reach, reach).contains(point):
            return Sides()
        across = -1 if abs(point.x() - box.left()) <= reach else int(abs(point.x() - box.right()) <= reach)
        down = -1 if abs(point.y() - box.top()) <= reach else int(abs(point.y() - box.bottom()) <= reach)
        return Sides(across, down)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        paint_frame(painter, self.frame, self.style, strip=self.strip.height(), chosen=self.chosen)


def paint_frame(painter: QPainter, frame: Frame, style: Style, *, strip: float = STRIP, chosen: bool = False) -> None:
    """Paint a frame with its title and its text."""
    look, box = style.frame(frame.color), QRectF(*frame.box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(1.0)
    painter.setPen(style.selected if chosen else look.border)
    painter.setBrush(look.fill)
    painter.drawRoundedRect(box, CORNER, CORNER)
    head = QRectF(box.x(), box.y(), box.width(), strip)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.strip)
    painter.drawRoundedRect(head, CORNER, CORNER)
    painter.setPen(style.text)
    room = head.adjusted(PAD, 0, -PAD, 0)
    if frame.title:
        font = QFont(style.fonts["name"])
        font.setPixelSize(max(font.pixelSize(), round(0.55 * strip)))
        painter.setFont(font)
        title = QFontMetricsF(font).elidedText(frame.title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
    if frame.text and strip <= STRIP:
        painter.setPen(style.muted)
        painter.setFont(style.fonts["label"])
        painter.drawText(text_room(frame), int(Qt.AlignmentFlag.AlignLeft) | int(Qt.TextFlag.TextWordWrap), frame.text)


def text_room(frame: Frame) -> QRectF:
    """Where its text stands: below the strip, cut off at its lower edge."""
    return QRectF(*frame.box).adjusted(PAD, STRIP + 4, -PAD, -4)
