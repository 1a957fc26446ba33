"""Draws the curves of the Train page: only while a run goes and the page is seen, and seldom enough to cost little."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.preferences import Preferences
from gui.training.plots.pacing import Governor, cpu_seconds

if TYPE_CHECKING:
    from gui.training.plots.plots import Plots

LABELS_EVERY = 0.5
"""Seconds between two updates of the numbers: reading faster than that is hard anyway."""


class Drawing(QObject):
    """The plots, once the page has been shown, in a stack with the ``empty`` state; ``going`` is whether a run goes."""

    numbers_due = Signal()

    def __init__(
        self, empty: QWidget, going: Callable[[], bool], preferences: Preferences | None, page: QWidget
    ) -> None:
        super().__init__(page)
        self._page, self._empty, self._going, self._preferences = page, empty, going, preferences
        self.plots: Plots | None = None
        self.stack = QStackedWidget()
        self.stack.addWidget(empty)
        self._governor = Governor()
        self._labels_at = 0.0
        self.timer = QTimer(self, singleShot=True)
        self.timer.timeout.connect(self._tick)

    def build(self) -> Plots:
        """Make the plots; pyqtgraph is loaded now."""
        from gui.training.plots.plots import Plots

        self.plots = Plots(self._preferences)
        self.stack.addWidget(self.plots)
        return self.plots

    def show(self) -> None:
        """Show the plots, or what stands in their place while there is nothing to plot."""
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
        return self.plots is not None and self._going() and self._page.isVisible()

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
