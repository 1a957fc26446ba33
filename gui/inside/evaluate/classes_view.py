"""Class by class: the confusion matrix, and what is measured of each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from gui.inside.evaluate.evaluating import Evaluation
from gui.inside.evaluate.plain_table import PlainTable
from gui.training.results.confusion import ClassTable, Counts, Matrix
from gui.training.words import metric_title, unit
from gui.widgets import Note

if TYPE_CHECKING:
    from engine.inside.evaluation.curves import Curve

RULE = "Rows are what samples are, columns what they were read as."


class ClassesView(QWidget):
    """The matrix where answers are single classes, else a table alone: IoU of masks, several labels one by one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix, self.classes = Matrix(), ClassTable()
        self.matrix.setToolTip("How often each class was read as each other; point at a cell to read it")
        self.said = Note(RULE)
        self.matrix.pointed.connect(lambda sentence: self.said.setText(sentence or RULE))
        self.table = PlainTable("Values of each class", "What is measured of each class alone", [("Class", "")])
        self.both = QSplitter(Qt.Orientation.Horizontal)
        self.both.setChildrenCollapsible(False)
        self.both.addWidget(self.matrix)
        self.both.addWidget(self.classes)
        self.classes.setMinimumWidth(350)
        self.both.setSizes([460, 360])
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 6, 0, 0)
        box.addWidget(self.said)
        box.addWidget(self.both, 1)
        box.addWidget(self.table, 1)

    def show_evaluation(self, found: Evaluation) -> bool:
        """Show what there is of each class; False where there is nothing."""
        confusion = found.scores.of_output("confusion_matrix", found.head.name)
        rows = found.scores.by_class(found.head.name)
        labels = found.details.curves if found.head.task.kind == "two" else ()
        single = isinstance(confusion, list) and len(labels) < 2
        self.said.setVisible(single)
        self.both.setVisible(single)
        self.table.setVisible(not single)
        if single:
            counts = Counts.of(confusion, found.class_names)  # type: ignore[arg-type]
            self.matrix.show_counts(counts)
            self.classes.show_counts(counts)
            return True
        if len(labels) > 1:  # each label holds or not by itself
            rows = {one.name: _at_half(one) for one in labels}
        metrics = list(next(iter(rows.values()), {}))
        self.table.setColumnCount(1 + len(metrics))
        self.table.setHorizontalHeaderLabels(["Class", *map(metric_title, metrics)])
        self.table.show_rows(
            [
                [name, *(_text(metric, values.get(metric, math.nan)) for metric in metrics)]
                for name, values in rows.items()
            ]
        )
        return bool(rows)


def _at_half(one: Curve) -> dict[str, float]:
    """What calling a label from a probability of 0.5 on gives."""
    at = one.at(0.5)
    return {"precision": at.precision, "recall": at.recall, "f1": at.f1, "auroc": one.auroc}


def _text(metric: str, value: float) -> str:
    if not math.isfinite(value):
        return "–"
    return f"{100 * value:.1f} %" if unit(metric) == "%" else f"{value:.4g}"
