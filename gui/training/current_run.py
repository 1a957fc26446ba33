"""The run of the Training page: one at a time, trained here, watched where it trains, or read from its folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from engine.graph import Graph
from engine.training.history import History
from engine.training.process.handover import live
from engine.training.runs import folds
from engine.training.runs.catalogue import accept_data
from engine.training.runs.folder import RunError
from engine.training.runs.lengthening import lengthen
from engine.training.status import Result
from gui.document import Document
from gui.hosts.host import Host, StoredRun, Watch
from gui.hosts.process_host import ProcessHost
from gui.training.words import network_text
from gui.work.background import Background


class MakeHost(Protocol):
    """Makes the host of a new run, with the weights of an earlier one if it is given, or of one that is resumed."""

    def __call__(self, graph: Graph, *, resume: Path | None = None, weights_of: Path | None = None) -> Host: ...


class CurrentRun(QObject):
    """Begins, holds and ends it, and tells those who show it; ``state`` is what they show of its state."""

    began = Signal(object)
    """The `Watch` of a run that is about to start."""
    shown = Signal(object)
    """The `StoredRun` that is shown now."""
    cleared = Signal()
    """There is no run any more."""
    state_changed = Signal(str)
    epoch_done = Signal(int)
    stopping = Signal()
    """The end of the run was asked for."""
    finished = Signal(object)
    """The `Result` of a run; of a cross-validation that of the last fold that was trained."""
    fold_done = Signal(object)
    """The `Result` of a fold after which the next one begins at once."""
    blocked = Signal(object)
    """Training was asked for, but the network has errors: the gravest `Problem`."""
    message = Signal(str)

    def __init__(self, document: Document, make_host: MakeHost, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self.make_host = document, make_host
        self.host: Host | None = None
        self.state = "idle"
        self._stop_asked = False
        self.gate: Callable[[Callable[[], None]], None] = lambda begin: begin()
        """Lets a new run begin, at once or once something is found out."""
        self._watch: Watch | None = None
        self._stored = Background("show-run", self)

    @property
    def running(self) -> bool:
        """Whether a run is under way, be it paused."""
        return self._watch is not None and self._watch.active

    @property
    def name(self) -> str:
        """The name of the network that is being trained, or was last."""
        return network_text(self.folder) or self._document.project.name

    @property
    def folder(self) -> Path | None:
        """The folder of the run, as soon as it has one."""
        return self.host.status.run if self.host is not None else None

    @property
    def history(self) -> History | None:
        """The curves of the run so far."""
        return self.host.history if self.host is not None else None

    @property
    def can_be_left(self) -> bool:
        """Whether the run that is under way would continue without the window."""
        return self.running and self.host is not None and self.host.outlives_window

    # -- beginning one ---------------------------------------------------------------------------------------------

    def train(self, weights_of: Path | None = None) -> None:
        """Begin a run of the network as it is now, with new weights or those of an earlier run."""
        if self.ready():
            self.gate(lambda: self._train(weights_of))

    def _train(self, weights_of: Path | None) -> None:
        if self.ready():
            graph = self._document.project
            self._begin(self.make_host(graph, weights_of=weights_of) if weights_of else self.make_host(graph))

    def ready(self) -> bool:
        """Whether the network can be trained now; says why it cannot."""
        errors = [problem for problem in self._document.all_problems() if problem.severity == "error"]
        if errors and not self.running:
            self.message.emit(errors[0].message)
            self.blocked.emit(errors[0])
        return not errors and not self.running

    def resume(self, path: Path) -> None:
        """Resume a run that was stopped, cut off or has failed: with its own network and settings."""
        if not self.running:
            self._begin(self.make_host(self._document.project, resume=path))

    def resume_with_changed_data(self, path: Path) -> None:
        """Resume a run though its data have changed since, with them as they are now."""
        work = partial(accept_data, path)
        self._stored.run(work, lambda _: self.resume(path), lambda error: self.message.emit(str(error)))

    def lengthen(self, path: Path, epochs: int) -> None:
        """Train a run that has ended on until it has so many epochs."""
        if not self.running:
            self._stored.run(partial(lengthen, path, epochs), self.resume, lambda error: self.message.emit(str(error)))

    def resume_shown_or_held(self) -> None:
        """Resume the run that has ended, or waits."""
        if self.running and self.state == "paused":
            self.pause_or_resume()
        elif self.host is not None and self.host.result is not None:
            self.resume(self.host.result.run)

    def attach(self, folder: Path) -> None:
        """Watch a run that continues in a separate process; ``folder`` is the one it was handed."""
        if not self.running:
            self._begin(ProcessHost.attach(folder))

    def watch(self, path: Path) -> None:
        """Watch the run in a folder, if it continues in a separate process."""
        if found := next((run.folder for run in live() if run.facts.run == path), None):
            self.attach(found)
        else:
            self.message.emit(
                "Another program owns this run, so it cannot be watched: open it again once it has ended."
            )

    def _begin(self, host: Host) -> None:
        """Start a host and follow it."""
        if self._watch is not None:
            self._watch.deleteLater()
        self.host, self.state, self._stop_asked = host, "waiting", False
        self._watch = Watch(host, self)
        self._watch.state_changed.connect(self._follow)
        self._watch.epoch_done.connect(self.epoch_done)
        self._watch.finished.connect(self._finished)
        self.began.emit(self._watch)
        self.state_changed.emit(self.state)
        host.start()

    def _follow(self, state: str) -> None:
        if not (state in ("running", "paused") and self.state == "stopping"):
            self.state = state
        self.state_changed.emit(state)

    def _finished(self, result: Result) -> None:
        if self.host is not None and self.host.refused:
            self.message.emit(self.host.refused)
            self.clear()
        elif (together := self._unfinished(result)) is not None:
            self.fold_done.emit(result)
            self._begin(self.make_host(self._document.project, resume=together))
        else:
            self.finished.emit(result)

    def _unfinished(self, result: Result) -> Path | None:
        """The cross-validation that continues after this run, where it has folds left and nobody has stopped it."""
        if result.state != "finished" or self._stop_asked:
            return None
        try:
            together = folds.folds_of_run(result.run)
            return together if together is not None and folds.is_unfinished(together) else None
        except RunError as error:
            self.message.emit(str(error))
            return None

    # -- one that has ended ----------------------------------------------------------------------------------------

    def show(self, path: Path) -> None:
        """Show a run that has ended, from its folder."""
        try:
            self._show(StoredRun(path))
        except RunError as error:
            self.message.emit(str(error))

    def look_at(self, path: Path) -> None:
        """Show a run that has ended; its curves are read beside the GUI thread."""
        self._stored.run(partial(StoredRun, path), self._show, lambda error: self.message.emit(str(error)))

    def _show(self, run: StoredRun) -> None:
        if self.running:
            self.message.emit("Another run is being trained: tick the box of this one to lay its curves beside.")
            return
        self.host, self.state = run, run.result.state
        self.shown.emit(run)

    def clear(self) -> None:
        """Show no run any more, unless one is under way."""
        if not self.running:
            self.host, self.state = None, "idle"
            self.cleared.emit()

    # -- while it is under way -------------------------------------------------------------------------------------

    def pause_or_resume(self) -> None:
        """Hold the run between two steps, or keep it running."""
        if self.host is not None and self.running:
            self.host.resume() if self.state == "paused" else self.host.pause()

    def step(self) -> None:
        """Train one batch, then hold."""
        if self.host is not None and self.running:
            self.host.step()

    def stop(self) -> None:
        """End the run after the batch it is at."""
        if self.host is not None and self.running:
            self.host.stop()
            self.state, self._stop_asked = "stopping", True
            self.stopping.emit()

    def close(self, timeout: float, *, keep: bool) -> bool:
        """End the run and what is read in the background; whether it came in time. With ``keep`` a run may continue."""
        self._stop_asked = True
        keep = keep and self.can_be_left
        ended = self.host is None or (self.host.leave if keep else self.host.close)(timeout)
        if self._watch is not None:
            self._watch.stop() if keep else self._watch.poll()
        self._stored.close()
        return ended
