"""What all gestures share: they start where the mouse is pressed, move with it, and are finished or cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from gui.canvas.sheet import Sheet

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the mouse is, on the canvas and in the view, and what is pressed there."""

    scene: QPointF
    view: QPoint
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    button: Qt.MouseButton = Qt.MouseButton.NoButton
    space: bool = False
    """Whether the space bar is held."""

    def holds(self, modifier: Qt.KeyboardModifier) -> bool:
        """Whether this key is held."""
        return bool(self.modifiers & modifier)


class Gesture:
    """One thing that is done with the mouse pressed. Only `finish` may apply an edit, and only one."""

    cursor: Qt.CursorShape | None = None

    def __init__(self, view: Sheet, at: Pointer) -> None:
        self.view = view
        self.origin = at
        self.dragged = False
        """Whether the mouse has left the point of the press; until then it is a click."""

    @classmethod
    def starting(cls, view: Sheet, at: Pointer) -> Self | None:
        """The gesture, if it is what a press here starts."""
        raise NotImplementedError

    def start(self) -> None:
        """The mouse was pressed."""

    def move(self, at: Pointer) -> None:
        """The mouse has moved; `drag` is told once it has left the point of the press."""
        if not self.dragged:
            far = (at.view - self.origin.view).manhattanLength() >= QApplication.startDragDistance()
            if not far:
                return
            self.dragged = True
            self.begin()
        self.drag(at)

    def begin(self) -> None:
        """The press has become a drag."""

    def drag(self, at: Pointer) -> None:
        """The mouse is dragged."""

    def finish(self, at: Pointer) -> None:
        """The mouse was released."""

    def cancel(self) -> None:
        """Leave everything as it was before the press."""
