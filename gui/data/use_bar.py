"""Above the samples: which data set is shown, whether the project uses it, and whether it fits the network."""

from __future__ import annotations

from collections.abc import Container

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from engine.data.binding import bind
from engine.data.dataset import DataError
from engine.data.fields import fields
from engine.graph import GraphError
from engine.problems import Problem
from engine.settings.data import DataConfig
from gui.data.taking import Taking, in_use
from gui.design.fix_buttons import FixButtons
from gui.document import Document
from gui.fix_finder import FixFinder
from gui.widgets import Note, heading

MISFITS = frozenset({"data", "input-data", "output-data", "too-many-classes", "embedding-range"})
"""The kinds of problems that lie between the data and the network."""
PROPOSED = frozenset({"weights-normalization"})
"""What fits, and would be better otherwise."""
BY_HAND = "No single click fixes it."
FIRST = 2
"""Fixes that are offered; the Problems panel has them all."""


class UseBar(QWidget):
    """A line with the button that takes a data set; below it what does not fit, with its first fixes."""

    used = Signal()
    """The data set that is shown is to be used."""
    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.problem: Problem | None = None
        self.title = heading("")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.use = QPushButton("Use This Data Set")
        self.use.setProperty("role", "primary")
        self.use.setAccessibleName("Use This Data Set")
        self.use.setToolTip(
            "Let the project learn from what is shown (Enter or a double click in the list); one undo step"
        )
        self.use.clicked.connect(lambda _checked: self.used.emit())
        self.said, self.misfit = Note(), Note("", "error")
        self.fixes = FixButtons()
        self.fixes.fallback = self.use
        self.fixes.chosen.connect(self._fix)
        self.finder = FixFinder(self)
        self.finder.found.connect(self._found)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.use)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addLayout(top)
        for widget in (self.said, self.misfit, self.fixes):
            box.addWidget(widget)

    def show_state(self, looked: Taking | None, config: DataConfig | None, said: str = "") -> None:
        """Show what is looked at (None: what is in use); ``config`` is how it would come, where that can be said.

        ``said`` is what became of the transforms when the data set in use was taken.
        """
        dataset = in_use(self.document)
        self.setVisible(looked is not None or dataset is not None)
        self.use.setVisible(looked is not None)
        if looked is not None:
            self.title.setText(f"{looked.dataset.title} · only shown")
            self.use.setText("Use This Data Set" if looked.found is None else "Use These Data")
            self.use.setAccessibleName(self.use.text())
            other = f"The project still learns from {dataset.title}." if dataset else "The project has no data yet."
            if dataset is not None and looked.found is not None and dataset.source == looked.dataset.source:
                other = "The project still reads these data as before."
            self._say(f"{other} {looked.said}".strip(), _would_misfit(self.document, config))
            self._show_problem(None)
        elif dataset is None:
            self._show_problem(None)
        else:
            self.title.setText(f"✓ {dataset.title} · in use")
            self._say(said, "")
            self._show_problem(_first(self.document, MISFITS) or _first(self.document, PROPOSED))

    def _say(self, said: str, misfit: str, token: str = "warning") -> None:
        for note, text in ((self.said, said), (self.misfit, misfit)):
            note.setText(text)
            note.setVisible(bool(text))
        self.misfit.set_token(token)

    def _show_problem(self, problem: Problem | None) -> None:
        if problem is None:
            self.finder.cancel()
            self.fixes.clear()
            self.fixes.hide()
        else:
            sign = "✕" if problem.severity == "error" else "!"
            misfit = f"{sign} It does not fit the network yet. {problem.message}"
            self._say(self.said.text(), misfit if problem.code in MISFITS else problem.message, problem.severity)
            if problem != self.problem:
                self.fixes.clear()
            self.finder.find(problem)
        self.problem = problem

    def _found(self, problem: Problem, fixes: object) -> None:
        if problem == self.problem and isinstance(fixes, tuple):
            self.fixes.show_fixes(fixes[:FIRST])
            self.fixes.setVisible(bool(fixes))
            if not fixes:
                self.misfit.setText(f"{self.misfit.text()} {BY_HAND}".replace(f"{BY_HAND} {BY_HAND}", BY_HAND))

    def _fix(self, fix: object) -> None:
        if self.problem is None:
            return
        try:
            self.document.fix(self.problem, fix)  # type: ignore[arg-type]
        except GraphError as error:
            self.message.emit(str(error))


def _first(document: Document, codes: Container[str]) -> Problem | None:
    """The first problem of these kinds, gravest first."""
    return next((problem for problem in document.all_problems() if problem.code in codes), None)


def _would_misfit(document: Document, config: DataConfig | None) -> str:
    """Why data could not be learnt by the network as it is drawn; empty where nothing speaks against it."""
    if config is None or not document.project.nodes:
        return ""
    try:
        bind(document.project, document.whole.report, fields(config))
    except DataError as error:
        return f"! It would not fit the network as it is: {error}"
    return ""
