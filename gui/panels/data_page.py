"""The Data page: choose what to learn from, see it, and say how it is transformed, split and dealt out."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from engine.data.config import DataConfig
from engine.data.datasets import Dataset, catalogue
from engine.data.fields import sample
from engine.edits import MISSING, Change, Edit, SetSetting
from engine.graph import Graph, GraphError
from engine.settings import SettingFault, resolve_settings
from gui.document import Document
from gui.panels.data_settings import SplitSection, Transforms, fitting
from gui.panels.samples import Look, Samples, look
from gui.training.background import Background
from gui.training.host import sentence
from gui.training.sections import Section, align, compound, faults, raw
from gui.widgets import Note, heading


class DataPage(QWidget):
    """Catalogue on the left, samples in the middle, settings on the right."""

    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.background = Background("read-data", self)
        self.seen: Look | None = None
        self._shown: tuple[DataConfig, str] | None = None
        self.choice = Catalogue()
        self.choice.chosen.connect(self._choose)
        self.samples = Samples()
        self.samples.part_changed.connect(self._look)
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
        self.choice.show_name(raw(self.document, ("data", "dataset")), wrong.get("data.dataset", ""))
        self.transforms.refresh(wrong)
        for section in self.sections:
            section.refresh(wrong)
        align(self.sections)
        self._look()

    def close_background(self) -> None:
        """Wait for what is being read."""
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
            self.samples.show_look(seen)

    def _failed(self, wanted: tuple[DataConfig, str], error: Exception) -> None:
        if wanted == self._shown:
            self.samples.show_error(sentence(error))

    # -- edits -----------------------------------------------------------------------------------------------------

    def _choose(self, dataset: Dataset) -> None:
        """Take a dataset; transforms of a field it lacks go to its first input, or go."""
        if raw(self.document, ("data", "dataset")) == dataset.name:
            return
        edits: list[Edit] = [SetSetting(("data", "dataset"), dataset.name)]
        before = self.transforms.items()
        after = [kept for item in before if (kept := fitting(item, dataset)) is not None]
        if after != before:
            edits.append(SetSetting(("data", "transforms"), after or MISSING))
        try:
            self.document.apply(compound(edits, f"Choose {dataset.title}"), f"Choose {dataset.title}")
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
        whole.setSizes([300, 670, 310])
        whole.setChildrenCollapsible(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(whole)


class Catalogue(QWidget):
    """The datasets as a list of cards, with the description of the chosen one below."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget()
        self.list.setAccessibleName("Datasets")
        self.list.setSpacing(1)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for dataset in catalogue():
            item = QListWidgetItem(f"{dataset.title}\n{facts(dataset)}")
            item.setData(Qt.ItemDataRole.UserRole, dataset)
            item.setToolTip(dataset.description)
            item.setSizeHint(QSize(0, 46))
            self.list.addItem(item)
        self.list.setFixedHeight(48 * self.list.count() + 8)
        self.list.itemActivated.connect(self._pick)
        self.list.itemClicked.connect(self._pick)
        self.error = Note("", "error")
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.source = Note()
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 10, 12, 12)
        box.setSpacing(8)
        box.addWidget(heading("Dataset"))
        for widget in (self.list, self.error, self.about, self.source):
            box.addWidget(widget)
        box.addStretch(1)
        self.setMinimumWidth(230)

    def show_name(self, name: Any, error: str) -> None:
        """Show which dataset is chosen."""
        chosen = None
        with QSignalBlocker(self.list):
            self.list.setCurrentRow(-1)
            for row in range(self.list.count()):
                item = self.list.item(row)
                if item.data(Qt.ItemDataRole.UserRole).name == name:
                    self.list.setCurrentItem(item)
                    chosen = item.data(Qt.ItemDataRole.UserRole)
        self.error.setText(f"✕ {error}")
        self.error.setVisible(bool(error))
        self.about.setText(chosen.description if chosen else "")
        self.source.setText(f"Source: {chosen.source}. Comes with scikit-learn, so it works offline." if chosen else "")

    def _pick(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))


def facts(dataset: Dataset) -> str:
    """``1,797 samples · 10 classes · 8 × 8``"""
    inputs = [field for field in dataset.fields.values() if field.role == "input"]
    classes = next((field.classes for field in dataset.fields.values() if field.classes), None)
    shape = inputs[0].shape
    form = f"{shape[0]} features" if len(shape) == 1 else sample(shape[1:] if shape[0] == 1 else shape)
    return f"{dataset.samples:,} samples · {f'{classes} classes' if classes else dataset.task} · {form}"
