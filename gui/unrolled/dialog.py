"""The unrolled view: the first steps of a scan as a network on a canvas, with shapes and values on the wires."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QSpinBox, QVBoxLayout, QWidget

from engine.errors import LayerloomError
from engine.graph import Graph
from engine.shapes import Report
from engine.unfolding.unrolled import MOST, Unrolled, unroll
from gui.canvas.laid_out import lay_out
from gui.canvas.view import View
from gui.document import Document
from gui.widgets import Label, Note, label, push_button
from gui.work.background import Background

if TYPE_CHECKING:
    from gui.canvas.live_marks import Values

FIRST = 4
"""Steps that are drawn at first."""
LARGEST = QSize(1500, 820)


class UnrolledDialog(QDialog):
    """``project_wanted`` carries the unrolled network, to be opened as a project of its own."""

    help_page: ClassVar = "window/design"

    project_wanted = Signal(object)

    def __init__(
        self,
        graph: Graph,
        report: Report,
        path: tuple[str, ...],
        project: Graph,
        run: Path | None,
        parent: QWidget | None = None,
    ) -> None:
        """``path`` leads through ``project`` to the node, which stands in the level ``graph`` with these shapes."""
        super().__init__(parent)
        self._graph, self._report, self._path, self._project, self._run = graph.copy(), report, path, project, run
        node = graph.node(path[-1])
        self.setWindowTitle(f"{node.name}, step by step")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        if parent is not None:
            self.resize((parent.window().size() * 0.92).boundedTo(LARGEST))
        self.unrolled = unroll(self._graph, report, path[-1], FIRST)
        self.view = View(Document(self.unrolled.graph.copy()))
        self.view.setAccessibleName("Unrolled scan")
        self.steps = QSpinBox()
        self.words, self.note = label(wrap=True), Note()
        self._work = Background("step-values", self)
        self._build()
        self._show_steps(FIRST)

    def _build(self) -> None:
        most = MOST if self.unrolled.total is None else min(MOST, self.unrolled.total)
        self.steps.setRange(1, most)
        self.steps.setValue(min(FIRST, most))
        self.steps.setAccessibleName("Steps")
        self.steps.setToolTip("How many of the first steps are drawn")
        self.steps.valueChanged.connect(self._show_steps)
        as_project = push_button(
            "Open as Project", "Open this network as a project of its own; all steps have the same weights", self._open
        )
        close = QPushButton("Close")
        close.setAccessibleName("Close")
        close.setToolTip("Close (Esc)")
        close.clicked.connect(self.reject)
        for button in (as_project, close):
            button.setAutoDefault(False)
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.words, 1)
        head.addWidget(Label("Steps"))
        head.addWidget(self.steps)
        foot.addWidget(self.note, 1)
        foot.addWidget(as_project)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        column.addLayout(foot)

    def _show_steps(self, count: int) -> None:
        made = self.unrolled = unroll(self._graph, self._report, self._path[-1], count)
        lay_out(made.graph)
        self.view.document.open_graph(made.graph)
        total = "as many as the data have" if made.total is None else f"{made.total:,}"
        self.words.setText(
            f"The first {made.steps} of {total} steps. The block is the same at every step, with the same weights; "
            "what runs from step to step is its state."
        )
        QTimer.singleShot(0, self.view.zooming.fit_all)
        self.note.setText("Computing the values …")
        self._work.run(partial(_values, self._project, self._path, made, self._run), self._valued, self._failed)

    def _valued(self, found: tuple[Unrolled, Values, bool]) -> None:
        made, values, trained = found
        if made is not self.unrolled:
            return
        self.view.canvas.live.show_values(values)
        weights = "the weights of the run" if trained else "new weights"
        self.note.setText(f"On the wires: the numbers of the first sample, or their mean ± deviation, with {weights}.")

    def _failed(self, error: Exception) -> None:
        reason = str(error) if isinstance(error, LayerloomError) else f"{type(error).__name__}: {error}"
        self.note.setText(f"On the wires: the shapes. No values: {reason}")

    def _open(self) -> None:
        self.project_wanted.emit(self.unrolled.graph.copy())
        self.accept()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self.view.zooming.fit_all)

    def done(self, result: int) -> None:
        self._work.close()
        super().done(result)


def _values(project: Graph, path: tuple[str, ...], made: Unrolled, run: Path | None) -> tuple[Unrolled, Values, bool]:
    from engine.training.runs.folder import RunError
    from engine.training.step_values import step_values

    try:
        return made, step_values(project, path, made, run), run is not None
    except RunError:  # it has stored no weights yet
        return made, step_values(project, path, made), False
