"""The samples that can be asked about: those of the part as a list with images, or the user's own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QSpinBox, QVBoxLayout, QWidget

from gui.inside.looking.looker import THUMBNAIL, Opened
from gui.widgets import label, plain

HIGH = 190


class SampleList(QWidget):
    """``chosen``: another sample is asked about. ``file_wanted``: one of the user's own; ``back_wanted``: none."""

    chosen = Signal()
    file_wanted = Signal()
    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list, self.number, self.own = QListWidget(), QSpinBox(), QPushButton("Own File …")
        self.list.setAccessibleName("Samples")
        self.list.setToolTip("The sample that is asked about")
        self.list.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        self.list.setUniformItemSizes(True)
        self.list.setMaximumHeight(HIGH)
        self.list.currentRowChanged.connect(self._row_changed)
        self.number.setAccessibleName("Number of the sample")
        self.number.setToolTip("The number of the sample within its part; also of those that are not listed")
        self.number.setKeyboardTracking(False)
        self.number.valueChanged.connect(self._number_changed)
        self.own.setToolTip("Ask about a file of yours, prepared as the data of the run are")
        self.own.clicked.connect(self.file_wanted)
        self.back = QPushButton("Back")
        self.back.setToolTip("Ask about the samples of the run again")
        self.back.clicked.connect(self.back_wanted)
        self.back.hide()
        row = QHBoxLayout()
        row.addWidget(label("Sample", "muted"))
        row.addWidget(self.number)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.own)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.list)

    @property
    def index(self) -> int:
        """The position of the chosen sample within its part."""
        return self.number.value() - 1

    def show_samples(self, opened: Opened, count: int) -> None:
        """List the first samples of a part with so many."""
        self._hushed(True)
        self.list.clear()
        for index, words in enumerate(opened.words):
            name = opened.name(index)
            item = QListWidgetItem(name.rpartition("/")[2] + (f" · {words}" if words else ""))
            item.setToolTip(plain(name + (f": {words}" if words else "")))
            if opened.images:
                item.setIcon(QIcon(QPixmap.fromImage(opened.images[index])))
            self.list.addItem(item)
        self._ready(count)
        self.back.hide()

    def offer_own(self, *, clips: bool) -> None:
        """Say what may be asked about: a file, or a clip, the folder of its frames."""
        self.own.setText("Own Clip …" if clips else "Own File …")
        self.own.setToolTip(
            "Ask about a clip of yours, the folder of its frames, prepared as the data of the run are"
            if clips
            else "Ask about a file of yours, prepared as the data of the run are"
        )

    def choose(self, index: int) -> None:
        """Choose the sample with this position."""
        self.number.setValue(index + 1)

    def show_own(self, names: Sequence[str]) -> None:
        """List the samples of a file of the user's own."""
        self._hushed(True)
        self.list.clear()
        for name in names:
            item = QListWidgetItem(name.rpartition("/")[2])
            item.setToolTip(plain(name))
            self.list.addItem(item)
        self._ready(len(names))
        self.back.show()

    def _ready(self, count: int) -> None:
        self.number.setRange(min(count, 1), count)
        self.number.setSuffix(f" of {count:,}")
        self.list.setCurrentRow(self.index if self.index < self.list.count() else -1)
        self._hushed(False)

    def _hushed(self, hushed: bool) -> None:
        self.list.blockSignals(hushed)
        self.number.blockSignals(hushed)

    def _row_changed(self, row: int) -> None:
        if row >= 0:
            self._hushed(True)
            self.number.setValue(row + 1)
            self._hushed(False)
            self.chosen.emit()

    def _number_changed(self, _value: int) -> None:
        self._hushed(True)
        self.list.setCurrentRow(self.index if self.index < self.list.count() else -1)
        self._hushed(False)
        self.chosen.emit()
