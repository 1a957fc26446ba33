"""The tab *Try it*: the network of the run whose curves are seen does its job, with its weights of this moment."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.training.status import sentence
from gui.empty_state import EmptyState
from gui.training.results.result_page import ResultPage, ShownRuns
from gui.training.trying.answer_stack import AnswerStack
from gui.training.trying.settings_row import SettingsRow
from gui.training.trying.trial import Found, Kind, Question, Shown, Trial
from gui.widgets import Note, plain
from gui.work.background import Background

NO_RUN: Final = (
    "Train a network of sequences, or show one of the runs: here it continues a text, translates, captions, labels, "
    "classifies (also clips) or forecasts, while it learns and afterwards."
)
BUTTONS: Final[dict[Kind, tuple[str, str, str]]] = {
    "continue": ("Generate", "Continue the text", "The beginning of a text; empty: as a text of the data begins"),
    "translate": ("Translate", "Translate the text", "A text to be translated"),
    "caption": ("Caption", "Say what is on the image", ""),
    "label": ("Label", "Label every token of the text", "A text whose tokens are labelled"),
    "classify": ("Classify", "Say of which class the text is", "A text to be classified"),
    "forecast": ("Forecast", "Forecast what follows", ""),
    "watch": ("Classify", "Say what the clip or each of its frames shows", ""),
}
SAMPLED: Final = ("caption", "forecast", "watch")
"""What begins with a sample of the test part."""


class TryPage(ResultPage):
    """Asks beside the window; what is asked while another answer comes replaces it."""

    title = "Try it"
    tip = "Let the network do its job: continue a text, translate, caption, label, classify or forecast"

    _showing = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.background = Background("try-network", self)
        self._stop = threading.Event()
        self._trial: Trial | None = None
        self._found: Found | None = None
        self._shown: tuple[Path | None, bool] | None = None
        self._sample: int | None = None
        self._file: Path | None = None
        self.prompt = QLineEdit()
        self.prompt.setAccessibleName("Prompt")
        self.prompt.setToolTip(
            "What the network is given: the beginning of a text, or one to translate, label or classify"
        )
        self.prompt.textEdited.connect(self._typed)
        self.prompt.returnPressed.connect(self.ask)
        self.next = QPushButton("Next Sample")
        self.next.setToolTip("Take the next sample of the test part")
        self.next.clicked.connect(self._take_next)
        self.own = QPushButton("Open Image …")
        self.own.setToolTip("Ask about an image of yours")
        self.own.clicked.connect(self._open_own)
        self.go, self.stop = QPushButton("Generate"), QPushButton("Stop")
        self.go.setToolTip("Let the network answer")
        self.go.clicked.connect(self.ask)
        self.stop.setToolTip("End what is being written")
        self.stop.clicked.connect(lambda: self._stop.set())
        self.settings, self.answer = SettingsRow(), AnswerStack()
        self.note, self.error = Note(), Note(token="error")
        self.empty = EmptyState("Ask the run again")
        self.empty.wanted.connect(self._find)
        self._showing.connect(self._show)
        self.background.idle.connect(self._update)
        self._lay_out()
        self.empty.say("train", "Nothing to try yet", NO_RUN)

    def show_runs(self, shown: ShownRuns) -> None:
        now = (shown.run, shown.live)
        if now == self._shown:
            return
        same = self._shown is not None and self._shown[0] == shown.run
        self._shown = now
        if same and self._found is not None:
            return  # it has ended: its weights are taken from its folder from now on
        self._stop.set()
        self._found, self._sample, self._file = None, None, None
        self._trial = None if shown.run is None else Trial(shown.run, shown.host)
        self.stack.setCurrentIndex(0)
        if self._trial is None:
            self.empty.say("train", "Nothing to try yet", NO_RUN)
        else:
            self._find()

    def close_background(self) -> None:
        self._stop.set()
        self.background.close()

    def ask(self) -> None:
        """Ask what is typed, or the sample that was taken."""
        trial, found = self._trial, self._found
        if trial is None or found is None:
            return
        sample = self._sample
        if sample is None and self._file is None and found.kind in SAMPLED:
            sample = self._sample = 0
        row = self.settings
        writes = found.kind in ("continue", "translate", "caption")
        asked = Question(
            row.chosen_weights,
            self.prompt.text(),
            sample,
            self._file,
            row.choosing() if writes else None,
            row.beams.value() if found.kind in ("translate", "caption") else 0,
            row.length.value() if found.kind == "continue" else None,
        )
        self._stop.set()
        self._stop = stop = threading.Event()
        self.error.hide()
        job = partial(trial.answer, asked, self._showing.emit, stop.is_set)
        self.background.run(job, partial(self._done, trial), partial(self._failed, trial))
        self._update()

    # -- what comes back -------------------------------------------------------------------------------------------

    def _find(self) -> None:
        trial = self._trial
        if trial is None:
            return
        self.empty.say("train", "Opening the run …")
        self.background.run(trial.find, partial(self._offer, trial), partial(self._refused, trial))

    def _offer(self, trial: Trial, found: Found) -> None:
        if trial is not self._trial:
            return
        self._found = found
        text, tip, hint = BUTTONS[found.kind]
        self.go.setText(text)
        self.go.setToolTip(plain(tip))
        self.prompt.setVisible(bool(hint))
        self.prompt.setPlaceholderText(hint)
        self.prompt.setToolTip(plain(hint))
        self.prompt.setText(found.example.replace("\n", " ") if found.kind != "continue" else "")
        self.next.setVisible(found.samples > 0)
        self.own.setVisible(found.own)
        watches = found.kind == "watch"
        self.own.setText("Open Clip …" if watches else "Open Image …")
        self.own.setToolTip(
            "Ask about a clip of yours, the folder of its frames" if watches else "Ask about an image of yours"
        )
        self.settings.offer(found.kind, found.length)
        self.stack.setCurrentIndex(1)
        self._update()
        if found.kind in SAMPLED and (found.samples or not found.own):
            self.ask()

    def _refused(self, trial: Trial, error: Exception) -> None:
        if trial is self._trial:
            self.empty.say("train", "This run cannot be tried here", sentence(error), "Try Again")

    def _show(self, shown: Shown) -> None:
        self.answer.show_answer(shown)
        said = [shown.note]
        if shown.source and self._sample is not None:
            self.prompt.setText(shown.source)
        elif shown.kind in ("label", "classify") and self._sample is not None:
            self.prompt.setText(shown.prompt)
        if shown.wanted:
            said.append(f"The data say: {shown.wanted}")
        if shown.forecast is not None:
            one = shown.forecast
            naive = "" if one.naive is None else f", of the last value held {one.naive:.3g}"
            said.append(f"{one.name.capitalize()}: mean absolute error {one.error:.3g}{naive}.")
        self.note.setText("  ".join(filter(None, said)))
        self.note.setVisible(any(said))

    def _done(self, trial: Trial, shown: Shown) -> None:
        if trial is self._trial:
            self._show(shown)

    def _failed(self, trial: Trial, error: Exception) -> None:
        if trial is self._trial:
            self.answer.clear()
            self.note.hide()
            self.error.setText(sentence(error))
            self.error.show()

    # -- the widgets -----------------------------------------------------------------------------------------------

    def _typed(self) -> None:
        self._sample = None

    def _take_next(self) -> None:
        if self._found is not None and self._found.samples:
            self._file = None
            self._sample = 0 if self._sample is None else (self._sample + 1) % self._found.samples
            self.ask()

    def _open_own(self) -> None:
        if self._found is not None and self._found.kind == "watch":
            found = QFileDialog.getExistingDirectory(self, "Ask about a clip: the folder of its frames")
        else:
            found, _ = QFileDialog.getOpenFileName(self, "Ask about an image")
        if found:
            self.ask_file(Path(found))

    def ask_file(self, path: Path) -> None:
        """Ask about an image, or a folder of frames."""
        self._sample, self._file = None, path
        self.ask()

    def _update(self) -> None:
        busy = self.background.busy
        self.go.setEnabled(not busy)
        self.next.setEnabled(not busy)
        self.own.setEnabled(not busy)
        self.stop.setEnabled(busy)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.prompt, 1000)
        for button in (self.go, self.stop, self.next, self.own):
            head.addWidget(button)
        head.addStretch(1)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 6, 12, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.settings)
        column.addWidget(self.error)
        column.addWidget(self.note)
        column.addWidget(self.answer, 1)
        self.error.hide()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(body)
        area = QScrollArea()  # else all tabs would be as high as this one needs
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName("Try it")
        area.setWidget(self.stack)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(area)
