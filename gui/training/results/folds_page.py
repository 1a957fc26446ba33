"""The folds of a cross-validation as a table: what each one reaches, and in the last row mean ± deviation."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.training.runs import folds
from engine.training.runs.folds import FoldsSummary
from engine.training.status import sentence
from gui.training.folds_words import sentence_of, table_of
from gui.training.results.result_page import ResultPage, ShownRuns
from gui.widgets import Note, plain
from gui.work.background import Background

HINT = (
    "The run that is shown is none of a cross-validation. Set folds on the Data page (Split), and Train trains one run "
    "after the other, each with another part of the samples for validation."
)


class FoldsPage(ResultPage):
    """Shows the folds beside the run whose curves are seen."""

    title = "Folds"
    tip = "Of cross-validation: what each fold reaches, and mean and deviation of all"

    resume_wanted = Signal(object)
    """The folder of a cross-validation whose other folds are to be trained."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.background = Background("read-folds", self)
        self.summary: FoldsSummary | None = None
        self._run: tuple[Path | None, bool] = None, False
        self.hint = Note(HINT)
        self.resume = QPushButton("Resume Folds")
        self.resume.setAccessibleName("Resume the folds")
        self.resume.setToolTip(plain("Train the folds that are not done, from the one that was stopped on"))
        self.resume.clicked.connect(self._resume)
        self.table = QTableWidget()
        self.table.setAccessibleName("Folds")
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(24)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = QHBoxLayout()
        head.addWidget(self.hint, 1)
        head.addWidget(self.resume)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 6, 12, 8)
        box.addLayout(head)
        box.addWidget(self.table, 1)
        box.addStretch(0)
        self._say(HINT)

    def show_runs(self, shown: ShownRuns) -> None:
        self.show_run(shown.run, live=shown.live)

    def close_background(self) -> None:
        self.background.close()

    def show_run(self, run: Path | None, *, live: bool) -> None:
        """Show the folds beside this run; ``live``: it is under way, and what is in the folders stays as it is."""
        wanted = run, live
        if live:
            self.resume.hide()
        if wanted == self._run or (live and run is None and self.summary is not None):
            return  # a fold that is just beginning has no folder yet
        self._run = wanted
        if run is None:
            self._say(HINT)
        else:
            self.background.run(partial(_read, run), partial(self._show, wanted), self._failed)

    def _show(self, wanted: tuple[Path | None, bool], found: tuple[FoldsSummary, str] | None) -> None:
        if wanted != self._run:
            return
        if found is None:
            self._say(HINT)
            return
        self.summary, said = found
        self.hint.setText(said)
        self.resume.setVisible(not wanted[1] and self.summary.done < self.summary.folds)
        head, rows = table_of(self.summary, every=True)
        bold = QFont(self.table.font())
        bold.setBold(True)
        self.table.setColumnCount(len(head))
        self.table.setHorizontalHeaderLabels(head)
        self.table.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                side = Qt.AlignmentFlag.AlignLeft if column < 2 else Qt.AlignmentFlag.AlignRight
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                item.setToolTip(plain(f"{head[column]}: {text}"))
                if row == len(rows) - 1:
                    item.setFont(bold)
                self.table.setItem(row, column, item)
        for column in (0, 1):
            item = QTableWidgetItem(head[column])
            item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            self.table.setHorizontalHeaderItem(column, item)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.show()

    def _say(self, text: str) -> None:
        self.summary = None
        self.hint.setText(text)
        self.resume.hide()
        self.table.hide()

    def _failed(self, error: Exception) -> None:
        self._say(f"✕ {sentence(error)}")

    def _resume(self) -> None:
        if self.summary is not None:
            self.resume_wanted.emit(self.summary.path)


def _read(run: Path) -> tuple[FoldsSummary, str] | None:
    together = folds.folds_of_run(run)
    return None if together is None else (folds.summary(together), sentence_of(run))
