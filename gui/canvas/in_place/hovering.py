"""What is said of what the mouse rests on, in whichever level on the sheet it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF

from gui.canvas.tooltips import node_text, port_text, wire_tip

if TYPE_CHECKING:
    from gui.canvas.scene import Scene

FOLD: Final = "<qt>Open or close the block in place</qt>"


def tip(scene: Scene, point: QPointF) -> str:
    """What is said of what lies at a point of the sheet; empty for nothing."""
    part = scene.parts[scene.part_at(point)]
    point = point - part.offset
    if end := scene.find.grip(point, part):
        return port_text(part, end, part.problems.get(end.node, []))
    if scene.find.mark(point, part):
        return FOLD
    if node_id := scene.find.node(point, part):
        return node_text(part, node_id, part.problems.get(node_id, []), scene.live.lines(node_id, part.path))
    if edge := scene.find.wire(point, part=part):
        return wire_tip(part, edge, scene.live.value(edge, (part.path, part.report)))
    return ""
