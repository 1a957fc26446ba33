"""The lower part of the Train page: runs, confusion matrix, sample answers and differences, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QTabWidget, QToolButton, QVBoxLayout, QWidget

from engine.graph import Graph
from engine.training.history import History
from gui.hosts.host import Host
from gui.training.results.confusion_page import ConfusionPage
from gui.training.results.folds_page import FoldsPage
from gui.training.results.predictions_page import PredictionsPage
from gui.training.results.result_page import ResultPage, ShownRuns
from gui.training.runs.differences_page import DifferencesPage
from gui.training.runs.run_choice import RunChoice
from gui.training.trying.try_page import TryPage
from gui.widgets import plain

Page = TypeVar("Page", bound=ResultPage)
HIGH = 284
"""Pixels of height: what a confusion matrix of ten classes needs for its numbers, and enough for the other tabs; one
for all, so that the tabs stay where they are under the mouse."""
PAGES: Final[tuple[type[ResultPage], ...]] = (FoldsPage, ConfusionPage, PredictionsPage, DifferencesPage, TryPage)
"""The tabs after the list of runs, in their order."""


class Lower(QWidget):
    """Tabs that can be folded away; what is not seen is not filled."""

    folded = Signal(bool)
    shown = Signal()
    """Another tab is seen."""

    def __init__(self, runs: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pages = {kind: kind() for kind in PAGES}
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self._add(runs, "Runs", "Every saved training")
        for page in self.pages.values():
            self._add(page, page.title, page.tip)
        self.tabs.currentChanged.connect(lambda _tab: self.shown.emit())
        self.page(ConfusionPage).cell_wanted.connect(self._show_cell)
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

    def _add(self, page: QWidget, title: str, tip: str) -> None:
        self.tabs.setTabToolTip(self.tabs.addTab(page, title), plain(tip))

    def page(self, kind: type[Page]) -> Page:
        """The page of a kind."""
        page = self.pages[kind]
        assert isinstance(page, kind)
        return page

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
        page = self.tabs.currentWidget()
        of_one_run = isinstance(page, ResultPage) and page.of_one_run
        history = self.of_run.offer(host, overlays, of_one_run)
        if isinstance(page, ResultPage):
            page.show_runs(ShownRuns(graph, host, history, overlays))

    def close_background(self) -> None:
        """Wait for what is read or compared."""
        for page in self.pages.values():
            page.close_background()

    def _show_cell(self, name: str, row: int, column: int) -> None:
        page = self.page(PredictionsPage)
        self.tabs.setCurrentWidget(page)  # whoever hears of it fills the page
        page.show_cell(name, row, column)
