"""The lower part of the Train page: runs, confusion matrix, sample answers and differences, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QTabWidget, QToolButton, QVBoxLayout, QWidget

from engine.graph import Graph
from engine.training.history import History
from engine.training.series import Series
from gui.hosts.host import Host
from gui.training.results.confusion_page import ConfusionPage
from gui.training.results.folds_page import FoldsPage
from gui.training.results.measures import class_names
from gui.training.results.predictions_page import PredictionsPage
from gui.training.runs.differences_page import DifferencesPage
from gui.training.runs.run_choice import RunChoice
from gui.widgets import plain

HIGH = 284
"""Pixels of height: what a confusion matrix of ten classes needs for its numbers, and enough for the other tabs; one
for all, so that the tabs stay where they are under the mouse."""
RUNS, FOLDS, CONFUSION, PREDICTIONS, DIFFERENCES = range(5)
TABS = (
    ("Runs", "Every saved training"),
    ("Folds", "Of cross-validation: what each fold reaches, and mean and deviation of all"),
    ("Confusion", "Which classes are taken for which others"),
    ("Predictions", "What the network answers to a few samples"),
    ("Differences", "In what the ticked runs differ"),
)
NO_MATRIX = "This run measures no confusion matrix: only classes can be confused, at most 100 of them."
NO_ANSWERS = "No answers were stored for this run."
NOT_YET = "{} after the first epoch of a run."


class Lower(QWidget):
    """Tabs that can be folded away; what is not seen is not filled."""

    folded = Signal(bool)
    shown = Signal()
    """Another tab is seen."""

    def __init__(self, runs: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folds = FoldsPage()
        self.confusion, self.predictions, self.differences = ConfusionPage(), PredictionsPage(), DifferencesPage()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        pages = (runs, self.folds, self.confusion, self.predictions, self.differences)
        for page, (title, tip) in zip(pages, TABS, strict=True):
            self.tabs.addTab(page, title)
            self.tabs.setTabToolTip(self.tabs.count() - 1, plain(tip))
        self.tabs.currentChanged.connect(lambda _tab: self.shown.emit())
        self.confusion.cell_wanted.connect(self._show_cell)
        self.tabs.tabBarClicked.connect(lambda _tab: self.fold(False))
        self.fold_button = QToolButton()
        self.fold_button.setCheckable(True)
        self.fold_button.toggled.connect(self.fold)
        self.of_run = RunChoice()
        self.of_run.activated.connect(lambda _row: self.shown.emit())
        corner = QWidget()
        row = QHBoxLayout(corner)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.of_run)
        row.addWidget(self.fold_button)
        self.tabs.setCornerWidget(corner)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.tabs)
        self.setMinimumHeight(120)
        self.fold(False)

    @property
    def is_folded(self) -> bool:
        """Whether only the tabs are seen."""
        return self.fold_button.isChecked()

    def fold(self, away: bool) -> None:
        """Show the tabs alone, or all."""
        if self.fold_button.isChecked() != away:
            self.fold_button.setChecked(away)  # comes back here
            return
        self.fold_button.setText("▴ Show" if away else "▾ Fold")
        self.fold_button.setAccessibleName("Show the lower part" if away else "Hide the lower part")
        self.fold_button.setToolTip("Show the lower part" if away else "More room for the curves")
        high = max(self.tabs.tabBar().sizeHint().height(), self.fold_button.sizeHint().height()) + 2
        self.setMinimumHeight(high if away else 120)
        self.setMaximumHeight(high if away else 16_777_215)
        policy = QSizePolicy.Policy.Fixed if away else QSizePolicy.Policy.Preferred
        self.setSizePolicy(QSizePolicy.Policy.Preferred, policy)
        self.folded.emit(away)
        self.shown.emit()

    def show_run(self, graph: Graph, host: Host | None, overlays: Mapping[Path, tuple[str, History]]) -> None:
        """Bring the tab that is seen up to date: the run being watched, the drawing, the ticked runs."""
        if not self.isVisible() or self.is_folded:
            return
        seen = self.tabs.currentIndex() in (CONFUSION, PREDICTIONS)
        history = self.of_run.offer(host, overlays, seen)
        run = None if host is None else host.status.run
        validated = history is not None and any(Series.parse(name).part == "validation" for name in history.names())
        if self.tabs.currentIndex() == CONFUSION:
            why = NO_MATRIX if validated else NOT_YET.format("which classes are taken for which others")
            self.confusion.show_history(history, class_names(graph), why)
        elif self.tabs.currentIndex() == PREDICTIONS:
            why = NO_ANSWERS if validated else NOT_YET.format("what the network answers to some samples")
            self.predictions.show_history(history, why)
        elif self.tabs.currentIndex() == FOLDS:
            self.folds.show_run(run, live=host is not None and host.result is None)
        elif self.tabs.currentIndex() == DIFFERENCES:
            changes = () if host is None else host.history.changes
            first = ("the drawing", graph, ()) if run is None else ("this run", run, changes)
            others = ((label, path, curves.changes) for path, (label, curves) in overlays.items())
            self.differences.compare([first, *others])

    def close_background(self) -> None:
        """Wait for what is being compared."""
        self.differences.background.close()
        self.folds.background.close()

    def _show_cell(self, name: str, row: int, column: int) -> None:
        self.tabs.setCurrentIndex(PREDICTIONS)  # whoever hears of it fills the page
        self.predictions.show_cell(name, row, column)
