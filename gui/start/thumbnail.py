"""A small picture of a network: each layer a block, as tall as its image and as thick as its channels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.graph import Graph, GraphError
from engine.resolve import layer_class
from engine.shapes import Report
from engine.spec import Spec
from gui.theme import theme

THIN, THICK = 5.0, 20.0


@dataclass(frozen=True, slots=True)
class ThumbnailBox:
    """One layer in the picture: which column, which row of it, its size in 0…1 and the token of its colour."""

    column: int
    row: int
    rows: int
    thick: float
    tall: float
    color: str


def blocks(graph: Graph, report: Report) -> list[ThumbnailBox]:
    """The blocks of a network, column by column along its longest paths."""
    column: dict[str, int] = {}
    for node_id in graph.order():
        column[node_id] = 1 + max((column[e.source] for e in graph.incoming[node_id].values()), default=-1)
    members: dict[int, list[str]] = {}
    for node_id, index in column.items():
        members.setdefault(index, []).append(node_id)
    result = []
    for node_id, index in column.items():
        spec = next(iter(report.outputs.get(node_id, {}).values()), None)
        if spec is None and graph.incoming[node_id]:
            edge = next(iter(graph.incoming[node_id].values()))
            spec = report.spec(edge.source, edge.source_port)
        try:
            family = layer_class(graph.node(node_id).type, graph.blocks).family
        except GraphError:
            family = "other"
        tall, thick = _size(spec)
        rows = members[index]
        result.append(ThumbnailBox(index, rows.index(node_id), len(rows), thick, tall, f"family.{family}"))
    return result


def _size(spec: Spec | None) -> tuple[float, float]:
    """Height and thickness in 0…1: an image by its rows and channels, a row of numbers by their count."""
    if spec is None:
        return 0.4, 0.3
    sizes = [dim for dim in spec.shape[1:] if isinstance(dim, int)] or [1]
    if len(sizes) >= 3:
        return min(1.0, 0.25 + math.log2(sizes[1] + 1) / 8), min(1.0, 0.1 + math.log2(sizes[0] + 1) / 9)
    return min(1.0, 0.15 + math.log2(sizes[-1] + 1) / 12), 0.12


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
    painter.setPen(Qt.PenStyle.NoPen)
    for block in drawn:
        lane = area.height() / block.rows
        tall, thick = block.tall * lane * 0.9, max(2.0, scale * (THIN + (THICK - THIN) * block.thick))
        middle = area.top() + lane * (block.row + 0.5)
        color = QColor(theme.color(block.color))
        painter.setBrush(color)
        painter.drawRoundedRect(QRectF(starts[block.column], middle - tall / 2, thick, tall), 2, 2)
    painter.restore()
