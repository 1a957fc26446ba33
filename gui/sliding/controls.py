"""The row below the picture: play, step, speed, where it is, which channels; or by how much the input is moved."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSlider, QSpinBox, QWidget

from gui.icons import icon
from gui.sliding.player import FASTEST, SLOWEST, USUAL, Player
from gui.theme import theme
from gui.widgets import Label, label, plain


class PlayControls(QWidget):
    """Works a player."""

    def __init__(self, player: Player, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.player = player
        self.back = _button("Back", "One position back (Left)", lambda: player.go(player.step - 1))
        self.play = _button(
            "Play", "Let the window slide, or hold it (Space); one position on where motion is reduced", player.toggle
        )
        self.play.setMinimumWidth(self.play.fontMetrics().horizontalAdvance("Pause") + 56)
        self.forward = _button("Step", "One position on (Right)", lambda: player.go(player.step + 1))
        self.where = QSlider(Qt.Orientation.Horizontal)
        self.where.setAccessibleName("Position of the window")
        self.where.setToolTip("Where the window is")
        self.where.valueChanged.connect(self._dragged)
        self.said = Label()
        self.said.setMinimumWidth(self.said.fontMetrics().horizontalAdvance("0,000 of 0,000"))
        self.speed = QSlider(Qt.Orientation.Horizontal)
        self.speed.setRange(SLOWEST, FASTEST)
        self.speed.setValue(USUAL)
        self.speed.setMaximumWidth(110)
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("Positions a second")
        self.speed.valueChanged.connect(player.set_speed)
        row = _row(self)
        for widget in (self.back, self.play, self.forward):
            row.addWidget(widget)
        row.addWidget(self.where, 1)
        row.addWidget(self.said)
        row.addWidget(label("Speed", "muted"))
        row.addWidget(self.speed)
        player.moved.connect(self._moved)
        player.playing.connect(self._name)
        theme.changed.connect(self._name)
        self._name()

    def _dragged(self, step: int) -> None:
        if step != self.player.step:
            self.player.go(step)

    def _moved(self, step: int) -> None:
        count = self.player.count
        self.where.blockSignals(True)
        self.where.setRange(0, max(count - 1, 0))
        self.where.setValue(step)
        self.where.blockSignals(False)
        self.said.setText(f"{step + 1:,} of {count:,}" if count else "")
        self.back.setEnabled(step > 0)
        self.forward.setEnabled(step < count - 1)
        self.play.setEnabled(count > 1)

    def _name(self, *_: object) -> None:
        text = "Pause" if self.player.plays else "Play"
        self.play.setText(text)
        self.play.setAccessibleName(text)
        self.play.setIcon(icon(text.lower()))


class ChannelChoice(QWidget):
    """Which input and output channel is shown; a choice of one is not offered."""

    chosen = Signal(int, int)
    """Input channel, output channel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inputs, self.outputs = QComboBox(), QComboBox()
        row = _row(self)
        for box, text in ((self.inputs, "Input channel"), (self.outputs, "Output channel")):
            box.setAccessibleName(text)
            box.setToolTip(plain(f"Which {text.lower()} is shown"))
            box.currentIndexChanged.connect(self._emit)
            row.addWidget(label(text, "muted"))
            row.addWidget(box)
        row.addStretch(1)

    def show_channels(self, inputs: range, channel: int, outputs: int, out_channel: int) -> None:
        """Offer these, counted from 1."""
        for box, values, now in ((self.inputs, inputs, channel), (self.outputs, range(outputs), out_channel)):
            box.blockSignals(True)
            if [box.itemData(index) for index in range(box.count())] != list(values):
                box.clear()
                for value in values:
                    box.addItem(str(value + 1), value)
            box.setCurrentIndex(now - values.start)
            box.setEnabled(len(values) > 1)
            box.blockSignals(False)

    def _emit(self) -> None:
        self.chosen.emit(int(self.inputs.currentData() or 0), int(self.outputs.currentData() or 0))


class MoveControls(QWidget):
    """By how many cells the input is moved."""

    moved = Signal(int, int)
    """Down and to the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.right, self.down = QSpinBox(), QSpinBox()
        row = _row(self)
        self._labels = []
        for box, text, tip in (
            (self.right, "Move right by", "Cells to the right; less than 0 is to the left"),
            (self.down, "down by", "Cells down; less than 0 is up"),
        ):
            box.setRange(-16, 16)
            box.setAccessibleName(text)
            box.setToolTip(plain(tip))
            box.valueChanged.connect(lambda _value: self.moved.emit(self.down.value(), self.right.value()))
            self._labels.append(label(text, "muted"))
            row.addWidget(self._labels[-1])
            row.addWidget(box)
        row.addStretch(1)
        self.right.setValue(1)

    def set_axes(self, axes: int) -> None:
        """A sequence is moved along one axis."""
        for widget in (self.down, self._labels[1]):
            widget.setVisible(axes == 2)

    def shift(self, axes: int) -> tuple[int, ...]:
        """By how many cells along each axis."""
        return (self.right.value(),) if axes == 1 else (self.down.value(), self.right.value())


def _row(parent: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(parent)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    return row


def _button(text: str, tip: str, call: Callable[[], object]) -> QPushButton:
    made = QPushButton(text)
    made.setAccessibleName(text)
    made.setToolTip(plain(tip))
    made.clicked.connect(lambda _checked=False: call())
    return made
