"""What a run says of itself while it goes: how it began, how far it is, how its layers do, what goes wrong; for the
rest of the window as well as for the Train page. What was said stays to be read after the run has ended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine import own_files, project
from engine.graph import Graph, GraphError
from engine.training.runs.folder import FACTS, PROJECT, RunError
from engine.training.runs.run_info import read
from engine.training.status import Result, Status
from gui.document import Document
from gui.explanation import Explanation
from gui.hosts.host import Watch
from gui.training.banner import Notes
from gui.training.controls import duration
from gui.training.diagnoses import DiagnosisBar

if TYPE_CHECKING:
    from engine.training.diagnosis.causes import RootCause
    from engine.training.findings import Diagnosis


class Remarks(QObject):
    """Follows a `Watch`. ``diagnoses`` is the list of what goes wrong, ``notes`` says how the run began."""

    looked = Signal(object, object)
    """The `Status` of a run of this project that has looked into its layers, and the graph that it trains."""
    progressed = Signal(str)
    """How far the run is, in a few words; empty once it has ended."""
    node_wanted = Signal(tuple, str)
    """The path of blocks to a level of the canvas, and the node there that is to be shown."""
    setting_wanted = Signal(str)
    help_wanted = Signal(str)
    """A page of the help is to be shown."""
    preflight = Signal(str)
    """What was seen before the first step."""
    message = Signal(str)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.diagnoses, self.notes = DiagnosisBar(remedy=self._remedy), Notes()
        self.diagnoses.node_wanted.connect(self.node_wanted)
        self.diagnoses.setting_wanted.connect(self.setting_wanted)
        self.diagnoses.fix_wanted.connect(self._fix)
        self.diagnoses.why_wanted.connect(self._explain)
        document.changed.connect(lambda change: self.diagnoses.show_remedies())
        self._trained: tuple[Path, Graph] | None = None
        self._status: Status | None = None
        self._own = self._sent = False

    def follow(self, watch: Watch) -> None:
        """Begin with a run of the project that is open."""
        self.clear()
        self._own, self._trained, self._sent = True, None, False
        watch.looked.connect(self._looked)
        watch.progressed.connect(self._progressed)
        watch.finished.connect(self._ended)

    def show_stored(self, status: Status) -> None:
        """Show what was said of a run that has ended some time ago; on the canvas, too, if it is of this network."""
        self._trained = None
        graph = self._graph(status)
        self._own = graph is not None and graph.name == self.document.project.name
        self._show(status, status.diagnoses)

    def disown(self) -> None:
        """Another project is open now: the canvas shows nothing of the run any more."""
        self._own = False

    def clear(self) -> None:
        """There is no run any more."""
        self._status = None
        self.diagnoses.show_diagnoses(())
        self.notes.show_notes(())

    def _looked(self, status: Status) -> None:
        if status.preflight and not self._sent:
            self._sent = True
            self.preflight.emit(status.preflight)
        self._show(status, status.diagnoses)

    def _ended(self, result: Result) -> None:
        """The run has written down all that was said of it, also what came between two looks at it."""
        self.progressed.emit("")
        if not own_files.is_file(result.run, FACTS):
            return
        try:
            said = read(result.run).diagnoses
        except RunError as error:
            self.message.emit(str(error))
        else:
            self._show(self._status or Status(run=result.run), said)

    def _show(self, status: Status, diagnoses: tuple[Diagnosis, ...]) -> None:
        """Show what holds; what holds no more is in the record of the run, with when it did."""
        held = tuple(diagnosis for diagnosis in diagnoses if not diagnosis.over)
        self._status = status = replace(status, diagnoses=held)
        self.diagnoses.show_diagnoses(held)
        self.notes.show_notes(status.notes)
        graph = self._graph(status) if self._own else None
        if graph is not None:
            self.looked.emit(status, graph)

    def _graph(self, status: Status) -> Graph | None:
        """The network that the run trains."""
        if status.run is None:
            return None
        if self._trained is None or self._trained[0] != status.run:
            try:
                self._trained = (status.run, project.load_own(status.run, PROJECT))
            except project.ProjectError as error:
                self.message.emit(str(error))
                return None
        return self._trained[1]

    # -- fixing -----------------------------------------------------------------------------------------------------

    def _remedy(self, matter: RootCause) -> str:
        from engine.training.diagnosis.causes import remedy

        found = remedy(matter, self.document.project) if self._own else None
        return "" if found is None else found[0]

    def _fix(self, matter: RootCause) -> None:
        from engine.training.diagnosis.causes import remedy

        found = remedy(matter, self.document.project)
        if found is None:
            return
        label, edit = found
        try:
            self.document.apply(edit, label, whole_project=True)
        except GraphError as error:
            self.message.emit(str(error))
        else:
            self.message.emit(f"{label}: train again to see what it changes. Ctrl+Z undoes it.")

    def _explain(self, code: str) -> None:
        shown = Explanation(code, self.diagnoses)
        shown.help_wanted.connect(self.help_wanted)
        shown.open()

    def _progressed(self, status: Status) -> None:
        if not status.steps_total:
            return
        parts = [f"epoch {status.epoch} of {status.epochs}"]
        parts += [f"loss {status.train['loss']:.3g}"] if "loss" in status.train else []
        if status.remaining_seconds is not None:
            parts.append(f"{duration(status.remaining_seconds)} left")
        self.progressed.emit(f"{'Paused' if status.state == 'paused' else 'Training'}: {', '.join(parts)}")
