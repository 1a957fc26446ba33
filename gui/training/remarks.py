"""What a run says of itself while it goes: how it began, how far it is, how its layers do, what goes wrong; for the
rest of the window as well as for the Train page."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine import project
from engine.graph import Graph
from engine.training.run import PROJECT
from engine.training.status import Status
from gui.training.banner import Notes
from gui.training.controls import duration
from gui.training.diagnoses import Diagnoses
from gui.training.host import Watch


class Remarks(QObject):
    """Follows a `Watch`. ``diagnoses`` is the list of what goes wrong, ``notes`` says how the run began."""

    looked = Signal(object, object)
    """The `Status` of a run of this project that has looked into its layers, and the graph that it trains."""
    progressed = Signal(str)
    """How far the run is, in a few words; empty once it has ended."""
    node_wanted = Signal(tuple, str)
    """The way to a level of the canvas, and the node there that is to be shown."""
    setting_wanted = Signal(str)
    message = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.diagnoses, self.notes = Diagnoses(), Notes()
        self.diagnoses.node_wanted.connect(self.node_wanted)
        self.diagnoses.setting_wanted.connect(self.setting_wanted)
        self._trained: tuple[Path, Graph] | None = None
        self._own = self._told = False

    def follow(self, watch: Watch) -> None:
        """Begin with a run of the project that is open."""
        self.clear()
        self._own, self._trained, self._told = True, None, False
        watch.looked.connect(self._looked)
        watch.progressed.connect(self._progressed)
        watch.finished.connect(lambda result: self.progressed.emit(""))

    def disown(self) -> None:
        """Another project is open now: the canvas shows nothing of the run any more."""
        self._own = False

    def clear(self) -> None:
        """There is no run any more."""
        self.show_stored(Status())

    def show_stored(self, status: Status) -> None:
        """Show what an earlier run has said of itself."""
        self.diagnoses.show_diagnoses(status.diagnoses)
        self.notes.show_notes(status.notes)

    def _looked(self, status: Status) -> None:
        self.show_stored(status)
        if status.preflight and not self._told:
            self._told = True
            self.message.emit(status.preflight)
        if not self._own or status.run is None:
            return
        if self._trained is None or self._trained[0] != status.run:
            try:
                self._trained = (status.run, project.load(status.run / PROJECT))
            except project.ProjectError as error:
                self.message.emit(str(error))
                return
        self.looked.emit(status, self._trained[1])

    def _progressed(self, status: Status) -> None:
        if not status.steps_total:
            return
        parts = [f"epoch {status.epoch} of {status.epochs}"]
        parts += [f"loss {status.train['loss']:.3g}"] if "loss" in status.train else []
        if status.remaining_seconds is not None:
            parts.append(f"{duration(status.remaining_seconds)} left")
        self.progressed.emit(f"{'Paused' if status.state == 'paused' else 'Training'}: {', '.join(parts)}")
