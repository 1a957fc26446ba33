"""The middle of the Data page: pictures or rows before and after the transforms, and how often each class comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.data.config import DataConfig
from engine.data.datasets import Dataset, feature_names, get
from engine.data.fields import sample
from gui.panels.sample_charts import Balance, ImageGrid
from gui.theme import mono_font
from gui.widgets import Note, heading

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

PARTS = {"train": "training", "validation": "validation", "test": "test"}
SHOWN = 12
ANY = (1 << 24) - 1
"""The height that Qt takes for no limit."""
FEW = 5
"""Columns that share the whole width; more keep their own and can be scrolled."""
BINS = 8
"""Bars for a target that is a number."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the page shows of a dataset, made ready beside the GUI thread.

    ``counts`` has a row for each class (or range of the target) and a column for each part.
    """

    dataset: Dataset
    sizes: tuple[int, ...]
    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    columns: tuple[str, ...]
    before: Array
    after: Array
    answers: tuple[str, ...]
    transformed: bool


def look(config: DataConfig, part: str) -> Look:
    """Prepare the data as a training would and take the first samples of a part. Raises DataError."""
    from engine.data.pipeline import prepare

    dataset = get(config.dataset)
    prepared = prepare(config)
    source, target = (_first(dataset, role) for role in ("input", "target"))
    parts = [getattr(prepared, name) for name in PARTS]
    names, counts = _balance(dataset, prepared.raw[target], [one.indices for one in parts])
    chosen = parts[list(PARTS).index(part)]
    places = chosen.indices[:SHOWN]
    goals = prepared.raw[target].reshape(dataset.samples, -1)[places, 0]
    labels = dataset.fields[target].names
    before = prepared.raw[source]
    return Look(
        dataset,
        tuple(len(one) for one in parts),
        names,
        counts,
        feature_names(dataset.name) if before.ndim == 2 else (),
        before[places],
        chosen.tensors[source][:SHOWN].numpy(),
        tuple(labels[int(goal)] if labels else f"{goal:g}" for goal in goals),
        any(transform.field == source for transform in config.transforms),
    )


def _first(dataset: Dataset, role: str) -> str:
    return next(name for name, field in dataset.fields.items() if field.role == role)


def _balance(dataset: Dataset, goals: Array, parts: Sequence[Array]) -> tuple[tuple[str, ...], Any]:
    """The names and counts of the bars: one for each class, or ranges of a number."""
    import numpy as np

    labels = dataset.fields[_first(dataset, "target")].names
    flat = goals.reshape(len(goals), -1)[:, 0]
    if labels:
        table = [np.bincount(flat[places], minlength=len(labels)) for places in parts]
        names = labels
    else:
        edges = np.linspace(flat.min(), flat.max(), BINS + 1)
        table = [np.histogram(flat[places], edges)[0] for places in parts]
        names = tuple(f"{low:.4g} to {high:.4g}" for low, high in pairwise(edges))
    return names, tuple(tuple(int(column[row]) for column in table) for row in range(len(names)))


class SampleTable(QTableWidget):
    """Rows of numbers with their answer in the last column."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Samples")
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setFont(mono_font(9))

    def whole_height(self) -> int:
        """What all rows need."""
        bar = self.horizontalScrollBar().sizeHint().height()
        return self.horizontalHeader().sizeHint().height() + 26 * max(self.rowCount(), 1) + bar + 4

    def show_look(self, seen: Look, *, after: bool) -> None:
        """Show the samples before or after the transforms."""
        rows = seen.after if after else seen.before
        answer = "class" if seen.dataset.task == "classification" else "target"
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)  # else each label measures all columns anew
        self.clear()
        self.setRowCount(len(rows))
        self.setColumnCount(len(seen.columns) + 1)
        self.setHorizontalHeaderLabels([answer, *seen.columns])
        head = QTableWidgetItem(answer)
        head.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setHorizontalHeaderItem(0, head)
        for place, (row, goal) in enumerate(zip(rows.tolist(), seen.answers, strict=True)):
            self.setItem(place, 0, QTableWidgetItem(goal))
            for column, value in enumerate(row, 1):
                item = QTableWidgetItem(f"{value:.3f}" if after else f"{value:.6g}")
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(place, column, item)
        if len(seen.columns) <= FEW:
            header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        else:
            self.resizeColumnsToContents()


class Samples(QWidget):
    """The middle: samples of a part and the balance of classes, or a sentence while there is nothing to show."""

    part_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seen: Look | None = None
        self.parts = QComboBox()
        self.parts.setAccessibleName("Part")
        self.parts.setToolTip("Which part of the data is shown")
        for name, title in PARTS.items():
            self.parts.addItem(f"{title} part", name)
        self.parts.currentIndexChanged.connect(lambda _index: self.part_changed.emit())
        self.state = QComboBox()
        self.state.setAccessibleName("Before or after the transforms")
        self.state.setToolTip("Show the values as they are stored, or as they reach the network")
        self.state.addItems(["before the transforms", "as the network sees them"])
        self.state.currentIndexChanged.connect(lambda _index: self._fill())
        self.hint, self.remark = Note(), Note()
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.grid, self.table, self.balance = ImageGrid(), SampleTable(), Balance()
        self.views = QStackedWidget()
        for view in (self.hint, self.grid, self.table):
            self.views.addWidget(view)
        self.balance_title = heading("Balance")
        top = QHBoxLayout()
        top.addWidget(heading("Samples"))
        top.addStretch(1)
        top.addWidget(self.state)
        top.addWidget(self.parts)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 10, 16, 12)
        box.setSpacing(8)
        box.addLayout(top)
        box.addWidget(self.remark)
        box.addWidget(self.views, 1)
        box.addWidget(self.balance_title)
        box.addWidget(self.balance)
        box.addStretch(0)
        self.show_hint("")

    @property
    def part(self) -> str:
        """The part whose samples are wanted."""
        return str(self.parts.currentData())

    def show_hint(self, text: str) -> None:
        """Nothing to show, and why."""
        self._say(text, "muted")

    def show_error(self, text: str) -> None:
        """Say why there is nothing to show."""
        self._say(f"✕ {text}", "error")

    def show_working(self, text: str) -> None:
        """Say what is being done; what is shown stays until there is something newer."""
        if self._seen is None or self.views.currentWidget() is self.hint:
            self._say(text, "muted")
        else:
            self.remark.setText(text)

    def show_look(self, seen: Look) -> None:
        """Show samples and balance."""
        self._seen = seen
        self._fill()
        self.balance.show_look(seen)
        title = "Samples of each class" if seen.dataset.task == "classification" else "Samples by target"
        self.balance_title.setText(title)
        self.balance_title.show()
        self.balance.show()

    def _fill(self) -> None:
        seen = self._seen
        if seen is None:
            return
        images = seen.before.ndim == 4
        self.state.setVisible(not images and seen.transformed)
        sizes = " + ".join(f"{size:,} {PARTS[name]}" for name, size in zip(PARTS, seen.sizes, strict=True))
        ranges = f"values {seen.before.min():.4g} to {seen.before.max():.4g}" if seen.before.size else "no samples"
        if seen.transformed and seen.before.size:
            shape = f" of {sample(seen.after.shape[1:])}" if images else ""
            ranges = f"left as stored, right as the network sees it{shape}: " if images else ""
            ranges += f"values {seen.before.min():.4g} to {seen.before.max():.4g} become "
            ranges += f"{seen.after.min():.3g} to {seen.after.max():.3g}"
        self.remark.setText(f"{sum(seen.sizes):,} samples: {sizes}. Here the first {len(seen.before)}; {ranges}.")
        if images:
            self.grid.show_look(seen)
        else:
            self.table.show_look(seen, after=seen.transformed and self.state.currentIndex() == 1)
        self.views.setMaximumHeight(ANY if images else self.table.whole_height())
        self.views.setCurrentWidget(self.grid if images else self.table)

    def _say(self, text: str, token: str) -> None:
        self._seen = None
        self.views.setMaximumHeight(ANY)
        self.hint.set_token(token)
        self.hint.setText(text)
        self.views.setCurrentWidget(self.hint)
        self.remark.setText("")
        self.state.hide()
        self.balance_title.hide()
        self.balance.hide()
