"""What the inspector says in words: paragraphs under headings, and problems with their symbols."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.problems import Problem
from engine.spec import UNWIRED, Spec, shape_text
from gui.document import Document
from gui.theme import theme
from gui.widgets import Label, heading, label

SYMBOLS = {"error": "✕", "warning": "!", "hint": "i"}


def words(role: str = "") -> Label:
    """A paragraph whose text can be selected."""
    made = label(role=role, wrap=True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return made


def column(parent: QWidget) -> QVBoxLayout:
    """The one column of a page of the inspector."""
    box = QVBoxLayout(parent)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(8)
    return box


class FactSheet(QWidget):
    """Paragraphs under headings; a heading is there only with its paragraph."""

    def __init__(self, titles: Iterable[tuple[str, str]]) -> None:
        """``titles`` are the headings, each with the role of its text."""
        super().__init__()
        box = column(self)
        self._parts: dict[str, tuple[Label, Label]] = {}
        for title, role in titles:
            self._parts[title] = (heading(title), words(role))
            for widget in self._parts[title]:
                box.addWidget(widget)

    def set(self, title: str, text: str) -> None:
        """Say this under a heading."""
        head, body = self._parts[title]
        body.setText(text)
        head.setVisible(bool(text))
        body.setVisible(bool(text))

    def text(self, title: str) -> str:
        """What is said under a heading."""
        return self._parts[title][1].text()


class ProblemWords(QLabel):
    """Problems as a paragraph; those inside a block lead there."""

    wanted = Signal(object)
    """The problem to go to."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setAccessibleName("Problems of this layer")
        self._problems: Sequence[Problem] = ()
        self.linkActivated.connect(lambda index: self.wanted.emit(self._problems[int(index)]))

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Say these."""
        self._problems = problems
        self.setText("<br>".join(self._rich(index, problem) for index, problem in enumerate(problems)))
        self.setVisible(bool(problems))

    def _rich(self, index: int, problem: Problem) -> str:
        color = theme.color(problem.severity).name()
        link = f' <a href="{index}" style="color:{theme.color("accent").name()}">Show</a>' if problem.inside else ""
        symbol = SYMBOLS[problem.severity]
        return f'<span style="color:{color}"><b>{symbol}</b> {escape(problem.message)}</span>{link}'


def go_to(document: Document, problem: Problem, block_path: tuple[str, ...] = ()) -> None:
    """Open the level of a problem and select the guilty node; ``block_path`` leads to the level it was found in."""
    if problem.node is None:
        document.open_block(block_path)
    elif problem.inside:
        document.open_block((*block_path, problem.node, *problem.inside[:-1]), select=[problem.inside[-1]])
    else:
        document.open_block(block_path, select=[problem.node])


def spec_lines(side: str, specs: Sequence[Spec], names: Sequence[str]) -> list[str]:
    """A line for each tensor, with the port's name where there are several; nothing of what is not wired."""
    width = max(map(len, names), default=0) if len(names) > 1 else 0
    return [
        f"{side:<3}  {f'{name:<{width}}  ' if width else ''}{shape_text(spec.shape)} {spec.dtype}"
        for spec, name in zip(specs, names, strict=True)
        if spec is not UNWIRED
    ]
