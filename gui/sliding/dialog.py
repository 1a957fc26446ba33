"""The window of a layer in motion: the picture, what plays it, and settings to try."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from engine.errors import LayerloomError
from engine.sliding.sliding import Sliding
from gui.sliding.animation import FILES, SIZE, job
from gui.sliding.controls import ChannelChoice, MoveControls, PlayControls
from gui.sliding.pictures.state import Shown
from gui.sliding.pictures.views import TITLES, Moved, View, refusal
from gui.sliding.player import SECOND, Player
from gui.sliding.stage import Stage
from gui.sliding.subject import Numbers, Subject
from gui.sliding.trying import TryOut
from gui.theme import Colors, theme
from gui.widgets import Note, plain, push_button
from gui.work.background import Background

if TYPE_CHECKING:
    from engine.sliding.example import Example

LARGEST = QSize(1560, 940)
COURSE = 8
"""The difference is measured for moves by up to so many cells."""
MADE_UP, TRAINED = "made up", "trained"


class SlidingDialog(QDialog):
    """It computes beside the window. ``message`` is a sentence; ``used`` a node and parameters to set on it."""

    help_page: ClassVar = "window/design"

    message = Signal(str)
    used = Signal(str, object)

    def __init__(self, subject: Subject, folder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        if parent is not None:
            self.resize((parent.window().size() * 0.95).boundedTo(LARGEST))
        self._folder, self._seed = folder, 0
        self._numbers_work, self._moved_work, self._saving = (
            Background(name, self) for name in ("sliding-numbers", "sliding-moved", "sliding-saving")
        )
        self.player = Player(self)
        self.trying = TryOut()
        self.stage = Stage(Shown(_nothing(subject)))
        self._build()
        self.show_subject(subject)

    # -- building --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Views")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        for title, tip in TITLES.values():
            self.tabs.setTabToolTip(self.tabs.addTab(title), plain(tip))
        self.play_controls, self.move_controls = PlayControls(self.player), MoveControls()
        self.channels = ChannelChoice()
        self.painting = QCheckBox("Paint cell by cell")
        self.painting.setAccessibleName("Paint cell by cell")
        self.painting.setToolTip("Go through the input cells: each paints the kernel, times its number")
        self.painting.setChecked(True)
        self.below = QStackedWidget()
        self.below.addWidget(self.play_controls)
        self.below.addWidget(self.move_controls)
        self.numbers = QComboBox()
        self.numbers.setAccessibleName("Numbers")
        self.numbers.setToolTip("Where the numbers come from")
        self.other = push_button("Other Numbers", "Make up other integers", self._make_up_others)
        self.note = Note()
        self.save = push_button("Save Picture …", "As SVG, PNG, PDF, or as a GIF that moves", self._ask_where)
        self.close_button = QPushButton("Close")
        self.close_button.setAccessibleName("Close")
        self.close_button.setToolTip("Close (Esc)")
        self.close_button.clicked.connect(self.reject)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        foot = QHBoxLayout()
        for widget in (self.numbers, self.other):
            foot.addWidget(widget)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.save)
        foot.addWidget(self.close_button)
        middle = QVBoxLayout()
        middle.setSpacing(8)
        middle.addWidget(self.tabs)
        middle.addWidget(self.stage, 1)
        middle.addWidget(self.below)
        choices = QHBoxLayout()
        choices.addWidget(self.painting)
        choices.addWidget(self.channels, 1)
        middle.addLayout(choices)
        top = QHBoxLayout()
        top.addLayout(middle, 1)
        top.addWidget(self.trying)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 8, 12, 12)
        box.addLayout(top, 1)
        box.addLayout(foot)
        self.tabs.currentChanged.connect(self._view_chosen)
        self.painting.toggled.connect(self._view_chosen)
        self.player.moved.connect(self._step)
        self.stage.step_wanted.connect(self._step_by_hand)
        self.stage.play_wanted.connect(self.player.toggle)
        self.channels.chosen.connect(self._choose_channels)
        self.move_controls.moved.connect(lambda *_: self._move())
        self.numbers.activated.connect(lambda _index: self._compute())
        self.trying.changed.connect(self._slide)
        self.trying.used.connect(self._use)

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """The view that is chosen."""
        return list(TITLES)[max(self.tabs.currentIndex(), 0)]

    def show_subject(self, subject: Subject) -> None:
        """Show another layer."""
        self.subject = subject
        self.setWindowTitle(f"How It Slides: {subject.title or subject.type}")
        self.numbers.clear()
        if subject.numbers is not None:
            self.numbers.addItem("Numbers of the run", TRAINED)
        self.numbers.addItem("Made-up numbers", MADE_UP)
        self.numbers.setVisible(subject.numbers is not None)
        self.note.setText(subject.note)
        self.trying.show_subject(subject)
        self.stage.setFocus()

    def _slide(self, sliding: Sliding) -> None:
        """Other settings: show their sizes at once, their numbers as soon as they are there."""
        self.player.pause()
        shown = Shown(sliding, None, self.subject.title, channel=self.stage.shown.channel)
        self.stage.show_state(shown, moved=Moved())
        self.move_controls.set_axes(len(sliding.axes))
        self._compute()

    def _compute(self) -> None:
        sliding, numbers = self.stage.shown.sliding, self.subject.numbers
        self.other.setEnabled(self.numbers.currentData() == MADE_UP)
        if not sliding.steps or sliding.fault:
            self.player.set_count(0)
            self.save.setEnabled(True)
            return
        wanted = numbers if self.numbers.currentData() == TRAINED and self.trying.as_given else None
        work = partial(self._made_up, sliding, wanted)
        self._numbers_work.run(partial(_numbers, sliding, None, self._seed), work, self._failed)

    def _made_up(self, sliding: Sliding, wanted: Numbers | None, found: tuple[Example, str]) -> None:
        """Show made-up numbers until those of the run are there: to open it takes a while."""
        self._computed(found)
        if wanted is not None and sliding is self.stage.shown.sliding:
            self.note.setText("Opening the run for its numbers …")
            self._numbers_work.run(partial(_numbers, sliding, wanted, self._seed), self._computed, self._failed)

    def _computed(self, found: tuple[Example, str]) -> None:
        example, why = found
        self.note.setText(f"Made up: {why}" if why else self.subject.note)
        shown = self.stage.shown
        sliding = example.sliding
        if (sliding.axes, sliding.layer) != (shown.sliding.axes, shown.sliding.layer):
            return  # of settings that are out of date
        new = shown.at(example=example)
        self.channels.show_channels(
            sliding.inputs_of(new.out_channel), new.channel, sliding.out_channels, new.out_channel
        )
        self.stage.show_state(new)
        self._view_chosen()

    def _failed(self, error: Exception) -> None:
        self.note.setText(str(error) if isinstance(error, LayerloomError) else f"No numbers: {error}")

    def _make_up_others(self) -> None:
        self._seed += 1
        self._compute()

    def _choose_channels(self, channel: int, out_channel: int) -> None:
        new = self.stage.shown.at(channel=channel, out_channel=out_channel)
        if new.example is not None:
            sliding = new.example.sliding
            self.channels.show_channels(
                sliding.inputs_of(new.out_channel), new.channel, sliding.out_channels, new.out_channel
            )
        self.stage.show_state(new)

    # -- playing ---------------------------------------------------------------------------------------------------

    def _step(self, step: int) -> None:
        shown = self.stage.shown
        if shown.example is not None and step != shown.step:
            self.stage.show_state(shown.at(step=step, progressive=self.player.plays, hover=None))

    def _step_by_hand(self, step: int) -> None:
        self.player.pause()
        self.player.go(step)

    def _view_chosen(self) -> None:
        view, sliding = self.view, self.stage.shown.sliding
        why = refusal(view, sliding)
        paints = view == "window" and sliding.kind == "transposed"
        self.painting.setVisible(paints)
        self.below.setCurrentWidget(self.move_controls if view == "moved" else self.play_controls)
        if view == "moved":
            self.player.pause()
        self.stage.show_state(self.stage.shown.at(hover=None, painting=paints and self.painting.isChecked()), view)
        if self.stage.shown.example is not None:
            self.player.set_count(self.stage.shown.count)
        if why:
            self.note.setText(why)
        elif view == "moved":
            self._move()

    def _move(self) -> None:
        example = self.stage.shown.example
        if example is not None and self.view == "moved":
            shift = self.move_controls.shift(len(example.sliding.axes))
            self._moved_work.run(partial(_moved, example, shift), self._has_moved, self._failed)

    def _has_moved(self, moved: Moved) -> None:
        if moved.found is not None and moved.found.before.sliding is self._sliding_now():
            self.stage.show_state(self.stage.shown, moved=moved)

    def _sliding_now(self) -> Sliding | None:
        example = self.stage.shown.example
        return example.sliding if example is not None else None

    # -- saving ----------------------------------------------------------------------------------------------------

    def _use(self, parameters: dict[str, object]) -> None:
        if self.subject.node is not None:
            self.used.emit(self.subject.node, parameters)

    def _ask_where(self) -> None:
        kinds = {name: ending for name, ending in FILES.items() if ending != "gif" or self.view != "moved"}
        filters = ";;".join(f"{name} (*.{ending})" for name, ending in kinds.items())
        dialog = QFileDialog(self, "Save the picture", self._folder, filters)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("svg")
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(chosen.rpartition("*.")[2].rstrip(")")))
        dialog.selectFile(f"{self.subject.title or self.subject.type.lower()}.svg")
        dialog.fileSelected.connect(lambda chosen: self.write(Path(chosen)))
        dialog.finished.connect(lambda _code: dialog.deleteLater())
        dialog.open()

    def write(self, path: Path) -> None:
        """Save what is shown, in the format of the file's ending; it is painted beside the window."""
        self.save.setEnabled(False)
        self.note.setText(f"Saving {path.name} …")
        colors = Colors(theme.name)
        drawing, wait = self.stage.drawing(SIZE, colors), SECOND // self.play_controls.speed.value()
        work = job(self.view, self.stage.shown, drawing, colors, wait, path)
        self._saving.run(work, self._saved, self._not_saved)

    def _saved(self, path: Path) -> None:
        self.save.setEnabled(True)
        self.note.setText(f"Saved {path.name}.")
        self.message.emit(f"Saved {path.name}.")

    def _not_saved(self, error: Exception) -> None:
        self.save.setEnabled(True)
        self.note.setText(str(error) if isinstance(error, LayerloomError) else f"It is not saved: {error}")

    def done(self, result: int) -> None:
        """Closing ends the playing, and forgets what is being computed."""
        self.player.pause()
        for work in (self._numbers_work, self._moved_work, self._saving):
            work.close()
        super().done(result)


def _nothing(subject: Subject) -> Sliding:
    """The subject's layer before anything is computed."""
    from engine import layers
    from engine.sliding.sliding import sliding_of
    from gui.sliding.subject import layer_of

    found = layer_of(subject, subject.parameters)
    assert isinstance(found, layers.layer.Layer)
    return sliding_of(found, subject.x)


def _numbers(sliding: Sliding, wanted: Numbers | None, seed: int) -> tuple[Example, str]:
    """Those of the trained network, or made up and why."""
    from engine.sliding.example import made_up

    if wanted is None:
        return made_up(sliding, seed), ""
    try:
        return wanted(sliding), ""
    except LayerloomError as error:
        return made_up(sliding, seed), str(error)


def _moved(example: Example, shift: tuple[int, ...]) -> Moved:
    from engine.sliding.translation import course, subject, translation

    given = subject(example)
    most = min(COURSE, max(1, example.sliding.sizes[-1] - 1))
    return Moved(translation(given, shift), course(given, len(shift) - 1, most))
