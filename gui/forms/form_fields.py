"""Fields for one parameter each: what is typed becomes a literal, committed on Enter or when the field is left.

A field never decides what is right. An empty one means "not set": the default holds, and is its placeholder. Inside a
block everything that begins with "=" is an expression over the block's parameters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QMouseEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QCheckBox, QComboBox, QLineEdit, QMenu, QPushButton, QWidget

from engine.edits import MISSING
from engine.layers.parameters import Parameter, unparse
from gui.forms.typed_text import Context, meaning, shown
from gui.widgets import plain

STEP_KEYS = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class TextField(QLineEdit):
    """A value in words: numbers, pairs, ``same``, ``none``; empty stands for the default."""

    committed = Signal(object)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self.context = Context()
        self.value: object = MISSING
        self.setPlaceholderText(placeholder(parameter))
        self.editingFinished.connect(self.commit)

    def show_value(self, value: object) -> None:
        """Show a value that holds now; a half-typed text in a focused field stays."""
        _show(self, self, value)

    def commit(self) -> None:
        """Hand on what was typed, if it differs from what holds."""
        _commit(self, self)

    def event(self, event: QEvent) -> bool:
        """Undo and Escape belong to the field while something is typed and not committed."""
        return True if _handled(self, self, event) else super().event(event)


class NumberField(QAbstractSpinBox):
    """A number as text, with arrows: integers go by one, others by one of their first digit."""

    committed = Signal(object)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self.context = Context()
        self.value: object = MISSING
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.lineEdit().setPlaceholderText(placeholder(parameter))
        self.editingFinished.connect(self.commit)

    def show_value(self, value: object) -> None:
        """Show a value that holds now; a half-typed text in a focused field stays."""
        _show(self, self.lineEdit(), value)

    def commit(self) -> None:
        """Hand on what was typed, if it differs from what holds."""
        _commit(self, self.lineEdit())

    def event(self, event: QEvent) -> bool:
        """Undo and Escape belong to the field while something is typed and not committed."""
        return True if _handled(self, self.lineEdit(), event) else super().event(event)

    @property
    def typing(self) -> bool:
        """Whether something is typed that is not committed yet."""
        return self.hasFocus() and self.text() != _held(self)

    def validate(self, text: str, position: int) -> object:
        """Everything may be typed: what is wrong is said below the field, not prevented while typing."""
        return QValidator.State.Acceptable, text, position

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Which arrows can be used now."""
        number, flags = self._number(), QAbstractSpinBox.StepEnabledFlag
        low, high = self.parameter.minimum, self.parameter.maximum
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
        whole = self.parameter.kind == "int"
        for _ in range(abs(steps)):
            number += math.copysign(1 if whole else self._stride(number, steps), steps)
        number = max(number, -math.inf if self.parameter.minimum is None else self.parameter.minimum)
        number = min(number, math.inf if self.parameter.maximum is None else self.parameter.maximum)
        self.lineEdit().setText(str(int(number)) if whole else str(float(f"{number:.6g}")))

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
        value = meaning(self.parameter, self.text(), self.context) if self.text().strip() else self.parameter.default
        if value is None and not self.text().strip():
            value = self.parameter.minimum or 0
        return value if isinstance(value, (int, float)) and math.isfinite(value) else None

    def _stride(self, number: float, direction: int) -> float:
        low, high = self.parameter.minimum, self.parameter.maximum
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
        self.parameter = parameter
        self.context = Context()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self._fill(parameter.labels or tuple(map(readable, parameter.choices)))
        if parameter.required:
            self.setPlaceholderText("choose")
        self.activated.connect(lambda index: self.committed.emit(self._values()[index]))

    def offer(self, choices: Sequence[object], labels: Sequence[str]) -> None:
        """Offer other values than at first; the one that is shown stays."""
        if tuple(choices) == self.parameter.choices and tuple(labels) == self.parameter.labels:
            return
        self.parameter = replace(self.parameter, choices=tuple(choices), labels=tuple(labels))
        value = self.currentData()
        with QSignalBlocker(self):
            self.clear()
            self._fill(labels)
        self.show_value(MISSING if value is None else value)
        view = self.view()
        view.setMinimumWidth(view.sizeHintForColumn(0) + view.verticalScrollBar().sizeHint().width())

    def _fill(self, labels: Sequence[str]) -> None:
        for choice, label in zip(self.parameter.choices, labels, strict=True):
            self.addItem(label, choice)

    def show_value(self, value: object) -> None:
        """Show a value that holds now."""
        known = len(self.parameter.choices)
        with QSignalBlocker(self):
            while self.count() > known:
                self.removeItem(known)
            if value is MISSING:
                value = MISSING if self.parameter.required else self.parameter.default
            if value is not MISSING and value not in self._values():
                self.addItem(f"{readable(value)} ✕", value)
            self.setCurrentIndex(-1 if value is MISSING else self._values().index(value))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the page unless this field has the focus."""
        super().wheelEvent(event) if self.hasFocus() else event.ignore()

    def _values(self) -> list[object]:
        return [self.itemData(index) for index in range(self.count())]


class ChoicesField(QPushButton):
    """Any of a few values, ticked in a menu; the first entry takes back what the default does."""

    committed = Signal(object)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self.context = Context()
        self.value: object = MISSING
        self._unfit: Mapping[str, str] = {}
        self.setStyleSheet("text-align: left;")
        self._menu = _StayingMenu(self)
        self._default = self._menu.addAction("Automatic" if parameter.default is None else readable(parameter.default))
        self._default.setCheckable(True)
        self._default.triggered.connect(lambda: self.committed.emit(MISSING))
        self._menu.addSeparator()
        self._menu.setToolTipsVisible(True)
        self._actions: list[QAction] = []
        self._labels: dict[object, str] = {}
        for choice, label in zip(parameter.choices, parameter.labels or parameter.choices, strict=True):
            self._labels[choice] = str(label).replace("_", " ")
            action = self._menu.addAction(self._labels[choice])
            action.setCheckable(True)
            action.setData(choice)
            action.triggered.connect(self._ticked)
            self._actions.append(action)
        self.setMenu(self._menu)

    def show_value(self, value: object) -> None:
        """Show a value that holds now."""
        self.value = value
        holds = self.parameter.default if value is MISSING else value
        chosen = holds if isinstance(holds, tuple) else ()
        for action in self._actions:
            action.setChecked(action.data() in chosen)
        self._default.setChecked(holds == self.parameter.default)
        known = [self._labels[action.data()] for action in self._actions if action.isChecked()]
        words = ", ".join(known) if isinstance(holds, tuple) else readable(holds)
        self.setText(self._default.text() if self._default.isChecked() else words or "nothing")
        self._enable()

    def set_unfit(self, reasons: Mapping[str, str]) -> None:
        """Grey the choices that say nothing here, with why; one that is ticked can still be taken back."""
        self._unfit = reasons
        for action in self._actions:
            why = reasons.get(action.data(), "")
            action.setText(f"{self._labels[action.data()]}   ({why})" if why else self._labels[action.data()])
            action.setToolTip(plain(f"Says nothing of what this network answers: {why}" if why else ""))
        self._enable()

    def _enable(self) -> None:
        for action in self._actions:
            action.setEnabled(action.data() not in self._unfit or action.isChecked())

    def _ticked(self) -> None:
        self.committed.emit(tuple(action.data() for action in self._actions if action.isChecked()))


class _StayingMenu(QMenu):
    """A menu that stays open while entries are ticked."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tick without closing."""
        action = self.activeAction()
        if action is not None and action.isEnabled() and action.isCheckable():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)


class BoolField(QCheckBox):
    """Yes or no; half checked where the value is neither."""

    committed = Signal(object)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self.context = Context()
        self.clicked.connect(self._click)

    def show_value(self, value: object) -> None:
        """Show a value that holds now."""
        value = self.parameter.default if value is MISSING else value
        partly = not isinstance(value, bool)
        self.setTristate(partly)
        states = Qt.CheckState
        self.setCheckState(states.PartiallyChecked if partly else states.Checked if value else states.Unchecked)

    def _click(self) -> None:
        self.setTristate(False)
        self.committed.emit(self.isChecked())


PlainField = TextField | NumberField | ChoiceField | ChoicesField | BoolField
FIELDS: Mapping[str, type[PlainField]] = {
    "bool": BoolField,
    "int": NumberField,
    "float": NumberField,
    "choice": ChoiceField,
    "choices": ChoicesField,
    "text": TextField,
}


def _show(field: TextField | NumberField, edit: QLineEdit, value: object) -> None:
    if field.hasFocus() and edit.text() != _held(field) and _same(value, field.value):
        return
    field.value = value
    if edit.text() != _held(field):
        edit.setText(_held(field))
        if not field.hasFocus():
            edit.setCursorPosition(0)  # a long one is seen from its beginning


def _commit(field: TextField | NumberField, edit: QLineEdit) -> None:
    if edit.text() == _held(field):
        return
    before, field.value = field.value, meaning(field.parameter, edit.text(), field.context)
    edit.setText(_held(field))
    if not _same(field.value, before):
        field.committed.emit(field.value)


def _handled(field: TextField | NumberField, edit: QLineEdit, event: QEvent) -> bool:
    """Escape takes back what is not committed; with nothing typed, undo and redo are the project's, not the field's."""
    if not isinstance(event, QKeyEvent):
        return False
    typed = edit.text() != _held(field)
    if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape and typed:
        edit.setText(_held(field))
        return True
    keys = QKeySequence.StandardKey
    if (
        event.type() != QEvent.Type.ShortcutOverride
        or typed
        or not (event.matches(keys.Undo) or event.matches(keys.Redo))
    ):
        return False
    event.ignore()
    return True


def _held(field: TextField | NumberField) -> str:
    """The text of the value that holds."""
    return shown(field.parameter, field.value, field.context)


def _same(one: object, other: object) -> bool:
    return one is other or (type(one) is type(other) and one == other)


def placeholder(parameter: Parameter) -> str:
    """What an empty field says: its default."""
    return "needed" if parameter.required else unparse(parameter.default)


def readable(value: object) -> str:
    """A choice for people: ``half way`` for ``half_way``."""
    return unparse(value).replace("_", " ")
