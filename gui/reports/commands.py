"""What can be done with reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from gui.reports.report_dialog import ReportDialog


class ReportCommands(QObject):
    """``run`` gives the folder of the run that is seen, ``folder`` where files are saved, ``say`` shows a sentence."""

    def __init__(
        self,
        window: QWidget,
        run: Callable[[], Path | None],
        folder: Callable[[], str],
        say: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._window, self._run, self._folder, self._say = window, run, folder, say
        self.dialog: ReportDialog | None = None

    def ask_save(self) -> None:
        """Show the dialog that saves the report of the run that is seen."""
        run = self._run()
        if run is None:
            self._say("There is no run to report: train the network, or choose a run on the Results page.")
            return
        from gui.reports.report_dialog import ReportDialog

        self.dialog = dialog = ReportDialog(run, self._folder(), self._window)
        dialog.saved.connect(self._say)
        dialog.destroyed.connect(self._closed)
        dialog.open()

    def _closed(self) -> None:
        self.dialog = None
