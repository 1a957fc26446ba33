"""One row of a form: label, field, the switches to an expression and to a value per repeat, reset, and the words below.

The field is the one that fits what holds: that of the parameter's kind, a line of text for an expression, or a small
table for values per repeat.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QSizePolicy, QToolButton, QWidget

from engine.edits import MISSING
from engine.expressions import depends, per_repeat, value
from engine.layers.parameters import Parameter, unparse
from engine.scope import ExpressionError
from gui.forms.form_fields import FIELDS, BoolField, NumberField, PlainField, TextField, placeholder, readable
from gui.forms.repeats import MOST_ROWS, TOOL, RepeatsField, tool
from gui.forms.suggestion_field import SuggestionField
from gui.forms.typed_text import Context, here
from gui.widgets import Label, Note, grown, plain

Field = PlainField | SuggestionField | RepeatsField
LABEL, FIELD, RESET, REPEATS, SYMBOLIC, COLUMNS = range(6)
LINES = 4
"""Of the grid: the field, what it comes to, what there is to know of it, what is wrong with it."""


class Row(QObject):
    """Everything about one parameter of a form."""

    edited = Signal(str, object)

    def __init__(self, parameter: Parameter, form: QWidget, grid: QGridLayout, index: int) -> None:
        super().__init__(form)
        self.parameter, self._form, self._grid, self._line = parameter, form, grid, LINES * index
        self.context = Context()
        self.value: object = MISSING
        self._pending: object = None
        self.error = self.hint = self.stand_in = ""
        self.title = parameter.name
        self.unread = False
        self.label = Label(parameter.name, form)
        self.label.setToolTip(plain(tooltip(parameter)))
        self.label.setContentsMargins(0, 0, 4, 0)
        self.label.setMinimumHeight(grown(TOOL.height()))
        self._kinds: dict[str, Field] = {}
        self.field: Field = self._made("plain")
        self.label.setBuddy(self.field)
        self.symbolic = self._button("=", f"{parameter.name}: compute it from the block's parameters", checkable=True)
        self.repeats = self._button("×", f"{parameter.name}: a value for each repeat", checkable=True)
        self.reset = self._button("↺", f"{parameter.name}: back to {readable(parameter.default)}")
        self.reset.setAccessibleName(f"Reset {parameter.name}")
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.symbolic.clicked.connect(self._switch_expression)
        self.repeats.clicked.connect(self._switch_repeats)
        self.reset.clicked.connect(self._reset)
        columns = ((LABEL, self.label), (SYMBOLIC, self.symbolic), (REPEATS, self.repeats), (RESET, self.reset))
        for column, widget in columns:
            grid.addWidget(widget, self._line, column, Qt.AlignmentFlag.AlignTop)
        self._comes_to: Note | None = None
        self._hint: Note | None = None
        self._wrong: Note | None = None
        self._tools()

    def show_value(self, held: object, context: Context) -> None:
        """Show what holds now; a half-typed text in a focused field stays."""
        if self._pending is not None and (held is self.value or held == self.value):
            return
        self._pending = None
        self.value, self.context = held, context
        self._use(self._kind())
        self.field.show_value(held)
        self._tools()
        comes_to = here(held, context) if not isinstance(self.field, RepeatsField) else ""
        if comes_to and self._comes_to is None:
            self._comes_to = Note("", "muted", self._form)
            self._grid.addWidget(self._comes_to, self._line + 1, FIELD, 1, 2)
        if self._comes_to is not None:
            self._comes_to.setText(f"→ {comes_to} here")
            self._comes_to.setVisible(bool(comes_to))
        self._describe()

    def set_unread(self, unread: bool) -> None:
        """Leave the row out while its value would say nothing; not one that is set."""
        if unread == self.unread:
            return
        self.unread = unread
        self._tools()

    def show_error(self, sentence: str) -> None:
        """Say below the field what is wrong; nothing where that is empty."""
        self.error = sentence
        if sentence and self._wrong is None:
            self._wrong = Note("", "error", self._form)
            self._grid.addWidget(self._wrong, self._line + 3, LABEL, 1, COLUMNS)
        if self._wrong is not None:
            self._wrong.setText(f"✕ {sentence}")
            self._wrong.setVisible(bool(sentence))
        self._describe()

    def show_hint(self, sentence: str) -> None:
        """Say below the field what there is to know of its value; nothing where that is empty."""
        self.hint = sentence
        if sentence and self._hint is None:
            self._hint = Note("", "muted", self._form)
            self._grid.addWidget(self._hint, self._line + 2, LABEL, 1, RESET + 1)
        if self._hint is not None:
            self._hint.setText(sentence)
            self._hint.setVisible(bool(sentence))
        self._describe()

    def show_stand_in(self, text: str) -> None:
        """Say in the empty field what stands in for a value that is left open."""
        self.stand_in = text
        words = text or placeholder(self.parameter)
        for field in self._kinds.values():
            if isinstance(field, TextField):
                field.setPlaceholderText(words)
            elif isinstance(field, NumberField):
                field.lineEdit().setPlaceholderText(words)
            elif isinstance(field, SuggestionField):
                field.edit.setPlaceholderText(words)
        self._describe()

    def set_title(self, text: str) -> None:
        """Call the parameter so: where another form beside this one has one of the same name."""
        self.title = text
        self.label.setText(text)
        for field in self._kinds.values():
            field.setAccessibleName(text)
        self.reset.setAccessibleName(f"Reset {text}")

    def focus(self) -> None:
        """Put the cursor into the field, with its text selected."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(self.field, SuggestionField):
            self.field.edit.selectAll()
        elif isinstance(self.field, (TextField, NumberField)):
            self.field.selectAll()

    # -- which field -----------------------------------------------------------------------------------------------

    def _kind(self) -> str:
        values = per_repeat(self.value)
        if values is not None and self.context.repeat > 1 and len(values) <= MOST_ROWS:
            return "repeats"
        return "text" if values is not None or depends(self.value) else "plain"

    def _use(self, kind: str) -> None:
        wanted = self._kinds.get(kind) or self._made(kind)
        wanted.context = self.context
        if wanted is self.field:
            return
        focus = QApplication.focusWidget()
        had_focus = focus is not None and (focus is self.field or self.field.isAncestorOf(focus))
        before, self.field = self.field, wanted
        before.hide()
        wanted.show()
        self.label.setBuddy(wanted)
        if had_focus:
            wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def _made(self, kind: str) -> Field:
        parameter = self.parameter
        made: Field
        if kind == "repeats":
            made = RepeatsField(parameter, self._form)
        elif kind == "text":
            made = TextField(parameter, self._form)
        elif parameter.kind == "suggested":
            made = SuggestionField(parameter, self._form)
        else:
            made = FIELDS[parameter.kind](parameter, self._form)
        made.setObjectName(parameter.name)
        made.setAccessibleName(self.title)
        made.setToolTip(plain(tooltip(parameter)))
        if not isinstance(made, BoolField):
            made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            made.setMinimumWidth(72)
        made.committed.connect(self._committed)
        if isinstance(made, TextField):
            made.editingFinished.connect(self._left)
        self._grid.addWidget(made, self._line, FIELD, 1, 2 if kind == "text" else 1)  # an expression is longer
        if self._kinds:
            QWidget.setTabOrder(self._kinds["plain"], made)
            made.hide()
        self._kinds[kind] = made
        return made

    def _tools(self) -> None:
        left_out = self.unread and self.value is MISSING and not self.error
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(not left_out)
        self.reset.setSizePolicy(policy)
        self.label.setVisible(not left_out)
        self.field.setVisible(not left_out)
        repeated = self.context.repeat > 1 and not left_out
        computes = self.context.in_block and not self.parameter.labels and not left_out
        self.symbolic.setVisible(computes and self.field is not self._kinds.get("repeats"))
        self.symbolic.setChecked(self._pending is not None or (per_repeat(self.value) is None and depends(self.value)))
        self.repeats.setVisible(repeated)
        self.repeats.setChecked(per_repeat(self.value) is not None)
        wide = self.field is self._kinds.get("text")
        self.reset.setVisible(self.value is not MISSING and not self.parameter.required and not wide)

    def _describe(self) -> None:
        helps = ". ".join(filter(None, (self.parameter.help, _capital(self.parameter.type))))
        comes_to = here(self.value, self.context)
        parts = (
            self.error or helps,
            f"Here it is {comes_to}." if comes_to else "",
            f"Left open it is {self.stand_in}." if self.stand_in else "",
            f"{self.hint}." if self.hint else "",
        )
        self.field.setAccessibleDescription(" ".join(filter(None, parts)))

    # -- edits -----------------------------------------------------------------------------------------------------

    def _committed(self, meant: object) -> None:
        start, self._pending = self._pending, None
        if start is not None and meant in (start, {"expr": ""}):  # nothing was made of it
            self.show_value(self.value, self.context)
            return
        self.value = meant
        self.edited.emit(self.parameter.name, meant)

    def _left(self) -> None:
        if self._pending is not None:
            self._pending = None
            self.show_value(self.value, self.context)

    def _reset(self) -> None:
        self._pending = None
        self.field.show_value(MISSING)
        self.edited.emit(self.parameter.name, MISSING)

    def _switch_expression(self) -> None:
        """To a line of text that begins with the value as it is; or back to the number that it comes to."""
        if depends(self.value):
            try:
                found = value(self.value, self.context.arguments or {})
            except ExpressionError:  # it has no value: then the default holds
                found = MISSING
            self.edited.emit(self.parameter.name, found)
            return
        if self._pending is not None:
            self._left()
            return
        self._use("text")
        assert isinstance(self.field, TextField)
        self.field.show_value(self.value)
        held = self.parameter.default if self.value is MISSING else self.value
        number = repr(held) if isinstance(held, (bool, int, float)) else ""
        self._pending = {"expr": number}
        self._tools()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.setText(f"= {number}")
        self.field.setSelection(2, len(number))

    def _switch_repeats(self) -> None:
        values = per_repeat(self.value)
        if values is None:
            held = self.parameter.default if self.value is MISSING else self.value
            self.edited.emit(self.parameter.name, {"per_repeat": (held, held)})
        else:
            same = values[0] == self.parameter.default and not self.parameter.required
            self.edited.emit(self.parameter.name, MISSING if same else values[0])

    def _button(self, text: str, tip: str, *, checkable: bool = False) -> QToolButton:
        made = tool(text, tip, self._form)
        made.setCheckable(checkable)
        return made


def tooltip(parameter: Parameter) -> str:
    """Help, type and default."""
    default = "" if parameter.required else f" Default: {unparse(parameter.default)}."
    return f"{_capital(parameter.help)}\n{_capital(parameter.type)}.{default}" if parameter.help else parameter.type


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
