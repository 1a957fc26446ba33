"""A run that is stopped as a person may, after some steps."""

from __future__ import annotations

from typing import Any

from engine.training.control import Control


class Stopping(Control):
    """Stops the run after so many steps."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.left = steps

    def gate(self, before_waiting: Any = None) -> bool:
        self.left -= 1
        if self.left < 0:
            self.stop()
        return super().gate(before_waiting)
