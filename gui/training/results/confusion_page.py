"""The page with the confusion matrix of a part and an Output, its table beside, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from engine.training.history import History, Table
from engine.training.sample_table import SampleTable
from engine.training.series import PREDICTIONS, Series
from gui.training.results.confusion import ClassTable, Counts, Matrix
from gui.training.results.measures import class_names
from gui.training.results.result_page import ResultPage, ShownRuns
from gui.widgets import Note

NAME = "confusion_matrix"
NO_MATRIX = "This run measures no confusion matrix: only classes can be confused, at most 100 of them."


class ConfusionPage(ResultPage):
    """Shows the latest matrix of a run."""

    title = "Confusion"
    tip = "Which classes are taken for which others"
    of_one_run = True

    cell_wanted = Signal(str, int, int)
    """Samples of a cell are to be seen: the name of the table of answers, row and column."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix, self.classes = Matrix(), ClassTable()
        self.chooser = QComboBox()
        self.chooser.setAccessibleName("Part of the data and Output")
        self.chooser.setToolTip("Of which part of the data, and of which Output")
        self.chooser.activated.connect(lambda _row: self._show())
        self.said, self.hint = Note(), Note()
        self.said.setWordWrap(False)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.matrix.pointed.connect(self._pointed)
        self.matrix.picked.connect(lambda row, column: self.cell_wanted.emit(self._answers(), row, column))
        self._history: History | None = None
        self._tables: Mapping[str, Table] = {}
        self._table: Table | None = None
        self._names: Sequence[str] = ()
        head = QHBoxLayout()
        head.addWidget(self.chooser)
        head.addWidget(self.said, 1)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.setChildrenCollapsible(False)
        both.addWidget(self.matrix)
        both.addWidget(self.classes)
        both.setSizes([560, 360])
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 6, 12, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(both, 1)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.hint)
        self.stack.addWidget(body)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.stack)

    def show_runs(self, shown: ShownRuns) -> None:
        why = shown.nothing(NO_MATRIX, "The confusion matrix appears")
        self.show_history(shown.history, class_names(shown.graph), why)

    def show_history(self, history: History | None, names: Sequence[str], why: str) -> None:
        """Show what there is; ``names`` of the classes where the run does not say, ``why`` where there is nothing."""
        tables = {} if history is None else history.tables
        self.hint.setText(why)
        if tables is self._tables and history is self._history:
            return
        self._history, self._tables, self._names = history, tables, names
        found = [name for name in tables if Series.parse(name).metric == NAME]
        self.stack.setCurrentIndex(1 if found else 0)
        if [self.chooser.itemData(row) for row in range(self.chooser.count())] != found:
            chosen = self.chooser.currentData()
            self.chooser.clear()
            for name in found:
                self.chooser.addItem(of_part(Series.parse(name).part, Series.parse(name).output), name)
            if chosen in found:
                self.chooser.setCurrentIndex(found.index(chosen))
        self._show()

    def _show(self) -> None:
        name = self.chooser.currentData()
        table = self._tables.get(name)
        if table is None or table is self._table or isinstance(table.values, SampleTable):
            return
        self._table = table
        fallback = self._names if len(self._names) == len(table.values) else ()
        counts = Counts.of(table.values, self._known(Series.parse(name).output) or fallback)
        self.matrix.show_counts(counts)
        self.classes.show_counts(counts)
        self._pointed(self.matrix.sentence)

    def _answers(self) -> str:
        """The table with the answers of the Output whose matrix is seen."""
        shown = Series.parse(str(self.chooser.currentData()))
        of_output = str(Series(shown.part, PREDICTIONS, shown.output))
        return of_output if of_output in self._tables else str(Series(shown.part, PREDICTIONS))

    def _known(self, output: str) -> Sequence[str]:
        """What the run says the classes of an Output are called."""
        for name, table in self._tables.items():
            values, first = table.values, not (output or Series.parse(name).output)
            if isinstance(values, SampleTable) and (values.head == output or first):
                return values.names
        return ()

    def _pointed(self, sentence: str) -> None:
        if not sentence and self._table is not None:
            sentence = f"after epoch {self._table.epoch:,}; rows are what samples are, columns what they were read as"
        self.said.setText(sentence)


def of_part(part: str, output: str) -> str:
    """``test part``, or ``test part · NAME`` where there are several Outputs."""
    return f"{part} part · {output}" if output else f"{part} part"
