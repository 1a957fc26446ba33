"""What the tabs that show an evaluation share: which Output, how far the work is, and what is odd about the samples."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from gui.inside.evaluate.evaluating import Evaluation
from gui.inside.evaluate.evaluator import CANCELLED, Evaluator
from gui.inside.subject import Subject
from gui.inside.tab import ResultsTab
from gui.widgets import Note
from gui.work.work_bar import WorkBar


class EvaluationTab(ResultsTab):
    """A tab with a body that is filled by `show_evaluation` while it is seen."""

    def __init__(self, evaluator: Evaluator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.evaluator = evaluator
        self._shown: Evaluation | None = None
        self.outputs = QComboBox()
        self.outputs.setAccessibleName("Output")
        self.outputs.setToolTip("The Output of the network that is judged")
        self.outputs.activated.connect(lambda row: evaluator.choose(self.outputs.itemText(row)))
        self.work = WorkBar("the evaluation")
        self.work.cancelled.connect(evaluator.cancel)
        self.note, self.hint = Note(), Note()
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.again = QPushButton("Evaluate")
        self.again.setToolTip("Evaluate the network on all samples again")
        self.again.clicked.connect(evaluator.again)
        self.stack = QStackedWidget()
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 8, 16, 12)
        box.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(self.outputs)
        head.addWidget(self.note, 1)
        box.addLayout(head)
        box.addWidget(self.work)
        box.addWidget(self.stack, 1)
        empty = QWidget()
        middle = QVBoxLayout(empty)
        middle.addStretch(1)
        middle.addWidget(self.hint)
        middle.addWidget(self.again, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(2)
        self.stack.addWidget(empty)
        evaluator.changed.connect(self._changed)
        evaluator.progress.connect(self.work.show_progress)
        self._changed()

    def set_body(self, body: QWidget) -> None:
        """The widget that is seen while there is an evaluation."""
        self.stack.addWidget(body)

    def show_evaluation(self, found: Evaluation) -> None:
        """Show what was found."""
        raise NotImplementedError

    def show_subject(self, subject: Subject) -> None:
        self.evaluator.show(subject)

    def forget(self) -> None:
        self.evaluator.cancel()

    def close_background(self) -> None:
        self.evaluator.close()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._changed()

    def _changed(self) -> None:
        if not self.isVisible():
            return
        found = self.evaluator.found
        if self.evaluator.busy and not self.evaluator.error:
            if self.work.isHidden():
                self.work.begin("asking the network")
        else:
            self.work.hide()
        self.stack.setCurrentIndex(0 if found is None else 1)
        self.outputs.setVisible(found is not None and len(found.outputs) > 1)
        self.note.setVisible(found is not None and bool(found.details.notes))
        if found is None:
            error = self.evaluator.error
            self.hint.set_token("muted" if error in ("", CANCELLED) else "error")
            self.hint.setText(error)
            self.again.setVisible(bool(error))
        elif found is not self._shown:
            self._shown = found
            self._show_outputs(found)
            self.note.setText(" ".join(found.details.notes))
            self.show_evaluation(found)

    def _show_outputs(self, found: Evaluation) -> None:
        names = list(found.outputs)
        if [self.outputs.itemText(row) for row in range(self.outputs.count())] != names:
            self.outputs.clear()
            self.outputs.addItems(names)
        self.outputs.setCurrentIndex(names.index(found.head.name))
