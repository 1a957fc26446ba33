"""Moving the sheet: middle button, or Space and the left button."""

from __future__ import annotations

from PySide6.QtCore import Qt

from gui.canvas.gestures.gesture import Gesture, Pointer


class Pan(Gesture):
    """The canvas sticks to the mouse."""

    cursor = Qt.CursorShape.ClosedHandCursor

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
