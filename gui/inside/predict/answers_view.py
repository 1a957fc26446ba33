"""Answers to samples: a list of all that were asked about, and the chosen one as bars, beside what the network saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QScrollArea, QVBoxLayout, QWidget

from engine.errors import visible
from gui.inside.evaluate.overlay_pictures import laid_over
from gui.inside.predict.asking import Answered
from gui.inside.predict.bars import AnswerBars
from gui.training.results.frame_strip import FrameStrip
from gui.widgets import Label, Note, heading, plain

if TYPE_CHECKING:
    from engine.inside.predicting import Prediction

SEEN, SMALL = 168, 40
"""Pixels of the image of the chosen sample, and of those in the list."""
LIST = 170
GIVEN = "As the network is given it"
MOST_LISTED = 1000
SHORT = 24
"""Letters of a name in the list."""


class AnswersView(QWidget):
    """``save_wanted``: all answers are to be saved as a table."""

    save_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.predictions: tuple[Prediction, ...] = ()
        self._shown = Answered(())
        self.title = heading("Answer")
        self.list = QListWidget()
        self.list.setAccessibleName("Samples")
        self.list.setToolTip("The samples that were asked about; choose one to see all of its answer")
        self.list.setIconSize(QSize(SMALL, SMALL))
        self.list.setUniformItemSizes(True)
        self.list.currentRowChanged.connect(self._show_row)
        self.save = QPushButton("Save Answers …")
        self.save.setToolTip("Save the answers to all samples as a table (CSV)")
        self.save.clicked.connect(self.save_wanted)
        self.seen = Label()
        self.seen.setFixedSize(SEEN, SEEN)
        self.seen.setAccessibleName("What the network is given")
        self.seen.setToolTip("The sample as the network is given it, before its values are scaled")
        self.clip = FrameStrip()
        self.clip.hide()
        self.seen_words = Note(GIVEN)
        self.cover = Label()
        self.cover.setFixedSize(SEEN, SEEN)
        self.cover.setAccessibleName("Answered mask")
        self.cover.setToolTip("The likeliest class of each pixel, laid over the image; the bars are their shares")
        self.bars = AnswerBars()
        self.positions, self.hint, self.odd, self.notes = Note(), Note(), Note(token="warning"), Note(token="warning")
        self.positions.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()
        self.show_hint("")

    def show_hint(self, text: str, *, wrong: bool = False) -> None:
        """Show no answers, but why."""
        self.notes.hide()
        self._set(Answered(()))
        self.hint.set_token("error" if wrong else "muted")
        self.hint.setText(text)
        self.hint.setVisible(bool(text))

    def show_answers(self, found: Answered) -> None:
        """Show answers, and what the first samples look like; the first one is chosen."""
        self.hint.hide()
        from engine.inside.replaced import not_read, notes

        predictions = found.predictions
        said = [*notes(predictions), not_read(predictions)] if len(predictions) > 1 else []
        self.notes.setText("\n".join(filter(None, said)))
        self.notes.setVisible(any(said))
        self._set(found)

    def _set(self, found: Answered) -> None:
        self.predictions, self._shown = found.predictions, found
        predictions, images = found.predictions, found.pictures
        several = len(predictions) > 1
        self.list.blockSignals(True)
        self.list.clear()
        for index, prediction in enumerate(predictions[:MOST_LISTED] if several else ()):
            item = QListWidgetItem(f"{prediction.name.rpartition('/')[2]}\n{best(prediction)}")
            item.setToolTip(plain(prediction.name))
            if index < len(images):
                item.setIcon(QIcon(_nothing() if prediction.error else _scaled(images[index], SMALL)))
            self.list.addItem(item)
        first = next((index for index, one in enumerate(predictions[:MOST_LISTED]) if not one.error), 0)
        if several:
            self.list.setCurrentRow(first)
        self.list.blockSignals(False)
        count = sum(not one.error for one in predictions)
        listed = f", the first {MOST_LISTED:,} listed" if len(predictions) > MOST_LISTED else ""
        answers = "answer" if count == 1 else "answers"
        self.title.setText(f"{count:,} {answers}{listed}" if several else "Answer")
        self.list.setVisible(several)
        self.save.setVisible(bool(predictions))
        self._show_row(first)

    def _show_row(self, row: int) -> None:
        there = 0 <= row < len(self.predictions)
        prediction = self.predictions[row] if there else None
        self.bars.show_prediction(prediction)
        pictured = prediction is not None and not prediction.error and row < len(self._shown.pictures)
        said = words_of(prediction) if prediction is not None else ""
        self.odd.setText(said)
        self.odd.setVisible(bool(said))
        steps = prediction.positions if prediction is not None else ()
        clip = self._shown.clips[row] if pictured and self._shown.clips else ()
        if clip:
            self.clip.show_frames(clip, steps)
        elif pictured:
            self.seen.setPixmap(_scaled(self._shown.pictures[row], SEEN))
        self.clip.setVisible(bool(clip))
        self.seen.setVisible(pictured and not clip)
        self.seen_words.setVisible(pictured)
        masks = [answer.mask for answer in prediction.answers if answer.mask is not None] if prediction else []
        self.cover.setVisible(pictured and bool(masks))
        if pictured and masks and self._shown.images is not None:
            covered = laid_over(self._shown.images[row], masks[0], masks[0] >= 0)
            self.cover.setPixmap(_scaled(covered, SEEN))
        self.seen_words.setText(f"{GIVEN}, and the answered mask" if pictured and masks else GIVEN)
        self.positions.setText(f"One after the other: {' '.join(map(visible, steps))}" if steps else "")
        self.positions.setVisible(bool(steps) and not clip)

    def _lay_out(self) -> None:
        body = QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 0, 8, 0)
        images = QHBoxLayout()
        images.addWidget(self.seen)
        images.addWidget(self.cover)
        images.addStretch(1)
        inside.addLayout(images)
        for part in (self.odd, self.clip, self.seen_words, self.bars, self.positions):
            inside.addWidget(part)
        inside.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(body)
        area.setAccessibleName("Answer to the chosen sample")
        self.list.setMinimumWidth(LIST)
        self.list.setMaximumWidth(2 * LIST)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.list, 1)
        row.addWidget(area, 2)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.save)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addLayout(head)
        box.addWidget(self.hint)
        box.addWidget(self.notes)
        box.addLayout(row, 1)


def best(prediction: Prediction) -> str:
    """The likeliest class of each Output with its probability, or its first number."""
    if prediction.error:
        return "cannot be read"
    said = []
    for answer in prediction.answers:
        if answer.probabilities:
            name, chance = answer.probabilities[0]
            said.append(f"{name if len(name) <= SHORT else f'{name[: SHORT - 1].rstrip()}…'} {100 * chance:.1f} %")
        elif answer.numbers:
            said.append(f"{answer.numbers[0][1]:.6g}")
    return ", ".join(said)


def words_of(prediction: Prediction) -> str:
    """Why a sample cannot be read, which of its cells are not what their columns hold, or what of it is not read."""
    from engine.inside.replaced import notes

    return prediction.error or "\n".join(notes([prediction]))


def _nothing() -> QPixmap:
    """As large as an image in the list, so that all names begin below one another."""
    empty = QPixmap(SMALL, SMALL)
    empty.fill(Qt.GlobalColor.transparent)
    return empty


def _scaled(image: QImage, side: int) -> QPixmap:
    """An image in a square; pixels of small ones stay sharp."""
    smooth = image.width() > side
    mode = Qt.TransformationMode.SmoothTransformation if smooth else Qt.TransformationMode.FastTransformation
    return QPixmap.fromImage(image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, mode))
