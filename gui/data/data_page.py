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

from engine.data.dataset import Dataset, MissingFiles
from engine.data.origin import declared
from engine.edits import MISSING, Change, SetSetting
from engine.graph import Graph, GraphError
from engine.settings.data import DataConfig
from engine.settings.resolution import SettingFault, resolve_settings
from engine.training.status import sentence
from gui.data.data_preview import DataPreview, look
from gui.data.data_settings import SplitSection, Transforms
from gui.data.dataset_list import Catalogue
from gui.data.samples import SamplesPanel
from gui.data.taking import Remembered, Taking, in_use
from gui.data.use_bar import UseBar
from gui.document import Document
from gui.forms.sections import SettingsSection, align, faults, raw
from gui.training.meanings import data_hints
from gui.work.background import Background

REST = 120
"""Milliseconds that the current row rests before its samples are loaded."""


class DataPage(QWidget):
    """Catalogue on the left, samples in the middle, settings on the right.

    What is chosen in the catalogue is only ``looked`` at; the project changes when it is used.
    """

    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.background = Background("read-data", self)
        self.seen: DataPreview | None = None
        self.looked: Taking | None = None
        """What is looked at beside the data set in use."""
        self._said = ""
        self.remembered = Remembered()
        self.remembered.note(document)
        self._used = in_use(document)
        self._shown: tuple[DataConfig, str] | None = None
        self._missing: tuple[DataConfig, str] | None = None
        self.choice = Catalogue()
        self.choice.looked.connect(self._look_at)
        self.choice.chosen.connect(self._use)
        self.choice.files.path_chosen.connect(self._choose_folder)
        self.choice.files.arrived.connect(self._look_again)
        self.choice.files.turned.connect(self._offer_files)
        self.samples = SamplesPanel()
        self.samples.part_changed.connect(self._look)
        self.samples.offer_taken.connect(self.choice.files.take_offer)
        self.use = UseBar(document)
        self.use.used.connect(lambda: self.looked is not None and self._use(self.looked.dataset))
        self.use.message.connect(self.message)
        self.samples.above.addWidget(self.use)
        self.transforms = Transforms(document)
        self.split = SplitSection(document)
        path = ("data",)
        self.sections: list[SettingsSection] = [
            self.split,
            SettingsSection(document, "", path, DataConfig, ("seed",)),
            SettingsSection(document, "Batches", path, DataConfig, ("batch_size", "shuffle", "drop_last")),
        ]
        self.transforms.message.connect(self.message)
        for section in self.sections:
            section.message.connect(self.message)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.refresh)
        document.changed.connect(self._changed)
        document.opened.connect(self._opened)
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Show what the document holds now; samples only while the page is seen."""
        self._rest.stop()
        wrong, hints = faults(self.document), data_hints(self.document)
        if self.looked is not None:
            self.looked = self.remembered.taking(self.document, self.looked.dataset)
        self.choice.show_name(
            raw(self.document, ("data", "dataset")),
            self.looked.path if self.looked else raw(self.document, ("data", "path")),
            "" if self.looked else wrong.get("data.dataset", wrong.get("data.path", "")),
            self.looked.dataset if self.looked else None,
        )
        self.transforms.refresh(wrong, self.looked)
        for section in self.sections:
            section.refresh(wrong)
            section.explain({}, hints)
        align(self.sections)
        self._look()

    def close_background(self) -> None:
        """Wait for what is being read; stop what is being fetched and measured."""
        self._rest.stop()
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
        self._rest.stop()

    def _changed(self, change: Change) -> None:
        if change.settings:
            self.remembered.note(self.document)
        if in_use(self.document) is not self._used:
            self._used, self.looked, self._said = in_use(self.document), None, ""
        if change.settings or self.isVisible():
            self._soon.start()

    def _opened(self) -> None:
        self.remembered.forget()
        self.remembered.note(self.document)
        self._used, self.looked, self._said = in_use(self.document), None, ""
        self._soon.start()

    # -- samples ---------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        if not self.isVisible():
            return
        alone = Graph()
        alone.settings["data"] = self.document.project.settings.get("data", {})
        if self.looked is not None:
            alone.settings["data"] = self.looked.settings(self.document)
        settings = resolve_settings(alone)
        self.use.show_state(self.looked, None if isinstance(settings, SettingFault) else settings[0], self._said)
        if isinstance(settings, SettingFault):
            self._shown = None
            self.samples.show_error(settings.message)
        elif not settings[0].chosen:
            self._shown = None
            self.samples.show_hint("Choose a dataset on the left to see its samples.")
        elif (wanted := (settings[0], self.samples.part)) != self._shown:
            self._shown = wanted
            name = declared(settings[0]).name
            self.samples.show_working(f"Loading {name.replace('_', ' ')} …", name)
            self.background.run(partial(look, *wanted), partial(self._loaded, wanted), partial(self._failed, wanted))

    def _loaded(self, wanted: tuple[DataConfig, str], seen: DataPreview) -> None:
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
        said, sought = files.missing()
        self.samples.show_offer(said, sought, files.offer.text(), files.offer.toolTip(), wrong=files.foreign)

    def _look_again(self) -> None:
        """Files have arrived: show what is in them."""
        self._shown = None
        self._look()

    # -- edits -----------------------------------------------------------------------------------------------------

    def _look_at(self, dataset: Dataset) -> None:
        """Show a dataset, once the choice has come to rest; the project stays as it is."""
        if self.looked is None and dataset is in_use(self.document):
            return
        same = dataset is in_use(self.document)
        self.looked = None if same else self.remembered.taking(self.document, dataset)
        self._rest.start()

    def _use(self, dataset: Dataset) -> None:
        """Let the project learn from a dataset, as one undo step."""
        if dataset is in_use(self.document):
            return
        taking = self.remembered.taking(self.document, dataset)
        try:
            self.document.apply(taking.edit(self.document), taking.title)
        except GraphError as error:
            self.message.emit(str(error))
            return
        self._said = taking.said
        self.message.emit(f"In use: {dataset.title}. {taking.said}".strip())
        self.choice.list.setFocus()

    def _choose_folder(self, path: str | None) -> None:
        """Look for the files of the dataset in another folder; that of one that is only looked at is kept in mind."""
        if self.looked is not None:
            self.remembered.note_path(self.looked.dataset, path)
            self.refresh()
            return
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
