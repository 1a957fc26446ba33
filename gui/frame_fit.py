"""Keeps a window on the screen with its frame, which is known only once the window manager has drawn it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtWidgets import QWidget


class FrameFit(QObject):
    """Looks at a window whenever it is shown, moved or resized, until it has a frame; fits it then, once."""

    EVENTS = (QEvent.Type.Show, QEvent.Type.Move, QEvent.Type.Resize)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        window.installEventFilter(self)

    def eventFilter(self, window: QObject, event: QEvent) -> bool:
        if event.type() in self.EVENTS and self._window.isVisible():
            self._look()
        return False

    def _look(self) -> None:
        window, screen = self._window, self._window.screen().availableGeometry()
        if window.frameGeometry() == window.geometry() and screen.contains(window.geometry()):
            return  # no frame yet; there may never be one
        self._window.removeEventFilter(self)
        if window.isMaximized() or window.isFullScreen():
            return
        frame = fitted(window.frameGeometry(), screen)
        if frame != window.frameGeometry():
            window.resize(window.size() - (window.frameGeometry().size() - frame.size()))
            window.move(frame.topLeft())


def fitted(frame: QRect, screen: QRect) -> QRect:
    """The frame, no larger than the screen and wholly on it, as near as can be to where it was."""
    size = frame.size().boundedTo(screen.size())
    left = max(screen.left(), min(frame.left(), screen.right() + 1 - size.width()))
    top = max(screen.top(), min(frame.top(), screen.bottom() + 1 - size.height()))
    return QRect(QPoint(left, top), size)
