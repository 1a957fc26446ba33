"""The tab *Errors*: the samples with the highest loss, labels that are probably wrong, and slices with low scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from engine.training.status import sentence
from gui.inside.evaluate.evaluating import Evaluation, FoldSuspects, ShownSample, shown
from gui.inside.evaluate.evaluation_tab import EvaluationTab
from gui.inside.evaluate.evaluator import Evaluator
from gui.inside.evaluate.folds_check import FoldsCheck
from gui.inside.evaluate.plain_table import PlainTable, loss_text
from gui.inside.evaluate.sample_view import SampleView
from gui.training.words import metric_title, value_text
from gui.widgets import Note, label
from gui.work.background import Background

if TYPE_CHECKING:
    from engine.inside.evaluation.answered import Answered
    from engine.inside.evaluation.slices import Slice
    from engine.inside.evaluation.suspects import Suspect

    Place = tuple[Answered, int]
    """Who was asked, and the row of the sample."""

LISTS = ("Highest loss", "Doubtful labels", "Slices")
MOST = 300
"""Lines of a list."""
WORST = 50
"""Samples of a slice that are listed."""
ABOUT_LABELS = (
    "The answers are so sure of another class that the label is probably wrong (confident learning, Northcutt et al. "
    "2021). Check before you correct one: the network may be wrong."
)
NO_SUSPECTS = "No label looks wrong."
UNCHECKED = "Labels are checked where an answer is one class, or several that hold or not, on samples not learned from."
ABOUT_SLICES = "Samples with a property in common, the worst first; those with fewer than 20 samples say little."


class ErrorsTab(EvaluationTab):
    """A list on the left, the chosen sample on the right."""

    title: ClassVar[str] = "Errors"
    tip: ClassVar[str] = "The samples with the highest loss, labels that are probably wrong, and slices with low scores"

    def __init__(self, evaluator: Evaluator, parent: QWidget | None = None) -> None:
        super().__init__(evaluator, parent)
        self.background = Background("show-sample", self)
        self._looked_at = 0
        self._rows: dict[PlainTable, Sequence[Place]] = {}
        self.hardest = PlainTable(
            "Samples with the highest loss",
            "Choose a sample to see it",
            [("Sample", ""), ("Loss", "What the sample costs by itself"), ("Answer", ""), ("Target", "")],
        )
        self.suspects = PlainTable(
            "Labels that are probably wrong",
            "Choose a sample to see it",
            [("Sample", ""), ("Label", ""), ("Likely", "What it probably is"), ("Margin", "The lower, the surer")],
        )
        self.slices = PlainTable(
            "Slices",
            "Choose a slice to list its worst samples",
            [("Slice", ""), ("Samples", ""), ("Score", ""), ("95 % interval", "")],
        )
        self.worst = PlainTable(
            "Worst samples of the slice",
            "Choose a sample to see it",
            [("Sample", ""), ("Loss", ""), ("Answer", ""), ("Target", "")],
        )
        self.folds = FoldsCheck()
        self.folds.found.connect(self._show_suspects_of_folds)
        self.folds.failed.connect(self.about_labels_say)
        self.about_labels, self.about_slices = Note(ABOUT_LABELS), Note(ABOUT_SLICES)
        self.of_slice = label("", "heading")
        self.sample = SampleView()
        for table in (self.hardest, self.suspects, self.worst):
            table.row_chosen.connect(partial(self._choose, table))
        self.slices.row_chosen.connect(self._choose_slice)
        self.sample.inside_wanted.connect(lambda: self.inside_wanted.emit(self._looked_at))
        self._lay_out()

    def close_background(self) -> None:
        super().close_background()
        self.background.close()
        self.folds.close_background()

    def forget(self) -> None:
        super().forget()
        self.folds.cancel()

    def show_evaluation(self, found: Evaluation) -> None:
        details = found.details
        self._rows = {self.hardest: [(found.asked, one.row) for one in details.hardest]}
        self.hardest.show_rows([[one.name, loss_text(one.loss), one.answer, one.target] for one in details.hardest])
        checked = details.suspects
        about = UNCHECKED if checked is None else ABOUT_LABELS if checked else NO_SUSPECTS
        self._list_suspects(checked or (), [(found.asked, one.row) for one in checked or ()], about)
        self.lists.setTabText(1, LISTS[1] if checked is None else f"{LISTS[1]} ({len(checked):,})")
        self.folds.show_evaluation(found)
        metric = details.scores.metric
        item = self.slices.horizontalHeaderItem(2)
        if item is not None:
            item.setText(metric_title(metric))
        self.slices.show_rows([_slice(one, metric) for one in details.slices[:MOST]])
        self._show_worst(None)
        self.sample.show_nothing()
        if details.hardest:
            self.hardest.setCurrentCell(0, 0)

    def about_labels_say(self, text: str) -> None:
        """Say something in place of what the list of doubtful labels is about."""
        self.about_labels.setText(text)

    def _list_suspects(self, suspects: Sequence[Suspect], places: Sequence[Place], about: str) -> None:
        self._rows[self.suspects] = places[:MOST]
        self.suspects.show_rows([[one.name, one.given, one.likely, f"{one.margin:.3f}"] for one in suspects[:MOST]])
        self.suspects.setVisible(bool(suspects))
        self.about_labels.setText(about)

    def _show_suspects_of_folds(self, found: FoldSuspects) -> None:
        count = len(found.suspects)
        about = f"By all {found.folds} folds, each sample by the run that has not learned from it: {count:,}."
        self._list_suspects(found.suspects, found.where, f"{about} {ABOUT_LABELS}")
        self.lists.setTabText(1, f"{LISTS[1]} ({count:,})")

    def _choose(self, table: PlainTable, line: int) -> None:
        found, rows = self._shown, self._rows.get(table, ())
        if found is not None and line < len(rows):
            asked, row = rows[line]
            self._looked_at = row
            self.sample.inside.setVisible(asked is found.asked)
            job = partial(shown, asked, asked.head(found.head.name), row)
            self.background.run(job, partial(self._show_sample, found), self._failed)

    def _show_sample(self, found: Evaluation, sample: ShownSample) -> None:
        if found is self._shown:
            self.sample.show_sample(sample, found.class_names)

    def _failed(self, error: Exception) -> None:
        self.sample.show_nothing(sentence(error), wrong=True)

    def _choose_slice(self, line: int) -> None:
        if self._shown is not None:
            self._show_worst(self._shown.details.slices[line])

    def _show_worst(self, one: Slice | None) -> None:
        """List the samples of a slice with the highest loss."""
        found = self._shown
        for widget in (self.of_slice, self.worst):
            widget.setVisible(one is not None)
        if one is None or found is None:
            return
        self.of_slice.setText(f"{one.name}: {one.value}")
        self._rows[self.worst] = []
        self.worst.show_rows([])  # until those of this slice are found
        job = partial(_worst, found, one)
        self.background.run(job, partial(self._list_worst, found), self._failed)

    def _list_worst(self, found: Evaluation, lines: tuple[list[int], list[list[str]]]) -> None:
        if found is self._shown:
            numbers, rows = lines
            self._rows[self.worst] = [(found.asked, row) for row in numbers]
            self.worst.show_rows(rows)
            self.worst.setCurrentCell(0, 0)

    def _lay_out(self) -> None:
        self.lists, pages = QTabBar(), QStackedWidget()
        self.lists.setDrawBase(False)
        self.lists.setExpanding(False)
        self.lists.setAccessibleName("What is listed")
        self.lists.setToolTip("Samples with the highest loss, doubtful labels, or slices")
        for name, parts in zip(
            LISTS,
            (
                (self.hardest,),
                (self.about_labels, self.folds, self.suspects),
                (self.about_slices, self.slices, self.of_slice, self.worst),
            ),
            strict=True,
        ):
            self.lists.addTab(name)
            page = QWidget()
            column = QVBoxLayout(page)
            column.setContentsMargins(0, 6, 0, 0)
            for part in parts:
                column.addWidget(part, 1 if isinstance(part, PlainTable) else 0)
            column.addStretch(0)
            pages.addWidget(page)
        self.lists.currentChanged.connect(pages.setCurrentIndex)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.lists)
        column.addWidget(pages, 1)
        right = QWidget()
        inner = QVBoxLayout(right)
        inner.setContentsMargins(12, 0, 0, 0)
        inner.addWidget(self.sample)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.setChildrenCollapsible(False)
        both.addWidget(left)
        both.addWidget(right)
        both.setStretchFactor(0, 3)
        both.setStretchFactor(1, 2)
        both.setSizes([640, 540])
        self.set_body(both)


def _slice(one: Slice, metric: str) -> list[str]:
    low, high = one.score.low, one.score.high
    between = f"{value_text(metric, low)} to {value_text(metric, high)}" if math.isfinite(low) else "–"
    return [
        f"{one.name}: {one.value}",
        f"{one.count:,}{' · few' if one.few else ''}",
        value_text(metric, one.score.value),
        between,
    ]


def _worst(found: Evaluation, one: Slice) -> tuple[list[int], list[list[str]]]:
    """The samples of a slice with the highest loss: their rows, and what is listed of each."""
    from engine.inside.evaluation.hardest import hard_samples

    samples = hard_samples(found.asked, found.head, one.rows, WORST)
    return [each.row for each in samples], [
        [each.name, loss_text(each.loss), each.answer, each.target] for each in samples
    ]
