"""A form from the declared parameters of a layer or of a section of the settings: one row each, committed on Enter.

A form never decides what is right: what was typed is handed on as a literal (`engine.layers.parameters.parse`), and
the sentence about it comes back through `Form.set_errors`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QToolButton, QWidget

from engine.edits import MISSING
from engine.layers.parameters import Parameter, unparse
from gui.fields import FIELDS, BoolField, ChoiceField, Field, NumberField, TextField, readable
from gui.widgets import Note

__all__ = ["BoolField", "ChoiceField", "Field", "Form", "Note", "NumberField", "TextField"]


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
        reset.setToolTip(f"{name}: back to {readable(parameter.default)}")
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


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _tooltip(parameter: Parameter) -> str:
    default = "" if parameter.required else f" Default: {unparse(parameter.default)}."
    return f"{_capital(parameter.help)}\n{_capital(parameter.type)}.{default}" if parameter.help else parameter.type
