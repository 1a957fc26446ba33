"""A training that continues without a window, as the window shows it: offered to be watched, or left when it closes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from engine.training.status import Status
from gui.training.banner import NoticeStrip
from gui.widgets import MessageBox

if TYPE_CHECKING:
    from engine.training.process.handover import LiveTraining


class GoingOn(NoticeStrip):
    """Says that a run continues, and offers to watch it."""

    watch_wanted = Signal(object)
    """The `LiveTraining` run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        button = QPushButton("Watch Run")
        button.setToolTip("Show this run on the Training page, with all its curves")
        button.setAccessibleName("Watch the running one")
        super().__init__(button, "Hide the running one", parent)
        self._run: LiveTraining | None = None
        self._hidden: set[Path] = set()
        self.wanted.connect(self._watch)
        self.away.clicked.connect(self._never)

    def offer(self, runs: list[LiveTraining]) -> None:
        """Offer the newest one that was not waved away."""
        runs = [run for run in runs if run.folder not in self._hidden]
        self.setVisible(bool(runs))
        if runs:
            self._run = runs[-1]
            others = {1: "", 2: " So is one more."}.get(len(runs), f" So are {len(runs) - 1} more.")
            self.say("running", f"A run of “{runs[-1].facts.network}” is running in a separate process.{others}")

    def _watch(self) -> None:
        self.hide()
        if self._run is not None:
            self.watch_wanted.emit(self._run)

    def _never(self) -> None:
        if self._run is not None:
            self._hidden.add(self._run.folder)


def ask_to_leave(window: QWidget, name: str, status: Status, then: Callable[[bool], None], *, can_stay: bool) -> None:
    """Ask what becomes of a run when the window closes; ``then`` gets whether it continues, nothing if it is cancelled.

    Only what trains in a separate process ``can_stay``. Does not wait for the answer.
    """
    far = f"It is at step {status.step:,} of {status.steps_total:,}. " if status.steps_total else ""
    stays = (
        "It can keep running without the window; the next start shows it again. "
        if can_stay
        else "It trains in this program and ends with it (host “process” would keep it running). "
    )
    more = f"{far}{stays}Stopped, it ends after this batch; what was learned is saved, so it can be resumed."
    said = f"“{name}” is still training."
    box = MessageBox(window, "A training is running", said, more, QMessageBox.Icon.Question)
    on = box.addButton("Keep It Running", QMessageBox.ButtonRole.AcceptRole) if can_stay else None
    stop = box.addButton("Stop It" if can_stay else "Stop and close", QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(on or cancel)

    def answered() -> None:
        clicked = box.clickedButton()
        box.deleteLater()
        if clicked in (on, stop):
            then(clicked is on)

    box.finished.connect(answered)
    box.open()
