"""Moving the sheet: middle button, or Space and the left button."""

from __future__ import annotations

from typing import Self

from PySide6.QtCore import Qt

from gui.canvas.gestures.gesture import Gesture, Pointer
from gui.canvas.sheet import Sheet


class Pan(Gesture):
    """The canvas sticks to the mouse."""

    cursor = Qt.CursorShape.ClosedHandCursor

    @classmethod
    def starting(cls, view: Sheet, at: Pointer) -> Self | None:
        left = at.space and at.button == Qt.MouseButton.LeftButton
        return cls(view, at) if left or at.button == Qt.MouseButton.MiddleButton else None

    def start(self) -> None:
        self._before = self.view.camera.offset
        self.view.be_fast(True)

    def move(self, at: Pointer) -> None:
        self.view.camera.offset = self._before - (at.view - self.origin.view)

    def finish(self, at: Pointer) -> None:
        self.view.be_fast(False)

    def cancel(self) -> None:
        self.view.camera.offset = self._before
        self.view.be_fast(False)
