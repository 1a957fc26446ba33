"""Trainings that continue in separate processes from before are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine import project
from engine.files import FileError
from engine.graph import Graph
from engine.home import hosts
from gui.work.background import Background

if TYPE_CHECKING:
    from engine.training.process.handover import LiveTraining


class LiveRuns(QObject):
    """Looks for them beside the GUI thread."""

    found = Signal(list)
    """A `LiveTraining` each, oldest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background("find-runs", self)

    def look(self) -> None:
        """Look for them; where there has never been one this costs nothing."""
        if hosts().is_dir():
            self._background.run(_live, self.found.emit, lambda _error: self.found.emit([]))

    def close(self) -> None:
        """Wait for what is being read."""
        self._background.close()


def _live() -> list[LiveTraining]:
    from engine.training.process.handover import live  # numpy comes along: not while the window is being built

    return live()


def project_of(run: LiveTraining) -> Graph | None:
    """The project that a run trains; None where it cannot be read (yet)."""
    from engine.training.runs.folder import PROJECT

    try:
        return project.load_own(run.facts.run or run.folder, PROJECT)
    except FileError:
        return None
