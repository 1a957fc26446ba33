"""The Train page: start a run, watch it live, compare it with earlier ones. Neither torch nor pyqtgraph is imported
before the page is first shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from engine.edits import Change
from engine.problems import Problem
from engine.training.status import Result, Status
from gui.document import Document
from gui.hosts.host import StoredRun, ThreadHost, Watch
from gui.preferences import Preferences
from gui.training.arrangement import Arrangement
from gui.training.controls import Controls
from gui.training.current_run import CurrentRun, MakeHost
from gui.training.folds_words import fold_text, sentence_of
from gui.training.lengthening import ask_epochs
from gui.training.notice import Notice
from gui.training.outcome import Outcome, refused
from gui.training.plots.plot_drawing import Drawing
from gui.training.rate import LR, Rate
from gui.training.remarks import Remarks
from gui.training.results.folds_page import FoldsPage
from gui.training.results.lower import Lower
from gui.training.runs.runs_list import RunsList
from gui.training.settings_panel import TrainingSettings
from gui.training.words import device_text, promise_text, result_text
from gui.widgets import plain

if TYPE_CHECKING:
    from gui.training.plots.plots import Plots

TRAINING = ("", "training", "validating", "testing")
"""Phases that are simply called Training; the others are shown."""


class Dashboard(QWidget):
    """Controls, plots, settings and earlier runs of one document."""

    message = Signal(str)
    results_wanted = Signal(object)
    """The folder of a run whose results are to be shown."""
    open_wanted = Signal(object)
    """The folder of a run whose network is to be opened as a new project."""
    load_weights_wanted = Signal()
    predict_wanted = Signal()
    """The network is to be asked as it is, with the weights that it begins with."""

    def __init__(
        self,
        document: Document,
        parent: QWidget | None = None,
        *,
        make_host: MakeHost = ThreadHost,
        root: Path | None = None,
        preferences: Preferences | None = None,
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.run = CurrentRun(document, make_host, self)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._device = ""
        self.notice = Notice(self, preferences)
        self.controls = Controls()
        self.rate = Rate(self.controls, document, self.run, self)
        self.outcome = Outcome(document, self.run.train, self)
        self.banner, self.empty = self.outcome.banner, self.outcome.empty
        self.remarks = Remarks(document, self)
        self.settings = TrainingSettings(document, preferences)
        self.settings.beginning.load_wanted.connect(self.load_weights_wanted)
        self.settings.beginning.predict_wanted.connect(self.predict_wanted)
        self.runs = RunsList(document, root, preferences)
        self.below = Lower(self.runs)
        self.drawing = Drawing(document, self.run, self.runs, self.empty, preferences, self)
        self.drawing.numbers_due.connect(self._update_numbers)
        self.drawing.numbers_due.connect(self._show_below)
        self.drawing.curves_changed.connect(self._show_below)
        self.stack = self.drawing.stack
        self.arrangement = Arrangement(self.stack, self.below, self.settings, preferences)
        self.arrangement.stand_below(self, (self.controls, self.banner, self.remarks.notes, self.remarks.diagnoses))
        self.run.began.connect(self._began)
        self.run.shown.connect(self._shown)
        self.run.cleared.connect(self._cleared)
        self.run.state_changed.connect(self._state)
        self.run.stopping.connect(self._state)
        self.run.blocked.connect(self._blocked)
        self.run.finished.connect(self._finished)
        self.run.fold_done.connect(self._fold_done)
        self.controls.train_clicked.connect(lambda: self.run.train())
        self.controls.pause_clicked.connect(self.run.pause_or_resume)
        self.controls.step_clicked.connect(self.run.step)
        self.controls.stop_clicked.connect(self.run.stop)
        for speaker in (self.run, self.rate, self.outcome, self.remarks, self.settings, self.runs, self.drawing):
            speaker.message.connect(self.message)
        self.remarks.preflight.connect(self.outcome.show_preflight)
        self.remarks.setting_wanted.connect(self.settings.focus)
        self.outcome.changed_data_wanted.connect(self.run.resume_with_changed_data)
        self.outcome.setting_wanted.connect(self.remarks.setting_wanted)
        self.outcome.node_wanted.connect(self.remarks.node_wanted)
        self.runs.resume_wanted.connect(self.run.resume)
        self.runs.weights_wanted.connect(self.run.train)
        self.runs.watch_wanted.connect(self.run.watch)
        self.runs.show_wanted.connect(self.run.look_at)
        self.runs.open_wanted.connect(self.open_wanted)
        for speaker in (self.runs, self.outcome):
            speaker.results_wanted.connect(self.results_wanted)
            speaker.longer_wanted.connect(self._ask_longer)
        self.below.page(FoldsPage).resume_wanted.connect(self.run.resume)
        self.below.shown.connect(self._show_below)
        self.banner.resume_wanted.connect(self.run.resume_shown_or_held)
        self.runs.overlays_changed.connect(self.drawing.show_curves)
        document.opened.connect(self._opened)
        document.changed.connect(self._changed)
        self._opened()

    # -- following the run -----------------------------------------------------------------------------------------

    def _began(self, watch: Watch) -> None:
        self.banner.hide()
        self._device = ""
        self.remarks.follow(watch)
        watch.held.connect(self._held)
        self.runs.follow(watch)
        if self.isVisible():
            self.setFocus()  # else it jumps from Train, which is grey now, into a text field, or stays in one
        self.settings.set_running(True)
        self.drawing.show_curves()
        self.drawing.wake()

    def _state(self) -> None:
        self.controls.show_state(self.run.state)
        self._update_numbers()

    def _ask_longer(self, run: Path) -> None:
        ask_epochs(self, run, lambda epochs: self.run.lengthen(run, epochs), self.message.emit)

    def _held(self, status: Status) -> None:
        """Data cannot be read: the run waits."""
        self.outcome.show_held(status)
        if status.about.file is not None:
            self.message.emit(f"Paused: {status.message}")
            self.notice.tell(f"“{self.run.name}” waits for its data", status.message)

    def _blocked(self, problem: Problem) -> None:
        """Lead to the setting that keeps the network from being trained, if it is one."""
        if problem.setting == LR:
            self.rate.focus()
        elif problem.setting is not None:
            self.settings.focus(problem.setting)

    def _finished(self, result: Result) -> None:
        self.drawing.stop()
        self.settings.set_running(False)
        self._show_end(result)
        self.drawing.settle()
        self._show_below()
        self._refresh_runs()
        said = " ".join(filter(None, (result_text(result), sentence_of(result.run))))
        self.message.emit(said)
        self.notice.tell(f"“{self.run.name}” has ended its training", said)

    def _fold_done(self, result: Result) -> None:
        """A fold has ended, and the next one begins."""
        self._refresh_runs()
        self.message.emit(f"{fold_text(result.run).capitalize()}. {result_text(result)}")

    def _shown(self, run: StoredRun) -> None:
        self._device = ""
        self.remarks.show_stored(run.status)
        self.controls.show_state(run.result.state)
        self._show_end(run.result)
        self.runs.set_shown(run.status.run)
        self.drawing.show_curves()

    def _cleared(self) -> None:
        self.drawing.stop()
        self.settings.set_running(False)
        self.remarks.clear()
        self.banner.hide()
        self.controls.show_state("idle")
        self.rate.show_setting()
        self.empty.show_idle()
        self._show_run()

    def close_host(self, timeout: float = 10.0, *, keep: bool = False) -> bool:
        """End the run, if there is one, and everything in the background; whether all came to an end in time.

        With ``keep`` a run that can continues without the window.
        """
        ended = self.run.close(timeout, keep=keep)
        self.drawing.stop()
        for part in (self.runs, self.below):
            part.close_background()
        self.arrangement.store()
        return ended

    def _show_end(self, result: Result) -> None:
        self._update_numbers()
        self.rate.show_setting()
        if self.run.host is not None:
            if refused(result, self.run.host.history):
                self.controls.show_word("Not trained")
            self.outcome.show(result, self.run.host, others=bool(self.runs.overlays))

    def _update_numbers(self) -> None:
        if self.run.host is None:
            self.controls.show_status(None)
            return
        status = self.run.host.status
        if self.controls.state in ("waiting", "running"):
            word = "" if status.phase.lower() in TRAINING else f"{status.phase[0].upper()}{status.phase[1:]} …"
            self.controls.show_word(word)
            self.empty.show_working(word or "Training …")
        if not self._device and status.run is not None:
            self._device = "  ·  ".join(filter(None, (fold_text(status.run), device_text(status.run))))
            self.controls.facts.setToolTip(plain(promise_text(status.run)))
        self.controls.show_status(status, self._device)
        if self.run.running:
            self.rate.show_running(status.lr)
        self.drawing.keep_up()

    @property
    def _plots(self) -> Plots | None:
        return self.drawing.plots

    # -- plots -----------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Build the plots the first time; from then on draw only while the page is seen."""
        super().showEvent(event)
        if self._plots is None:
            self.drawing.build()
            self.drawing.show_curves()
            self._refresh_runs()
        self.drawing.settle()
        self._update_numbers()
        self.drawing.wake()

    def hideEvent(self, event: QHideEvent) -> None:
        """A page that is not seen draws nothing."""
        super().hideEvent(event)
        self.drawing.stop()

    def _show_below(self) -> None:
        self.below.show_run(self.document.project, self.run.host, self.runs.overlays)

    # -- the document ----------------------------------------------------------------------------------------------

    def _opened(self) -> None:
        """Another project: nothing of the last one is left, except a run that still continues."""
        self.remarks.disown()
        self.runs.untick()
        self._show_run() if self.run.running else self.run.clear()

    def _show_run(self) -> None:
        """Show numbers and curves of the run, or that there is none, and the runs of the project."""
        self._update_numbers()
        self.drawing.show_curves()
        if self._plots is not None:
            self._refresh_runs()

    def _refresh_runs(self) -> None:
        self.runs.refresh(self.run.folder)

    def _changed(self, change: Change) -> None:
        self.runs.network_renamed()
        if change.settings and not self.run.running:
            self.rate.show_setting()
