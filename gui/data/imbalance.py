"""What helps where classes are uneven, by one click each: samples drawn by class, and classes that weigh more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engine import losses
from engine.data.sampling import is_uneven
from engine.data.split_facts import PartFacts
from engine.edits import MISSING, Edit, SetParameter, SetSetting
from engine.graph import Graph, GraphError
from gui.document import Document
from gui.forms.flow import FlowLayout
from gui.forms.sections import compound, raw
from gui.widgets import Note, plain

SAMPLING: Final = ("data", "sampling")
DRAW: Final = (
    "Draw classes evenly",
    "Weighted sampling: each epoch draws as many samples, every class as often; rare ones come again and again "
    "(data.sampling). Another click reverts it",
)
WEIGH: Final = (
    "Weigh rare classes more",
    "Class weights: in the loss a sample of a rare class counts more (class_weights of the Output). A click more takes "
    "it back",
)
NOT_USED: Final = "Use these data first"
NO_OUTPUT: Final = "The network has no Output whose loss knows weights of classes, such as cross_entropy"


class BalanceButtons(QWidget):
    """Two buttons that stay down while what they do holds; each click is one undo step."""

    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self._used = False
        self.draw, self.weigh = _button(*DRAW), _button(*WEIGH)
        self.draw.clicked.connect(self._set_sampling)
        self.weigh.clicked.connect(self._set_weights)
        row = FlowLayout(self)
        row.addWidget(self.draw)
        row.addWidget(self.weigh)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        document.changed.connect(lambda _change: self._soon.start())
        document.opened.connect(self._soon.start)
        self.refresh()

    def set_used(self, used: bool) -> None:
        """Whether the data are those of the project: for others nothing can be set."""
        if used != self._used:
            self._used = used
            self.refresh()

    def refresh(self) -> None:
        """Show what holds now."""
        outputs = weighable(self.document.project)
        weighed = [self.document.project.nodes[name].parameters.get("class_weights") for name in outputs]
        self._show(self.draw, DRAW, raw(self.document, SAMPLING) == "balanced", "" if self._used else NOT_USED)
        why = NOT_USED if not self._used else "" if outputs else NO_OUTPUT
        self._show(self.weigh, WEIGH, bool(weighed) and None not in weighed, why)

    def _show(self, button: QPushButton, words: tuple[str, str], on: bool, why: str) -> None:
        button.setChecked(on)
        button.setText(f"✓ {words[0]}" if on else words[0])
        button.setEnabled(not why)
        button.setToolTip(plain(f"{words[1]}." if not why else f"{words[1]}.\n{why}.", wrap=True))
        button.setAccessibleDescription(why or words[1])

    def _set_sampling(self, on: bool) -> None:
        self._apply([SetSetting(SAMPLING, "balanced" if on else MISSING)], DRAW[0] if on else "Draw each sample once")

    def _set_weights(self, on: bool) -> None:
        value = "balanced" if on else MISSING
        edits: list[Edit] = [SetParameter(name, "class_weights", value) for name in weighable(self.document.project)]
        self._apply(edits, WEIGH[0] if on else "Weigh all classes alike")

    def _apply(self, edits: list[Edit], title: str) -> None:
        if edits:
            try:
                self.document.apply(compound(edits, title), title)
            except GraphError as error:
                self.message.emit(str(error))
        self.refresh()


class Imbalance(QWidget):
    """A sentence on the classes of the training part, and the buttons; hidden where they are even."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said, self.buttons = Note(), BalanceButtons(document)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 4, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.said)
        box.addWidget(self.buttons)
        self.hide()

    def show_facts(self, facts: Sequence[PartFacts], *, used: bool) -> None:
        """Say of the training part whether its classes are uneven."""
        classes = {name: count for name, count in facts[0].classes.items() if count} if facts else {}
        uneven = is_uneven(classes.values())
        self.setVisible(uneven)
        self.buttons.set_used(used)
        if uneven:
            most, least = max(classes, key=lambda name: classes[name]), min(classes, key=lambda name: classes[name])
            self.said.setText(
                f"! The classes are uneven: the training part has {classes[most]:,} samples of {most} and "
                f"{classes[least]:,} of {least}."
            )


def weighable(graph: Graph) -> list[str]:
    """The Outputs whose loss knows weights of classes."""
    chosen = {node.id: node.parameters.get("loss", losses.USUAL) for node in graph.of_type("Output")}
    return [
        name
        for name, loss in chosen.items()
        if isinstance(loss, str) and (known := losses.get(loss)) and "class_weights" in known.model_fields
    ]


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setCheckable(True)
    button.setAccessibleName(text)
    button.setToolTip(plain(tip, wrap=True))
    return button
