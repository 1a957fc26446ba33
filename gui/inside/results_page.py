"""The Results page: choose a run and the samples it is judged by; each tab asks it something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from engine import project
from engine.errors import LayerloomError
from engine.training.status import sentence
from engine.weights.beside import read_classes
from engine.weights.chosen import chosen, name_classes
from gui.document import Document
from gui.empty_state import EmptyState
from gui.inside.looking.inside_tab import InsideTab
from gui.inside.predict.predict_tab import PredictTab
from gui.inside.run_choice import BEGUN, RunChoice
from gui.inside.subject import PARTS, Choice, Subject, Weights, open_subject
from gui.inside.tab import ResultsTab
from gui.inside.tabs import make_tabs
from gui.widgets import Note, label, plain
from gui.work.background import Background

NONE = "No network has been trained yet"
THEN = (
    "Train one, or load published weights (File, Load Weights). Here you see then how good it is and where it errs, "
    "ask it about data of your own, look inside, and compare runs."
)
OTHER_FILE, OTHER_FOLDER = "Other file …", "Other folder …"


class ResultsPage(QWidget):
    """Opens the run beside the window, and hands it to the tab that is seen.

    ``moment`` gives the weights of a run that is in training in this window.
    """

    message = Signal(str)
    export_wanted = Signal(object)
    """The folder of the run that is shown, to be exported."""
    training_wanted = Signal()
    """The user wants to train a network first."""

    def __init__(
        self,
        document: Document,
        tabs: Sequence[ResultsTab] | None = None,
        root: Path | None = None,
        moment: Weights | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.background = Background("open-run", self)
        self.subject: Subject | None = None
        self._moment = moment
        self._followed: Path | None = None
        self._wanted: tuple[Choice, str] | None = None
        self._given: dict[ResultsTab, Subject] = {}
        self.runs = RunChoice(root)
        self.runs.chosen.connect(self._choose_run)
        self.runs.listed.connect(self._show_state)
        self.part = QComboBox()
        self.part.setAccessibleName("Samples")
        self.part.setToolTip("The samples the network is judged by: a part of its own data, or others of the same form")
        for name, title in PARTS.items():
            self.part.addItem(f"{title} samples", name)
        for title in (OTHER_FILE, OTHER_FOLDER):
            self.part.addItem(title)
        self.part.activated.connect(self._choose_part)
        self.reopen = QPushButton("Reload")
        self.reopen.setToolTip("Read the runs again, and the weights that are stored by now")
        self.reopen.setAccessibleName("Reload the runs and the weights")
        self.reopen.clicked.connect(self.reload)
        self.export = QPushButton("Export …")
        self.export.setToolTip("Write this run for elsewhere: ONNX, a training script, a prediction package and others")
        self.export.setAccessibleName("Export the run")
        self.export.clicked.connect(self._export)
        self.note = Note()
        self.note.setContentsMargins(16, 0, 16, 6)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.pages = tuple(make_tabs(root, moment) if tabs is None else tabs)
        for page in self.pages:
            page.message.connect(self.message)
            page.inside_wanted.connect(self._look_inside)
            page.names_given.connect(self._read_names)
            self.tabs.addTab(page, page.title)
            self.tabs.setTabToolTip(self.tabs.count() - 1, plain(page.tip))
        self.tabs.currentChanged.connect(lambda _row: self._fill())
        self._lay_out()
        self._show_state()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def follow(self, folder: Path | None) -> None:
        """Show the run of the Training page, once for each; which of the others is chosen afterwards stays."""
        if folder is not None and folder != self._followed:
            self.show_run(folder)

    def show_run(self, folder: Path) -> None:
        """Show a run."""
        self._followed = folder
        self._list(folder)

    def show_begun(self) -> None:
        """Show the network itself with the weights that it begins with, and let it be asked."""
        self.show_tab(PredictTab.title)
        self._list(BEGUN)

    def look_again(self) -> None:
        """The run in training has come to the end of an epoch: who is seen and follows it shows that."""
        page = self.tabs.currentWidget()
        if isinstance(page, InsideTab) and self.isVisible():
            page.follow_training()

    def show_tab(self, title: str) -> ResultsTab:
        """Bring the tab with a title to the front."""
        page = next(page for page in self.pages if page.title == title)
        self.tabs.setCurrentWidget(page)
        return page

    def _look_inside(self, index: int) -> None:
        """Show why the network answers as it does to one of the samples it is judged by."""
        tab = self.show_tab(InsideTab.title)
        assert isinstance(tab, InsideTab)
        tab.show_sample(index)

    def reload(self) -> None:
        """Read the list of runs again, and the run that is shown with the weights it has by now."""
        self.subject = None
        self._list()

    def _list(self, wanted: Path | None = None) -> None:
        network = self.document.project
        path = chosen(network)
        self.runs.refresh(wanted, network.name, Path(path).name if path is not None else "")

    def _export(self) -> None:
        if self._wanted is not None and self._wanted[0].network is None:
            self.export_wanted.emit(self._wanted[0].folder)

    def close_background(self) -> None:
        """Wait for what is being read and computed."""
        for background in (self.background, self.runs.background):
            background.close()
        for page in self.pages:
            page.close_background()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.runs.background.busy:
            self._list()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        for page in self.pages:
            page.forget()
        self._given.clear()

    def _choose_run(self, folder: Path, called: str) -> None:
        part = self._wanted[0].part if self._wanted is not None else "test"
        path = chosen(self.document.project)
        if folder != BEGUN:
            self._open(Choice(folder, part), called)
        elif path is not None:
            self._open(Choice(Path(path), part, network=project.to_bytes(self.document.project)), called)

    def _choose_part(self, row: int) -> None:
        if self._wanted is None:
            return
        choice, called = self._wanted
        name = self.part.itemData(row)
        if name is not None:
            self._open(replace(choice, part=name, other=None), called)
            return
        title = "Samples of the same form"
        if self.part.itemText(row) == OTHER_FILE:
            found = QFileDialog.getOpenFileName(self, title)[0]
        else:
            found = QFileDialog.getExistingDirectory(self, title)
        if found:
            self._open(replace(choice, other=Path(found)), called)
        else:
            self._show_part(choice)

    def _open(self, choice: Choice, called: str) -> None:
        if self._wanted == (choice, called) and (self.subject is not None or self.background.busy):
            self._fill()
            return
        self._wanted = (choice, called)
        known, self.subject = self.subject, None
        self._given.clear()
        for page in self.pages:
            page.forget()
        self._show_part(choice)
        self._show_state()
        job = partial(open_subject, choice, called, known, self._moment)
        self.background.run(job, self._opened, partial(self._failed, choice))

    def _opened(self, subject: Subject) -> None:
        self.subject = subject
        self._show_state()

    def _failed(self, choice: Choice, error: Exception) -> None:
        if self._wanted is not None and self._wanted[0] == choice:
            self._show_state(sentence(error))

    def _read_names(self, path: Path) -> None:
        """Let the classes of the weights be called as a list says."""
        self.background.run(partial(read_classes, path), partial(self._name, path.name), self._not_named)

    def _name(self, file: str, names: tuple[str, ...]) -> None:
        subject = self.subject
        if subject is None or not subject.nameable:
            return
        trained = subject.trained
        try:
            edit = name_classes(
                self.document.project, names, file, trained.data.fields[trained.network.heads[0].field].classes
            )
            self.document.apply(edit, whole_project=True)
        except LayerloomError as error:
            self._not_named(error)
        else:
            self.reload()

    def _not_named(self, error: Exception) -> None:
        tab = self.show_tab(PredictTab.title)
        assert isinstance(tab, PredictTab)
        tab.answers.show_hint(sentence(error), wrong=True)

    def _fill(self) -> None:
        """Hand the run to the tab that is seen."""
        page = self.tabs.currentWidget()
        judged = isinstance(page, ResultsTab) and page.judged and self.runs.count() > 0
        for widget in (self.by, self.part):
            widget.setVisible(judged)
        subject = self.subject
        if isinstance(page, ResultsTab) and subject is not None and self.isVisible():
            known, self._given[page] = self._given.get(page), subject
            if known is not subject:
                page.show_subject(subject)

    def _show_part(self, choice: Choice) -> None:
        row = self.part.findData(choice.part)
        if choice.other is not None:
            title = f"of {choice.other.name}"
            row = self.part.findText(title)
            if row < 0:
                row = self.part.count() - 2
                self.part.insertItem(row, title)
        self.part.setCurrentIndex(row)

    def _show_state(self, error: str = "") -> None:
        """Show the tabs, or say why there is nothing in them."""
        empty = self.runs.count() == 0
        if empty:  # what was shown is not there any more
            self.subject = self._wanted = None
        of_run = self._wanted is not None and self._wanted[0].network is None
        self.export.setEnabled(of_run)
        for widget in (self.of, self.runs, self.reopen):
            widget.setVisible(not empty)
        self.export.setVisible(not empty and of_run)
        self._fill()
        if self.subject is not None:
            self.note.setText(self.subject.trained.note)
            self.note.setVisible(bool(self.subject.trained.note))
            self.stack.setCurrentIndex(0)
            return
        self.note.hide()
        self.stack.setCurrentIndex(1)
        if error:
            self.empty.say("error", "Not opened", error)
        elif empty:
            self.empty.say("results", NONE, THEN, "Go to Training")
        else:
            self.empty.say("clock", "Opening the run …" if of_run else "Reading the weights …")

    def _lay_out(self) -> None:
        self.empty = EmptyState("Show the Training page, where a network is trained")
        self.empty.wanted.connect(self.training_wanted)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.tabs)
        self.stack.addWidget(self.empty)
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 16, 4)
        head.setSpacing(8)
        self.of, self.by = label("Run", "muted"), label("judged by", "muted")
        for widget in (self.of, self.runs, self.by, self.part, self.reopen):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self.export)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(head)
        box.addWidget(self.note)
        box.addWidget(self.stack, 1)
