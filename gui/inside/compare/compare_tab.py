"""The tab *Compare*: the run that is shown and others on the same samples, sample by sample and together."""

from __future__ import annotations

import math
import threading
from functools import partial
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from engine.data.watch import Stopped, Watch
from engine.training.runs.catalogue import Listing, listing
from engine.training.status import sentence
from gui.inside.compare.comparing import Compared, compare_runs
from gui.inside.evaluate.plain_table import PlainTable
from gui.inside.subject import Subject
from gui.inside.tab import ResultsTab
from gui.training.words import main_metrics, metric_text, metric_title, value_text
from gui.widgets import Label, Note, grown, heading, plain
from gui.work.background import Background
from gui.work.work_bar import WorkBar

if TYPE_CHECKING:
    from engine.inside.evaluation.comparing import Comparison
    from engine.inside.evaluation.scores import Interval, Scores

WIDE = 300
PATH, CALLED = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
ABOUT = "Tick runs to put beside the one that is shown. With one more, who is right where is said sample by sample."
HINT = "Tick one run or more on the left, then press Compare."
GROUPS = ("Only B", "Only A", "Neither", "Both")
OF_NUMBERS = ("B closer", "A closer", "", "Alike")


class CompareTab(ResultsTab):
    """Runs with ticks on the left, the comparison on the right."""

    title: ClassVar[str] = "Compare"
    tip: ClassVar[str] = "The run beside others on the same samples: who is right where, mean and deviation, ensemble"

    progressed = Signal(float, str)

    def __init__(self, root: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._root = root
        self._subject: Subject | None = None
        self.compared: Compared | None = None
        self._stop = threading.Event()
        self.background, self.lister = Background("compare-runs", self), Background("list-runs-to-compare", self)
        self.runs = QListWidget()
        self.runs.setAccessibleName("Runs to compare with")
        self.runs.setToolTip("Tick the runs to put beside the one that is shown")
        self.runs.itemChanged.connect(lambda _item: self._offer())
        self.go = QPushButton("Compare")
        self.go.setProperty("role", "primary")
        self.go.setToolTip("Evaluate all ticked runs on the same samples")
        self.go.clicked.connect(self._compare)
        self.work = WorkBar("the comparison")
        self.work.cancelled.connect(lambda: self._stop.set())
        self.progressed.connect(self.work.show_progress)
        self.hint, self.note, self.said = Note(HINT), Note(), Label()
        self.said.setWordWrap(True)
        tip = "Each metric of each run with its 95 % interval"
        self.scores = PlainTable("Scores of the runs", tip, [("Metric", "")])
        self.groups = QTabBar()
        self.groups.setDrawBase(False)
        self.groups.setExpanding(False)
        self.groups.setAccessibleName("Who is right")
        self.groups.setToolTip("Samples that only one run, neither or both answer rightly")
        for name in GROUPS:
            self.groups.addTab(name)
        self.groups.currentChanged.connect(lambda _index: self._show_group())
        of_a, of_b = ("A", "What the run that is shown answers"), ("B", "What the other answers")
        columns = [("Sample", ""), of_a, of_b, ("Target", "")]
        self.samples = PlainTable("Samples", "What both runs answer to each sample of the group", columns)
        self._lay_out()
        self._offer()

    @property
    def busy(self) -> bool:
        """Whether runs are being listed or compared."""
        return self.background.busy or self.lister.busy

    def show_subject(self, subject: Subject) -> None:
        if subject is not self._subject:
            self._subject = subject
            self._say(HINT)
        self.lister.run(partial(listing, self._root), self._listed, self._failed)

    def forget(self) -> None:
        self._stop.set()

    def close_background(self) -> None:
        self._stop.set()
        self.background.close()
        self.lister.close()

    # -- the runs --------------------------------------------------------------------------------------------------

    def _listed(self, found: Listing) -> None:
        ticked = {path for path, _ in self.ticked()}
        self.runs.blockSignals(True)
        self.runs.clear()
        own = self._subject.folder if self._subject is not None else None
        for entry in found.entries:
            if entry.path == own:
                continue
            called = f"{entry.network} · {found.called(entry)}"
            names = main_metrics(entry.test)
            score = f"\ntest {metric_text(names[0], entry.test[names[0]])}" if names else ""
            item = QListWidgetItem(f"{called}{score}")
            item.setToolTip(plain(called))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if entry.path in ticked else Qt.CheckState.Unchecked)
            item.setData(PATH, entry.path)
            item.setData(CALLED, called)
            self.runs.addItem(item)
        self.runs.blockSignals(False)
        self._offer()

    def ticked(self) -> list[tuple[Path, str]]:
        """The runs that are ticked, with what they are called."""
        items = (self.runs.item(row) for row in range(self.runs.count()))
        return [(one.data(PATH), one.data(CALLED)) for one in items if one.checkState() == Qt.CheckState.Checked]

    def _offer(self) -> None:
        self.go.setEnabled(self._subject is not None and bool(self.ticked()))

    # -- comparing -------------------------------------------------------------------------------------------------

    def _compare(self) -> None:
        if self._subject is None:
            return
        self._stop.set()
        self._stop = threading.Event()
        watch = Watch(lambda share, words: self.progressed.emit(share, words), self._stop.is_set)
        self.work.begin("opening the runs")
        job = partial(compare_runs, self._subject, self.ticked(), watch)
        self.background.run(job, partial(self._compared, self._subject), self._failed)

    def _compared(self, subject: Subject, found: Compared) -> None:
        self.work.hide()
        if subject is not self._subject:
            return
        self.compared = found
        self.stack.setCurrentIndex(1)
        self.note.setText(" ".join(found.notes))
        self.note.setVisible(bool(found.notes))
        self._show_scores(found)
        comparison = found.comparison
        for widget in (self.said, self.groups, self.samples):
            widget.setVisible(comparison is not None)
        if comparison is not None:
            self._show_comparison(found, comparison)

    def _failed(self, error: Exception) -> None:
        self.work.hide()
        if isinstance(error, Stopped):
            self._say(HINT)
        else:
            self._say(sentence(error), wrong=True)

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self.compared = None
        self.stack.setCurrentIndex(0)
        self.hint.set_token("error" if wrong else "muted")
        self.hint.setText(text)

    def _show_scores(self, found: Compared) -> None:
        columns = [f"{letter} · {label}" for letter, label in zip(ascii_uppercase, found.labels, strict=False)]
        columns += found.labels[len(columns) :]
        several: list[Scores] = [*found.scores, *([found.ensemble] if found.ensemble is not None else [])]
        head = ["Metric", *columns, *(["Ensemble"] if found.ensemble is not None else []), "Mean ± deviation"]
        self.scores.setColumnCount(len(head))
        self.scores.setHorizontalHeaderLabels(head)
        for index, label in enumerate(head):
            item = self.scores.horizontalHeaderItem(index)
            if item is not None:
                item.setToolTip(plain(label))
        rows = []
        for name, spread in found.spread.items():
            cells = [_interval(name, one.metrics[name]) for one in several]
            mean = f"{value_text(name, spread.mean)} ± {value_text(name, spread.deviation)}"
            rows.append([metric_title(name), *cells, mean])
        self.scores.show_rows(rows)

    def _show_comparison(self, found: Compared, one: Comparison) -> None:
        a, b = found.labels
        difference = value_text(one.metric, one.difference.value)
        low, high = value_text(one.metric, one.difference.low), value_text(one.metric, one.difference.high)
        told = f"A is {a}, B is {b}. B less A: {metric_title(one.metric).lower()} {difference} ({low} to {high}). "
        if one.test is not None:
            told += (
                f"McNemar's test of {one.test.only_a} against {one.test.only_b}: p = {one.test.exact:.3g} (exact), "
                f"{one.test.corrected:.3g} (χ² = {one.test.statistic:.3g}, with continuity correction)."
            )
        self.said.setText(told)
        names = GROUPS if one.test is not None else OF_NUMBERS
        for index, group in enumerate((one.only_b, one.only_a, one.neither, one.both)):
            self.groups.setTabText(index, f"{names[index]} ({len(group):,})")
            self.groups.setTabVisible(index, bool(names[index]))
        self.groups.setCurrentIndex(0)
        self.groups.updateGeometry()
        self._show_group()

    def _show_group(self) -> None:
        if self.compared is not None and self.compared.lists:
            self.samples.show_rows(self.compared.lists[self.groups.currentIndex()])

    def _lay_out(self) -> None:
        left = QWidget()
        left.setFixedWidth(grown(WIDE))
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(heading("Runs"))
        column.addWidget(Note(ABOUT))
        column.addWidget(self.runs, 1)
        column.addWidget(self.go)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.note)
        inner.addWidget(self.scores, 2)
        inner.addWidget(self.said)
        inner.addWidget(self.groups)
        inner.addWidget(self.samples, 3)
        empty = QWidget()
        middle = QVBoxLayout(empty)
        middle.addStretch(1)
        middle.addWidget(self.hint)
        middle.addStretch(2)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget()
        self.stack.addWidget(empty)
        self.stack.addWidget(body)
        right = QVBoxLayout()
        right.addWidget(self.work)
        right.addWidget(self.stack, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(16)
        row.addWidget(left)
        row.addLayout(right, 1)


def _interval(name: str, one: Interval) -> str:
    value = value_text(name, one.value) if math.isfinite(one.value) else "–"
    if not math.isfinite(one.low):
        return value
    return f"{value} ({value_text(name, one.low)} to {value_text(name, one.high)})"
