"""The inspector of a comment frame: its text, colour and size; its title is the name above."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QSpinBox, QWidget

from engine.edits import Edit
from engine.frames import COLORS, SMALLEST, Frame, SetFrame
from gui.canvas.frames.swatch import swatch
from gui.canvas.geometry import GRID
from gui.design.facts import column
from gui.document import Document
from gui.widgets import Label

LARGEST = 100_000
"""The greatest width and height that can be typed, in pixels."""


class FrameText(QPlainTextEdit):
    """Several lines with an undo of their own; ``finished`` once it is left."""

    finished = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.finished.emit()


class FramePage(QWidget):
    """Shows the one selected frame of the open level."""

    edited = Signal(object)
    """An edit to be applied."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self._shown = ""
        self.color = QComboBox()
        self.color.setAccessibleName("Color of the frame")
        self.color.setToolTip("The color of the frame")
        for color in COLORS:
            self.color.addItem(swatch(color), color.capitalize(), color)
        self.color.activated.connect(lambda _index: self._change())
        self.text = FrameText(tabChangesFocus=True)
        self.text.setAccessibleName("Text of the frame")
        self.text.setToolTip("What is written in the frame below its title")
        self.text.setPlaceholderText("Text")
        self.text.setMaximumHeight(160)
        self.text.setProperty("role", "field")
        self.text.finished.connect(self._change)
        self.width_field, self.height_field = self._size_field("Width"), self._size_field("Height")
        box = column(self)
        for caption, field in (
            *(("Color", self.color), ("Text", self.text)),
            *(("Width", self.width_field), ("Height", self.height_field)),
        ):
            label = Label(caption)
            label.setBuddy(field)
            box.addWidget(label)
            box.addWidget(field)

    def _size_field(self, side: str) -> QSpinBox:
        field = QSpinBox(minimum=round(SMALLEST), maximum=LARGEST, singleStep=round(GRID))
        field.setKeyboardTracking(False)
        field.setAccessibleName(f"{side} of the frame")
        field.setToolTip("In pixels at 100 %; what is in the frame stays where it is")
        field.valueChanged.connect(lambda _value: self._resize())
        return field

    def kind(self) -> str:
        """What is shown, in a line."""
        return "Frame"

    def name(self) -> str:
        """Its title."""
        return self.document.frame.title if self.document.frame is not None else ""

    def rename(self, text: str) -> Edit:
        """The edit that gives it another title."""
        frame = self.document.frame
        assert frame is not None
        return SetFrame(replace(frame, title=text))

    def refresh(self) -> None:
        """Show it as it is now; a text that is being written is left alone."""
        frame = self.document.frame
        if frame is None:
            return
        self.color.setCurrentIndex(COLORS.index(frame.color))
        for field, length in zip((self.width_field, self.height_field), frame.box[2:], strict=True):
            with QSignalBlocker(field):
                field.setValue(round(length))
        if frame.id != self._shown or not self.text.hasFocus():
            self._shown = frame.id
            if self.text.toPlainText() != frame.text:
                self.text.setPlainText(frame.text)

    def _resize(self) -> None:
        frame = self.document.frame
        if frame is not None:
            left, top, width, height = frame.box
            wide, high = self.width_field.value(), self.height_field.value()
            width = width if wide == round(width) else float(wide)
            height = height if high == round(height) else float(high)
            self.edited.emit(SetFrame(replace(frame, box=(left, top, width, height))))

    def _change(self) -> None:
        frame: Frame | None = self.document.graph.frames.get(self._shown)
        if frame is None:
            return
        changed = replace(frame, text=self.text.toPlainText(), color=self.color.currentData())
        if changed != frame:
            self.edited.emit(SetFrame(changed))
