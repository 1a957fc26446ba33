"""The left side of the Data page: the data sets by kind, and what is to be known of the chosen one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QMenu, QPushButton, QVBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.data.datasets import catalogue
from gui.data.data_files import FilesBox
from gui.data.own.recent_own import OwnEntry
from gui.widgets import Label, Note, Rows, heading, plain

OWN = Qt.ItemDataRole.UserRole + 1
OWN_TITLE = "Your own"
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
    own_looked = Signal(object)
    """Data of the user's own (`OwnEntry`) are to be shown."""
    own_chosen = Signal(object)
    """They are to be used."""
    add_wanted = Signal(str)
    """Data of the user's own are to be added: a "file" or a "folder"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = DatasetList()
        self.list.setAccessibleName("Datasets")
        self.list.setToolTip("Look at a data set; Enter or a double click uses it")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(Rows(self.list, beside=6))
        self._own: list[OwnEntry] = []
        for kind, title in KINDS.items():
            self._add_heading(title)
            for dataset in catalogue():
                if dataset.kind == kind:
                    self._add(dataset)
        self.list.currentItemChanged.connect(lambda item, _before: self._tell(self.looked, self.own_looked, item))
        self.list.itemClicked.connect(lambda item: self._tell(self.looked, self.own_looked, item))
        self.list.taken.connect(lambda item: self._tell(self.chosen, self.own_chosen, item))
        self.error = Note("", "error")
        self.about = Label()
        self.about.setWordWrap(True)
        self.source = Note()
        self.files = FilesBox()
        self.add = QPushButton("Add Your Own …")
        self.add.setAccessibleName("Add your own data")
        self.add.setToolTip(
            plain("Learn from a file or a folder of yours; you can also drop it anywhere on the window")
        )
        menu = QMenu(self.add)
        for what, text in (("file", "File …"), ("folder", "Folder …")):
            menu.addAction(text, lambda what=what: self.add_wanted.emit(what))
        self.add.setMenu(menu)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 8, 12, 12)
        box.setSpacing(8)
        box.addWidget(heading("Dataset"))
        box.addWidget(self.add)
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
                item.setToolTip(plain(f"{item.text()}\n{dataset.description}"))
                chosen = dataset if used and looked is None else chosen
            shown = next((item for item in self.items() if item.data(DATASET) is chosen), None)
            if shown is None:
                self.list.setCurrentRow(-1)
            elif shown is not self.list.currentItem():
                self.list.setCurrentItem(shown)
        self.error.setText(f"✕ {error}")
        self.error.setVisible(bool(error))
        self.about.setText(chosen.description if chosen else "")
        licence = f"Source: {chosen.source}. Licence: {chosen.licence}." if chosen and chosen.licence else ""
        self.source.setText(licence or (f"In {chosen.source}" if chosen else ""))
        self.source.setToolTip(plain(self.source.text(), wrap=True))
        self.files.show_dataset(chosen, path if isinstance(path, str) and path else None)

    def show_own(self, entries: Sequence[OwnEntry], used: str, shown: str | None, missing: Collection[str]) -> None:
        """Show the user's own data at the top, the one at the path ``used`` marked and the one ``shown`` current."""
        with QSignalBlocker(self.list):
            if [entry.path for entry in entries] != [entry.path for entry in self._own]:
                while self.list.count() and self.list.item(0).data(DATASET) is None and self._is_own(0):
                    self.list.takeItem(0)
                rows = [self._heading(OWN_TITLE), *(self._own_item(entry) for entry in entries)] if entries else []
                for row, item in enumerate(rows):
                    self.list.insertItem(row, item)
            self._own = list(entries)
            for entry, item in zip(entries, self.own_items(), strict=True):
                item.setData(OWN, entry)
                gone = " · missing" if entry.path in missing else ""
                facts = entry.facts or entry.path
                item.setText(f"{f'✓ {entry.title} · in use' if entry.path == used else entry.title}{gone}\n{facts}")
                reason = "\nIt is not there any more, or cannot be reached." if gone else ""
                item.setToolTip(plain(f"{item.text()}\n{entry.path}{reason}"))
                if entry.path == shown and item is not self.list.currentItem():
                    self.list.setCurrentItem(item)

    def own_items(self) -> list[QListWidgetItem]:
        """The cards of the user's own data."""
        every = [self.list.item(row) for row in range(self.list.count())]
        return [item for item in every if isinstance(item.data(OWN), OwnEntry)]

    def _is_own(self, row: int) -> bool:
        """Whether a row is the heading of the user's own data, or one of them."""
        return bool(self.list.item(row).data(OWN))

    def _own_item(self, entry: OwnEntry) -> QListWidgetItem:
        item = QListWidgetItem(entry.title)
        item.setData(OWN, entry)
        return item

    def items(self) -> list[QListWidgetItem]:
        """The cards of the datasets, in their order."""
        every = [self.list.item(row) for row in range(self.list.count())]
        return [item for item in every if item.data(DATASET) is not None]

    def _add_heading(self, title: str) -> None:
        self.list.addItem(self._heading(title))

    def _heading(self, title: str) -> QListWidgetItem:
        item = QListWidgetItem(title)
        item.setData(OWN, title == OWN_TITLE)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        font = item.font()
        font.setBold(True)
        item.setFont(font)
        return item

    def _add(self, dataset: Dataset) -> None:
        item = QListWidgetItem(f"{dataset.title}\n{facts(dataset)}")
        item.setData(DATASET, dataset)
        item.setToolTip(plain(f"{item.text()}\n{dataset.description}"))
        self.list.addItem(item)

    @staticmethod
    def _tell(signal: SignalInstance, of_own: SignalInstance, item: QListWidgetItem | None) -> None:
        if item is not None and item.data(DATASET) is not None:
            signal.emit(item.data(DATASET))
        elif item is not None and isinstance(item.data(OWN), OwnEntry):
            of_own.emit(item.data(OWN))


def facts(dataset: Dataset) -> str:
    """``1,797 samples · 10 classes · 8×8``, short enough for a card."""
    field, goal = (dataset.fields[dataset.first(role)] for role in ("input", "target"))
    shape = field.shape
    if not dataset.loader:
        return _own_facts(dataset)
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


def _own_facts(dataset: Dataset) -> str:
    """The same for data of the user's own, which need not have an input of numbers."""
    goal, shape = dataset.fields[dataset.first("target")], dataset.fields[dataset.first("input")].shape
    form = f"{shape[0]} features" if len(shape) == 1 else "×".join(map(str, shape))
    if dataset.kind == "text":
        return f"{dataset.samples:,} samples · {dataset.task} · {shape[0]:,} tokens"
    parts = [f"{dataset.samples:,} samples", f"{goal.classes} classes" if goal.classes else dataset.task]
    return " · ".join([*parts, form] if form else parts)
