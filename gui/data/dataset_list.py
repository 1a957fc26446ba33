"""The left side of the Data page: the data sets by kind, and what is to be known of the chosen one."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.data.datasets import catalogue
from gui.data.data_files import FilesBox
from gui.widgets import Label, Note, heading, plain

KINDS = {"table": "Tables", "image": "Images", "clip": "Clips", "sequence": "Sequences", "text": "Text"}
DATASET = Qt.ItemDataRole.UserRole


class DatasetList(QListWidget):
    """A list in which Enter takes the current card; arrow keys and clicks only go there."""

    taken = Signal(QListWidgetItem)

    def __init__(self) -> None:
        super().__init__()
        self.itemDoubleClicked.connect(self.taken)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.taken.emit(item)
        else:
            super().keyPressEvent(event)


class Catalogue(QWidget):
    """The datasets as a list of cards, with the description of the shown one below."""

    looked = Signal(object)
    """A dataset is to be shown; nothing is changed by that."""
    chosen = Signal(object)
    """A dataset is to be used."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = DatasetList()
        self.list.setAccessibleName("Datasets")
        self.list.setToolTip("Look at a data set; Enter or a double click uses it")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for kind, title in KINDS.items():
            self._add_heading(title)
            for dataset in catalogue():
                if dataset.kind == kind:
                    self._add(dataset)
        self.list.currentItemChanged.connect(lambda item, _before: self._tell(self.looked, item))
        self.list.itemClicked.connect(lambda item: self._tell(self.looked, item))
        self.list.taken.connect(lambda item: self._tell(self.chosen, item))
        self.error = Note("", "error")
        self.about = Label()
        self.about.setWordWrap(True)
        self.source = Note()
        self.files = FilesBox()
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 10, 12, 12)
        box.setSpacing(8)
        box.addWidget(heading("Dataset"))
        box.addWidget(self.list, 1)
        for widget in (self.error, self.about, self.source, self.files):
            box.addWidget(widget)
        self.setMinimumWidth(230)

    def show_name(self, name: object, path: object, error: str, looked: Dataset | None = None) -> None:
        """Mark the dataset in use, and show it or the one that is ``looked`` at, with the folder of its files."""
        chosen = looked
        with QSignalBlocker(self.list):
            for item in self.items():
                dataset = item.data(DATASET)
                used = dataset.name == name
                item.setText(f"{f'✓ {dataset.title} · in use' if used else dataset.title}\n{facts(dataset)}")
                chosen = dataset if used and looked is None else chosen
            shown = next((item for item in self.items() if item.data(DATASET) is chosen), None)
            if shown is None:
                self.list.setCurrentRow(-1)
            elif shown is not self.list.currentItem():
                self.list.setCurrentItem(shown)
        self.error.setText(f"✕ {error}")
        self.error.setVisible(bool(error))
        self.about.setText(chosen.description if chosen else "")
        self.source.setText(f"Source: {chosen.source}. Licence: {chosen.licence}." if chosen else "")
        self.files.show_dataset(chosen, path if isinstance(path, str) and path else None)

    def items(self) -> list[QListWidgetItem]:
        """The cards of the datasets, in their order."""
        every = [self.list.item(row) for row in range(self.list.count())]
        return [item for item in every if item.data(DATASET) is not None]

    def _add_heading(self, title: str) -> None:
        item = QListWidgetItem(title)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        font = item.font()
        font.setBold(True)
        item.setFont(font)
        item.setSizeHint(QSize(0, 28))
        self.list.addItem(item)

    def _add(self, dataset: Dataset) -> None:
        item = QListWidgetItem(f"{dataset.title}\n{facts(dataset)}")
        item.setData(DATASET, dataset)
        item.setToolTip(plain(dataset.description))
        item.setSizeHint(QSize(0, 44))
        self.list.addItem(item)

    @staticmethod
    def _tell(signal: SignalInstance, item: QListWidgetItem | None) -> None:
        if item is not None and item.data(DATASET) is not None:
            signal.emit(item.data(DATASET))


def facts(dataset: Dataset) -> str:
    """``1,797 samples · 10 classes · 8×8``, short enough for a card."""
    field, goal = (dataset.fields[dataset.first(role)] for role in ("input", "target"))
    shape = field.shape
    if field.classes:
        form = f"{shape[0]} characters"
    elif len(shape) == 1:
        form = f"{shape[0]} features"
    else:
        form = "×".join(str(size) for size in shape if size > 1)
    parts = [f"{dataset.samples:,} samples", form]
    if not field.classes:
        parts.insert(1, f"{goal.classes} classes" if goal.classes else dataset.task)
    return " · ".join(parts)
