"""The two rows above the plots: what can be done with the run, and how far it is."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from engine.edits import MISSING
from engine.layers.parameters import Parameter
from engine.training.status import Status
from gui.forms import NumberField
from gui.icons import icon
from gui.keys.key_tip import KeyTip
from gui.theme import theme
from gui.widgets import Label, Note, plain

LR = Parameter("lr", "float", "a number > 0", None, False, "how far one step goes", minimum=1e-12)
LR_TIP = "How far one step goes. While a run is active, Enter applies it from the next step on."
STATES = {
    "idle": ("Ready", "dot", "muted"),
    "waiting": ("Starting", "clock", "muted"),
    "running": ("Training", "play", "accent"),
    "paused": ("Paused", "pause", "warning"),
    "stopping": ("Stopping", "clock", "warning"),
    "finished": ("Finished", "ok", "ok"),
    "stopped": ("Stopped", "stop", "warning"),
    "failed": ("Failed", "error", "error"),
}
"""State → word, sign, colour."""
LIVE = ("waiting", "running", "paused", "stopping")
STOP = ("Stop", "End the training after this batch; what was learnt is kept")
CANCEL = ("Cancel", "Cancel the copying: nothing of the copy is left, and the original is unchanged")
"""Text and tooltip of the button that ends what is being done."""
SHOWN_WAITING = 0.01
"""The share of the time from which on it is shown that steps wait for data."""
FINE = 1000
"""Parts of the bar: Qt has no room for as many as a run may have steps."""


class Controls(QWidget):
    """Buttons, learning rate, state, progress. It shows what it is told and decides nothing."""

    train_clicked = Signal()
    pause_clicked = Signal()
    step_clicked = Signal()
    stop_clicked = Signal()
    lr_typed = Signal(object)
    find_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = "idle"
        self.train = _button("Train", "", self.train_clicked)
        KeyTip(self.train, "Train this network", "train.start")
        self.train.setProperty("role", "primary")
        self.pause = _button("Pause", "Hold the training, or resume it", self.pause_clicked)
        self.step = _button("Step", "Train one batch, then hold", self.step_clicked)
        self.stop = _button(*STOP, self.stop_clicked)
        self.pause.setMinimumWidth(self.pause.fontMetrics().horizontalAdvance("Resume") + 60)
        self.lr = NumberField(LR)
        self.lr.setAccessibleName("Learning rate")
        self.lr.setToolTip(plain(LR_TIP))
        self.lr.setFixedWidth(120)
        self.lr.committed.connect(self._lr_committed)
        self._lr: Any = None
        self.wrong = Label()
        self.wrong.setFixedSize(18, 18)
        self.wrong.hide()
        self.find_rate = _button(
            "Find …", "Let a range test of a hundred steps find a learning rate", self.find_clicked
        )
        self.find_rate.setAccessibleName("Find a learning rate")
        label = Label("Learning rate")
        label.setBuddy(self.lr)
        self.sign = Label()
        self.sign.setFixedSize(18, 18)
        self.word = Label()
        self.word.setMinimumWidth(self.word.fontMetrics().horizontalAdvance("Loading PyTorch …") + 8)
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress")
        self.progress.setTextVisible(False)
        self.progress.setMinimumWidth(120)
        self.progress.setFixedHeight(10)
        self.progress.setStyleSheet("QProgressBar { min-height: 0; }")
        self.facts = Note()
        self.facts.setWordWrap(False)
        top, below = QHBoxLayout(), QHBoxLayout()
        for widget in (self.train, self.pause, self.step, self.stop):
            top.addWidget(widget)
        top.addStretch(1)
        top.addWidget(label)
        top.addWidget(self.wrong)
        top.addWidget(self.lr)
        top.addWidget(self.find_rate)
        for part in (self.sign, self.word):
            below.addWidget(part)
        below.addWidget(self.progress, 1)
        below.addSpacing(8)
        below.addWidget(self.facts)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 8, 12, 6)
        box.setSpacing(8)
        box.addLayout(top)
        box.addLayout(below)
        theme.changed.connect(self._recolor)
        self.show_state("idle")
        self.show_status(None)

    def show_state(self, state: str, word: str = "") -> None:
        """Show the state by word and sign, and enable what can be done in it."""
        self.state = state
        live = state in LIVE
        self.train.setEnabled(not live)
        self.find_rate.setEnabled(not live)
        self.pause.setEnabled(state in ("running", "paused"))
        self.pause.setText("Resume" if state == "paused" else "Pause")
        self.step.setEnabled(state in ("running", "paused"))
        self.stop.setEnabled(live and state != "stopping")
        self.show_word(word)
        self._recolor()

    def show_word(self, word: str = "") -> None:
        """Show a phase in place of the word of the state."""
        text = word or STATES[self.state][0]
        if self.word.text() != text:
            self.word.setText(text)
            self.sign.setAccessibleName(text)

    def show_status(self, status: Status | None, device: str = "") -> None:
        """Show how far the run is; None: there is none."""
        copying = status is not None and status.fraction is not None and self.state in LIVE
        self._show_stop(*(CANCEL if copying else STOP))
        if status is not None and status.fraction is not None and copying:
            self.progress.setRange(0, FINE)
            self.progress.setValue(round(FINE * status.fraction))
            self.facts.setText(f"{status.fraction:.0%}")
            return
        if status is None or not status.steps_total:
            self.progress.setRange(0, 1)
            self.progress.setValue(0)
            self.facts.setText("")
            return
        self.progress.setRange(0, FINE)
        self.progress.setValue(min(FINE * status.step // status.steps_total, FINE))
        facts = [f"epoch {status.epoch} of {status.epochs}", f"step {status.step:,} of {status.steps_total:,}"]
        if self.state in LIVE:
            if status.remaining_seconds is not None and self.state == "running":
                facts.append(f"{duration(status.remaining_seconds)} left")
            if status.samples_per_second and self.state == "running":
                facts.append(f"{status.samples_per_second:,.0f} samples/s")
            if status.waiting >= SHOWN_WAITING and self.state == "running":
                facts.append(f"{status.waiting:.0%} waiting for data")
        if device:
            facts.append(device)
        text = "  ·  ".join(facts)
        if self.facts.text() != text:
            self.facts.setText(text)

    def _show_stop(self, text: str, tip: str) -> None:
        if self.stop.text() != text:
            self.stop.setText(text)
            self.stop.setAccessibleName(text)
            self.stop.setToolTip(plain(tip))

    def show_lr(self, lr: Any) -> None:
        """Show the learning rate that holds now."""
        if lr != self._lr and not self.lr.typing:
            self._lr = lr
            self.lr.show_value(float(f"{lr:.6g}") if isinstance(lr, float) else lr)

    def show_lr_error(self, sentence: str) -> None:
        """Mark the learning rate as one that cannot be, and say why; nothing is wrong where that is empty."""
        self.wrong.setVisible(bool(sentence))
        self.wrong.setToolTip(plain(sentence))
        self.wrong.setAccessibleName(sentence)
        self.lr.setAccessibleDescription(sentence)
        self.lr.setToolTip(plain(sentence or LR_TIP))
        style = f"QAbstractSpinBox {{ border: 1px solid {theme.color('error').name()}; }}" if sentence else ""
        if style != self.lr.styleSheet():  # to set it again costs as much as the first time
            self.lr.setStyleSheet(style)

    def _lr_committed(self, value: Any) -> None:
        self._lr = value
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        self.lr_typed.emit(value if number or value is MISSING else str(value))

    def _recolor(self) -> None:
        _, sign, token = STATES[self.state]
        self.sign.setPixmap(icon("stop" if sign == "dot" else sign, token).pixmap(QSize(16, 16)))
        self.train.setIcon(icon("play", "on_accent"))
        self.pause.setIcon(icon("play" if self.state == "paused" else "pause"))
        self.step.setIcon(icon("step"))
        self.wrong.setPixmap(icon("error", "error").pixmap(QSize(16, 16)))
        self.stop.setIcon(icon("stop"))


def duration(seconds: float) -> str:
    """``3:07`` or ``1:02:30``; ``12 s`` below a minute."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}" if minutes else f"{rest} s"


def _button(text: str, tip: str, signal: Any) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(plain(tip))
    button.setAccessibleName(text)
    button.clicked.connect(signal)
    return button
