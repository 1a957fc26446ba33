"""The page *Compare Networks*: what is compared on the left; table, scatter plot and differences of it on the right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QPushButton, QTabWidget, QVBoxLayout, QWidget

from engine.comparison.scores import Measure, measures
from engine.comparison.table import Entry, scored, text_table
from engine.comparison.timing import Timing
from engine.tabular.formats import FORMATS
from engine.training.runs.catalogue import Listing, listing
from gui.document import Document
from gui.empty_state import EmptyState
from gui.networks.choice import Choice
from gui.networks.differences_tab import DifferencesTab
from gui.networks.measuring import Measuring
from gui.networks.networks_table import NetworksTable
from gui.networks.scatter_tab import ScatterTab
from gui.networks.subject import OPEN, Computed, Subject, compute
from gui.preferences import Preferences
from gui.widgets import Note, label, plain, push_button
from gui.work.background import Background
from gui.work.work_bar import WorkBar

TITLES = {"csv": "CSV", "md": "Markdown", "tex": "LaTeX"}
BATCH, THREADS = 4, 1
NONE = "Tick networks on the left"
THEN = (
    "Presets, the open project, project files: what each costs and reaches stands here in a table, as points, and "
    "side by side."
)


class NetworksPage(QWidget):
    """Numbers are computed beside the window, one network after the other, and kept until the page is shown again."""

    message = Signal(str)
    _done = Signal(object, object)

    def __init__(
        self, document: Document, preferences: Preferences | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.background = Background("compare-networks", self)
        self.measuring = Measuring(self)
        self._known: dict[str, Computed] = {}
        self._timings: dict[str, Timing | str] = {}
        self._runs: Listing | None = None
        self._generation = 0
        self.choice = Choice()
        self.table = NetworksTable(preferences)
        self.scatter = ScatterTab()
        self.differences = DifferencesTab()
        self.measure = QComboBox()
        self.measure.setAccessibleName("Score")
        self.measure.setToolTip(
            "By what the networks are compared: a metric that stored runs have, over a part of some data"
        )
        self.measure.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.columns, self.copy = QPushButton("Columns"), QPushButton("Copy As")
        self.time = push_button(
            "Measure Time",
            f"Measure how long each network takes for one sample here: batch {BATCH}, {THREADS} thread, evaluation",
            self._measure_time,
        )
        self.work = WorkBar("measuring the time")
        self.note = Note()
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        for button, words in ((self.columns, "Choose the columns of the table"), (self.copy, "Copy the table")):
            button.setToolTip(plain(words))
            button.setAccessibleName(words)
        columns, copy = QMenu(self.columns), QMenu(self.copy)
        columns.aboutToShow.connect(partial(self.table.column_menu, columns))
        for ending, title in TITLES.items():
            copy.addAction(title, partial(self._copy, ending))
        self.columns.setMenu(columns)
        self.copy.setMenu(copy)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        for title, tab in (("Table", self.table), ("Scatter Plot", self.scatter), ("Differences", self.differences)):
            self.tabs.addTab(tab, title)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label("Score", "muted"))
        head.addWidget(self.measure)
        head.addStretch(1)
        for button in (self.time, self.columns, self.copy):
            head.addWidget(button)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addLayout(head)
        right.addWidget(self.work)
        self.empty = EmptyState()
        self.empty.say("compare", NONE, THEN)
        right.addWidget(self.tabs, 1)
        right.addWidget(self.empty, 1)
        right.addWidget(self.note)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(16)
        row.addWidget(self.choice)
        row.addLayout(right, 1)

    def _connect(self) -> None:
        self._done.connect(self._take)
        self.choice.changed.connect(self._compute)
        self.measure.activated.connect(lambda _row: self._show())
        self.table.row_chosen.connect(self.scatter.mark)
        self.scatter.point_chosen.connect(self.table.choose)
        self.scatter.message.connect(self.message)
        self.measuring.begun.connect(self._measuring)
        self.measuring.measured.connect(self._measured)
        self.measuring.finished.connect(self._time_done)
        self.work.cancelled.connect(self.measuring.cancel)
        self.document.opened.connect(self._offer_open)

    # -- what is compared ------------------------------------------------------------------------------------------

    def compare(self, keys: Iterable[str]) -> None:
        """Compare these presets, if there are any."""
        if keys := list(keys):
            self.choice.tick(keys)

    def showEvent(self, event: QShowEvent) -> None:
        """Runs may have ended, and files changed, since it was seen last."""
        super().showEvent(event)
        self._known.clear()
        self._runs = None
        self._offer_open()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.measuring.cancel()

    def close_background(self) -> None:
        """Wait for what is being computed, and end what is being measured."""
        self._generation += 1
        self.background.close()
        self.differences.close_background()
        self.measuring.close()

    def _offer_open(self) -> None:
        """The project that is open, as it is drawn now, is the first of the list."""
        if not self.isVisible():
            return
        project = self.document.project
        self._known.pop(OPEN, None)
        if project.nodes:
            subject = Subject(OPEN, f"{project.name} (open)", "Open project", project.copy())
            self.choice.put_first(subject, ticked=OPEN not in self._timings and not self.choice.ticked())
        else:
            self._compute()

    # -- computing -------------------------------------------------------------------------------------------------

    def _compute(self) -> None:
        """Compute what is ticked and not known yet, beside the window."""
        self._generation += 1
        wanted = [one for one in self.choice.ticked() if one.key not in self._known]
        if wanted and self.isVisible():
            job = partial(self._work, self._generation, wanted, self._runs)
            self.background.run(job, self._listed, self._failed)
        self._show()

    def _work(self, generation: int, wanted: list[Subject], runs: Listing | None) -> Listing:
        """Runs in the thread of the background; each result goes to the window as soon as it is there."""
        runs = runs or listing()
        for subject in wanted:
            if generation != self._generation:
                break
            self._done.emit(subject.key, compute(subject, runs))
        return runs

    def _take(self, key: str, found: Computed) -> None:
        self._known[key] = found
        self._show()

    def _listed(self, runs: Listing) -> None:
        self._runs = runs

    def _failed(self, error: Exception) -> None:
        raise error

    def _rows(self) -> list[Computed]:
        """What is ticked, with what is known of it by now."""
        rows = []
        for subject in self.choice.ticked():
            one = self._known.get(subject.key, Computed(subject, Entry(subject.title)))
            timing = self._timings.get(subject.key)
            entry = one.entry
            if isinstance(timing, Timing):
                entry = replace(entry, timing=timing)
            elif timing is not None:
                entry = replace(entry, timing_fault=f"The time cannot be measured: {timing}")
            rows.append(replace(one, entry=entry))
        return rows

    # -- showing ---------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        rows = self._rows()
        measure = self._offer_measures(rows)
        rows = [replace(one, entry=replace(one.entry, score=scored(one.entry, measure))) for one in rows]
        self.table.show_rows(rows, "" if measure is None else measure.metric)
        self.scatter.show_networks(rows, measure)
        self.differences.show_networks(rows)
        self.time.setEnabled(not self.measuring.running and any(one.entry.cost is not None for one in rows))
        self.copy.setEnabled(bool(rows))
        self.tabs.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        self.note.setText(self._words(rows, measure) if rows else "")

    def _offer_measures(self, rows: list[Computed]) -> Measure | None:
        """Put what networks can be scored by into the choice; the chosen one stays while it is there."""
        found, chosen = measures(one.entry.runs for one in rows), self.measure.currentData()
        self.measure.clear()
        for one in found:
            self.measure.addItem(str(one).capitalize(), one)
        if not found:
            self.measure.addItem("No stored run of these networks")
        self.measure.setEnabled(bool(found))
        if chosen in found:
            self.measure.setCurrentIndex(found.index(chosen))
        measure: Measure | None = self.measure.currentData()
        return measure

    def _words(self, rows: list[Computed], measure: Measure | None) -> str:
        """What stands below the table: what was measured, and how."""
        words = ["Memory at batch 1, estimated."]
        timed = [one.entry.timing for one in rows if one.entry.timing is not None]
        if timed:
            words.append(f"Time: {timed[0].conditions}.")
        if any(not timing.quiet for timing in timed):
            words.append("Times in brackets were measured while other programs were at work: not to be compared.")
        if any(one.entry.score is not None and not one.entry.score.same for one in rows):
            words.append("* a run of a network of this name that is drawn otherwise.")
        return " ".join(words)

    def _copy(self, ending: str) -> None:
        rows = [one.entry for one in self.table.in_order()]
        table = text_table(rows, self.table.columns(), self.measure.currentData())
        QGuiApplication.clipboard().setText(FORMATS[ending](table))
        self.message.emit(f"The table of networks is on the clipboard as {TITLES[ending]}.")

    # -- time ------------------------------------------------------------------------------------------------------

    def _measure_time(self) -> None:
        rows = [one for one in self._rows() if one.entry.cost is not None and one.graph is not None]
        self._count, self._begun = len(rows), 0
        self.work.begin("Measuring …")
        self.time.setEnabled(False)
        self.measuring.start(rows, batch=BATCH, threads=THREADS)

    def _measuring(self, key: str) -> None:
        self.work.show_progress(self._begun / max(self._count, 1), f"Measuring {key} …")
        self._begun += 1

    def _measured(self, key: str, found: Timing | str) -> None:
        self._timings[key] = found
        self._show()

    def _time_done(self, failure: str) -> None:
        self.work.hide()
        self._show()
        if failure:
            self.message.emit(failure)
