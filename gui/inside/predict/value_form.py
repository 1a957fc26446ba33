"""A row of a table to type: a field for each column, filled with what is usual for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from gui.widgets import label, plain

if TYPE_CHECKING:
    from engine.inside.asking import Value


class ValueForm(QWidget):
    """``values`` are the cells as they are typed, by column."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: dict[str, QLineEdit | QComboBox] = {}
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setAccessibleName("Values of a row")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._area)

    def show_values(self, values: Sequence[Value]) -> None:
        """Make a field for each of these columns."""
        self._fields = {}
        body = QWidget()
        form = QFormLayout(body)
        form.setContentsMargins(0, 0, 8, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for value in values:
            field: QLineEdit | QComboBox
            if value.choices:
                field = QComboBox()
                field.addItems([*value.choices])
                field.setCurrentText(value.example)
                field.currentTextChanged.connect(lambda _text: self.changed.emit())
            else:
                field = QLineEdit(value.example)
                field.setPlaceholderText("empty")
                field.textChanged.connect(lambda _text: self.changed.emit())
            field.setAccessibleName(value.name)
            usual = f"{value.name}; in the training samples {value.example} is usual" if value.example else value.name
            field.setToolTip(plain(usual))
            self._fields[value.name] = field
            title = label(value.name)
            title.setToolTip(plain(value.name))
            form.addRow(title, field)
        self._area.setWidget(body)

    def values(self) -> dict[str, str]:
        """Column → what is typed."""
        return {
            name: field.currentText() if isinstance(field, QComboBox) else field.text()
            for name, field in self._fields.items()
        }
