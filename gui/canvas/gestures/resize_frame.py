"""Dragging the edges of a frame."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

from PySide6.QtCore import Qt

from engine.frames import SMALLEST, Frame, SetFrame
from gui.canvas.frames.frame_item import CURSORS, Sides
from gui.canvas.geometry import snap
from gui.canvas.gestures.gesture import CTRL, Gesture, Pointer
from gui.canvas.sheet import Sheet


class ResizeFrame(Gesture):
    """Drags one edge or two; the grid holds unless Ctrl is pressed."""

    @classmethod
    def starting(cls, view: Sheet, at: Pointer) -> Self | None:
        found = view.canvas.frames.edge_at(at.scene) if at.button == Qt.MouseButton.LeftButton else None
        return None if found is None else cls(view, at, *found)

    def __init__(self, view: Sheet, at: Pointer, frame: Frame, sides: Sides) -> None:
        super().__init__(view, at)
        self._frame, self._sides = frame, sides
        self.cursor = CURSORS[sides.across, sides.down]

    def start(self) -> None:
        self.view.document.select_frame(self._frame.id)

    def _resized(self, at: Pointer) -> Frame:
        left, top, width, height = self._frame.box
        way, free = at.scene - self.origin.scene, at.holds(CTRL)
        left, right = _stretched(left, left + width, way.x(), self._sides.across, free=free)
        top, bottom = _stretched(top, top + height, way.y(), self._sides.down, free=free)
        return replace(self._frame, box=(left, top, right - left, bottom - top))

    def drag(self, at: Pointer) -> None:
        self.view.canvas.frames.show_as([self._resized(at)])

    def finish(self, at: Pointer) -> None:
        resized = self._resized(at)
        if self.dragged and resized != self._frame:
            self.view.apply(SetFrame(resized))

    def cancel(self) -> None:
        self.view.canvas.frames.show_as([self._frame])


def _stretched(low: float, high: float, by: float, side: int, *, free: bool) -> tuple[float, float]:
    """Two opposite edges after one of them was dragged, never nearer to each other than the smallest frame is wide."""
    if side < 0:
        return min(low + by if free else snap(low + by), high - SMALLEST), high
    if side > 0:
        return low, max(high + by if free else snap(high + by), low + SMALLEST)
    return low, high
