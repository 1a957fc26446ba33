"""The frames of a scene: their items kept in step with the document, and who is where among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF

from engine.edits import Change
from engine.frames import Box, Frame, frames_in, held
from gui.canvas.frames.frame_item import FrameItem, Sides
from gui.theme import theme

if TYPE_CHECKING:
    from gui.canvas.scene import Scene


class FrameItems(QObject):
    """Follows the document of one scene."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)  # with the scene its connections end
        self._scene, self._document = scene, scene.document
        self.items: dict[str, FrameItem] = {}
        self._document.changed.connect(self._follow)
        self._document.replaced.connect(self.rebuild)
        self._document.selection_changed.connect(self._choose)
        theme.changed.connect(self._restyle)
        self.rebuild()

    def rebuild(self) -> None:
        """Make every item again."""
        for item in self.items.values():
            self._scene.removeItem(item)
        self.items = {}
        for frame_id in self._document.graph.frames:
            self._show(frame_id)
        self._choose()

    def _follow(self, change: Change) -> None:
        for frame_id in change.frames:
            self._show(frame_id)
        if change.frames:
            self._choose()
            self._scene.touch()

    def _show(self, frame_id: str) -> None:
        frame, item = self._document.graph.frames.get(frame_id), self.items.get(frame_id)
        if frame is None:
            if item is not None:
                self._scene.removeItem(self.items.pop(frame_id))
        elif item is None:
            self.items[frame_id] = item = FrameItem(frame, self._scene.styling)
            self._scene.addItem(item)
        else:
            item.show_frame(frame)

    def _choose(self) -> None:
        chosen = self._document.frame
        for item in self.items.values():
            if item.chosen != (item.frame is chosen):
                item.chosen = not item.chosen
                item.update()

    def _restyle(self) -> None:
        for item in self.items.values():
            item.update()

    def show_as(self, frames: list[Frame]) -> None:
        """Show frames as they would be, while something is dragged; as they are, with those of the graph."""
        for frame in frames:
            if frame.id in self.items:
                self.items[frame.id].show_frame(frame)

    # -- who is where ----------------------------------------------------------------------------------------------

    def area(self) -> QRectF:
        """The box around all frames."""
        box = QRectF()
        for item in self.items.values():
            box |= item.box
        return box

    def _front(self) -> list[FrameItem]:
        return sorted(self.items.values(), key=lambda item: item.zValue(), reverse=True)

    def title_at(self, point: QPointF) -> Frame | None:
        """The frame whose title strip holds a point."""
        return next((item.frame for item in self._front() if item.strip.contains(point)), None)

    def edge_at(self, point: QPointF) -> tuple[Frame, Sides] | None:
        """The frame one of whose edges is there, and which edges."""
        for item in self._front():
            if (sides := item.sides(point)) != Sides():
                return item.frame, sides
        return None

    def content(self, frame: Frame) -> tuple[set[str], list[Frame]]:
        """The nodes and the other frames that lie wholly inside a frame now."""
        return held(frame, node_boxes(self._scene)), frames_in(self._document.graph, frame)


def node_boxes(scene: Scene) -> dict[str, Box]:
    """The box of every node on the canvas."""
    return {node_id: (*scene.positions[node_id], *item.look.size) for node_id, item in scene.nodes.items()}
