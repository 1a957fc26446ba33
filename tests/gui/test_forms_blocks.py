"""Fields inside a block take expressions, and those of a repeated block a value per repeat."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from engine.edits import MISSING
from engine.layers.parameters import Parameter
from gui.forms import BoolField, ChoiceField, Context, Form, NumberField, RepeatsField, TextField

PARAMETERS = [
    Parameter("count", "int", "an integer ≥ 1", 3, False, "how many", minimum=1),
    Parameter("wide", "int", "an integer ≥ 1", None, True, "how wide", minimum=1),
    Parameter("mode", "choice", "'zeros' or 'ones'", "zeros", False, "which", choices=("zeros", "ones")),
    Parameter("bias", "bool", "true or false", True, False, "whether to add one"),
    Parameter("label", "text", "text", "", False, "a name", any_text=True),
]
INSIDE = Context({"channels": 64, "on": False})


class Made:
    """A form in which what is edited holds at once, as in the inspector."""

    def __init__(self, qtbot: QtBot, values: dict[str, Any], context: Context) -> None:
        self.qtbot, self.context, self.values = qtbot, context, dict(values)
        self.form = Form(PARAMETERS, self.values, context=context)
        self.edits: list[tuple[str, Any]] = []
        self.form.edited.connect(self._edited)
        qtbot.addWidget(self.form)
        with qtbot.waitExposed(self.form):
            self.form.show()
        self.form.activateWindow()

    def _edited(self, name: str, value: Any) -> None:
        self.edits.append((name, value))
        self.values[name] = value
        self.form.set_values({key: item for key, item in self.values.items() if item is not MISSING}, self.context)

    def button(self, name: str) -> QToolButton:
        """The visible button of this accessible name."""
        (found,) = [b for b in self.form.findChildren(QToolButton) if b.accessibleName() == name and b.isVisible()]
        return found

    def press(self, name: str) -> None:
        self.qtbot.mouseClick(self.button(name), Qt.MouseButton.LeftButton)

    def type_into(self, field: QWidget, text: str, key: Qt.Key | None = Qt.Key.Key_Return) -> None:
        field.setFocus()
        self.qtbot.waitUntil(field.hasFocus)
        self.qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.qtbot.keyClicks(field, text)
        if key is not None:
            self.qtbot.keyClick(field, key)

    def texts(self) -> set[str]:
        return {label.text() for label in self.form.findChildren(QLabel) if label.isVisible()}


def symbolic(name: str) -> str:
    return f"{name}: compute it from the block's parameters"


def repeats(name: str) -> str:
    return f"{name}: a value for each repeat"


def test_a_number_field_takes_an_expression_and_says_what_it_comes_to(qtbot: QtBot) -> None:
    made = Made(qtbot, {}, INSIDE)
    made.type_into(made.form.fields["count"], "= channels * 4")
    assert made.edits == [("count", {"expr": "channels * 4"})]
    field = made.form.fields["count"]
    assert isinstance(field, TextField)
    assert (field.text(), field.hasFocus()) == ("= channels * 4", True)
    assert "→ 256 here" in made.texts()
    assert "Here it is 256." in field.accessibleDescription()


def test_an_expression_becomes_a_number_again(qtbot: QtBot) -> None:
    made = Made(qtbot, {"count": {"expr": "channels * 2"}}, INSIDE)
    made.type_into(made.form.fields["count"], "7")
    assert made.edits == [("count", 7)]
    assert isinstance(made.form.fields["count"], NumberField)
    assert made.form.fields["count"].hasFocus()
    assert not any(text.startswith("→") for text in made.texts())


def test_expressions_are_offered_inside_a_block_only(qtbot: QtBot) -> None:
    made = Made(qtbot, {}, Context())
    assert not [b for b in made.form.findChildren(QToolButton) if b.isVisible()]
    made.form.set_values({}, INSIDE)
    assert made.button(symbolic("bias")).isVisible()


@pytest.mark.parametrize(("name", "start"), [("bias", "= True"), ("count", "= 3"), ("mode", "= ")])
def test_the_switch_turns_any_field_into_a_line_of_text(qtbot: QtBot, name: str, start: str) -> None:
    made = Made(qtbot, {}, INSIDE)
    made.press(symbolic(name))
    field = made.form.fields[name]
    assert isinstance(field, TextField)
    assert (field.text(), made.edits) == (start, [])
    qtbot.waitUntil(field.hasFocus)
    made.type_into(field, "= on")
    assert made.edits == [(name, {"expr": "on"})]
    assert "→ false here" in made.texts()
    made.press(symbolic(name))
    assert made.edits[1:] == [(name, False)], "back to what it comes to here"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Escape])
def test_a_switch_that_was_not_used_changes_nothing(qtbot: QtBot, key: Qt.Key) -> None:
    made = Made(qtbot, {}, INSIDE)
    made.press(symbolic("bias"))
    qtbot.waitUntil(made.form.fields["bias"].hasFocus)
    qtbot.keyClick(made.form.fields["bias"], key)
    if key == Qt.Key.Key_Escape:
        qtbot.keyClick(made.form.fields["bias"], Qt.Key.Key_Tab)
    assert made.edits == []
    assert isinstance(made.form.fields["bias"], BoolField)
    assert not made.button(symbolic("bias")).isChecked()


def test_words_stay_words(qtbot: QtBot) -> None:
    made = Made(qtbot, {}, Context())
    made.type_into(made.form.fields["label"], "= what is said, then said again")
    assert made.edits == [("label", "= what is said, then said again")]
    inside = Made(qtbot, {"label": "= as it stands"}, INSIDE)
    field = inside.form.fields["label"]
    assert isinstance(field, TextField)
    assert field.text() == '"= as it stands"'
    inside.type_into(field, "42")
    assert (inside.edits, field.text()) == ([("label", "42")], "42")


def test_a_wrong_expression_is_said_like_any_other_value(qtbot: QtBot) -> None:
    made = Made(qtbot, {"count": {"expr": "channel * 2"}}, INSIDE)
    made.form.set_errors({"count": "cannot compute count: the expression 'channel * 2' names 'channel'."})
    assert list(made.form.errors) == ["count"]
    assert "✕ cannot compute count: the expression 'channel * 2' names 'channel'." in made.texts()
    assert not any(text.startswith("→") for text in made.texts())


def cells(made: Made, name: str) -> list[str]:
    field = made.form.fields[name]
    assert isinstance(field, RepeatsField)
    return [cell.text() for cell in field.cells if isinstance(cell, (NumberField, TextField))]


def test_values_per_repeat_are_a_table_whose_last_value_goes_on(qtbot: QtBot) -> None:
    made = Made(qtbot, {"count": {"per_repeat": (2, 1)}}, Context(repeat=4))
    assert cells(made, "count") == ["2", "1"]
    assert {"1", "2–4"} <= made.texts()
    field = made.form.fields["count"]
    assert isinstance(field, RepeatsField)
    assert [cell.accessibleName() for cell in field.cells] == ["count, repeat 1", "count, repeats 2 to 4"]
    made.type_into(field.cells[1], "5")
    assert made.edits == [("count", {"per_repeat": (2, 5)})]
    assert field.cells[1].hasFocus(), "the table stays while one works in it"


def test_rows_come_and_go(qtbot: QtBot) -> None:
    made = Made(qtbot, {"wide": 8}, Context(repeat=3))
    made.press(repeats("wide"))
    assert made.edits == [("wide", {"per_repeat": (8, 8)})]
    made.press("wide: give one more repeat a value of its own")
    assert made.edits[-1] == ("wide", {"per_repeat": (8, 8, 8)})
    assert not made.button("wide: give one more repeat a value of its own").isEnabled(), "there are three repeats"
    made.press("wide: let the value before hold for the last repeats, too")
    assert {"1", "2–3"} <= made.texts()
    made.press(repeats("wide"))
    assert made.edits[-1] == ("wide", 8)
    assert isinstance(made.form.fields["wide"], NumberField)


def test_values_per_repeat_can_be_typed(qtbot: QtBot) -> None:
    made = Made(qtbot, {}, Context(repeat=4))
    made.type_into(made.form.fields["count"], "2 then 1")
    assert made.edits == [("count", {"per_repeat": (2, 1)})]
    assert cells(made, "count") == ["2", "1"]
    focused = QApplication.focusWidget()
    assert focused is not None
    assert made.form.fields["count"].isAncestorOf(focused)


def test_without_repeats_they_are_text(qtbot: QtBot) -> None:
    made = Made(qtbot, {"count": {"per_repeat": (2, 1)}}, Context())
    field = made.form.fields["count"]
    assert isinstance(field, TextField)
    assert field.text() == "2 then 1"


def test_each_repeat_of_a_choice(qtbot: QtBot) -> None:
    made = Made(qtbot, {"mode": {"per_repeat": ("ones", {"expr": "channels"})}}, Context({"channels": 1}, 2))
    field = made.form.fields["mode"]
    assert isinstance(field, RepeatsField)
    assert [type(cell) for cell in field.cells] == [ChoiceField, TextField]


def test_a_choice_may_have_names(qtbot: QtBot) -> None:
    choice = Parameter("owner", "choice", "text", None, False, "whose", choices=(None, "n1"), labels=("none", "conv1"))
    form = Form([choice], {"owner": "n1"})
    qtbot.addWidget(form)
    field = form.fields["owner"]
    assert isinstance(field, ChoiceField)
    assert [field.itemText(index) for index in range(field.count())] == ["none", "conv1"]
    assert field.currentText() == "conv1"
