"""Opens the list of worked examples, and one of them as a project with its numbers on the wires."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from engine.graph import Graph
from gui.wire_values import WireValues
from gui.worked.dialog import WorkedDialog
from presets.worked.example import WorkedExample


class WorkedCommands(QObject):
    """``show`` opens a network that was made here, once the one that is open is safe."""

    def __init__(self, window: QWidget, show: Callable[[Graph], object], values: WireValues) -> None:
        super().__init__(window)
        self._window, self._show, self._values = window, show, values
        self.dialog: WorkedDialog | None = None

    def open(self) -> None:
        """Show the list."""
        self.dialog = WorkedDialog(self._window)
        self.dialog.chosen.connect(self.open_example)
        self.dialog.destroyed.connect(self._gone)
        self.dialog.open()

    def _gone(self) -> None:
        self.dialog = None

    def open_example(self, example: WorkedExample) -> None:
        """Open one; where it has numbers, they are on its wires."""
        self._show(example.build())
        if any(reading.numbers for reading in example.readings) and not self._values.on:
            self._values.toggle()
