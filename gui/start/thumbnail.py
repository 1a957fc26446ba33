"""A small picture of a network: each layer a block, as tall as its image and as thick as its channels."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from gui.theme import theme

THIN, THICK = 5.0, 20.0


ARC = 5.0
"""How high a way around a block rises above it."""


@dataclass(frozen=True, slots=True)
class ThumbnailBox:
    """One layer, or one repeat of a block: which column, which row of it, its size in 0…1, the token of its colour.

    ``around`` says that a shortcut leads around what is inside.
    """

    column: int
    row: int
    rows: int
    thick: float
    tall: float
    color: str
    around: bool = False


def paint(painter: QPainter, area: QRectF, drawn: list[ThumbnailBox]) -> None:
    """Draw the blocks centred in ``area``, shrunk where there are many."""
    if not drawn:
        return
    count = max(block.column for block in drawn) + 1
    wide = [max(THIN + (THICK - THIN) * b.thick for b in drawn if b.column == c) for c in range(count)]
    gap = 6.0
    scale = min(1.0, area.width() / (sum(wide) + gap * (count - 1)))
    left = area.center().x() - scale * (sum(wide) + gap * (count - 1)) / 2
    starts = [left + scale * (sum(wide[:c]) + gap * c) for c in range(count)]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("wire"), 1))
    painter.drawLine(round(starts[0]), round(area.center().y()), round(starts[-1]), round(area.center().y()))
    arcs = QPainterPath()
    painter.setPen(Qt.PenStyle.NoPen)
    for block in drawn:
        lane = area.height() / block.rows
        tall, thick = block.tall * lane * 0.9, max(2.0, scale * (THIN + (THICK - THIN) * block.thick))
        middle = area.top() + lane * (block.row + 0.5)
        painter.setBrush(QColor(theme.color(block.color)))
        box = QRectF(starts[block.column], middle - tall / 2, thick, tall)
        painter.drawRoundedRect(box, 2, 2)
        if block.around:
            reach = gap * scale / 2
            arcs.moveTo(box.left() - reach, box.top())
            arcs.quadTo(box.center().x(), box.top() - 2 * ARC, box.right() + reach, box.top())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("muted"), 1.2))
    painter.drawPath(arcs)
    painter.restore()
