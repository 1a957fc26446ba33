"""The middle of the Data page: images or rows before and after the transforms, and how often each class comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.data.dataset import Dataset
from engine.data.fields import sample
from engine.settings.data import DataConfig
from gui.data.baselines_panel import Baselines
from gui.data.data_preview import PARTS, DataPreview
from gui.data.sample_charts import ClassBars, ImageGrid
from gui.data.sample_strips import ClipView, SeriesView, TextView
from gui.data.samples_table import DataTable
from gui.data.token_view import TokenView
from gui.widgets import Note, heading, plain

if TYPE_CHECKING:
    from engine.data.dataset import Array

ANY = (1 << 24) - 1
"""The height that Qt takes for no limit."""
WIDEST = 560
"""Pixels that a list of files is wide at most, so that it stands in the middle."""


class SamplesPanel(QWidget):
    """The middle: samples of a part and the balance of classes, or a sentence while there is nothing to show."""

    part_changed = Signal()
    offer_taken = Signal()
    """What `show_offer` offers is wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seen: DataPreview | None = None
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
        self.detail = Note()
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.detail.setMaximumWidth(WIDEST)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.offer = QPushButton("Download")
        self.offer.setAccessibleName("Download the files")
        self.offer.setToolTip("Download the files")
        self.offer.clicked.connect(self.offer_taken)
        self.empty = QWidget()
        middle = QVBoxLayout(self.empty)
        middle.addStretch(1)
        middle.addWidget(self.hint)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.detail, 1000)
        row.addStretch(1)
        middle.addLayout(row)
        middle.addWidget(self.offer, 0, Qt.AlignmentFlag.AlignCenter)
        middle.addStretch(1)
        self.grid, self.table = ImageGrid(), DataTable()
        self.text, self.series, self.clips, self.tokens = TextView(), SeriesView(), ClipView(), TokenView()
        self.views = QStackedWidget()
        for view in (self.empty, self.grid, self.table, self.text, self.series, self.clips, self.tokens):
            self.views.addWidget(view)
        self.balance, self.balance_title = ClassBars(), heading("Balance")
        self.targets = QComboBox()
        self.targets.setAccessibleName("Target that is counted")
        self.targets.setToolTip("Whose classes are counted")
        self.targets.currentIndexChanged.connect(lambda _index: self._count())
        self.baselines = Baselines()
        top = QHBoxLayout()
        top.addWidget(heading("Samples"))
        top.addStretch(1)
        top.addWidget(self.state)
        top.addWidget(self.parts)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 6, 16, 12)
        box.setSpacing(8)
        box.addLayout(top)
        box.addWidget(self.remark)
        box.addWidget(self.views, 1)
        box.addWidget(self._bottom())
        box.addStretch(0)
        self.show_hint("")

    @property
    def part(self) -> str:
        """The part whose samples are wanted."""
        return str(self.parts.currentData())

    def show_hint(self, text: str) -> None:
        """Nothing to show, and why."""
        self._say(text, "muted")

    def show_offer(self, text: str, detail: str, offer: str, tip: str, *, wrong: bool = False) -> None:
        """Nothing to show, the ``detail`` of it, and what can be done about it: a button that says ``offer``."""
        self._say(f"✕ {text}" if wrong else text, "error" if wrong else "muted")
        self.detail.setText(detail)
        self.detail.setVisible(bool(detail))
        self.offer.setText(offer)
        self.offer.setToolTip(plain(tip))
        self.offer.setAccessibleName(tip)
        self.offer.show()

    def show_error(self, text: str) -> None:
        """Say why there is nothing to show."""
        self._say(f"✕ {text}", "error")

    def show_working(self, text: str, name: str = "") -> None:
        """Say what is being done; what is shown of the data set ``name`` stays until there is something newer."""
        if self._seen is None or self._seen.dataset.name != name or self.views.currentWidget() is self.empty:
            self._say(text, "muted")
        else:
            self.remark.setText(text)

    def show_look(self, seen: DataPreview, config: DataConfig | None = None) -> None:
        """Show samples, balance and, of a ``config``, baselines."""
        self._seen = seen
        self._fill()
        names = list(seen.balances)
        if names != [self.targets.itemText(index) for index in range(self.targets.count())]:
            with QSignalBlocker(self.targets):
                self.targets.clear()
                self.targets.addItems(names)
        self.targets.setVisible(len(names) > 1)
        self._count()
        if config is not None:
            self.baselines.show_config(config)
        self.below.show()

    def add_below_balance(self, widget: QWidget) -> None:
        """Show something more about the classes."""
        self.left.insertWidget(self.left.indexOf(self.balance) + 1, widget)

    def _bottom(self) -> QWidget:
        """The balance, and beside it the baselines."""
        self.below = QWidget()
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.balance_title)
        head.addWidget(self.targets)
        head.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addLayout(head)
        left.addWidget(self.balance)
        self.left = left
        left.addStretch(1)
        both = QHBoxLayout(self.below)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(16)
        both.addLayout(left, 3)
        both.addWidget(self.baselines, 2)
        return self.below

    def _count(self) -> None:
        seen = self._seen
        if seen is None:
            return
        balance = seen.balances[self.targets.currentText()]
        self.balance_title.setText(balance.what)
        self.balance.show_counts(balance.what, balance.names, balance.counts)

    def _fill(self) -> None:
        seen = self._seen
        if seen is None:
            return
        after = seen.transformed and self.state.currentIndex() == 1
        self.state.setVisible(seen.form in ("table", "series", "clips") and seen.transformed)
        sizes = " + ".join(f"{size:,} {PARTS[name]}" for name, size in zip(PARTS, seen.sizes, strict=True))
        shown = f"the first {len(seen.before)}" if seen.form in ("table", "images") else "the first ones"
        shown = f"{len(seen.before)} from all of it" if seen.form == "series" else shown
        words = f"{sum(seen.sizes):,} samples: {sizes}. {parting(seen.dataset)}Here {shown}"
        self.remark.setText(f"{words}; {_ranges(seen)}.")
        views: dict[str, tuple[QWidget, Callable[[], None]]] = {
            "images": (self.grid, lambda: self.grid.show_look(seen)),
            "table": (self.table, lambda: self.table.show_look(seen, after=after)),
            "clips": (self.clips, lambda: self.clips.show_look(seen, after=after)),
            "series": (self.series, lambda: self.series.show_look(seen, after=after)),
            "text": (self.text, lambda: self.text.show_look(seen)),
            "pairs": (self.text, lambda: self.text.show_look(seen)),
            "tokens": (self.tokens, lambda: self.tokens.show_look(seen)),
        }
        view, fill = views[seen.form]
        fill()
        self.views.setMaximumHeight(self.table.whole_height() if view is self.table else ANY)
        self.views.setCurrentWidget(view)

    def _say(self, text: str, token: str) -> None:
        self._seen = None
        self.views.setMaximumHeight(ANY)
        self.hint.set_token(token)
        self.hint.setText(text)
        self.offer.hide()
        self.detail.hide()
        self.views.setCurrentWidget(self.empty)
        self.remark.setText("")
        self.state.hide()
        self.below.hide()


def parting(dataset: Dataset) -> str:
    """How the data set lets itself be parted: a sentence, where there is something to say."""
    if dataset.parting == "official":
        return "The test part is the one of its makers. "
    if dataset.parting == "time":
        return "The parts follow each other in time. "
    return f"No two parts share {dataset.apart}. " if dataset.apart else ""


def _ranges(seen: DataPreview) -> str:
    """What the values look like: the end of a sentence."""
    if not seen.before.size:
        return "no samples"
    field = seen.dataset.fields[seen.dataset.first("input")]
    if seen.form == "tokens":
        return f"at most {field.shape[0]:,} tokens of {len(field.names) - 1:,} kinds; <unk> is not in the vocabulary"
    if field.classes:
        padded = "; · is padding, ↵ the end of a line" if "↵" in field.names else "; · is padding"
        return f"{sample(field.shape)} characters of {field.classes - 1} kinds{padded}"
    before, after = _ends(seen.before), _ends(seen.after)
    if not seen.transformed:
        return f"values {before[0]:.4g} to {before[1]:.4g}"
    images = seen.form == "images"
    shape = f" of {sample(seen.after.shape[1:])}" if images else ""
    ranges = f"left as stored, right as the network sees it{shape}: " if images else ""
    ranges += f"values {before[0]:.4g} to {before[1]:.4g} become "
    return ranges + f"{after[0]:.3g} to {after[1]:.3g}"


def _ends(values: Array) -> tuple[float, float]:
    """The smallest and largest value, those that are missing (NaN) left out."""
    there = values[values == values]
    return (float(there.min()), float(there.max())) if there.size else (0.0, 0.0)
