"""The form itself: its rows, what they show and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from engine.edits import MISSING
from engine.layers.parameters import Parameter
from gui.forms.row import FIELD, LABEL, Field, Row
from gui.forms.typed_text import Context


class Form(QWidget):
    """Rows of label, field and a reset button that is there only where something is set."""

    edited = Signal(str, object)
    """The name of a parameter and what was typed for it; `MISSING` takes it back to its default."""

    def __init__(
        self,
        parameters: Sequence[Parameter],
        values: Mapping[str, object] | None = None,
        parent: QWidget | None = None,
        context: Context | None = None,
    ) -> None:
        super().__init__(parent)
        grid = self._grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(FIELD, 1)
        self.context = context or Context()
        self.rows: dict[str, Row] = {}
        for index, parameter in enumerate(parameters):
            row = self.rows[parameter.name] = Row(parameter, self, grid, index)
            row.edited.connect(self.edited)
        self.set_values(values or {})

    @property
    def fields(self) -> dict[str, Field]:
        """The field of each parameter that is shown now."""
        return {name: row.field for name, row in self.rows.items()}

    @property
    def errors(self) -> dict[str, str]:
        """The sentence below each field that has one."""
        return {name: row.error for name, row in self.rows.items() if row.error}

    def set_values(self, values: Mapping[str, object], context: Context | None = None) -> None:
        """Show these values; what is not among them holds its default. ``context`` says where the form stands now."""
        self.context = context or self.context
        for name, row in self.rows.items():
            row.show_value(values.get(name, MISSING), self.context)

    def set_errors(self, errors: Mapping[str, str]) -> None:
        """Show these sentences below their fields, and no others."""
        for name, row in self.rows.items():
            row.show_error(errors.get(name, ""))

    def set_hints(self, hints: Mapping[str, str]) -> None:
        """Show these lines below their fields, and no others."""
        for name, row in self.rows.items():
            row.show_hint(hints.get(name, ""))

    def set_stand_ins(self, texts: Mapping[str, str]) -> None:
        """Say in these fields, while they are empty, what is taken for what is left open."""
        for name, row in self.rows.items():
            row.show_stand_in(texts.get(name, ""))

    def set_titles(self, titles: Mapping[str, str]) -> None:
        """Call these parameters so, and the others by their names."""
        for name, row in self.rows.items():
            row.set_title(titles.get(name, name))

    def set_unread(self, names: Collection[str]) -> None:
        """Leave these rows out, where nothing is set, and no others."""
        for name, row in self.rows.items():
            row.set_unread(name in names)

    def focus(self, name: str) -> None:
        """Put the cursor into a field, with its text selected."""
        if name in self.rows:
            self.rows[name].focus()

    def focus_first(self) -> bool:
        """Put the cursor into the first field that can be edited; False where there is none."""
        for name, row in self.rows.items():
            if row.field.isVisibleTo(self) and row.field.isEnabled():
                self.focus(name)
                return True
        return False

    def label_width(self) -> int:
        """How wide the labels want to be; several forms below each other align by `set_label_width`."""
        return max((row.label.sizeHint().width() for row in self.rows.values()), default=0)

    def set_label_width(self, width: int) -> None:
        """Give the labels at least this width."""
        self._grid.setColumnMinimumWidth(LABEL, width)
