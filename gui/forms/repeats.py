"""A value for each repeat of a block: one field a value, the last one holding for all repeats that follow."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from engine.edits import MISSING
from engine.expressions import is_expression, per_repeat
from engine.layers.parameters import Parameter
from gui.forms.form_fields import FIELDS, BoolField, PlainField, TextField
from gui.forms.typed_text import Context, here
from gui.widgets import Label, grown, label, plain

MOST_ROWS = 12
TOOL = QSize(24, 26)


def tool(text: str, tip: str, parent: QWidget | None = None) -> QToolButton:
    """A small button beside a field."""
    made = QToolButton(parent)
    made.setText(text)
    made.setAutoRaise(True)
    made.setFixedSize(grown(TOOL.width()), grown(TOOL.height()))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setToolTip(plain(tip))
    made.setAccessibleName(tip)
    return made


class RepeatsField(QWidget):
    """A small table; ``+`` gives one more repeat a value of its own, ``−`` takes the last such value away."""

    committed = Signal(object)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self.context = Context()
        self.values: tuple[object, ...] = ()
        self.cells: list[PlainField] = []
        self._kinds: list[type[PlainField]] = []
        self._labels: list[Label] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self.more = tool("+", f"{parameter.name}: give one more repeat a value of its own", self)
        self.less = tool("−", f"{parameter.name}: let the value before hold for the last repeats, too", self)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(2)
        self._buttons.addWidget(self.more)
        self._buttons.addWidget(self.less)
        self._buttons.addStretch(1)
        self.more.clicked.connect(self._extend)
        self.less.clicked.connect(self._shorten)

    def show_value(self, value: object) -> None:
        """Show the values; fields stay (with what is half typed in them) as long as they are of the same kinds."""
        self.values = per_repeat(value) or (value,)
        kinds = [TextField if is_expression(each) else FIELDS[self.parameter.kind] for each in self.values]
        if kinds != self._kinds:
            self._rebuild(kinds)
        for index, (cell, each) in enumerate(zip(self.cells, self.values, strict=True)):
            cell.context = Context(self.context.arguments)
            cell.show_value(each)
            self._labels[index].setText(self._numbers(index))
            words = self._words(index)
            cell.setAccessibleName(f"{self.parameter.name}, {words}")
            computed = here(each, self.context)
            cell.setToolTip(plain(f"{self.parameter.help}\n{words}{f': {computed} here' if computed else ''}".strip()))
        self.more.setEnabled(len(self.values) < min(self.context.repeat, MOST_ROWS))
        self.less.setEnabled(len(self.values) > 1)

    def _rebuild(self, kinds: list[type[PlainField]]) -> None:
        focused = next((index for index, cell in enumerate(self.cells) if cell.hasFocus()), None)
        for widget in (*self.cells, *self._labels):
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._kinds, self.cells, self._labels = kinds, [], []
        for index, kind in enumerate(kinds):
            cell = kind(self.parameter, self)
            cell.committed.connect(lambda value, index=index: self._commit(index, value))
            if not isinstance(cell, BoolField):
                cell.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
                cell.setMinimumWidth(48)
            name = label("", "muted")
            name.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(name, index, 0)
            self._grid.addWidget(cell, index, 1)
            for widget in (name, cell):
                widget.show()
            self.cells.append(cell)
            self._labels.append(name)
        self._grid.removeItem(self._buttons)
        self._grid.addLayout(self._buttons, len(kinds), 1)
        chain = [*self.cells, self.more, self.less]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)
        self.setFocusProxy(self.cells[0])
        if focused is not None:
            self.cells[min(focused, len(self.cells) - 1)].setFocus()

    def _numbers(self, index: int) -> str:
        """``2`` or, where the value continues, ``2–4``; in brackets where there is no such repeat."""
        first, last = index + 1, self.context.repeat
        if first > last:
            return f"({first})"
        return str(first) if index < len(self.values) - 1 or first == last else f"{first}–{last}"

    def _words(self, index: int) -> str:
        first, last = index + 1, self.context.repeat
        if first > last:
            return f"repeat {first}, which is not there"
        one = index < len(self.values) - 1 or first == last
        return f"repeat {first}" if one else f"repeats {first} to {last}"

    def _commit(self, index: int, value: object) -> None:
        kept = self.parameter.default if value is MISSING else value
        self._emit((*self.values[:index], kept, *self.values[index + 1 :]))

    def _extend(self) -> None:
        self._emit((*self.values, self.values[-1]))

    def _shorten(self) -> None:
        self._emit(self.values[:-1])

    def _emit(self, values: tuple[object, ...]) -> None:
        self.committed.emit({"per_repeat": values})
