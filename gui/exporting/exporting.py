"""Opens the dialog for the network of the window, or for a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from engine import own_files
from engine.training.runs.folder import WEIGHTS
from gui.document import Document
from gui.preferences import Preferences

if TYPE_CHECKING:
    from gui.exporting.export_dialog import ExportDialog


class Exporting:
    """``shown_run`` says which run the window shows, if any."""

    def __init__(
        self, document: Document, preferences: Preferences, shown_run: Callable[[], Path | None], window: QWidget
    ) -> None:
        self._document, self._preferences, self._shown_run, self._window = document, preferences, shown_run, window
        self.dialog: ExportDialog | None = None

    def ask(self) -> None:
        """Export the network as it is drawn, or the run that is shown."""
        self._open([run for run in (self._shown_run(),) if run is not None])

    def ask_run(self, folder: Path) -> None:
        """Export a run."""
        self._open([folder])

    def close(self) -> None:
        """End what is under way."""
        if self.dialog is not None:
            self.dialog.close()

    def _open(self, runs: list[Path]) -> None:
        from gui.exporting.export_dialog import ExportDialog

        graph = self._document.project if self._document.project.nodes else None
        called = {run: run.name for run in runs if own_files.is_file(run, WEIGHTS)}
        self.dialog = ExportDialog(graph, called, self._preferences, self._window)
        self.dialog.destroyed.connect(self._forget)
        self.dialog.open()

    def _forget(self) -> None:
        self.dialog = None
