"""One problem in full: its sentence, the fixes of it, and why it is one."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from engine.problems import Problem
from engine.problems.explanations import explain
from gui.design.facts import SYMBOLS
from gui.design.fix_buttons import FixButtons
from gui.fix_finder import FixFinder, large
from gui.icons import icon
from gui.theme import theme
from gui.widgets import label, push_button

LOST = "weights-missing"
"""The problem of a file that can be located."""


class ProblemCard(QScrollArea):
    """Fixes are looked for when a problem is shown."""

    looked_at = Signal(object, object)
    """The problem, and the fix to show on the canvas (None: show none)."""
    chosen = Signal(object, object)
    """The problem, and the fix to apply."""
    why = Signal(object)
    """The problem to explain."""
    locate_wanted = Signal()
    """A file is gone, and the user wants to say where it is now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.problem: Problem | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("The chosen problem")
        body = QWidget()
        box = QVBoxLayout(body)
        box.setContentsMargins(12, 8, 12, 8)
        box.setSpacing(6)
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.RichText)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.sentence.setMinimumSize(1, 1)  # else room is kept for its narrowest form
        self.sentence.setAccessibleName("What is wrong")
        self.sentence.linkActivated.connect(lambda _link: self.why.emit(self.problem))
        self.searching = label("Looking for Fixes …", "muted")
        self.none = label("There is no fix by a click here; the sentence says what to do.", "muted", wrap=True)
        self.fixes = FixButtons()
        self.fixes.looked_at.connect(lambda fix: self.looked_at.emit(self.problem, fix))
        self.fixes.chosen.connect(lambda fix: self.chosen.emit(self.problem, fix))
        self.locate = push_button("Locate …", "Say where the file is now", self.locate_wanted.emit)
        self.locate.setIcon(icon("folder-open"))
        self.locate.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        for widget in (self.sentence, self.locate, self.searching, self.none, self.fixes):
            box.addWidget(widget)
        box.addStretch(1)
        self.setWidget(body)
        self.finder = FixFinder(self)
        self.finder.found.connect(self._found)
        theme.changed.connect(self._say)
        self.show_problem(None)

    def show_problem(self, problem: Problem | None) -> None:
        """Show this one, or nothing."""
        self.problem = problem
        self.finder.cancel()
        self.none.hide()
        self._say()
        if problem is None:
            self.fixes.clear()
            self.searching.hide()
        else:
            self.searching.setVisible(not self.fixes.buttons)
            if self.isVisible() or not large(problem):
                self.finder.find(problem)

    def showEvent(self, event: QShowEvent) -> None:
        """Fixes in a large network are looked for only where they are seen."""
        super().showEvent(event)
        if self.problem is not None and self.finder.problem is None and large(self.problem):
            self.finder.find(self.problem)

    def _say(self) -> None:
        problem = self.problem
        self.sentence.setVisible(problem is not None)
        self.locate.setVisible(problem is not None and problem.code == LOST)
        self.locate.setIcon(icon("folder-open"))
        if problem is not None:
            color, link = theme.color(problem.severity).name(), theme.color("accent").name()
            title = explain(problem.code).title
            self.sentence.setText(
                f'<b style="color:{color}">{SYMBOLS[problem.severity]} {escape(title)}</b><br>'
                f'{escape(problem.message)} <a href="{problem.code}" style="color:{link}">Why?</a>'
            )

    def _found(self, problem: Problem, fixes: object) -> None:
        if problem is not self.problem or not isinstance(fixes, tuple):
            return
        self.searching.hide()
        self.fixes.show_fixes(fixes)
        self.none.setVisible(not fixes)
