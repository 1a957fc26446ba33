"""The runs there are: a table to sort, filter and describe them, to lay their curves side by side, and to continue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.files import FileError, write_atomically
from engine.training.history import History
from engine.training.runs import catalogue
from engine.training.runs.catalogue import RunEntry
from engine.training.runs.export import runs_csv
from engine.training.runs.folder import RunError
from engine.training.runs.stored import stored_history
from gui.document import Document
from gui.hosts.host import Watch
from gui.preferences import Preferences
from gui.training.lengthening import TIP
from gui.training.runs.run_changes import RunChanges
from gui.training.runs.runs_columns import NAME
from gui.training.runs.runs_dialogs import ask_delete, ask_run, ask_save
from gui.training.runs.runs_live import LiveRow
from gui.training.runs.runs_model import ENTRY, RunRows, RunsFilter, RunsModel
from gui.training.runs.runs_table import RunsTable, further
from gui.widgets import Note, plain
from gui.work.background import Background

RESUME = (
    "Resume",
    "Resume the chosen run",
    "Resume the chosen run from its last stored state; one that has finished cannot be resumed",
)
COPY = (
    "Resume in a copy",
    "Resume a copy of the chosen run",
    "This run is of another computer or person: it is copied to your own runs, and the copy is resumed",
)
WATCH = ("Watch Run", "Watch the chosen run", "The chosen run is being trained: show it live, with all its curves")
"""Text, accessible name and tooltip of the button."""
NONE = "None yet. Every training is saved and listed here; tick runs to lay their curves side by side."
AWAITED = "None yet. The training that has begun is listed as soon as its data are ready."


class RunsList(QWidget):
    """Reads and writes the run folders beside the GUI thread, when asked to."""

    overlays_changed = Signal()
    message = Signal(str)
    resume_wanted = Signal(object)
    """The folder of a run to resume."""
    weights_wanted = Signal(object)
    """The folder of a run to begin with the weights of."""
    watch_wanted = Signal(object)
    """The folder of a run that is running, to watch it."""
    show_wanted = Signal(object)
    """The folder of a run whose curves are to be shown alone."""
    results_wanted = Signal(object)
    """The folder of a run whose results are to be shown."""
    longer_wanted = Signal(object)
    """The folder of a run that has ended, to be trained longer."""
    open_wanted = Signal(object)
    """The folder of a run whose network is to be opened as a new project."""

    def __init__(
        self,
        document: Document,
        root: Path | None = None,
        preferences: Preferences | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.overlays: dict[Path, tuple[str, History]] = {}
        """The curves to lay beside: folder → (label, curves)."""
        self.background = Background("read-runs", self)
        self._curves = Background("read-curves", self)
        self._changes = RunChanges(self)
        self._changes.made.connect(self._changed)
        self._changes.message.connect(self.message)
        self._root = root
        self.model = RunsModel(self)
        self.model.tick, self.model.describe = self._ticked, self._describe
        self.proxy = RunsFilter(self)
        self.proxy.setSourceModel(self.model)
        self.table = RunsTable(self.model, self.proxy, preferences)
        self._live = LiveRow(self.model, self.refresh, self)
        self._build()
        self._show(RunRows((), (), {}, frozenset(), {}))

    # -- what is there ---------------------------------------------------------------------------------------------

    def refresh(self, shown: Path | None = None) -> None:
        """Read the list again; ``shown`` is the folder of the run that is being shown anyway."""
        self.set_shown(shown)
        self.background.run(partial(_read_rows, self._root), self._show, lambda error: self.message.emit(str(error)))

    def follow(self, watch: Watch) -> None:
        """Show how the run that is watched gets on."""
        self._live.follow(watch)

    def set_shown(self, path: Path | None) -> None:
        """The run whose curves are shown anyway: it cannot be ticked, too."""
        self.model.set_shown(path)
        if path in self.model.ticked:
            self._drop([path])
        self._narrow()

    def untick(self) -> None:
        """Lay no other curves beside any more."""
        self._drop([*self.model.ticked])

    def network_renamed(self) -> None:
        """List the runs of the network by the name it has now."""
        if self.scope.currentIndex() == 0:
            self._narrow()

    def close_background(self) -> None:
        """Wait for what is being read, and write what is yet to be written."""
        for background in (self.background, self._curves, self._changes):
            background.close()
        self.table.store()

    def label(self, path: Path) -> str:
        """What a run is called in a legend: its name or number, and its network if that is another."""
        entry = next((run.entry for run in self.model.runs if run.entry.path == path), None)
        if entry is None:
            return path.name
        other = entry.network != self.document.project.name and not entry.name
        return f"{entry.network}, {self.model.labels[path]}" if other else self.model.labels[path]

    def _show(self, found: RunRows) -> None:
        chosen = [entry.path for entry in self._chosen()]
        self.model.set_rows(found)
        self._narrow()
        for row in range(self.proxy.rowCount() if chosen else 0):
            index = self.proxy.index(row, NAME)
            if index.data(ENTRY).path in chosen:
                flags = QItemSelectionModel.SelectionFlag
                self.table.selectionModel().select(index, flags.Select | flags.Rows)
        if gone := [path for path in self.overlays if path not in self.model.labels]:
            self._drop(gone)
        self._offer()

    def _narrow(self) -> None:
        own = self.scope.currentIndex() == 0
        self.proxy.set_network(self.document.project.name if own else None)
        of_others = any(run.entry.network != self.document.project.name for run in self.table.listed())
        self.table.show_networks(not own or of_others)
        self._count()

    def _count(self) -> None:
        shown, there = self.proxy.rowCount(), self.model.rowCount()
        self.table.setVisible(bool(shown))
        self.hint.setVisible(not shown)
        if not there:
            text = AWAITED if self._live.awaited else NONE
        elif self.filter.text().strip():
            text = "No run has these words."
        else:
            text = "None of this network yet. Choose “All networks” to see the others."
        self.hint.setText(text)

    def _chosen(self) -> list[RunEntry]:
        rows = self.table.selectionModel().selectedRows(NAME)
        return [index.data(ENTRY) for index in sorted(rows, key=lambda index: index.row())]

    def _offer(self) -> None:
        """What can be done with the chosen runs."""
        chosen = self._chosen()
        one = chosen[0] if len(chosen) == 1 else None
        going_on = one is not None and one.path in self.model.going_on
        for action in (self.open_network, self.show_alone, self.show_results):
            action.setEnabled(one is not None)
        self.begin_with.setEnabled(one is not None)
        self.longer.setEnabled(one is not None and one.state == "finished" and not going_on)
        self.go_on.setEnabled(one is not None and one.state != "finished" and one.path != self.model.followed)
        foreign = one is not None and one.path in self.model.foreign
        self.rename.setEnabled(one is not None and not going_on and not foreign)
        text, name, tip = WATCH if going_on else COPY if foreign else RESUME
        self.go_on.setText(text)
        self.go_on.setAccessibleName(name)
        self.go_on.setToolTip(plain(tip))
        self.remove.setEnabled(bool(chosen))
        self.untick_all.setEnabled(bool(self.model.ticked))
        self.save_list.setEnabled(self.proxy.rowCount() > 0)

    # -- curves side by side ---------------------------------------------------------------------------------------

    def _ticked(self, entry: RunEntry, on: bool) -> None:
        if not on and self.overlays.pop(entry.path, None) is not None:
            self.overlays_changed.emit()
        if entry.network != self.document.project.name:
            self._narrow()
        self._load()
        self._offer()

    def _load(self) -> None:
        missing = [path for path in self.model.labels if path in self.model.ticked and path not in self.overlays]
        if missing:
            self._curves.run(partial(_read_curves, missing), self._loaded, lambda error: None)

    def _loaded(self, found: tuple[Mapping[Path, History], Mapping[Path, str]]) -> None:
        histories, faults = found
        for path, history in histories.items():
            if path in self.model.ticked:
                self.overlays[path] = (self.label(path), history)
        if faults:
            self.model.untick(faults)
            self.message.emit(next(iter(faults.values())))
        self.overlays_changed.emit()

    def _drop(self, paths: list[Path]) -> None:
        self.model.untick(paths)
        self._narrow()
        before = len(self.overlays)
        self.overlays = {path: entry for path, entry in self.overlays.items() if path not in paths}
        if len(self.overlays) != before:
            self.overlays_changed.emit()

    # -- describing and deleting -----------------------------------------------------------------------------------

    def _describe(self, entry: RunEntry, field: str, text: str) -> None:
        path = entry.path
        jobs: dict[str, Callable[[], None]] = {
            "name": lambda: catalogue.describe(path, name=text),
            "note": lambda: catalogue.describe(path, note=text),
            "tags": lambda: catalogue.describe(path, tags=text.split(",")),
        }
        self._changes.add(jobs[field])

    def _changed(self) -> None:
        self.refresh(self.model.shown)

    def _ask_delete(self) -> None:
        if chosen := self._chosen():
            what = f"“{self.model.labels[chosen[0].path]}”" if len(chosen) == 1 else f"these {len(chosen)} runs"
            ask_delete(self, what, lambda: self._delete([entry.path for entry in chosen]))

    def _delete(self, paths: list[Path]) -> None:
        for path in paths:
            self._changes.add(partial(catalogue.delete, path, self._root))

    def save(self, path: Path) -> None:
        """Write the runs that are listed, in their order, with the columns that are shown."""
        entries = [self.proxy.index(row, NAME).data(ENTRY) for row in range(self.proxy.rowCount())]
        named = [replace(entry, name=self.model.labels[entry.path]) for entry in entries]
        try:
            write_atomically(path, runs_csv(named, further(self.table, self.model, self.proxy)).encode())
        except FileError as error:
            self.message.emit(str(error))
        else:
            self.message.emit(f"Saved {len(named)} run{'' if len(named) == 1 else 's'} to {path.name}.")

    # -- building --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.hint = Note()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter: name, state, tag, note …")
        self.filter.setAccessibleName("Filter the runs")
        self.filter.setToolTip("Filter: name, state, tag, note …\nShow the runs in which all these words occur")
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(230)
        self.filter.textChanged.connect(self._filtered)
        self.scope = QComboBox()
        self.scope.addItems(["This network", "All networks"])
        self.scope.setAccessibleName("Which runs are listed")
        self.scope.setToolTip("List the runs of this network, or all there are")
        self.scope.currentIndexChanged.connect(lambda _row: self._narrow())
        table = self.table
        table.opened.connect(lambda entry: self._open(entry))
        table.customContextMenuRequested.connect(self._menu_at)
        table.selectionModel().selectionChanged.connect(lambda *_: self._offer())
        self.go_on = _button(*RESUME[:2])
        self.go_on.clicked.connect(self._go_on)
        self.begin_with = _button("Train from Its Weights", "Train from the weights of the chosen run")
        self.begin_with.setToolTip("Train this network beginning with the weights of the chosen run, where layers fit")
        self.begin_with.clicked.connect(lambda: self._send(self.weights_wanted))
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        add = self._add
        self.show_alone = add("Show its curves", "Show the chosen run", lambda: self._send(self.show_wanted))
        tip = "See what the network of the chosen run does, and ask it about data of yours"
        self.show_results = add("Show its results", tip, lambda: self._send(self.results_wanted))
        self.longer = add("Train Longer …", TIP, lambda: self._send(self.longer_wanted))
        add("Show a run elsewhere …", "Show a run in any folder", lambda: ask_run(self, self.show_wanted.emit))
        self.open_network = add(
            "Open its network",
            "Open the network as it was trained, as a new project",
            lambda: self._send(self.open_wanted),
        )
        self.rename = add("Rename", "Give the chosen run another name (F2)", self._rename)
        self.untick_all = add("Untick all", "Show no curves of other runs", self.untick)
        self.menu.addSeparator()
        self.menu.addMenu(table.columns)
        tip = "Save the runs that are listed as a table"
        self.save_list = add("Save list as CSV …", tip, lambda: ask_save(self, self.save))
        self.remove = add("Delete …", "Delete the chosen runs from the disk", self._ask_delete)
        self.remove.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self.remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        table.addAction(self.remove)
        more = QToolButton()
        more.setText("More ▾")
        more.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        more.setAccessibleName("More to do with the runs")
        more.setToolTip("Open the network of a run, delete runs, save the list")
        more.setMenu(self.menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.filter, 1)
        head.addWidget(self.scope)
        head.addStretch(1)
        for widget in (self.begin_with, self.go_on, more):
            head.addWidget(widget)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 6, 12, 8)
        box.setSpacing(6)
        box.addLayout(head)
        box.addWidget(self.hint)
        box.addWidget(table, 1)
        box.addStretch(0)

    def _add(self, text: str, tip: str, call: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.setToolTip(plain(tip))
        action.triggered.connect(lambda _checked=False: call())
        self.menu.addAction(action)
        return action

    def _menu_at(self, point: QPoint) -> None:
        if self.table.indexAt(point).isValid():
            self.menu.popup(self.table.viewport().mapToGlobal(point))

    def _go_on(self) -> None:
        going_on = any(entry.path in self.model.going_on for entry in self._chosen())
        self._send(self.watch_wanted if going_on else self.resume_wanted)

    def _send(self, signal: object) -> None:
        chosen = self._chosen()
        if len(chosen) == 1:
            signal.emit(chosen[0].path)  # type: ignore[attr-defined]

    def _open(self, entry: RunEntry) -> None:
        (self.watch_wanted if entry.path in self.model.going_on else self.show_wanted).emit(entry.path)

    def _rename(self) -> None:
        if rows := self.table.selectionModel().selectedRows(NAME):
            self.table.setCurrentIndex(rows[0])
            self.table.edit(rows[0])

    def _filtered(self, text: str) -> None:
        self.proxy.set_words(text)
        self._count()


def _read_rows(root: Path | None) -> RunRows:
    return RunRows.of(catalogue.listing(root))


def _read_curves(paths: list[Path]) -> tuple[dict[Path, History], dict[Path, str]]:
    """The curves of runs, and why those of others cannot be read."""
    found, faults = {}, {}
    for path in paths:
        try:
            found[path] = stored_history(path)
        except RunError as error:
            faults[path] = str(error)
    return found, faults


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(name)
    return button
