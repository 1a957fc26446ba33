"""The dialog *Export*: what, in which format, where to; then how it went, with the comparison."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMessageBox,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from engine import own_files
from engine.errors import LayerloomError
from engine.exports.export import check_free, export
from engine.exports.exporter import Exporter, ExportError
from engine.exports.subject import Subject
from engine.graph import Graph
from engine.training.runs.catalogue import listing
from engine.training.runs.folder import WEIGHTS, RunError
from engine.training.runs.run_info import read
from gui.exporting.export_process import ExportProcess
from gui.exporting.formats_list import FormatsList
from gui.exporting.result_view import ResultView
from gui.motion import motion
from gui.preferences import Preferences
from gui.widgets import Label, MessageBox, Note, grown, push_button
from gui.work.background import Background

FOLDER, FORMAT = "export/folder", "export/format"
"""What is remembered: the folder, and the format that was chosen last."""
MOST_RUNS, WIDE = 20, 270
GREY = "What is grey needs a trained network: train it, then export the run."
DRAWN = "The network as it is drawn"


class ExportDialog(QDialog):
    """``graph`` is the network as it is drawn (None: there is none), ``runs`` are the runs to choose from: the first
    one is chosen, else the drawing."""

    help_page: ClassVar = "guide/export"

    def __init__(
        self, graph: Graph | None, runs: dict[Path, str], preferences: Preferences, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(800, 600)
        self._graph, self._preferences = graph, preferences
        self._written: Path | None = None
        self._own_name = False
        self.process = ExportProcess(self)
        self.process.phase.connect(self._show_phase)
        self.process.done.connect(self._show_done)
        self.process.failed.connect(self._show_failed)
        self._build()
        self._add_runs(runs)
        if graph is not None:
            self.what.addItem(DRAWN, None)
        self.formats.select(preferences.text(FORMAT))
        self._offer()
        self._runs = Background("list-runs", self)
        name = graph.name if graph is not None else ""
        self._runs.run(partial(runs_of, name, [*runs]), self._add_runs, lambda error: None)

    # -- choosing --------------------------------------------------------------------------------------------------

    def _add_runs(self, found: dict[Path, str]) -> None:
        """Let the other runs of the network be chosen as well."""
        for folder, called in found.items():
            if (row := self.what.findData(str(folder))) < 0:
                self.what.addItem(f"Run: {called}", str(folder))
            else:
                self.what.setItemText(row, f"Run: {called}")

    def _offer(self) -> None:
        """The formats that go with what is chosen."""
        self.formats.offer(run=self._run is not None)
        self.grey.setVisible(self._run is None)
        self._choose(self.formats.exporter())

    def _choose(self, exporter: Exporter | None) -> None:
        if exporter is None:
            return
        self.about.setText(exporter.summary[0].upper() + exporter.summary[1:] + ".")
        folder = Path(self.path.text()).parent if self.path.text() else self._folder()
        if not self._own_name or not Path(self.path.text()).name:
            self.path.setText(str(folder / default_name(exporter, self._stem())))
        elif exporter.suffixes and exporter.suffixes[0].startswith("."):
            stem = Path(self.path.text()).name.partition(".")[0]
            self.path.setText(str(folder / f"{stem}{exporter.suffixes[0]}"))
        self._ready()

    @property
    def _run(self) -> Path | None:
        """The folder of the run that is chosen; None: the drawing is."""
        folder = self.what.currentData()
        return None if folder is None else Path(folder)

    def _stem(self) -> str:
        run = self._run
        name = _network_of(run) if run is not None else self._graph.name if self._graph is not None else ""
        return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "network"

    def _folder(self) -> Path:
        known = Path(self._preferences.text(FOLDER) or Path.home())
        return known if known.is_dir() else Path.home()

    def _browse(self) -> None:
        exporter = self.formats.exporter()
        if exporter is None:
            return
        dialog = QFileDialog(self, exporter.title, str(Path(self.path.text()).parent))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # that is asked when it is exported
        dialog.selectFile(Path(self.path.text()).name)
        dialog.fileSelected.connect(self._browsed)
        dialog.finished.connect(lambda _code: dialog.deleteLater())
        dialog.open()

    def _browsed(self, name: str) -> None:
        self.path.setText(name)
        self._typed()

    def _typed(self) -> None:
        self._own_name = True
        self._ready()

    def _ready(self) -> None:
        self.go.setEnabled(not self.process.running and self.formats.exporter() is not None and bool(self.path.text()))

    # -- exporting -------------------------------------------------------------------------------------------------

    def export(self) -> None:
        """Begin, once it is clear that what is there may be replaced."""
        exporter, target = self.formats.exporter(), Path(self.path.text()).expanduser()
        if exporter is None:
            return
        if not target.is_absolute():
            target = Path.home() / target
        there = next((path for path in (target, *exporter.companions(target)) if path.exists()), None)
        empty = there is not None and there.is_dir() and exporter.kind == "folder" and not any(there.iterdir())
        if there is None or empty:
            self._export(exporter, target, force=False)
            return
        what = "Files of the same names in it are" if there.is_dir() else "It is"
        more = f"{what} replaced; this cannot be undone."
        box = MessageBox(self, "Replace", f"{there.name} is there already.", more, QMessageBox.Icon.Question)
        yes = box.addButton("Replace", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))

        def answered(_code: int) -> None:
            if box.clickedButton() is yes:
                self._export(exporter, target, force=True)
            box.deleteLater()

        box.finished.connect(answered)
        box.open()

    def _export(self, exporter: Exporter, target: Path, *, force: bool) -> None:
        what = self._run or self._graph
        if what is None:
            return
        try:
            check_free(exporter, target, force)
        except ExportError as error:
            self._show_failed(str(error))
            return
        self._preferences.set_text(FOLDER, str(target.parent))
        self._preferences.set_text(FORMAT, exporter.name)
        self.outcome.clear()
        self.reveal.hide()
        self._written = target
        if exporter.quick:
            self._export_here(exporter, what, target, force)
            return
        self._set_busy(True)
        self.phase.setText("Starting …")
        self.process.start(what, exporter.name, target, force=force)

    def _export_here(self, exporter: Exporter, what: Graph | Path, target: Path, force: bool) -> None:
        """What takes no time is done by the window."""
        try:
            subject = Subject(what) if isinstance(what, Graph) else Subject.of_run(what)
            done = export(exporter, subject, target, force=force)
        except LayerloomError as error:
            self._show_failed(str(error))
            return
        checked = done.checked
        table = [list(row) for row in checked.table]
        self._show_done({"checked": str(checked), "notes": list(checked.notes), "table": table})

    def _show_phase(self, phase: str) -> None:
        self.phase.setText(f"{phase[0].upper()}{phase[1:]} …")

    def _show_done(self, answer: dict[str, Any]) -> None:
        self._set_busy(False)
        self.outcome.show_answer(answer)
        self.reveal.show()
        self.close_button.setFocus()

    def _show_failed(self, sentence: str) -> None:
        self._set_busy(False)
        self.outcome.show_error(sentence or "Cancelled: nothing was written.")

    def _set_busy(self, busy: bool) -> None:
        for choice in (self.what, self.formats, self.path, self.browse):
            choice.setEnabled(not busy)
        for shown in (self.bar, self.phase, self.cancel):
            shown.setVisible(busy)
        self.go.setVisible(not busy)
        self._ready()

    def _reveal(self) -> None:
        if self._written is not None:
            folder = self._written if self._written.is_dir() else self._written.parent
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def done(self, result: int) -> None:
        """Closing ends what is under way; nothing of it is left."""
        self.process.close()
        self._runs.close()
        super().done(result)

    # -- building --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.what = QComboBox()
        self.what.setAccessibleName("What is exported")
        self.what.setToolTip("A run with its weights, or the network as it is drawn, with new weights")
        self.what.currentIndexChanged.connect(lambda _row: self._offer())
        self.formats = FormatsList()
        self.formats.setFixedWidth(grown(WIDE))
        self.formats.chosen.connect(self._choose)
        self.about = Label()
        self.about.setWordWrap(True)
        self.path = QLineEdit()
        self.path.setAccessibleName("File or folder")
        self.path.setToolTip("Where it is written; nothing is replaced without asking")
        self.path.textEdited.connect(lambda _text: self._typed())
        self.browse = push_button("Browse …", "Choose a file or the name of a folder", self._browse)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1 if motion.reduced else 0)  # to and fro, or still
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("An export is under way")
        self.phase, self.grey = Note(), Note(GREY)
        self.grey.setMaximumWidth(grown(WIDE))
        self.outcome = ResultView()
        self.reveal = push_button("Show in Folder", "Open the folder with what was written", self._reveal)
        self.go = push_button("Export", "Write it, load it again and compare it with the network", self.export)
        self.go.setDefault(True)
        self.cancel = push_button("Cancel Export", "End the export; nothing of it is left", self.process.cancel)
        self.close_button = push_button("Close", "Close this dialog", self.reject)
        where = QHBoxLayout()
        where.addWidget(self.path, 1)
        where.addWidget(self.browse)
        form = QGridLayout()
        form.setHorizontalSpacing(12)
        form.setColumnStretch(1, 1)
        form.addWidget(Label("Export"), 0, 0)
        form.addWidget(self.what, 0, 1)
        form.addWidget(Label("To"), 1, 0)
        form.addLayout(where, 1, 1)
        right = QVBoxLayout()
        right.setSpacing(8)
        for part in (self.about, self.bar, self.phase, self.outcome):
            right.addWidget(part)
        right.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addWidget(self.formats, 1)
        left.addWidget(self.grey)
        middle.addLayout(left)
        middle.addLayout(right, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.reveal)
        foot.addStretch(1)
        for button in (self.cancel, self.go, self.close_button):
            foot.addWidget(button)
        box = QVBoxLayout(self)
        box.setSpacing(12)
        box.addLayout(form)
        box.addLayout(middle, 1)
        box.addLayout(foot)
        for hidden in (self.bar, self.phase, self.cancel, self.reveal):
            hidden.hide()


def _network_of(run: Path) -> str:
    """What the network of a run is called; empty where the folder does not say it."""
    try:
        return read(run).network
    except RunError:
        return ""


def runs_of(network: str, known: list[Path]) -> dict[Path, str]:
    """The newest runs of a network that have weights, and those ``known``: folder → what it is called."""
    found = listing()
    own = [entry for entry in found.entries if entry.network == network and own_files.is_file(entry.path, WEIGHTS)]
    shown = [*(entry for entry in found.entries if entry.path in known), *own[:MOST_RUNS]]
    return {entry.path: f"{entry.network} · {found.called(entry)}" for entry in shown}


def default_name(exporter: Exporter, stem: str) -> str:
    """The name that a file or folder gets where the user has typed none."""
    if exporter.kind == "folder":
        return f"{stem}-{exporter.name}"
    ending = next(iter(exporter.suffixes), f".{exporter.name}")
    return f"{stem}{ending}" if ending.startswith(".") else ending
