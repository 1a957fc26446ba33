"""Draws the curves of the Train page: only while a run goes and the page is seen, and seldom enough to cost little."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.document import Document
from gui.preferences import Preferences
from gui.training.current_run import CurrentRun
from gui.training.plots.export_dialog import ask_where
from gui.training.plots.pacing import Governor, cpu_seconds
from gui.training.results.measures import epoch_length, metric_of
from gui.training.runs.runs_list import RunsList

if TYPE_CHECKING:
    from gui.training.plots.plots import Plots

LABELS_EVERY = 0.5
"""Seconds between two updates of the numbers: reading faster than that is hard anyway."""


class Drawing(QObject):
    """The curves of the run and of those ticked in ``runs``, once the page has been shown; before them ``empty``."""

    numbers_due = Signal()
    curves_changed = Signal()
    """Other runs may be shown now."""
    message = Signal(str)

    def __init__(
        self,
        document: Document,
        run: CurrentRun,
        runs: RunsList,
        empty: QWidget,
        preferences: Preferences | None,
        page: QWidget,
    ) -> None:
        super().__init__(page)
        self._document, self._run, self._runs = document, run, runs
        self._page, self._empty, self._preferences = page, empty, preferences
        self.plots: Plots | None = None
        self.stack = QStackedWidget()
        self.stack.addWidget(empty)
        self._governor = Governor()
        self._labels_at = 0.0
        self.timer = QTimer(self, singleShot=True)
        self.timer.timeout.connect(self._tick)

    def build(self) -> None:
        """Make the plots; pyqtgraph is loaded now."""
        from gui.training.plots.plots import Plots

        self.plots = Plots(self._preferences)
        self.plots.export_wanted.connect(self._export)
        self.stack.addWidget(self.plots)

    def show_curves(self) -> None:
        """Show the curves of the run and of those that are ticked."""
        if self.plots is not None:
            overlays = list(self._runs.overlays.values())
            self.plots.show_runs(self._run.history, overlays, self._metric(), epoch_length(self._run.host))
            if not self._run.running:
                self.plots.settle()
            self.show()
        self.curves_changed.emit()

    def keep_up(self) -> None:
        """Follow what the run has made known meanwhile: its metric and the length of an epoch."""
        if self.plots is not None:
            self.plots.set_epoch_length(epoch_length(self._run.host))
            if self.plots.metric_name != self._metric():
                self.show_curves()

    def _metric(self) -> str:
        """What is judged beside the loss: known from the curves, before there are any from the task of the data."""
        own = [self._run.history] if self._run.history is not None else []
        others = [history for _, history in self._runs.overlays.values()]
        return metric_of(own if self._run.running else [*own, *others], self._document.project)

    def _export(self) -> None:
        if self.plots is not None:
            own = [("this run", self._run.history)] if self._run.history is not None else []
            ask_where(self._page, self.plots.panels, [*own, *self._runs.overlays.values()], self.message.emit)

    def show(self) -> None:
        """Show the plots, or what is shown instead while there is nothing to plot."""
        if self.plots is not None:
            shown = self.plots if self.plots.filled else self._empty
            if self.stack.currentWidget() is not shown:
                self.stack.setCurrentWidget(shown)

    def settle(self) -> None:
        """Draw all there is with ranges that fit."""
        if self.plots is not None:
            self.plots.settle()
            self.show()

    def wake(self) -> None:
        """Start the timer where it is needed."""
        if self._needed() and not self.timer.isActive():
            self.timer.start(0)

    def stop(self) -> None:
        """Draw no more for now."""
        self.timer.stop()

    def _needed(self) -> bool:
        return self.plots is not None and self._run.running and self._page.isVisible()

    def _tick(self) -> None:
        """Draw one plot if there is anything new, then sleep for as long as that was dear."""
        if self.plots is None or not self._needed():
            return
        began = cpu_seconds()
        self.plots.refresh_one()
        self.show()
        now = time.monotonic()
        if now - self._labels_at >= LABELS_EVERY:
            self._labels_at = now
            self.plots.show_values()
            self.numbers_due.emit()
        self._governor.spent(cpu_seconds() - began + self.plots.take_cost())
        self.timer.start(round(1000 * self._governor.interval))
