"""A form from the declared parameters of a layer or of a section of the settings: one row each, committed on Enter.

A form never decides what is right: what was typed is handed on as a literal (`engine.layers.parameters.parse`), and
the sentence about it comes back through `Form.set_errors`. An empty field means "not set": the default holds and is
shown as the placeholder.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from engine.edits import MISSING
from engine.layers.parameters import Parameter, parse, unparse
from gui.theme import theme

STEP_KEYS = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class Note(QLabel):
    """A line of small text in a colour of the theme: ``muted`` for remarks, ``error`` for what is wrong."""

    def __init__(self, text: str = "", token: str = "muted", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._token = token
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.92)
        self.setFont(font)
        self._recolor()
        theme.changed.connect(self._recolor)

    def set_token(self, token: str) -> None:
        """Take another colour of the theme."""
        if token != self._token:
            self._token = token
            self._recolor()

    def _recolor(self) -> None:
        self.setStyleSheet(f"color: {theme.color(self._token).name()}; background: transparent;")


class TextField(QLineEdit):
    """A value in words: numbers, pairs, ``same``, ``none``; empty stands for the default."""

    committed = Signal(object)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameter = parameter
        self._value: Any = MISSING
        self.setPlaceholderText(_placeholder(parameter))
        self.editingFinished.connect(self.commit)

    def show_value(self, value: Any) -> None:
        """Show a value that holds now; a half-typed text in a focused field stays."""
        if self.hasFocus() and self.text() != _text(self._value) and _same(value, self._value):
            return
        self._value = value
        if self.text() != _text(value):
            self.setText(_text(value))

    def commit(self) -> None:
        """Hand on what was typed, if it differs from what holds."""
        if self.text() != _text(self._value):
            self._value = _meaning(self._parameter, self.text())
            self.committed.emit(self._value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes back what was typed and not committed."""
        if event.key() == Qt.Key.Key_Escape and self.text() != _text(self._value):
            self.setText(_text(self._value))
            return
        super().keyPressEvent(event)


class NumberField(QAbstractSpinBox):
    """A number as text, with arrows: whole numbers go by one, others by one of their first digit."""

    committed = Signal(object)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameter = parameter
        self._value: Any = MISSING
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.lineEdit().setPlaceholderText(_placeholder(parameter))
        self.editingFinished.connect(self.commit)

    def show_value(self, value: Any) -> None:
        """Show a value that holds now; a half-typed text in a focused field stays."""
        if self.hasFocus() and self.text() != _text(self._value) and _same(value, self._value):
            return
        self._value = value
        if self.text() != _text(value):
            self.lineEdit().setText(_text(value))

    def commit(self) -> None:
        """Hand on what was typed, if it differs from what holds."""
        if self.text() != _text(self._value):
            self._value = _meaning(self._parameter, self.text())
            self.committed.emit(self._value)

    def validate(self, text: str, position: int) -> object:
        """Everything may be typed: what is wrong is said below the field, not prevented while typing."""
        return QValidator.State.Acceptable, text, position

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Which arrows can be used now."""
        number, flags = self._number(), QAbstractSpinBox.StepEnabledFlag
        low, high = self._parameter.minimum, self._parameter.maximum
        result = flags.StepNone
        if number is not None and (high is None or number < high):
            result |= flags.StepUpEnabled
        if number is not None and (low is None or number > low):
            result |= flags.StepDownEnabled
        return result

    def stepBy(self, steps: int) -> None:
        """Go up or down; committed when the key or the button is let go, so that holding it is one edit."""
        number = self._number()
        if number is None:
            return
        whole = self._parameter.kind == "int"
        for _ in range(abs(steps)):
            number += math.copysign(1 if whole else self._stride(number, steps), steps)
        number = max(number, -math.inf if self._parameter.minimum is None else self._parameter.minimum)
        number = min(number, math.inf if self._parameter.maximum is None else self._parameter.maximum)
        self.lineEdit().setText(str(int(number)) if whole else str(float(f"{number:.6g}")))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes back what was typed and not committed."""
        if event.key() == Qt.Key.Key_Escape and self.text() != _text(self._value):
            self.lineEdit().setText(_text(self._value))
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Commit what the arrow keys did."""
        super().keyReleaseEvent(event)
        if event.key() in STEP_KEYS and not event.isAutoRepeat():
            self.commit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Commit what the arrow buttons did."""
        super().mouseReleaseEvent(event)
        self.commit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the page unless this field has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
            self.commit()
        else:
            event.ignore()

    def _number(self) -> float | None:
        value = parse(self.text()) if self.text().strip() else self._parameter.default
        if value is None and not self.text().strip():
            value = self._parameter.minimum or 0
        return value if isinstance(value, (int, float)) and math.isfinite(value) else None

    def _stride(self, number: float, direction: int) -> float:
        low, high = self._parameter.minimum, self._parameter.maximum
        if low is not None and high is not None and high - low <= 10:
            return (high - low) / 20
        if not number:
            return 1e-3
        decade = math.floor(math.log10(abs(number)) + 1e-9)
        at_its_foot = abs(number) < 10**decade * 1.000001 and (number > 0) != (direction > 0)
        return float(10.0 ** (decade - at_its_foot))


class ChoiceField(QComboBox):
    """One of a few values; a value that is none of them is shown as an entry of its own."""

    committed = Signal(object)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameter = parameter
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        for choice in parameter.choices:
            self.addItem(_readable(choice), choice)
        if parameter.required:
            self.setPlaceholderText("choose")
        self.activated.connect(lambda index: self.committed.emit(self._values()[index]))

    def show_value(self, value: Any) -> None:
        """Show a value that holds now."""
        known = len(self._parameter.choices)
        with QSignalBlocker(self):
            while self.count() > known:
                self.removeItem(known)
            if value is MISSING:
                value = MISSING if self._parameter.required else self._parameter.default
            if value is not MISSING and value not in self._values():
                self.addItem(f"{_readable(value)} ✕", value)
            self.setCurrentIndex(-1 if value is MISSING else self._values().index(value))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the page unless this field has the focus."""
        super().wheelEvent(event) if self.hasFocus() else event.ignore()

    def _values(self) -> list[Any]:
        return [self.itemData(index) for index in range(self.count())]


class BoolField(QCheckBox):
    """Yes or no; half checked where the value is neither."""

    committed = Signal(object)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameter = parameter
        self.clicked.connect(self._click)

    def show_value(self, value: Any) -> None:
        """Show a value that holds now."""
        value = self._parameter.default if value is MISSING else value
        partly = not isinstance(value, bool)
        self.setTristate(partly)
        states = Qt.CheckState
        self.setCheckState(states.PartiallyChecked if partly else states.Checked if value else states.Unchecked)

    def _click(self) -> None:
        self.setTristate(False)
        self.committed.emit(self.isChecked())


Field = TextField | NumberField | ChoiceField | BoolField
FIELDS: Mapping[str, type[Field]] = {
    "bool": BoolField,
    "int": NumberField,
    "float": NumberField,
    "choice": ChoiceField,
    "text": TextField,
}


class Form(QWidget):
    """Rows of label, field and a reset button that is there only where something is set."""

    edited = Signal(str, object)
    """The name of a parameter and what was typed for it; `MISSING` takes it back to its default."""

    def __init__(
        self, parameters: Sequence[Parameter], values: Mapping[str, Any] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.fields: dict[str, Field] = {}
        self._labels: dict[str, QLabel] = {}
        self._resets: dict[str, QToolButton] = {}
        self._errors: dict[str, Note] = {}
        self._helps: dict[str, str] = {}
        self._required: dict[str, bool] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        for parameter in parameters:
            self._add(parameter)
        self.set_values(values or {})

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show these values; what is not among them holds its default."""
        for name, field in self.fields.items():
            value = values.get(name, MISSING)
            field.show_value(value)
            self._resets[name].setVisible(value is not MISSING and not self._required[name])

    def set_errors(self, errors: Mapping[str, str]) -> None:
        """Show these sentences below their fields, and no others."""
        for name, field in self.fields.items():
            sentence = errors.get(name, "")
            note = self._errors.get(name)
            if sentence and note is None:
                note = self._errors[name] = Note("", "error", self)
                self._grid.addWidget(note, 2 * list(self.fields).index(name) + 1, 0, 1, 3)
            if note is not None:
                note.setText(f"✕ {sentence}")
                note.setVisible(bool(sentence))
            field.setAccessibleDescription(sentence or self._helps[name])

    def focus(self, name: str) -> None:
        """Put the cursor into a field, with its text selected."""
        field = self.fields.get(name)
        if field is not None:
            field.setFocus(Qt.FocusReason.OtherFocusReason)
            if isinstance(field, (TextField, NumberField)):
                field.selectAll()

    def label_width(self) -> int:
        """How wide the labels want to be; several forms below each other align by `set_label_width`."""
        return max((label.sizeHint().width() for label in self._labels.values()), default=0)

    def set_label_width(self, width: int) -> None:
        """Give the labels at least this width."""
        self._grid.setColumnMinimumWidth(0, width)

    def _add(self, parameter: Parameter) -> None:
        name, row = parameter.name, 2 * len(self.fields)
        field = FIELDS[parameter.kind](parameter, self)
        field.setObjectName(name)
        field.setAccessibleName(name)
        self._helps[name] = ". ".join(filter(None, (parameter.help, _capital(parameter.type))))
        field.setToolTip(_tooltip(parameter))
        if not isinstance(field, BoolField):
            field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            field.setMinimumWidth(72)
        label = QLabel(name, self)
        label.setBuddy(field)
        label.setToolTip(_tooltip(parameter))
        reset = QToolButton(self)
        reset.setText("↺")
        reset.setAutoRaise(True)
        reset.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        reset.setToolTip(f"{name}: back to {_readable(parameter.default)}")
        reset.setAccessibleName(f"Reset {name}")
        policy = reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        reset.setSizePolicy(policy)
        reset.clicked.connect(lambda: self._reset(name))
        field.committed.connect(lambda value: self.edited.emit(name, value))
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1)
        self._grid.addWidget(reset, row, 2)
        self.fields[name], self._labels[name], self._resets[name] = field, label, reset
        self._required[name] = parameter.required

    def _reset(self, name: str) -> None:
        self.fields[name].show_value(MISSING)
        self.edited.emit(name, MISSING)


def _text(value: Any) -> str:
    return "" if value is MISSING else unparse(value)


def _same(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and one == other)


def _meaning(parameter: Parameter, text: str) -> Any:
    """The literal a person means in this field."""
    if not text.strip():
        return MISSING
    if parameter.type.startswith("text"):
        return None if text.strip() == "none" and parameter.type.endswith("none") else text.strip()
    value = parse(text)
    if parameter.kind == "int" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _placeholder(parameter: Parameter) -> str:
    return "needed" if parameter.required else unparse(parameter.default)


def _readable(value: Any) -> str:
    return unparse(value).replace("_", " ")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _tooltip(parameter: Parameter) -> str:
    default = "" if parameter.required else f" Default: {unparse(parameter.default)}."
    return f"{_capital(parameter.help)}\n{_capital(parameter.type)}.{default}" if parameter.help else parameter.type
