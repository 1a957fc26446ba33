"""What a network of sequences has answered: a text with its alternatives, labels under tokens or frames, a forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap, QTextCursor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from gui.pictures import pictures
from gui.theme import mono_font
from gui.training.results.frame_strip import FrameStrip
from gui.training.trying.trial import Shown
from gui.widgets import Label

if TYPE_CHECKING:
    from gui.training.trying.forecast_view import ForecastView

SIDE = 112
"""Pixels of the image that a caption is for."""

SHOWN = 100
"""Classes that are listed at most."""

LOW = 48
"""Pixels of height that a text needs at least."""


class AnswerStack(QStackedWidget):
    """A text, a table of labels, a clip, or a forecast."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # it takes the room that is left
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(mono_font())
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("Answer")
        self.text.setToolTip("What the network writes")
        self.image = Label()
        self.image.setFixedSize(SIDE, SIDE)
        self.image.setAccessibleName("Image")
        self.image.setToolTip("The image that the caption is for")
        self.others = QListWidget()
        self.others.setAccessibleName("Alternatives")
        self.others.setToolTip(
            "The answers of the beam search, or the classes, the likeliest first, with their probabilities"
        )
        self.others.setMaximumWidth(420)
        self.clip = FrameStrip()
        self.clip_area = QScrollArea()
        self.clip_area.setWidgetResizable(True)
        self.clip_area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.clip_area.setAccessibleName("Clip")
        self.clip_area.setToolTip("The frames that the network is given")
        self.clip_area.setMinimumHeight(LOW)
        self.clip_area.setWidget(self.clip)
        for part in (self.image, self.others, self.clip_area):
            part.hide()
        self.text.setMinimumHeight(LOW)
        self.others.setMinimumHeight(LOW)
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.image, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.clip_area, 3)
        row.addWidget(self.text, 3)
        row.addWidget(self.others, 2)
        self.labels = QTableWidget(2, 0)
        self.labels.setVerticalHeaderLabels(["Tokens", "Label"])
        self.labels.horizontalHeader().hide()
        self.labels.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.labels.setTabKeyNavigation(False)
        self.labels.setMinimumHeight(LOW)
        self.labels.setFont(mono_font())
        self.labels.setAccessibleName("Labels under tokens")
        self.labels.setToolTip("Neighbouring tokens of one label stand together")
        self.addWidget(page)
        self.addWidget(self.labels)
        self.curve: ForecastView | None = None

    def show_answer(self, shown: Shown) -> None:
        """Show what there is so far."""
        if shown.forecast is not None:
            if self.curve is None:
                from gui.training.trying.forecast_view import ForecastView

                self.curve = ForecastView()
                self.addWidget(self.curve)
            self.curve.show_forecast(shown.forecast)
            self.setCurrentWidget(self.curve)
        elif shown.kind == "label":
            self._show_labels(shown)
            self.setCurrentWidget(self.labels)
        else:
            self._show_text(shown)
            self.setCurrentIndex(0)

    def clear(self) -> None:
        """Show nothing: there is no answer to what was asked."""
        self.text.clear()
        for part in (self.image, self.others, self.clip_area):
            part.hide()
        self.text.show()
        self.labels.setColumnCount(0)
        self.setCurrentIndex(0)

    def _show_text(self, shown: Shown) -> None:
        before = self.text.toPlainText()
        if before and shown.text.startswith(before):
            self.text.moveCursor(QTextCursor.MoveOperation.End)
            self.text.insertPlainText(shown.text[len(before) :])
        else:
            self.text.setPlainText(shown.text)
        self.text.moveCursor(QTextCursor.MoveOperation.End)
        self.image.setVisible(shown.image is not None)
        if shown.image is not None:
            (image,) = pictures(shown.image[None])
            mode = Qt.TransformationMode.FastTransformation
            self.image.setPixmap(QPixmap.fromImage(image.scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio, mode)))
        self.text.setVisible(not shown.clip)
        self.clip_area.setVisible(bool(shown.clip))
        self.clip.show_frames(shown.clip, shown.frames)
        self.others.clear()
        for one in shown.answers:
            self.others.addItem(f"{100 * one.probability:5.1f} %  {one.text}")
        for name, chance in shown.classes[:SHOWN]:
            self.others.addItem(f"{100 * chance:5.1f} %  {name}")
        self.others.setVisible(bool(shown.answers or shown.classes))

    def _show_labels(self, shown: Shown) -> None:
        from engine.inside.generating.labelling import runs

        found = runs(shown.labels)
        self.labels.setColumnCount(len(found))
        for column, texts in enumerate(found):
            for row, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                self.labels.setItem(row, column, item)
        self.labels.resizeColumnsToContents()
