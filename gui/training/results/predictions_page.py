"""Samples with what the network answers to them, what would have been right, and how sure it is: wrong ones first.

Those of one cell of the confusion matrix can be looked at alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.training.history import History, Table
from engine.training.runs.answers import is_predictions
from engine.training.sample_table import Sample, SampleTable
from engine.training.series import Series
from gui.training.results.answer_forms import AnswerForms, word
from gui.training.results.answer_table import AnswerTable
from gui.training.results.cards import SampleCards
from gui.training.results.confusion_page import of_part
from gui.training.results.result_page import ResultPage, ShownRuns
from gui.widgets import Note, plain

NO_ANSWERS = "No answers were stored for this run."


class PredictionsPage(ResultPage):
    """Shows the latest answers of a run, or why there are none."""

    title = "Predictions"
    tip = "What the network answers to a few samples"
    of_one_run = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards, self.table = SampleCards(), AnswerTable()
        self.chooser = QComboBox()
        self.chooser.setAccessibleName("Part of the data and Output")
        self.chooser.setToolTip("Of which part of the data, and of which Output")
        self.chooser.activated.connect(lambda _row: self._all())
        self.back = QPushButton("Show All")
        self.back.setAccessibleName("Show all samples")
        self.back.setToolTip("Show the samples of all classes again")
        self.back.clicked.connect(self._all)
        self.back.hide()
        self._cell: tuple[str, int, int] | None = None
        self.said, self.hint = Note(), Note()
        self.said.setWordWrap(False)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._tables: Mapping[str, Table] = {}
        self._table: Table | None = None
        self._history: History | None = None
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(self.cards)
        self.views = QStackedWidget()
        self.views.addWidget(area)
        self.views.addWidget(self.table)
        head = QHBoxLayout()
        head.addWidget(self.chooser)
        head.addWidget(self.said, 1)
        head.addWidget(self.back)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 6, 12, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.views, 1)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.hint)
        self.stack.addWidget(body)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.stack)

    def show_runs(self, shown: ShownRuns) -> None:
        self.show_history(shown.history, shown.nothing(NO_ANSWERS, "Answers to some samples appear"))

    def show_history(self, history: History | None, why: str) -> None:
        """Show what there is; ``why`` says why where there is nothing."""
        tables = {} if history is None else history.tables
        self.hint.setText(why)
        if tables is self._tables and history is self._history:
            return
        self._history, self._tables = history, tables
        found = [name for name in tables if is_predictions(name)]
        self.stack.setCurrentIndex(1 if found else 0)
        if [self.chooser.itemData(row) for row in range(self.chooser.count())] != found:
            chosen = self.chooser.currentData()
            self.chooser.clear()
            for name in found:
                series, values = Series.parse(name), tables[name].values
                head = values.head if isinstance(values, SampleTable) and series.output else ""
                self.chooser.addItem(of_part(series.part, head), name)
            if chosen in found:
                self.chooser.setCurrentIndex(found.index(chosen))
        self._show()

    def show_cell(self, name: str, row: int, column: int) -> None:
        """Show the samples of a table that are of the class ``row`` and were read as ``column``."""
        if (index := self.chooser.findData(name)) >= 0:
            self.chooser.setCurrentIndex(index)
            self._cell, self._table = (name, row, column), None
            self._show()
            self.back.setFocus()

    def _all(self) -> None:
        self._cell = self._table = None
        self._show()

    def _show(self) -> None:
        name = self.chooser.currentData()
        table = self._tables.get(name)
        if table is None or table is self._table:
            return
        self._table = table
        if self._cell is not None and self._cell[0] != name:
            self._cell = None
        values = table.values
        if not isinstance(values, SampleTable):
            return
        if self._cell is None:
            said = summary(values)
            values = values.model_copy(update={"samples": values.samples[: values.listed]})
        else:
            values = values.model_copy(update={"samples": of_cell(values, *self._cell[1:])})
            said = cell_text(values, *self._cell[1:])
        self.back.setVisible(self._cell is not None)
        self.said.setText(f"after epoch {table.epoch:,}; {said}")
        self.said.setToolTip(plain(self.said.text()))
        shown = AnswerForms.of(values)
        if shown.pictured:
            self.cards.show_values(values, shown)
        else:
            self.table.show_values(values)
        self.views.setCurrentIndex(0 if shown.pictured else 1)


def of_cell(values: SampleTable, row: int, column: int) -> list[Sample]:
    """The samples of the class ``row`` that were read as ``column``."""
    return [sample for sample in values.samples if sample.target == [row] and sample.answer == [column]]


def cell_text(values: SampleTable, row: int, column: int) -> str:
    """``true 7 read as 9: 4 samples of it kept``"""
    names, count = values.names, len(values.samples)
    how = "read rightly" if row == column else f"read as {word(column, names)}"
    kept = f"{count} sample{'' if count == 1 else 's'} of it kept" if count else "no sample of it was stored"
    return f"true {word(row, names)} {how}: {kept}"


def summary(values: SampleTable) -> str:
    """Which samples these are, how many are wrong, and in what order they stand."""
    part, seen, worst, listed = values.part, values.seen, values.worst, values.listed
    if part is None or seen is None or worst is None or listed is None:
        return _first(values)
    of = f"{seen:,} samples" if seen == part else f"the {seen:,} compared of {part:,} samples"
    others = f", then {listed - worst} others" if listed > worst else ""
    wrong, hits = values.wrong, values.hits
    if wrong is None:
        return f"the {worst} farthest off of {of}{others}"
    if not wrong:
        return f"all of {of} right: the {worst} least sure{others}"
    if hits is not None:
        return f"{min(100 * hits, 99.9):.3g} % of the positions of {of} right: the {worst} most wrong{others}"
    if wrong < worst:
        return f"{wrong} of {of} wrong: {'this' if wrong == 1 else 'these'}, the {worst - wrong} least sure{others}"
    return f"{wrong:,} of {of} wrong: the {worst} surest mistakes{others}"


def _first(values: SampleTable) -> str:
    """The same of runs of former versions, which kept the first samples."""
    samples = values.samples
    first = f"the first {len(samples)} samples; "
    if all(sample.right is None for sample in samples):
        return f"{first}the farthest off first"
    wrong = sum(sample.right is False for sample in samples)
    if not wrong:
        return f"{first}all of them right, the least sure first"
    hits = [sample.hits for sample in samples if sample.hits is not None]
    if hits:
        return f"{first}{100 * sum(hits) / len(hits):.3g} % of their positions right, the most wrong samples first"
    return f"{first}{wrong} of them wrong, these first"
