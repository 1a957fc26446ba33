"""Dragging a frame by its title, with what is in it. Inside, a press means what it means anywhere."""

from __future__ import annotations

from typing import Self

from PySide6.QtCore import Qt

from engine.edits import Compound
from engine.frames import Frame, SetFrame, moves
from engine.graph import Position
from gui.canvas.geometry import snap
from gui.canvas.gestures.gesture import CTRL, Gesture, Pointer
from gui.canvas.sheet import Sheet


class MoveFrame(Gesture):
    """Drags a frame by its title, with what lies wholly inside it when the drag begins."""

    cursor = Qt.CursorShape.SizeAllCursor

    @classmethod
    def starting(cls, view: Sheet, at: Pointer) -> Self | None:
        frame = view.canvas.frames.title_at(at.scene) if at.button == Qt.MouseButton.LeftButton else None
        return None if frame is None else cls(view, at, frame)

    def __init__(self, view: Sheet, at: Pointer, frame: Frame) -> None:
        super().__init__(view, at)
        self._frame = frame
        self._nodes: set[str] = set()
        self._frames: list[Frame] = [frame]

    def start(self) -> None:
        self.view.document.select_frame(self._frame.id)

    def begin(self) -> None:
        self._nodes, inner = self.view.canvas.frames.content(self._frame)
        self._frames = [self._frame, *inner]
        self.view.be_fast(True)

    def _shift(self, at: Pointer) -> Position:
        way, (left, top, _, _) = at.scene - self.origin.scene, self._frame.box
        if at.holds(CTRL):
            return way.x(), way.y()
        return snap(left + way.x()) - left, snap(top + way.y()) - top

    def _show(self, dx: float, dy: float) -> None:
        canvas, positions = self.view.canvas, self.view.document.graph.positions
        canvas.frames.show_as([frame.moved(dx, dy) for frame in self._frames])
        shown = {n: (positions[n][0] + dx, positions[n][1] + dy) for n in self._nodes if n in canvas.nodes}
        canvas.place(shown, dragging=True)
        canvas.reroute()

    def drag(self, at: Pointer) -> None:
        self._show(*self._shift(at))

    def finish(self, at: Pointer) -> None:
        if not self.dragged:
            return
        by = self._shift(at)
        self.cancel()
        if by != (0.0, 0.0):
            graph = self.view.document.graph
            title = SetFrame(self._frame.moved(*by)).title(graph)
            self.view.apply(Compound(tuple(moves(graph, self._frame, self._nodes, by)), title))
            self.view.document.select_frame(self._frame.id)

    def cancel(self) -> None:
        if self.dragged:
            canvas, positions = self.view.canvas, self.view.document.graph.positions
            canvas.frames.show_as(self._frames)
            canvas.place({node_id: positions[node_id] for node_id in self._nodes if node_id in canvas.nodes})
            canvas.reroute()
            self.view.be_fast(False)
