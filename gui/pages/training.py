"""Training from any page: begin one, or watch one that continues from before in a separate process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from engine.graph import Graph
from gui.hosts.live_runs import LiveRuns, project_of
from gui.pages.going_on import GoingOn
from gui.pages.pages import Pages

if TYPE_CHECKING:
    from engine.training.process.handover import LiveTraining


class TrainingCommands(QObject):
    """``show_project`` opens the project of a run that is to be watched; ``going_on`` offers such runs."""

    def __init__(self, pages: Pages, show_project: Callable[[Graph], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pages, self._show_project = pages, show_project
        self.going_on, self._live_runs = GoingOn(), LiveRuns(self)
        self._live_runs.found.connect(self._found)
        self.going_on.watch_wanted.connect(self._watch)

    def train(self) -> None:
        """Train the network as it is now; where no data are chosen yet, ask for them."""
        project = self._pages.document.project
        data = project.settings.get("data", {})
        if project.nodes and isinstance(data, dict) and data.get("dataset") is None and data.get("source") is None:
            self._pages.show_data()
            self._pages.message.emit("Choose the data to learn from, then press Train again.")
            return
        self._pages.show_training()
        self._pages.training.run.train()

    def find(self) -> None:
        """Look for runs that continue from before, in separate processes."""
        if not self._pages.running:
            self._live_runs.look()

    def close(self) -> None:
        """Wait for what is being read."""
        self._live_runs.close()

    def _found(self, runs: list[LiveTraining]) -> None:
        """A run of this network is followed at once, others are offered."""
        if self._pages.running:
            return
        project = self._pages.document.project
        own = [run for run in runs if project.nodes and run.facts.network == project.name]
        self.going_on.offer([] if own else runs)
        if own:
            self._pages.training.run.attach(own[-1].folder)
            self._pages.message.emit(f"A run of “{own[-1].facts.network}” is running: see Training.")

    def _watch(self, run: LiveTraining) -> None:
        graph = None if self._pages.document.project.nodes else project_of(run)
        if graph is not None:
            self._show_project(graph)
        self._pages.training.run.attach(run.folder)
        self._pages.show_training()
