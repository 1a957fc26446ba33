"""Asks what a report of a run shall hold and where to save it, and writes it beside the window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QFileDialog, QProgressBar, QVBoxLayout, QWidget

from engine import project
from engine.data.watch import Stopped, Watch
from engine.errors import LayerloomError
from engine.files import write_atomically
from engine.report.report import Drawings, Wishes, report
from engine.training.runs.folder import PROJECT
from gui.drawing.for_report import drawings_of
from gui.widgets import Note
from gui.work.background import Background

ABOUT = (
    "One HTML file with the drawing, the table of layers, the data, the settings, the curves, the scores with their "
    "intervals and how to repeat the run. It names no user and no computer."
)


class ReportDialog(QDialog):
    """Progress and Cancel while it is written; ``saved`` carries a sentence."""

    help_page: ClassVar = "guide/results"

    saved = Signal(str)
    _progressed = Signal(float, str)

    def __init__(self, run: Path, folder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Save Report")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(460, 220)
        self._run, self._folder = run, folder
        self._stopped = threading.Event()
        self._work = Background("write-report", self)
        self.samples = QCheckBox("Show the worst samples")
        self.samples.setAccessibleName("Show the worst samples")
        self.samples.setToolTip("The file then holds some of the data: their names and, of images, their pixels")
        self.said = Note(ABOUT)
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.setAccessibleName("Progress of the report")
        self.progress.hide()
        self.buttons = QDialogButtonBox()
        self.save = self.buttons.addButton("Save …", QDialogButtonBox.ButtonRole.AcceptRole)
        self.save.setToolTip("Choose where to save the report")
        self.save.setAccessibleName("Save the report")
        cancel = self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        cancel.setToolTip("Write no report")
        self.buttons.accepted.connect(self._ask_where)
        self.buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        for part in (self.said, self.samples, self.progress):
            box.addWidget(part)
        box.addStretch(1)
        box.addWidget(self.buttons)
        self._progressed.connect(self._show_progress)

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, "Save the report", self._folder, "HTML pages (*.html)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("html")
        dialog.selectFile(f"{self._run.name}.html")
        dialog.fileSelected.connect(lambda chosen: self.write(Path(chosen)))
        dialog.finished.connect(lambda _code: dialog.deleteLater())
        dialog.open()

    def write(self, path: Path) -> None:
        """Make the report and save it."""
        try:
            paint = drawings_of(project.load_own(self._run, PROJECT))
        except LayerloomError as error:
            self._failed(error)
            return
        self.save.setEnabled(False)
        self.samples.setEnabled(False)
        self.progress.show()
        wishes = Wishes(samples=self.samples.isChecked())
        watch = Watch(progress=self._progressed.emit, cancelled=self._stopped.is_set)
        self._work.run(partial(_write, self._run, paint, wishes, watch, path), self._done, self._failed)

    def _show_progress(self, share: float, words: str) -> None:
        self.progress.setValue(round(100 * share))
        self.said.set_token("muted")
        self.said.setText(f"{words[:1].upper()}{words[1:]} …")

    def _done(self, path: Path) -> None:
        self.saved.emit(f"Saved {path.name}.")
        self.accept()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, Stopped):
            return
        self.progress.hide()
        self.save.setEnabled(True)
        self.samples.setEnabled(True)
        self.said.set_token("error")
        text = str(error) if isinstance(error, LayerloomError) else f"{type(error).__name__}: {error}"
        self.said.setText(f"The report is not saved: {text}")

    def done(self, result: int) -> None:
        """Closing ends what is under way."""
        self._stopped.set()
        self._work.close()
        super().done(result)


def _write(run: Path, paint: Callable[[], Drawings], wishes: Wishes, watch: Watch, path: Path) -> Path:
    write_atomically(path, report(run, paint(), wishes, watch).encode())
    return path
