"""What a training begins with: the weights of a file or new ones, how fast the loaded ones learn, what is frozen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.edits import MISSING
from engine.errors import LayerloomError
from engine.fine_tuning.beginning import Beginning, beginning
from engine.fine_tuning.failure import FineTuningError
from engine.fine_tuning.learning_rates import MULTIPLIER, multiplier_of_loaded, slow_down_loaded
from engine.graph import GraphError
from engine.layers.parameters import parameters
from engine.properties import Properties
from engine.weights.chosen import images_of, missing
from engine.weights.normalization import normalize
from gui.document import Document
from gui.forms import Form
from gui.widgets import Label, Note, heading, plain, push_button

NAMED: Final = 4
"""Layers that are named in a sentence."""
OTHERWISE: Final = "weights-normalization"
"""The problem of images that come otherwise than the weights expect."""
HELP: Final = "all layers that begin with loaded weights learn at so many times the learning rate; 1: as the others"


class BeginningPanel(QWidget):
    """``load_wanted``: the user wants to choose weights; ``predict_wanted``: to ask the network about own samples."""

    load_wanted = Signal()
    predict_wanted = Signal()
    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.weights = Label()
        self.weights.setWordWrap(True)
        self.frozen = Note()
        known = next(one for one in parameters(Properties) if one.name == MULTIPLIER)
        self.form = Form([replace(known, help=HELP)])
        self.form.edited.connect(self._edited)
        self.load = push_button(
            "Load Weights …", "Let the network begin with weights from a file", self.load_wanted.emit
        )
        self.predict = push_button(
            "Predict", "Ask the network, with these weights, about images of yours", self.predict_wanted.emit
        )
        self.expected = Note()
        self.normalize = push_button(
            "Normalise Images", "Bring the images of the data into the range these weights expect", self._normalize
        )
        row = QHBoxLayout()
        row.addWidget(self.load)
        row.addWidget(self.predict)
        row.addStretch(1)
        proposal = QHBoxLayout()
        proposal.addWidget(self.normalize)
        proposal.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(heading("Weights to begin with"))
        for part in (self.weights, self.form, self.frozen, self.expected):
            box.addWidget(part)
        box.addLayout(proposal)
        box.addLayout(row)

    def refresh(self) -> None:
        """Show what the document holds now."""
        project = self.document.project
        found = beginning(project, self.document.whole.report)
        self.weights.setText(words(found))
        self.weights.setToolTip(plain(", ".join(found.again)) if found.file else "")
        self.form.setVisible(bool(found.file))
        value = multiplier_of_loaded(project)
        self.form.set_values({} if value in (None, 1.0) else {MULTIPLIER: value})
        path = project.settings["training"].get("weights")
        gone = missing(str(path["path"])) if isinstance(path, dict) and path.get("path") else ""
        self.form.set_errors({MULTIPLIER: gone} if gone else {})
        self.frozen.setText(frozen_words(found))
        self.frozen.setVisible(bool(found.frozen))
        self.predict.setVisible(bool(found.file))
        otherwise = next((one.message for one in self.document.all_problems() if one.code == OTHERWISE), "")
        self.expected.setText(otherwise)
        for widget in (self.expected, self.normalize):
            widget.setVisible(bool(otherwise))

    def _normalize(self) -> None:
        project = self.document.project
        try:
            self.document.apply(normalize(project, images_of(project)), "Normalise the images", whole_project=True)
        except LayerloomError as error:
            self.message.emit(str(error))

    def _edited(self, _name: str, value: Any) -> None:
        number = 1.0 if value is MISSING else value
        try:
            if not isinstance(number, (int, float)) or not 0.0 < number <= 1000.0:
                raise FineTuningError(
                    f"{MULTIPLIER} is a number above 0, such as 0.1; freeze layers that stay as they are."
                )
            self.document.apply(slow_down_loaded(self.document.project, float(number)), whole_project=True)
        except (FineTuningError, GraphError) as error:
            self.message.emit(str(error))
        self.refresh()


def words(found: Beginning) -> str:
    """What is loaded, in a sentence or two."""
    if not found.file:
        return "New weights, drawn at random."
    again = list(found.again[:NAMED])
    if not again:
        return f"{found.file}: {found.loaded:,} of {found.total:,} tensors are loaded."
    more = len(found.again) - len(again)
    names = f"{', '.join(again)}{f' and {more} more' if more else ''}"
    begin = "begin" if len(found.again) > 1 else "begins"
    return f"{found.file}: {found.loaded:,} of {found.total:,} tensors are loaded. {names} {begin} at random."


def frozen_words(found: Beginning) -> str:
    """How much is frozen."""
    count = len(found.frozen)
    share = f"{found.still:,} of {found.parameters:,} parameters stay as they are"
    return f"❄ {count} layer{'' if count == 1 else 's'} frozen: {share}."
