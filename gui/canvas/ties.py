"""Dotted curves between layers that use the same weights, beside the wires that carry values."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem, QGraphicsScene

from gui.canvas.layout.flow import flow_of
from gui.canvas.node_item import NodeItem
from gui.document import Document
from gui.theme import theme

BULGE = 48.0
"""How far the curve swings out beside both layers."""


class Ties(QGraphicsPathItem):
    """One item for all curves, for there are few; it is in the scene while there are any."""

    def __init__(self, document: Document, nodes: Mapping[str, NodeItem], scene: QGraphicsScene) -> None:
        super().__init__()
        self._document, self._nodes, self._scene = document, nodes, scene
        self.setZValue(-1)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.dress()

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.setPen(tie_pen(theme.color("node_muted")))

    def follow(self) -> None:
        """Lead the curves to where the layers stand now."""
        nodes, sharing = self._nodes, self._document.graph.sharing
        if bool(sharing) != (self.scene() is not None):
            (self._scene.addItem if sharing else self._scene.removeItem)(self)
        if not sharing:
            return
        path, flow = QPainterPath(), flow_of(self._document.graph)
        for sharer, owner in sharing.items():
            if sharer in nodes and owner in nodes:
                one, other = (_beside(flow.turn_rect(nodes[node_id].box)) for node_id in (owner, sharer))
                swing = max(one.x(), other.x()) + BULGE
                path.moveTo(one)
                path.cubicTo(QPointF(swing, one.y()), QPointF(swing, other.y()), other)
        self.setPath(flow.turn_path(path))


def tie_pen(color: QColor) -> QPen:
    """The pen of the curves."""
    pen = QPen(color, 2, Qt.PenStyle.DotLine)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen


def _beside(box: QRectF) -> QPointF:
    return QPointF(box.right(), box.center().y())
