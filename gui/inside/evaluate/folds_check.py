"""A button that checks the labels of a cross-validation by all of its runs, with progress and Cancel."""

from __future__ import annotations

import threading
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engine.data.watch import Stopped, Watch
from engine.training.runs.folds import folds_of_run
from engine.training.status import sentence
from gui.inside.evaluate.evaluating import Evaluation, check_by_folds
from gui.work.background import Background
from gui.work.work_bar import WorkBar


class FoldsCheck(QWidget):
    """Seen where the run is one of a cross-validation and its answers are classes."""

    found = Signal(object)
    """What was found: `FoldSuspects`."""
    failed = Signal(str)
    _progress = Signal(float, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.background = Background("check-folds", self)
        self._evaluation: Evaluation | None = None
        self._stop = threading.Event()
        self.go = QPushButton("Check by All Folds")
        self.go.setToolTip("Check the labels of all samples, each by the run of the fold that has not learned from it")
        self.go.clicked.connect(self._begin)
        self.work = WorkBar("checking the labels")
        self.work.cancelled.connect(self.cancel)
        self._progress.connect(self.work.show_progress)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.go, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self.work)
        self.hide()

    def show_evaluation(self, found: Evaluation) -> None:
        """Offer the check for this run, or not."""
        self.cancel()
        self._evaluation = found
        run = found.subject.run
        self.setVisible(found.details.checkable and run is not None and folds_of_run(run) is not None)

    def cancel(self) -> None:
        """End what is being computed."""
        self._stop.set()

    def close_background(self) -> None:
        """Wait for what is being computed."""
        self.cancel()
        self.background.close()

    def _begin(self) -> None:
        found = self._evaluation
        if found is None:
            return
        self._stop = threading.Event()
        watch = Watch(lambda share, words: self._progress.emit(share, words), self._stop.is_set)
        self.go.setEnabled(False)
        self.work.begin("opening the runs")
        job = partial(check_by_folds, found.subject, found.head.name, watch)
        self.background.run(job, partial(self._done, found), self._refused)

    def _done(self, evaluation: Evaluation, found: object) -> None:
        self._ended()
        if evaluation is self._evaluation:
            self.found.emit(found)

    def _refused(self, error: Exception) -> None:
        self._ended()
        if not isinstance(error, Stopped):
            self.failed.emit(sentence(error))

    def _ended(self) -> None:
        self.go.setEnabled(True)
        self.work.hide()
