"""The options of a way of looking as a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QSpinBox, QWidget

from gui.widgets import Label, plain

if TYPE_CHECKING:
    from engine.inside.looking.method import Method, Option, Value
    from engine.inside.trained import Trained


class OptionsForm(QWidget):
    """``changed``: the user has set an option. What was set for a method stays while the window is open."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setSpacing(4)
        self._method: Method | None = None
        self._values: dict[str, dict[str, Value]] = {}

    def show_method(self, method: Method, trained: Trained) -> None:
        """Offer the options of a method for a run."""
        self._method = method
        while self._form.rowCount():
            self._form.removeRow(0)
        for option in method.options:
            field = self._field(option, option.allowed(trained))
            field.setAccessibleName(option.title)
            field.setToolTip(plain(f"{option.title}: {option.help}", wrap=True))
            self._form.addRow(Label(option.title), field)

    def values(self) -> dict[str, Value]:
        """What is set of the method that is shown; what is not has its default."""
        return dict(self._values.get(self._method.id, {})) if self._method is not None else {}

    def forget_columns(self) -> None:
        """Another run is shown: words that belong to one are out of date."""
        for known in self._values.values():
            known.pop("column", None)

    def _field(self, option: Option, allowed: tuple[str, ...]) -> QWidget:
        now = self.values().get(option.name, option.default)
        if allowed or isinstance(option.default, str):
            combo = QComboBox()
            combo.addItems(list(allowed))
            combo.setCurrentText(str(now))
            combo.setMinimumContentsLength(10)
            combo.activated.connect(lambda _row: self._set(option, combo.currentText()))
            return combo
        if isinstance(option.default, int):
            spin = QSpinBox()
            spin.setRange(int(option.low), int(min(option.high, 2**31 - 1)))
            spin.setValue(int(now))
            spin.setSpecialValueText(option.lowest)
            spin.setKeyboardTracking(False)
            spin.valueChanged.connect(lambda value: self._set(option, value))
            return spin
        number = QDoubleSpinBox()
        number.setDecimals(3)
        number.setRange(option.low, option.high)
        number.setSingleStep(max(option.default / 10, 0.001))
        number.setValue(float(now))
        number.setKeyboardTracking(False)
        number.valueChanged.connect(lambda value: self._set(option, value))
        return number

    def _set(self, option: Option, value: Value) -> None:
        if self._method is not None:
            self._values.setdefault(self._method.id, {})[option.name] = value
            self.changed.emit()
