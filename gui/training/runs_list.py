"""The earlier runs of this network: what came out, and a box that lays their curves behind those of the new run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.training.history import History
from engine.training.lock import is_written
from engine.training.run import RunInfo, runs
from gui.document import Document
from gui.theme import theme
from gui.training.background import Background
from gui.training.controls import duration
from gui.training.words import metric_text
from gui.widgets import Note, heading

COLUMNS = ("Run", "Result", "Epochs", "Validation", "Test", "Time", "When")
RESUME = (
    "Go on with run",
    "Resume the chosen run",
    "Resume the chosen run from its last kept state; one that has finished cannot go on",
)
WATCH = ("Watch run", "Watch the chosen run", "The chosen run is being trained: show it live, with all its curves")
"""Text, accessible name and tooltip of the button."""
MOST = 200
"""The most runs listed."""


class RunsList(QWidget):
    """Reads the run folders beside the GUI thread, when asked to."""

    overlays_changed = Signal()
    message = Signal(str)
    resume_wanted = Signal(object)
    """The folder of a run to go on with."""
    weights_wanted = Signal(object)
    """The folder of a run to begin with the weights of."""
    watch_wanted = Signal(object)
    """The folder of a run that is going on, to watch it."""

    def __init__(self, document: Document, root: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.overlays: dict[Path, tuple[str, History]] = {}
        """The curves to lay behind: folder → (label, curves)."""
        self.background = Background("read-runs", self)
        self._root = root
        self._hidden: Path | None = None
        self._wanted: dict[Path, str] = {}
        self._going_on: set[Path] = set()
        self.hint = Note(
            "None yet. Every training is kept and listed here; tick one to lay its curves behind the new ones."
        )
        self.tree = QTreeWidget()
        self.tree.setAccessibleName("Earlier runs")
        self.tree.setHeaderLabels(list(COLUMNS))
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setAllColumnsShowFocus(True)
        self.tree.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setStretchLastSection(True)
        self.tree.itemChanged.connect(self._ticked)
        theme.changed.connect(self._recolor)
        self._recolor()
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 4, 12, 10)
        box.setSpacing(4)
        self.go_on = QPushButton()
        self._name_go_on(False)
        self.go_on.clicked.connect(self._go_on)
        self.begin_with = QPushButton("Train from its weights")
        self.begin_with.setToolTip("Train this network beginning with the weights of the chosen run, where layers fit")
        self.begin_with.setAccessibleName("Train from the weights of the chosen run")
        self.begin_with.clicked.connect(self._begin_with)
        self.tree.currentItemChanged.connect(lambda *_: self._offer())
        head = QHBoxLayout()
        head.addWidget(heading("Earlier runs of this network"))
        head.addStretch(1)
        head.addWidget(self.begin_with)
        head.addWidget(self.go_on)
        box.addLayout(head)
        box.addWidget(self.hint)
        box.addWidget(self.tree, 1)
        box.addStretch(0)
        self._show(([], set()))

    def refresh(self, hidden: Path | None = None) -> None:
        """Read the list anew; ``hidden`` is the folder of the run that is being shown anyway."""
        self._hidden = hidden
        name = self.document.project.name
        self.background.run(partial(_read, self._root, name), self._show, lambda error: self.message.emit(str(error)))

    def close_background(self) -> None:
        """Wait for what is being read."""
        self.background.close()

    def _recolor(self) -> None:
        border, accent, ground = (theme.color(name).name() for name in ("muted", "accent", "base"))
        check = files("resources").joinpath(f"themes/check-{theme.name}.svg")
        self.tree.setStyleSheet(
            "QTreeView::indicator { width: 12px; height: 12px; border-radius: 3px; "
            f"border: 1px solid {border}; background: {ground}; }} QTreeView::indicator:checked "
            f'{{ background: {accent}; border-color: {accent}; image: url("{check!s}"); }}'.replace("\\", "/")
        )

    def _name_go_on(self, going_on: bool) -> None:
        """The button resumes a run, or watches one that is going on."""
        text, name, tip = WATCH if going_on else RESUME
        self.go_on.setText(text)
        self.go_on.setAccessibleName(name)
        self.go_on.setToolTip(tip)

    def _show(self, read: tuple[list[RunInfo], set[Path]]) -> None:
        found, self._going_on = read
        with QSignalBlocker(self.tree):
            self.tree.clear()
            for number, info in reversed(list(enumerate(reversed(found), 1))[-MOST:]):
                if info.path != self._hidden:
                    self.tree.addTopLevelItem(self._item(number, info))
        listed = {item.data(0, Qt.ItemDataRole.UserRole).path for item in self._items()}
        if gone := set(self.overlays) - listed:
            self.overlays = {path: entry for path, entry in self.overlays.items() if path not in gone}
            self.overlays_changed.emit()
        self.hint.setVisible(not listed)
        self.tree.setVisible(bool(listed))
        self._offer()

    def _chosen(self) -> RunInfo | None:
        item = self.tree.currentItem()
        info: RunInfo | None = item.data(0, Qt.ItemDataRole.UserRole) if item is not None else None
        return info

    def _offer(self) -> None:
        """Going on is offered for a run that has not finished."""
        info = self._chosen()
        for button in (self.go_on, self.begin_with):
            button.setVisible(bool(self._items()))
        self._name_go_on(info is not None and info.path in self._going_on)
        self.begin_with.setEnabled(info is not None)
        self.go_on.setEnabled(info is not None and info.state != "finished")

    def _begin_with(self) -> None:
        info = self._chosen()
        if info is not None:
            self.weights_wanted.emit(info.path)

    def _go_on(self) -> None:
        info = self._chosen()
        if info is not None:
            (self.watch_wanted if info.path in self._going_on else self.resume_wanted).emit(info.path)

    def _items(self) -> list[QTreeWidgetItem]:
        items = (self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount()))
        return [item for item in items if item is not None]

    def _item(self, number: int, info: RunInfo) -> QTreeWidgetItem:
        result: str = info.state
        if result == "running" and info.path not in self._going_on:
            result = "unfinished"
        cells = [f"run {number}", result, str(info.epochs), _best(info.validation), _best(info.test)]
        item = QTreeWidgetItem([*cells, duration(info.seconds), _when(info.started)])
        item.setData(0, Qt.ItemDataRole.UserRole, info)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(0, Qt.CheckState.Checked if info.path in self.overlays else Qt.CheckState.Unchecked)
        for column in range(len(COLUMNS)):
            item.setToolTip(column, f"{info.message}\n{info.path}".strip())
        return item

    def _ticked(self, item: QTreeWidgetItem, column: int) -> None:
        if column != 0:
            return
        info: RunInfo = item.data(0, Qt.ItemDataRole.UserRole)
        if item.checkState(0) == Qt.CheckState.Checked:
            self._wanted[info.path] = item.text(0)
        else:
            self._wanted.pop(info.path, None)
            if self.overlays.pop(info.path, None) is not None:
                self.overlays_changed.emit()
        self._load()

    def _load(self) -> None:
        missing = {path: label for path, label in self._wanted.items() if path not in self.overlays}
        if missing:
            infos = [item.data(0, Qt.ItemDataRole.UserRole) for item in self._items()]
            chosen = [info for info in infos if info.path in missing]
            self.background.run(partial(_curves, chosen), self._loaded, self._unreadable)

    def _loaded(self, found: Mapping[Path, History]) -> None:
        for path, history in found.items():
            if path in self._wanted:
                self.overlays[path] = (self._wanted[path], history)
        self.overlays_changed.emit()

    def _unreadable(self, error: Exception) -> None:
        self.message.emit(str(error))
        self._wanted = {path: label for path, label in self._wanted.items() if path in self.overlays}
        with QSignalBlocker(self.tree):
            for item in self._items():
                if item.data(0, Qt.ItemDataRole.UserRole).path not in self._wanted:
                    item.setCheckState(0, Qt.CheckState.Unchecked)


def _read(root: Path | None, name: str) -> tuple[list[RunInfo], set[Path]]:
    """The runs of a network, and the folders of those that are being written now."""
    found = [info for info in runs(root) if info.network == name]
    return found, {info.path for info in found if info.state == "running" and is_written(info.path)}


def _curves(infos: list[RunInfo]) -> dict[Path, History]:
    return {info.path: info.metrics() for info in infos}


def _best(metrics: Mapping[str, float | str]) -> str:
    """The metric that says most: accuracy or error before the loss."""
    for name in sorted(metrics, key=lambda name: name.startswith("loss")):
        return metric_text(name, metrics[name])
    return "–"


def _when(started: str) -> str:
    try:
        return f"{datetime.fromisoformat(started).astimezone():%d %b %Y, %H:%M}"
    except ValueError:
        return started
