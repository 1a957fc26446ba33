"""Plays a row of steps, at a speed that can be changed; nothing plays by itself.

Where motion is to be reduced it goes one step on instead.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from gui.motion import motion

SLOWEST, FASTEST, USUAL = 1, 30, 3
"""Steps a second."""
SECOND: Final = 1000


class Player(QObject):
    """``moved`` carries the step that is shown now; ``playing`` whether it plays."""

    moved = Signal(int)
    playing = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.step, self.count = 0, 0
        self._timer = QTimer(self, interval=SECOND // USUAL)
        self._timer.timeout.connect(self._tick)
        motion.changed.connect(self._hold_still)

    @property
    def plays(self) -> bool:
        """Whether it plays now."""
        return self._timer.isActive()

    def set_count(self, count: int) -> None:
        """So many steps there are; one that is past the end becomes the last."""
        self.count = count
        if count < 2:
            self.pause()
        self.go(self.step)

    def go(self, step: int) -> None:
        """Show a step, or the nearest there is."""
        self.step = min(max(step, 0), max(self.count - 1, 0))
        self.moved.emit(self.step)

    def set_speed(self, steps: int) -> None:
        """Take so many steps a second."""
        self._timer.setInterval(SECOND // min(max(steps, SLOWEST), FASTEST))

    def toggle(self) -> None:
        """Play, from the start where it has ended; or hold."""
        if self.plays:
            self.pause()
        elif self.count > 1:
            if self.step >= self.count - 1:
                self.go(0)
            elif motion.reduced:
                self.go(self.step + 1)
            if not motion.reduced:
                self._timer.start()
                self.playing.emit(True)

    def pause(self) -> None:
        """Hold."""
        if self.plays:
            self._timer.stop()
            self.playing.emit(False)

    def _hold_still(self) -> None:
        if motion.reduced:
            self.pause()

    def _tick(self) -> None:
        self.go(self.step + 1)
        if self.step >= self.count - 1:
            self.pause()
