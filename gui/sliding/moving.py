"""A sliding window within a page of the help or beside a problem; it can be opened larger, with settings to try."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.resolve import Fault
from engine.sliding.sliding import KINDS, Sliding, SlidingError, sliding_of
from gui.diagrams import moving
from gui.sliding.controls import PlayControls
from gui.sliding.pictures.state import Shown
from gui.sliding.player import Player
from gui.sliding.stage import Stage
from gui.sliding.subject import Subject, layer_of, of_kind, of_layer
from gui.widgets import push_button
from gui.work.background import Background

if TYPE_CHECKING:
    from engine.sliding.example import Example

HEIGHT: Final = 330


class MovingWindow(QWidget):
    """Shows a subject that slides; numbers are made up beside the window."""

    def __init__(self, subject: Subject, sliding: Sliding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.subject = subject
        self.player = Player(self)
        self._work = Background("moving-window", self)
        self.stage = Stage(Shown(sliding, None, subject.title))
        self.stage.setFixedHeight(HEIGHT)  # the text of the page is to be read, too
        self.controls = PlayControls(self.player)
        self.larger = push_button("Larger …", "Open it in a window of its own, with settings to try", self._open)
        self.larger.setAutoDefault(False)
        row, box = QHBoxLayout(), QVBoxLayout(self)
        row.addWidget(self.controls, 1)
        row.addWidget(self.larger)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.stage, 1)
        box.addLayout(row)
        self.player.moved.connect(self._step)
        self.stage.step_wanted.connect(self.player.go)
        self.stage.play_wanted.connect(self.player.toggle)
        self.player.set_count(0)

    def _computed(self, example: Example) -> None:
        paints = example.sliding.kind == "transposed"
        self.stage.show_state(self.stage.shown.at(example=example, painting=paints))
        self.player.set_count(self.stage.shown.count)

    def _failed(self, error: Exception) -> None:
        self.stage.setAccessibleDescription(str(error))

    def _step(self, step: int) -> None:
        if self.stage.shown.example is not None:
            self.stage.show_state(self.stage.shown.at(step=step, progressive=self.player.plays, hover=None))

    def _open(self) -> None:
        from gui.sliding.dialog import SlidingDialog

        SlidingDialog(self.subject, parent=self.window()).show()

    def showEvent(self, event: QShowEvent) -> None:
        """Compute the numbers, where that was not done or was given up when it was hidden."""
        super().showEvent(event)
        shown = self.stage.shown
        if shown.example is None and not shown.sliding.fault and not self._work.busy:
            self._work.run(partial(_made_up, shown.sliding), self._computed, self._failed)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody watches any more."""
        self.player.pause()
        self._work.close(timeout=0.0)
        super().hideEvent(event)


def _made_up(sliding: Sliding) -> Example:
    from engine.sliding.example import made_up

    return made_up(sliding)


def make(asked: moving.Subject) -> QWidget | None:
    """The moving explanation of a layer; None where it slides nothing that can be shown."""
    if asked.type_name not in KINDS:
        return None
    if asked.layer is None:
        subject = of_kind(asked.type_name)
    else:
        subject = of_layer("", asked.layer, asked.inputs[0] if asked.inputs else None, None)
    layer = layer_of(subject, subject.parameters)
    if isinstance(layer, Fault):
        return None
    try:
        return MovingWindow(subject, sliding_of(layer, subject.x))
    except SlidingError:  # an input of other axes, of which the sentence of the problem speaks
        return None


def register() -> None:
    """Have help pages and explanations show it."""
    if make not in moving.MAKERS:
        moving.MAKERS.append(make)
