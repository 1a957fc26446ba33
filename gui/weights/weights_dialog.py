"""The dialog *Load Weights*: a file, what goes where, and one edit that lets the network begin with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar, TypedDict

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from engine.edits import MISSING, Compound, Edit, SetSetting
from engine.errors import LayerloomError
from engine.graph import Graph
from engine.training.status import sentence
from engine.weights.beside import Beside
from engine.weights.chosen import SETTING, choose, chosen, missing, relocated
from engine.weights.matching import match
from engine.weights.normalization import differs, normalize, words
from engine.weights.report import Report
from engine.weights.rotary import Order
from gui.document import Document
from gui.weights.weights_table import WeightsTable
from gui.widgets import Label, Note, plain, push_button
from gui.work.background import Background

KINDS = "Weights (*.safetensors *.pth *.pt *.bin *.ckpt *.index.json);;All files (*)"


class Taken(TypedDict):
    """Which faults of a report the user takes."""

    partial: bool
    accept_guess: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A file held against the network; ``wanted`` is how it expects images, where those of the data are otherwise."""

    report: Report
    wanted: Beside | None


class WeightsDialog(QDialog):
    """Nothing is changed before *Load*."""

    help_page: ClassVar = "guide/weights"

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Load Weights")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(980, 560)
        self.document = document
        self.report: Report | None = None
        self._path: Path | None = None
        self._assign: dict[str, str] = {}
        self._wanted: Beside | None = None
        self._work = Background("match-weights", self)
        self._build()
        now = chosen(document.project)
        if now is not None:
            self.summary.setText(missing(now) or f"This network begins with the weights of {now}.")
        if now is not None and missing(now):
            self.file.setText("Locate …")
            self.file.setAccessibleName("Locate …")
        self.remove.setVisible(now is not None)

    # -- looking ---------------------------------------------------------------------------------------------------

    def look(self, path: Path) -> None:
        """Hold a file against the network."""
        self._path, self._assign = path, {}
        self._match()

    def choose_file(self) -> None:
        """Ask for a file."""
        self._choose(QFileDialog.FileMode.ExistingFile)

    def correct(self, name: str, source: str) -> None:
        """Assign a tensor by hand."""
        before, self._assign = self._assign, {**self._assign, name: source}
        self._match(before)

    def _match(self, before: dict[str, str] | None = None) -> None:
        """Match again; where a correction cannot be, it is said and taken back."""
        if self._path is None:
            return
        self.summary.setText(f"Looking at {self._path.name} …")
        self._say("")
        job = partial(_held, self.document.project.copy(), self._path, dict(self._assign), self.rotary.currentData())
        self._work.run(job, self._found, partial(self._failed, before))

    def _found(self, found: Held | Edit) -> None:
        """The report; or the edit where the weights that were gone are found again, which is all there is to do."""
        if isinstance(found, Held):
            self._wanted = found.wanted
            self._show(found.report)
        else:
            self.document.apply(found, whole_project=True)
            super().accept()

    def _show(self, report: Report | None) -> None:
        self.report = report
        self.table.show_report(report)
        if report is not None:
            self.summary.setText(str(report))
            self._say(" ".join(report.notes))
        self._ready()

    def _failed(self, before: dict[str, str] | None, error: Exception) -> None:
        if before is not None:
            self._assign = before
            self._show(self.report)
        else:
            self._show(None)
            self.summary.setText("")
        self._say(sentence(error), wrong=True)

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self.note.setText(f"✕ {text}" if wrong else text)
        self.note.set_token("error" if wrong else "muted")
        self.note.setVisible(bool(text))

    def _ready(self) -> None:
        report = self.report
        guessed = report.guessed if report is not None else 0
        self.guess.setVisible(bool(guessed))
        self.guess.setText(f"I have looked: take the {guessed} guessed as they are")
        self.guess.setAccessibleName(self.guess.text())
        self.partial.setVisible(report is not None and bool(report.left_over))
        asked = report is not None and report.rotary is not None and report.rotary.asked
        self.rotary_label.setVisible(asked)
        self.rotary.setVisible(asked)
        self.normalize.setVisible(report is not None and self._wanted is not None)
        self.normalize.setToolTip(plain("" if self._wanted is None else words(self._wanted)))
        self.load.setEnabled(report is not None and report.loadable(**self._taken()))

    def _taken(self) -> Taken:
        """What the user takes although it is not as it should be."""
        return {"partial": self.partial.isChecked(), "accept_guess": self.guess.isChecked()}

    # -- changing --------------------------------------------------------------------------------------------------

    def accept(self) -> None:
        """Let the network begin with them, as one step."""
        if self.report is None:
            return
        try:
            edit = choose(self.report, **self._taken())
            if self._wanted is not None and self.normalize.isChecked():
                edit = Compound(
                    (edit, normalize(self.document.project, self._wanted)), edit.title(self.document.project)
                )
            self.document.apply(edit, whole_project=True)
        except LayerloomError as error:
            self._say(str(error), wrong=True)
            return
        super().accept()

    def without(self) -> None:
        """Let the network begin with new weights again, as one step."""
        self.document.apply(SetSetting(SETTING, MISSING), "Remove the weights")
        super().accept()

    def done(self, result: int) -> None:
        """Closing ends what is under way."""
        self._work.close()
        super().done(result)

    def _choose(self, mode: QFileDialog.FileMode) -> None:
        start = self._path or Path(chosen(self.document.project) or Path.home() / "weights")
        folder = next((str(one) for one in start.parents if one.is_dir()), str(Path.home()))
        dialog = QFileDialog(self, "Weights", folder, KINDS)
        dialog.setFileMode(mode)
        dialog.fileSelected.connect(lambda name: self.look(Path(name)))
        dialog.finished.connect(lambda _code: dialog.deleteLater())
        dialog.open()

    # -- building --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        folder = QFileDialog.FileMode.Directory
        self.file = push_button("File …", "Choose a file of weights, or an index", self.choose_file)
        self.folder = push_button("Folder …", "Choose a folder with weights", partial(self._choose, folder))
        self.summary = Label("Choose a file or folder of weights: the table then says which tensor goes where.")
        self.summary.setWordWrap(True)
        self.note = Note()
        self.note.hide()
        self.table = WeightsTable()
        self.table.corrected.connect(self.correct)
        self.partial = QCheckBox("Leave out what has no place")
        self.partial.setToolTip("Load the rest, though tensors of the file have no place or another shape here")
        self.partial.setAccessibleName(self.partial.text())
        self.partial.toggled.connect(lambda _on: self._ready())
        self.partial.hide()
        self.guess = QCheckBox()
        self.guess.setToolTip("Layers of equal shapes were told apart by their order alone, which may be wrong")
        self.guess.toggled.connect(lambda _on: self._ready())
        self.guess.hide()
        self.normalize = QCheckBox("Normalise images as these weights expect")
        self.normalize.setAccessibleName(self.normalize.text())
        self.normalize.hide()
        self.rotary = QComboBox()
        self.rotary.setAccessibleName("Rotary positions of the file")
        self.rotary.setToolTip("What rotary positions turn together in the file: its names do not tell")
        for text, order in (("as in the network", None), ("neighbours", "neighbours"), ("halves of a head", "halves")):
            self.rotary.addItem(text, order)
        self.rotary.activated.connect(lambda _index: self._match())
        self.rotary_label = Label("Its rotary positions turn")
        self.rotary_label.setBuddy(self.rotary)
        self.rotary.hide()
        self.rotary_label.hide()
        self.load = push_button("Load", "Let each training begin with these weights; Undo reverts it", self.accept)
        self.load.setDefault(True)
        self.load.setEnabled(False)
        self.remove = push_button("Remove Weights", "Begin with new weights again", self.without)
        self.cancel = push_button("Cancel", "Change nothing", self.reject)
        top, foot = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.summary, 1)
        for button in (self.file, self.folder):
            top.addWidget(button)
        takes = QVBoxLayout()
        takes.addWidget(self.partial)
        takes.addWidget(self.guess)
        takes.addWidget(self.normalize)
        turning = QHBoxLayout()
        turning.addWidget(self.rotary_label)
        turning.addWidget(self.rotary)
        turning.addStretch(1)
        takes.addLayout(turning)
        foot.addLayout(takes)
        foot.addStretch(1)
        for button in (self.remove, self.load, self.cancel):
            foot.addWidget(button)
        box = QVBoxLayout(self)
        box.setSpacing(12)
        box.addLayout(top)
        box.addWidget(self.table, 1)
        box.addWidget(self.note)
        box.addLayout(foot)


def _held(project: Graph, path: Path, assign: dict[str, str], rotary: Order | None) -> Held | Edit:
    """A file held against a network; where it is the very file that was gone, what says where it is now."""
    before = chosen(project)
    if before is not None and missing(before) and not assign and (edit := relocated(project, path)) is not None:
        return edit
    report = match(project, path, assign, rotary)
    return Held(report, report.images if differs(project, report.images) else None)
