"""Why a problem is one: the rule behind it, with a picture, in a small window."""

from __future__ import annotations

import re
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from engine.problems import Problem
from engine.problems.explanations import explain
from gui.diagrams import pictures
from gui.diagrams.moving import Subject, moving
from gui.diagrams.view import DiagramView
from gui.theme import theme
from gui.widgets import grown, label


class Explanation(QDialog):
    """Title, a few sentences, a picture with the numbers of the case, the formula and where it is written down."""

    help_wanted = Signal(str)
    """The page of the help that says more."""

    def __init__(self, code: str, parent: QWidget, problem: Problem | None = None) -> None:
        super().__init__(parent)
        said = explain(code)
        self.help_page = f"problem/{code}"
        self.setWindowTitle(said.title)
        wide = grown(520)
        self.setMinimumWidth(wide)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 16, 24, 16)
        box.setSpacing(8)
        text = label(said.text, wrap=True)
        box.addWidget(label(said.title, "heading"))
        box.addWidget(text)
        diagram = pictures.of_problem(problem) if problem is not None else pictures.usual(code)
        self.picture = None if diagram is None else DiagramView(diagram)
        self.moving = _moving(problem)
        for shown in (self.picture, self.moving):
            if shown is not None:
                box.addWidget(shown)
        if said.formula:
            formula = label(said.formula, "mono", wrap=True)
            formula.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            formula.setAccessibleName("Formula")
            box.addWidget(formula)
        if said.reference:
            reference = QLabel(_linked(said.reference))
            reference.setWordWrap(True)
            reference.setOpenExternalLinks(True)
            reference.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
            reference.setAccessibleName("Reference")
            box.addWidget(reference)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        more = buttons.addButton("Read More …", QDialogButtonBox.ButtonRole.HelpRole)
        more.setToolTip("Show its page in the help, with the layers it is about")
        more.clicked.connect(lambda _checked=False: self.help_wanted.emit(f"problem/{code}"))
        more.clicked.connect(self.reject)
        buttons.rejected.connect(self.reject)
        box.addStretch(1)
        box.addWidget(buttons)
        high = box.totalHeightForWidth(max(wide, self.sizeHint().width()))
        self.resize(self.sizeHint().width(), min(high, self.screen().availableGeometry().height()))
        self.finished.connect(lambda _code: self.deleteLater())


def _moving(problem: Problem | None) -> QWidget | None:
    """What explains the guilty layer by moving, with its own numbers; None where nothing does."""
    if problem is None or problem.node is None or problem.inside or problem.seen_by is None:
        return None
    shapes = problem.seen_by.shapes
    layer, inputs = shapes.report.layer(problem.node), shapes.report.inputs.get(problem.node)
    node = shapes.graph.nodes.get(problem.node)
    return None if node is None or layer is None else moving(Subject(node.type, layer, inputs or ()))


def _linked(text: str) -> str:
    """A reference whose addresses can be clicked."""
    color = theme.color("accent").name()
    return re.sub(r"https?://[^\s,]+", lambda m: f'<a href="{m[0]}" style="color:{color}">{m[0]}</a>', escape(text))
