"""The Data page: choose what to learn from, see it, and say how it is transformed, split and dealt out."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from engine.data.config import DataConfig
from engine.data.dataset import Dataset, MissingFiles
from engine.edits import MISSING, Change, Edit, SetSetting
from engine.graph import Graph, GraphError
from engine.settings import SettingFault, resolve_settings
from engine.training.status import sentence
from gui.document import Document
from gui.panels.catalogue import Catalogue
from gui.panels.data_settings import SplitSection, Transforms, fitting
from gui.panels.look import Look, look
from gui.panels.samples import Samples
from gui.training.background import Background
from gui.training.sections import Section, align, compound, faults, raw


class DataPage(QWidget):
    """Catalogue on the left, samples in the middle, settings on the right."""

    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.background = Background("read-data", self)
        self.seen: Look | None = None
        self._shown: tuple[DataConfig, str] | None = None
        self._missing: tuple[DataConfig, str] | None = None
        self.choice = Catalogue()
        self.choice.chosen.connect(self._choose)
        self.choice.files.path_chosen.connect(self._choose_folder)
        self.choice.files.arrived.connect(self._look_again)
        self.choice.files.turned.connect(self._offer_files)
        self.samples = Samples()
        self.samples.part_changed.connect(self._look)
        self.samples.offer_taken.connect(self.choice.files.start)
        self.transforms = Transforms(document)
        self.split = SplitSection(document)
        path = ("data",)
        self.sections: list[Section] = [
            self.split,
            Section(document, "", path, DataConfig, ("seed",)),
            Section(document, "Batches", path, DataConfig, ("batch_size", "shuffle", "drop_last")),
        ]
        self.transforms.message.connect(self.message)
        for section in self.sections:
            section.message.connect(self.message)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        document.changed.connect(self._changed)
        document.opened.connect(self._soon.start)
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Show what the document holds now; samples only while the page is seen."""
        wrong = faults(self.document)
        self.choice.show_name(
            raw(self.document, ("data", "dataset")),
            raw(self.document, ("data", "path")),
            wrong.get("data.dataset", wrong.get("data.path", "")),
        )
        self.transforms.refresh(wrong)
        for section in self.sections:
            section.refresh(wrong)
        align(self.sections)
        self._look()

    def close_background(self) -> None:
        """Wait for what is being read; stop what is being fetched and measured."""
        for part in (self.choice.files, self.samples.baselines):
            part.close_background()
        self.background.close()

    def showEvent(self, event: QShowEvent) -> None:
        """Load the samples once they are to be seen."""
        super().showEvent(event)
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._soon.stop()

    def _changed(self, change: Change) -> None:
        if change.settings:
            self._soon.start()

    # -- samples ---------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        if not self.isVisible():
            return
        alone = Graph()
        alone.settings["data"] = self.document.project.settings.get("data", {})
        settings = resolve_settings(alone)
        if isinstance(settings, SettingFault):
            self._shown = None
            self.samples.show_error(settings.message)
        elif settings[0].dataset is None:
            self._shown = None
            self.samples.show_hint("Choose a dataset on the left to see its samples.")
        elif (wanted := (settings[0], self.samples.part)) != self._shown:
            self._shown = wanted
            self.samples.show_working(f"Loading {settings[0].dataset.replace('_', ' ')} …")
            self.background.run(partial(look, *wanted), partial(self._loaded, wanted), partial(self._failed, wanted))

    def _loaded(self, wanted: tuple[DataConfig, str], seen: Look) -> None:
        if wanted == self._shown:
            self.seen = seen
            self.samples.show_look(seen, wanted[0])
            self.choice.files.found()

    def _failed(self, wanted: tuple[DataConfig, str], error: Exception) -> None:
        if wanted == self._shown and isinstance(error, MissingFiles):
            self._missing = wanted
            self._offer_files()
        elif wanted == self._shown:
            self.samples.show_error(sentence(error))

    def _offer_files(self) -> None:
        """Where the files are not there yet, say so and offer to fetch them."""
        files = self.choice.files
        if self._missing is None or self._missing != self._shown:
            return
        if files.busy:
            self.samples.show_hint("The files are on their way: the bar on the left shows how far they are.")
            return
        self.samples.show_offer(files.missing(), files.get.text(), files.get.toolTip())

    def _look_again(self) -> None:
        """Files have arrived: show what is in them."""
        self._shown = None
        self._look()

    # -- edits -----------------------------------------------------------------------------------------------------

    def _choose(self, dataset: Dataset) -> None:
        """Take a dataset; transforms of a field it lacks go to its first input, or go."""
        if raw(self.document, ("data", "dataset")) == dataset.name:
            return
        edits: list[Edit] = [SetSetting(("data", "dataset"), dataset.name)]
        if raw(self.document, ("data", "path")) is not MISSING:
            edits.append(SetSetting(("data", "path"), MISSING))
        before = self.transforms.items()
        after = [kept for item in before if (kept := fitting(item, dataset)) is not None]
        if after != before:
            edits.append(SetSetting(("data", "transforms"), after or MISSING))
        try:
            self.document.apply(compound(edits, f"Choose {dataset.title}"), f"Choose {dataset.title}")
        except GraphError as error:
            self.message.emit(str(error))

    def _choose_folder(self, path: str | None) -> None:
        """Look for the files of the dataset in another folder."""
        try:
            self.document.apply(SetSetting(("data", "path"), MISSING if path is None else path), "Set data.path")
        except GraphError as error:
            self.message.emit(str(error))

    def _lay_out(self) -> None:
        settings = QWidget()
        box = QVBoxLayout(settings)
        box.setContentsMargins(12, 10, 12, 12)
        box.setSpacing(6)
        box.addWidget(self.transforms)
        box.addSpacing(10)
        for section in self.sections:
            box.addWidget(section)
        box.addStretch(1)
        right = QScrollArea()
        right.setWidget(settings)
        right.setWidgetResizable(True)
        right.setFrameShape(QFrame.Shape.NoFrame)
        right.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        right.setMinimumWidth(260)
        right.setAccessibleName("Data settings")
        whole = QSplitter(Qt.Orientation.Horizontal)
        for part in (self.choice, self.samples, right):
            whole.addWidget(part)
        whole.setStretchFactor(1, 1)
        whole.setSizes([310, 670, 300])
        whole.setChildrenCollapsible(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(whole)
