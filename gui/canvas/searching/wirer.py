"""Wires without a mouse: from the selected layer, or one of its ports, to a port that is searched, and off again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint

from engine.edits import Disconnect
from engine.graph import Edge
from gui.canvas.commands import layer_commands as commands
from gui.canvas.geometry import End, Side
from gui.canvas.searching.wire_popup import UnwirePopup, WirePopup
from gui.canvas.sheet import Sheet
from gui.search_popup import SearchPopup


class Wirer:
    """One popup at a time."""

    def __init__(self, view: Sheet) -> None:
        self._view = view
        self.popup: SearchPopup | None = None

    def connect(self) -> None:
        """Wire two selected layers to each other; with one search where its wire leads."""
        document = self._view.document
        if len(document.selection) == 2:
            self._view.attempt(lambda: commands.connect_selection(document))
        elif len(document.selection) == 1:
            self.open(self._ends(document.selection[0]))
        else:
            self._view.message.emit("Select one layer to wire it, or two to wire them to each other.")

    def open(self, ends: Sequence[End]) -> None:
        """Search where a wire from one of these ports of a layer leads."""
        if ends:
            self._show(WirePopup(self._view, self._beside(ends[0].node), ends)).chosen.connect(self._connect)

    def disconnect(self) -> None:
        """Search a wire of the selected layer and take it off."""
        document = self._view.document
        if len(document.selection) != 1:
            self._view.message.emit("Select one layer to take a wire off it.")
            return
        (node_id,) = document.selection
        if not document.graph.incoming[node_id] and not document.graph.outgoing[node_id]:
            self._view.message.emit(f"{document.graph.nodes[node_id].name} has no wire.")
            return
        self._show(UnwirePopup(self._view, self._beside(node_id), node_id)).chosen.connect(self._disconnect)

    def close(self) -> None:
        """Close the popup, if one is open."""
        if self.popup is not None:
            self.popup.close_up()

    def _ends(self, node_id: str) -> list[End]:
        """Its outputs; of a layer without any, its inputs."""
        box = self._view.canvas.boxes[node_id]
        side: Side = "output" if box.outputs else "input"
        return [End(node_id, side, name) for name in box.ports(side)]

    def _beside(self, node_id: str) -> QPoint:
        box = self._view.canvas.boxes.box(node_id)
        self._view.camera.reveal(box)
        return self._view.view_point(box.bottomLeft()) + QPoint(0, 8)

    def _show(self, popup: SearchPopup) -> SearchPopup:
        self.popup = popup
        popup.closed.connect(self._closed)
        return popup

    def _connect(self, edge: object) -> None:
        assert isinstance(edge, Edge)
        document = self._view.document
        if self._view.attempt(lambda: commands.connect(document, edge)):
            names = f"{document.graph.nodes[edge.source].name} to {document.graph.nodes[edge.target].name}"
            self._view.message.emit(f"Connected {names}. Ctrl+Z undoes it.")

    def _disconnect(self, edge: object) -> None:
        assert isinstance(edge, Edge)
        if self._view.apply(Disconnect(edge)):
            self._view.message.emit("The wire is gone; Ctrl+Z brings it back.")

    def _closed(self) -> None:
        self.popup = None
