"""Dotted curves between layers that use the same weights, beside the wires that carry values."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem

from gui.canvas.layout.flow import flow_of
from gui.canvas.sight.node_boxes import NodeBoxes
from gui.levels import Shown
from gui.theme import theme

BULGE = 48.0
"""How far the curve swings out beside both layers."""


class Ties(QGraphicsPathItem):
    """One item for all curves, for there are few; it is in the scene while there are any."""

    def __init__(
        self,
        level: Shown,
        boxes: NodeBoxes,
        lay: Callable[[QGraphicsItem], None],
        remove: Callable[[QGraphicsItem], None],
    ) -> None:
        """``lay`` puts it on the sheet, ``remove`` takes it away."""
        super().__init__()
        self._level, self._boxes, self._lay, self._remove = level, boxes, lay, remove
        self.setZValue(-1)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.dress()

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.setPen(tie_pen(theme.color("node_muted")))

    def follow(self) -> None:
        """Lead the curves to where the layers stand now."""
        boxes, sharing = self._boxes, self._level.graph.sharing
        if bool(sharing) != (self.scene() is not None):
            (self._lay if sharing else self._remove)(self)
        if not sharing:
            return
        path, flow = QPainterPath(), flow_of(self._level.graph)
        for sharer, owner in sharing.items():
            if sharer in boxes and owner in boxes:
                one, other = (_beside(flow.turn_rect(boxes.box(node_id))) for node_id in (owner, sharer))
                swing = max(one.x(), other.x()) + BULGE
                path.moveTo(one)
                path.cubicTo(QPointF(swing, one.y()), QPointF(swing, other.y()), other)
        self.setPath(flow.turn_path(path))

    def clear(self) -> None:
        """Take the curves off the sheet."""
        if self.scene() is not None:
            self._remove(self)


def tie_pen(color: QColor) -> QPen:
    """The pen of the curves."""
    pen = QPen(color, 2, Qt.PenStyle.DotLine)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen


def _beside(box: QRectF) -> QPointF:
    return QPointF(box.right(), box.center().y())
