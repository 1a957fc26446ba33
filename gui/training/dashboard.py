"""The Train page: start a run, watch it live, compare it with earlier ones. Neither torch nor pyqtgraph is imported
before the page is first shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from engine.edits import Change
from engine.graph import Graph
from engine.training.process.handover import live
from engine.training.runs.folder import RunError
from engine.training.status import Result
from gui.document import Document
from gui.hosts.host import Host, StoredRun, ThreadHost, Watch
from gui.hosts.process_host import ProcessHost
from gui.preferences import Preferences
from gui.training.arrangement import Arrangement
from gui.training.controls import Controls
from gui.training.notice import Notice
from gui.training.outcome import Outcome, refused
from gui.training.plots.drawing import Drawing
from gui.training.plots.export_dialog import ask_where
from gui.training.rate import LR, Rate
from gui.training.remarks import Remarks
from gui.training.results.lower import Lower
from gui.training.results.measures import epoch_length, metric_of
from gui.training.runs.runs_list import RunsList
from gui.training.settings import TrainingSettings
from gui.training.words import device_text, network_text, result_text
from gui.work.background import Background

if TYPE_CHECKING:
    from gui.training.plots.plots import Plots

TRAINING = ("", "training", "validating", "testing")
"""Phases that are simply called Training; the others are shown."""


class Dashboard(QWidget):
    """Controls, plots, settings and earlier runs of one document."""

    state_changed = Signal(str)
    message = Signal(str)
    blocked = Signal()
    """Training was asked for, but the network has errors."""
    epoch_done = Signal(int)
    finished = Signal(object)
    """The `Result` of a run."""
    open_wanted = Signal(object)
    """The folder of a run whose network is to be opened as a new project."""

    def __init__(
        self,
        document: Document,
        parent: QWidget | None = None,
        *,
        host_factory: Callable[[Graph], Host] = ThreadHost,
        resumed: Callable[[Graph, Path], Host] = lambda graph, path: ThreadHost(graph, resume=path),
        inheriting: Callable[[Graph, Path], Host] = lambda graph, path: ThreadHost(graph, weights_of=path),
        root: Path | None = None,
        preferences: Preferences | None = None,
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.host: Host | None = None
        self._make_host, self._make_resumed, self._make_inheriting = host_factory, resumed, inheriting
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._watch: Watch | None = None
        self._device = ""
        self._preferences = preferences
        self._stored = Background("show-run", self)
        self.notice = Notice(self, preferences)
        self.controls = Controls()
        self.rate = Rate(self.controls, document, lambda: self.host if self.running else None, self)
        self.outcome = Outcome(document, self.train, self)
        self.banner, self.empty = self.outcome.banner, self.outcome.empty
        self.remarks = Remarks(document, self)
        self.settings = TrainingSettings(document, preferences)
        self.runs = RunsList(document, root, preferences)
        self.below = Lower(self.runs)
        self.drawing = Drawing(self.empty, lambda: self.running, preferences, self)
        self.drawing.numbers_due.connect(self._update_numbers)
        self.drawing.numbers_due.connect(self._show_below)
        self.stack = self.drawing.stack
        self.arrangement = Arrangement(self.stack, self.below, self.settings, preferences)
        self.arrangement.stand_below(self, (self.controls, self.banner, self.remarks.notes, self.remarks.diagnoses))
        self.controls.train_clicked.connect(lambda: self.train())
        self.controls.pause_clicked.connect(self.pause_or_resume)
        self.controls.step_clicked.connect(self.step)
        self.controls.stop_clicked.connect(self.stop)
        for speaker in (self.rate, self.outcome, self.remarks, self.settings, self.runs):
            speaker.message.connect(self.message)
        self.controls.find_clicked.connect(self.find_lr)
        self.remarks.preflight.connect(self.outcome.show_preflight)
        self.remarks.setting_wanted.connect(self.settings.focus)
        self.outcome.setting_wanted.connect(self.remarks.setting_wanted)
        self.outcome.node_wanted.connect(self.remarks.node_wanted)
        self.runs.resume_wanted.connect(self.resume_run)
        self.runs.weights_wanted.connect(self.train)
        self.runs.watch_wanted.connect(self.watch_run)
        self.runs.show_wanted.connect(self._look_at)
        self.runs.open_wanted.connect(self.open_wanted)
        self.below.shown.connect(self._show_below)
        self.banner.resume_wanted.connect(self._resume_shown)
        self.runs.overlays_changed.connect(self._show_curves)
        document.opened.connect(self._replaced)
        document.changed.connect(self._changed)
        self._replaced()

    # -- what can be done ------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a run is under way, be it paused."""
        return self._watch is not None and self._watch.active

    def train(self, weights_of: Path | None = None) -> None:
        """Begin a run of the network as it is now, with new weights or those of an earlier run."""
        if self._ready():
            graph, old = self.document.project, weights_of
            self._begin(self._make_inheriting(graph, old) if old else self._make_host(graph))

    def _ready(self) -> bool:
        """Whether the network can be trained now; says why it cannot."""
        errors = [problem for problem in self.document.all_problems() if problem.severity == "error"]
        if errors and not self.running:
            self.message.emit(errors[0].message)
            self.blocked.emit()
            if errors[0].setting == LR:
                self.rate.focus()
            elif errors[0].setting is not None:
                self.settings.focus(errors[0].setting)
        return not errors and not self.running

    def resume_run(self, path: Path) -> None:
        """Go on with a run that was stopped, cut off or has failed: with its own network and settings."""
        if not self.running:
            self._begin(self._make_resumed(self.document.project, path))

    def attach(self, folder: Path) -> None:
        """Watch a run that goes on in a process of its own; ``folder`` is the one it was handed."""
        if not self.running:
            self._begin(ProcessHost.attach(folder))

    def watch_run(self, path: Path) -> None:
        """Watch the run in a folder, if it goes on in a process of its own."""
        if found := next((run.folder for run in live() if run.facts.run == path), None):
            self.attach(found)
        else:
            self.message.emit("This run is trained by a program that lets nobody watch: look again once it has ended.")

    @property
    def run_name(self) -> str:
        """The name of the network that is being trained, or was last."""
        run = self.host.status.run if self.host is not None else None
        return network_text(run) or self.document.project.name

    @property
    def can_be_left(self) -> bool:
        """Whether the run that is under way would go on without the window."""
        return self.running and isinstance(self.host, ProcessHost)

    def _begin(self, host: Host) -> None:
        """Start a host and follow it."""
        if self._watch is not None:
            self._watch.deleteLater()
        self.banner.hide()
        self._device = ""
        self.host = host
        self._watch = Watch(self.host, self)
        self._watch.state_changed.connect(self._state)
        self._watch.epoch_done.connect(self.epoch_done)
        self._watch.finished.connect(self._finished)
        self.remarks.follow(self._watch)
        self.runs.follow(self._watch)
        if self.controls.train.hasFocus():
            self.setFocus()  # else the focus jumps on to the learning rate
        self.settings.set_running(True)
        self._state("waiting")
        self._show_curves()
        self.host.start()
        self.drawing.wake()

    def find_lr(self) -> None:
        """Let a range test find a learning rate."""
        if self._ready():
            self.rate.find()

    def _resume_shown(self) -> None:
        if self.host is not None and self.host.result is not None:
            self.resume_run(self.host.result.run)

    def show_run(self, path: Path) -> None:
        """Show a run that has ended, from its folder."""
        try:
            self._show_stored(StoredRun(path))
        except RunError as error:
            self.message.emit(str(error))

    def _look_at(self, path: Path) -> None:
        """Show a run that has ended; its curves are read beside the GUI thread."""
        self._stored.run(partial(StoredRun, path), self._show_stored, lambda error: self.message.emit(str(error)))

    def _show_stored(self, run: StoredRun) -> None:
        if self.running:
            return self.message.emit("Another run is being trained: tick the box of this one to lay its curves beside.")
        self.host, self._device = run, ""
        self.remarks.show_stored(run.status)
        self.controls.show_state(run.result.state)
        self._show_end(run.result)
        self.runs.set_shown(run.status.run)
        self._show_curves()

    def pause_or_resume(self) -> None:
        """Hold the run between two steps, or let it go on."""
        if self.host is not None and self.running:
            self.host.resume() if self.controls.state == "paused" else self.host.pause()

    def step(self) -> None:
        """Train one batch, then hold."""
        if self.host is not None and self.running:
            self.host.step()

    def stop(self) -> None:
        """End the run after the batch it is at."""
        if self.host is not None and self.running:
            self.host.stop()
            self.controls.show_state("stopping")

    def close_host(self, timeout: float = 10.0, *, keep: bool = False) -> bool:
        """End the run, if there is one, and everything in the background; whether all came to an end in time.

        With ``keep`` a run that can goes on without the window.
        """
        if keep and self.running and isinstance(self.host, ProcessHost):
            ended = self.host.leave(timeout)
        else:
            keep, ended = False, self.host is None or self.host.close(timeout)
        if self._watch is not None:
            self._watch.stop() if keep else self._watch.poll()
        self.drawing.stop()
        for part in (self.runs, self.below):
            part.close_background()
        self._stored.close()
        self.arrangement.store()
        return ended

    # -- following the run -----------------------------------------------------------------------------------------

    def _state(self, state: str) -> None:
        if not (state in ("running", "paused") and self.controls.state == "stopping"):
            self.controls.show_state(state)
        self._update_numbers()
        self.state_changed.emit(state)

    def _finished(self, result: Result) -> None:
        self.drawing.stop()
        self.settings.set_running(False)
        if isinstance(self.host, ProcessHost) and self.host.refused:
            self.message.emit(self.host.refused)
            self._replaced()
            return
        self._show_end(result)
        self.drawing.settle()
        self._refresh_runs()
        self.message.emit(result_text(result))
        self.notice.tell(f"“{self.run_name}” has ended its training", result_text(result))
        self.finished.emit(result)

    def _show_end(self, result: Result) -> None:
        self._update_numbers()
        self.rate.show_setting()
        if self.host is not None:
            if refused(result, self.host.history):
                self.controls.show_word("Not trained")
            self.outcome.show(result, self.host, others=bool(self.runs.overlays))

    def _update_numbers(self) -> None:
        if self.host is None:
            self.controls.show_status(None)
            return
        status = self.host.status
        if self.controls.state in ("waiting", "running"):
            word = "" if status.phase.lower() in TRAINING else f"{status.phase[0].upper()}{status.phase[1:]} …"
            self.controls.show_word(word)
            self.empty.show_working(word or "Training …")
        if not self._device and status.run is not None:
            self._device = device_text(status.run)
        self.controls.show_status(status, self._device)
        if self.running:
            self.rate.show_running(status.lr)
        if self._plots is not None:
            self._plots.set_epoch_length(epoch_length(self.host))
            if self._plots.metric_name != self._metric():
                self._show_curves()

    @property
    def _plots(self) -> Plots | None:
        return self.drawing.plots

    # -- plots -----------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Build the plots the first time; from then on draw only while the page is seen."""
        super().showEvent(event)
        if self._plots is None:
            self.drawing.build().export_wanted.connect(self._export)
            self._show_curves()
            self._refresh_runs()
        self.drawing.settle()
        self._update_numbers()
        self.drawing.wake()

    def hideEvent(self, event: QHideEvent) -> None:
        """A page that is not seen draws nothing."""
        super().hideEvent(event)
        self.drawing.stop()

    def _show_curves(self) -> None:
        if self._plots is not None:
            overlays = list(self.runs.overlays.values())
            own = self.host.history if self.host is not None else None
            self._plots.show_runs(own, overlays, self._metric(), epoch_length(self.host))
            if not self.running:
                self._plots.settle()
            self.drawing.show()
        self._show_below()

    def _metric(self) -> str:
        """What is judged beside the loss: known from the curves, before there are any from the task of the data."""
        own = [self.host.history] if self.host is not None else []
        others = [history for _, history in self.runs.overlays.values()]
        return metric_of(own if self.running else [*own, *others], self.document.project)

    def _show_below(self) -> None:
        self.below.show_run(self.document.project, self.host, self.runs.overlays)

    def _export(self) -> None:
        if self._plots is not None:
            own = [("this run", self.host.history)] if self.host is not None else []
            ask_where(self, self._plots.panels, [*own, *self.runs.overlays.values()], self.message.emit)

    # -- the document ----------------------------------------------------------------------------------------------

    def _replaced(self) -> None:
        """Another project: nothing of the last one is left, except a run that still goes on."""
        self.remarks.disown()
        if not self.running:
            self.host = None
            self.remarks.clear()
            self.banner.hide()
            self.controls.show_state("idle")
            self.rate.show_setting()
            self.empty.show_idle()
        self._update_numbers()
        self._show_curves()
        if self._plots is not None:
            self._refresh_runs()

    def _refresh_runs(self) -> None:
        self.runs.refresh(self.host.status.run if self.host is not None else None)

    def _changed(self, change: Change) -> None:
        self.runs.network_renamed()
        if change.settings and not self.running:
            self.rate.show_setting()
