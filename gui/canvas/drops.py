"""Layers dragged in from the palette: dropped on the canvas, or on a wire that they are then spliced into."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint

from engine.graph import Edge, Graph
from gui.canvas.commands.edit_commands import EditCommands
from gui.canvas.commands.offered_blocks import kind
from gui.canvas.geometry import HEIGHT, WIDTH
from gui.canvas.sheet import Sheet

MIME = "application/x-layerloom-layer"
"""The mime type of a layer on its way from the palette; its data is the type in UTF-8."""


def layer_in(data: QMimeData, graph: Graph) -> str | None:
    """The type of the layer that is dragged, if it is one we know."""
    if not data.hasFormat(MIME):
        return None
    try:
        cls = kind(graph, bytes(data.data(MIME).data()).decode("utf-8"))
    except UnicodeDecodeError:
        return None
    return None if cls is None else cls.type_name()


class PaletteDrop:
    """Follows one layer over one view; the wire it would be spliced into glows."""

    def __init__(self, view: Sheet, editing: EditCommands) -> None:
        self._view, self._editing = view, editing
        self._wire: Edge | None = None

    def move(self, data: QMimeData, at: QPoint, *, splices: bool) -> bool:
        """The layer is held over ``at``; whether it may be dropped there."""
        name = layer_in(data, self._view.document.graph)
        self._glow(self._target(name, at) if name and splices else None)
        return name is not None

    def drop(self, data: QMimeData, at: QPoint, *, splices: bool) -> bool:
        """Add the layer with its middle at ``at``."""
        self._glow(None)
        name = layer_in(data, self._view.document.graph)
        if name is None:
            return False
        point = self._view.point_at(at)
        position = (point.x() - WIDTH / 2, point.y() - HEIGHT / 2)
        self._editing.add_layer(name, position, into=self._target(name, at) if splices else None)
        return True

    def leave(self) -> None:
        """The layer is held elsewhere, or the drag was cancelled."""
        self._glow(None)

    def _target(self, name: str, at: QPoint) -> Edge | None:
        cls = kind(self._view.document.graph, name)
        if cls is None or not cls.inputs or not cls.outputs:
            return None
        return self._view.canvas.find.wire(self._view.point_at(at), pixels=18)

    def _glow(self, edge: Edge | None) -> None:
        for changed, glowing in ((self._wire, False), (edge, True)):
            if changed is not None and (item := self._view.canvas.wires.get(changed)) is not None:
                item.set_glowing(glowing)
        self._wire = edge
