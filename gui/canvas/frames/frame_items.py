"""The frames of a scene: their items kept in step with the document, and who is where among them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF

from engine.frames import Box, Frame, frames_in, held
from gui.canvas.frames.frame_item import FrameItem, Sides
from gui.theme import theme

if TYPE_CHECKING:
    from gui.canvas.scene import Scene


Path = tuple[str, ...]


class FrameItems(QObject):
    """Follows the document of one scene."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)  # with the scene its connections end
        self._scene, self._document = scene, scene.document
        self._parts: dict[Path, dict[str, FrameItem]] = {}
        """The items of every level on the sheet."""
        self._document.selection_changed.connect(self._choose)
        theme.changed.connect(self._restyle)

    @property
    def items(self) -> dict[str, FrameItem]:
        """The items of the level that is worked in."""
        return self._parts.get(self._scene.part.path, {})

    def forget(self, paths: Iterable[Path]) -> None:
        """Levels go from the sheet."""
        for path in paths:
            for item in self._parts.pop(path, {}).values():
                self._scene.removeItem(item)

    def follow(self) -> None:
        """Show the frames of all levels on the sheet as they are."""
        for path, part in self._scene.parts.items():
            items, frames = self._parts.setdefault(path, {}), part.graph.frames
            for frame_id in items.keys() - frames.keys():
                self._scene.removeItem(items.pop(frame_id))
            for frame_id, frame in frames.items():
                if frame_id not in items:
                    items[frame_id] = FrameItem(frame, self._scene.styling)
                    part.lay(items[frame_id])
                elif items[frame_id].frame is not frame:
                    items[frame_id].show_frame(frame)
        self._choose()

    def _choose(self) -> None:
        chosen = self._document.frame
        for item in self._every():
            if item.chosen != (item.frame is chosen):
                item.chosen = not item.chosen
                item.update()

    def _restyle(self) -> None:
        for item in self._every():
            item.update()

    def _every(self) -> list[FrameItem]:
        return [item for items in self._parts.values() for item in items.values()]

    def show_as(self, frames: list[Frame]) -> None:
        """Show frames as they would be, while something is dragged; as they are, with those of the graph."""
        for frame in frames:
            if frame.id in self.items:
                self.items[frame.id].show_frame(frame)

    # -- who is where ----------------------------------------------------------------------------------------------

    def area(self) -> QRectF:
        """The box around all frames of the level that the sheet is of."""
        box = QRectF()
        for item in self._parts.get(self._document.sheet.block_path, {}).values():
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
    return {node_id: (*position, *scene.boxes[node_id].size) for node_id, position in scene.positions.items()}
