"""One sample of an evaluation: what it is, what the network answered, and what it should have answered."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from gui.inside.evaluate.mask_legend import MaskLegend
from gui.inside.evaluate.overlay_pictures import laid_over
from gui.inside.evaluate.plain_table import PlainTable, loss_text
from gui.inside.predict.bars import AnswerBars
from gui.pictures import pictures
from gui.theme import theme
from gui.widgets import Label, Note, heading, label, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.inside.evaluation.overlays import Overlay
    from gui.inside.evaluate.evaluating import ShownSample

SIDE, SMALLER = 168, 140
"""Pixels of one image, and of each of three."""
CHOOSE = "Choose a line on the left to see the sample."


class SampleView(QWidget):
    """Images side by side, the answer as bars, the values of a row."""

    inside_wanted = Signal()
    """Why the network answers so is to be seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sample: ShownSample | None = None
        self._names: Sequence[str] = ()
        self.name, self.verdict, self.hint = heading(""), Label(), Note(CHOOSE)
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.verdict.setWordWrap(True)
        self.inside = QPushButton("Look Inside")
        self.inside.setToolTip("See why the network answers so to this sample")
        self.inside.clicked.connect(self.inside_wanted)
        self.pictures = [_Picture() for _ in range(3)]
        self.legend, self.covering = MaskLegend(), Note()
        self.bars = AnswerBars()
        columns = [("Column", ""), ("Value", "As it is in the data")]
        self.values = PlainTable("Values of the sample", "What the network was given", columns)
        self.text = label("", "mono", wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()
        theme.changed.connect(self._retint)
        self.show_nothing()

    def show_nothing(self, why: str = CHOOSE, *, wrong: bool = False) -> None:
        """Show no sample, but why."""
        self._sample = None
        self.hint.set_token("error" if wrong else "muted")
        self.hint.setText(why)
        self.hint.show()
        self.area.hide()

    def show_sample(self, sample: ShownSample, names: Sequence[str]) -> None:
        """Show a sample; ``names`` are those of the classes."""
        self._sample, self._names = sample, names
        self.hint.hide()
        self.area.show()
        self.name.setText(sample.name)
        self.name.setToolTip(plain(sample.name))
        target = f"Target: {sample.target}. " if sample.target else ""
        self.verdict.setText(f"{target}Loss {loss_text(sample.loss)}.")
        self._show_pictures(sample)
        self.bars.setVisible(bool(sample.prediction.answers) and sample.overlay is None)
        self.bars.show_prediction(sample.prediction)
        self.values.setVisible(bool(sample.values))
        self.values.show_rows(sample.values)
        self.text.setVisible(bool(sample.text))
        self.text.setText(sample.text)

    def _show_pictures(self, sample: ShownSample) -> None:
        for picture in self.pictures:
            picture.hide()
        for part in (self.legend, self.covering):
            part.setVisible(sample.overlay is not None)
        if sample.image is None:
            return
        shown = [("the image", pictures(sample.image[None])[0])]
        if sample.overlay is not None:
            masks = sample.overlay
            shown += [
                ("answered", laid_over(sample.image, masks.answered, masks.counts)),
                ("target", laid_over(sample.image, masks.target, masks.counts)),
            ]
            self.legend.show_classes(_covering(masks, self._names))
            known = math.isfinite(masks.mean_iou)
            self.covering.setText(f"Mean IoU {100 * masks.mean_iou:.1f} %" if known else "Nothing counts in this mask.")
        side = SIDE if len(shown) == 1 else SMALLER
        for picture, (words, image) in zip(self.pictures, shown, strict=False):
            picture.show_image(words, image, side)

    def _retint(self) -> None:
        if self._sample is not None:
            self._show_pictures(self._sample)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        for picture in self.pictures:
            row.addWidget(picture)
        row.addStretch(1)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 8, 0)
        head = QHBoxLayout()
        head.addWidget(self.name, 1)
        head.addWidget(self.inside)
        column.addLayout(head)
        column.addWidget(self.verdict)
        column.addLayout(row)
        for part in (self.legend, self.covering, self.text, self.bars):
            column.addWidget(part)
        column.addWidget(self.values, 1)
        column.addStretch(0)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setAccessibleName("The chosen sample")
        self.area.setWidget(body)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.hint)
        box.addWidget(self.area, 1)


class _Picture(QWidget):
    """An image with a word below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image, self.words = Label(), Note()
        self.image.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(self.image)
        box.addWidget(self.words)

    def show_image(self, words: str, image: QImage, side: int) -> None:
        smooth = max(image.width(), image.height()) > side
        mode = Qt.TransformationMode.SmoothTransformation if smooth else Qt.TransformationMode.FastTransformation
        self.image.setFixedSize(side, side)
        self.image.setPixmap(QPixmap.fromImage(image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, mode)))
        self.image.setAccessibleName(words)
        self.image.setToolTip(plain(words))
        self.words.setText(words)
        self.show()


def _covering(masks: Overlay, names: Sequence[str]) -> list[tuple[int, str, str]]:
    """The IoU of each class that is there, the ground first."""
    return [
        (index, names[index] if index < len(names) else str(index), f"IoU {100 * value:.1f} %")
        for index, value in enumerate(masks.iou.tolist())
        if math.isfinite(value)
    ]
