"""The generic form: what is typed, when it is committed, and how wrong values are shown."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QShortcut, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QStyle, QStyleOptionSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from engine import layers
from engine.edits import MISSING
from engine.layers.parameters import Parameter, parameters
from gui.forms import BoolField, ChoiceField, Form, NumberField, TextField

PARAMETERS = [
    Parameter("count", "int", "an integer ≥ 1", 3, False, "how many", minimum=1, maximum=2**31 - 1),
    Parameter("lr", "float", "a number > 0", 1e-3, False, "how far", minimum=0),
    Parameter("share", "float", "a number from 0 to 1", 0.5, False, "which part", minimum=0, maximum=1),
    Parameter("size", "text", "an integer ≥ 1, or two of them", (2, 2), False, "how large"),
    Parameter("mode", "choice", "'zeros' or 'ones'", "zeros", False, "which", choices=("zeros", "half_way", None)),
    Parameter("bias", "bool", "true or false", True, False, "whether to add one"),
    Parameter("needed", "int", "an integer", None, True, "what has no default"),
    Parameter("label", "text", "text, or none", None, False, "a name", any_text=True, none=True),
]


class Wheel:
    """A typed-in form and what it has reported."""

    def __init__(self, qtbot: QtBot, values: dict[str, Any] | None = None) -> None:
        self.form = Form(PARAMETERS, values or {})
        self.edits: list[tuple[str, Any]] = []
        self.form.edited.connect(lambda name, value: self.edits.append((name, value)))
        qtbot.addWidget(self.form)
        with qtbot.waitExposed(self.form):
            self.form.show()
        self.form.activateWindow()

    def text(self, name: str) -> str:
        field = self.form.fields[name]
        assert isinstance(field, (TextField, NumberField))
        return field.text()


@pytest.fixture
def made(qtbot: QtBot) -> Wheel:
    return Wheel(qtbot)


def type_into(qtbot: QtBot, made: Wheel, name: str, text: str, key: Qt.Key | None = Qt.Key.Key_Return) -> None:
    made.form.focus(name)
    qtbot.waitUntil(lambda: made.form.fields[name].hasFocus())
    field = made.form.fields[name]
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    if text:
        qtbot.keyClicks(field, text)
    else:
        qtbot.keyClick(field, Qt.Key.Key_Delete)
    if key is not None:
        qtbot.keyClick(field, key)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("count", "12", 12),
        ("count", "1e3", 1000),
        ("count", "many", "many"),
        ("count", "-5", -5),
        ("lr", "1e-5", 1e-5),
        ("lr", ".5", 0.5),
        ("lr", "2", 2),
        ("size", "3x4", (3, 4)),
        ("size", "5", 5),
        ("size", "same", "same"),
        ("label", "42", "42"),
        ("label", "none", None),
    ],
)
def test_enter_commits_what_is_meant(qtbot: QtBot, made: Wheel, name: str, text: str, value: Any) -> None:
    type_into(qtbot, made, name, text)
    assert made.edits == [(name, value)]
    assert type(made.edits[0][1]) is type(value)


def test_half_typed_text_is_not_committed_and_stays(qtbot: QtBot, made: Wheel) -> None:
    type_into(qtbot, made, "lr", "1e-", None)
    assert made.edits == []
    made.form.set_values({"count": 7})  # somebody else's change
    assert made.text("lr") == "1e-"
    assert made.text("count") == "7"


def test_leaving_the_field_commits(qtbot: QtBot, made: Wheel) -> None:
    type_into(qtbot, made, "lr", "0.25", Qt.Key.Key_Tab)
    assert made.edits == [("lr", 0.25)]
    assert made.form.fields["share"].hasFocus(), "the order of Tab is that of the rows"


def test_nothing_is_committed_where_nothing_changed(qtbot: QtBot) -> None:
    made = Wheel(qtbot, {"lr": 0.1})
    type_into(qtbot, made, "lr", "0.1")
    type_into(qtbot, made, "count", "")
    assert made.edits == []


def test_emptying_a_field_goes_back_to_the_default(qtbot: QtBot) -> None:
    made = Wheel(qtbot, {"lr": 0.1})
    type_into(qtbot, made, "lr", "")
    assert made.edits == [("lr", MISSING)]
    assert made.form.fields["lr"].lineEdit().placeholderText() == "0.001"


def test_escape_takes_back_what_was_typed(qtbot: QtBot) -> None:
    made = Wheel(qtbot, {"lr": 0.1, "size": 3})
    for name, old in (("lr", "0.1"), ("size", "3")):
        type_into(qtbot, made, name, "9999", Qt.Key.Key_Escape)
        assert made.text(name) == old
    assert made.edits == []


@pytest.mark.parametrize(
    ("name", "start", "key", "value"),
    [
        ("count", 3, Qt.Key.Key_Up, 4),
        ("count", 1, Qt.Key.Key_Down, None),
        ("lr", 0.001, Qt.Key.Key_Up, 0.002),
        ("lr", 0.001, Qt.Key.Key_Down, 0.0009),
        ("lr", 0.03, Qt.Key.Key_Up, 0.04),
        ("share", 0.5, Qt.Key.Key_Up, 0.55),
        ("share", 1.0, Qt.Key.Key_Up, None),
        ("lr", "wrong", Qt.Key.Key_Up, None),
    ],
)
def test_arrow_keys_step(qtbot: QtBot, name: str, start: Any, key: Qt.Key, value: Any) -> None:
    made = Wheel(qtbot, {name: start})
    made.form.focus(name)
    qtbot.keyClick(made.form.fields[name], key)
    assert made.edits == ([] if value is None else [(name, pytest.approx(value))])


def test_an_unset_number_steps_from_its_default(qtbot: QtBot, made: Wheel) -> None:
    made.form.focus("count")
    qtbot.keyClick(made.form.fields["count"], Qt.Key.Key_Up)
    assert made.edits == [("count", 4)]


def test_a_held_arrow_is_one_edit(qtbot: QtBot, made: Wheel) -> None:
    made.form.focus("count")
    field = made.form.fields["count"]
    for _ in range(5):
        qtbot.keyPress(field, Qt.Key.Key_Up)
    assert made.edits == []
    qtbot.keyRelease(field, Qt.Key.Key_Up)
    assert made.edits == [("count", 8)]


def wheel(field: Any, up: int = 120) -> None:
    where = QPointF(5, 5)
    event = QWheelEvent(
        where,
        QPointF(field.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, up),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(field, event)


def test_the_wheel_leaves_unfocused_fields_alone(qtbot: QtBot, made: Wheel) -> None:
    made.form.focus("label")
    for name in ("count", "lr", "mode"):
        wheel(made.form.fields[name])
    assert made.edits == []
    made.form.focus("count")
    wheel(made.form.fields["count"])
    assert made.edits == [("count", 4)]


def test_a_choice_is_committed_when_picked(qtbot: QtBot, made: Wheel) -> None:
    field = made.form.fields["mode"]
    assert isinstance(field, ChoiceField)
    assert [field.itemText(index) for index in range(field.count())] == ["zeros", "half way", "none"]
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert made.edits == [("mode", "half_way"), ("mode", None)]


def test_a_value_that_is_no_choice_is_shown(qtbot: QtBot) -> None:
    made = Wheel(qtbot, {"mode": "stripes"})
    field = made.form.fields["mode"]
    assert isinstance(field, ChoiceField)
    assert field.currentText() == "stripes ✕"
    made.form.set_values({"mode": "half_way"})
    assert field.currentText() == "half way"
    assert field.count() == 3


def test_check_boxes(qtbot: QtBot) -> None:
    made = Wheel(qtbot, {"bias": "perhaps"})
    field = made.form.fields["bias"]
    assert isinstance(field, BoolField)
    assert field.checkState() == Qt.CheckState.PartiallyChecked
    made.form.set_values({})
    assert field.checkState() == Qt.CheckState.Checked
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton, pos=QPoint(8, field.height() // 2))
    assert made.edits == [("bias", False)]


def test_reset_is_there_only_where_something_is_set(qtbot: QtBot) -> None:
    made = Wheel(qtbot, {"lr": 0.5, "needed": 4})
    buttons = {b.accessibleName(): b for b in made.form.findChildren(QToolButton)}
    shown = {name for name, button in buttons.items() if button.isVisible()}
    assert shown == {"Reset lr"}
    qtbot.mouseClick(buttons["Reset lr"], Qt.MouseButton.LeftButton)
    assert made.edits == [("lr", MISSING)]
    assert made.text("lr") == ""


def test_a_sentence_is_shown_below_the_guilty_field(qtbot: QtBot, made: Wheel) -> None:
    made.form.set_errors({"lr": "needs lr to be a number > 0, not -1."})
    notes = [label for label in made.form.findChildren(QLabel) if label.text().startswith("✕")]
    assert [note.text() for note in notes] == ["✕ needs lr to be a number > 0, not -1."]
    field = made.form.fields["lr"]
    qtbot.waitUntil(lambda: notes[0].isVisible() and notes[0].y() > field.y())
    assert "number > 0" in field.accessibleDescription()
    made.form.set_errors({})
    assert not notes[0].isVisible()


def test_undo_belongs_to_the_focused_text_field(qtbot: QtBot, made: Wheel) -> None:
    type_into(qtbot, made, "size", "7", None)
    qtbot.keyClick(made.form.fields["size"], Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert made.text("size") == ""
    assert made.edits == []


def test_every_layer_of_the_catalogue_has_a_form(qtbot: QtBot) -> None:
    for cls in layers.all():
        form = Form(parameters(cls), dict(cls.initial))
        qtbot.addWidget(form)
        for parameter in parameters(cls):
            field = form.fields[parameter.name]
            assert field.accessibleName() == parameter.name
            assert parameter.help[1:] in field.toolTip()


def test_the_arrow_buttons_commit_when_let_go(qtbot: QtBot, made: Wheel) -> None:
    field = made.form.fields["count"]
    assert isinstance(field, NumberField)
    option = QStyleOptionSpinBox()
    field.initStyleOption(option)
    style, kind = field.style(), QStyle.ComplexControl.CC_SpinBox
    arrow = style.subControlRect(kind, option, QStyle.SubControl.SC_SpinBoxUp, field).center()
    qtbot.mousePress(field, Qt.MouseButton.LeftButton, pos=arrow)
    assert made.edits == []
    qtbot.mouseRelease(field, Qt.MouseButton.LeftButton, pos=arrow)
    assert made.edits == [("count", 4)]


def test_what_was_meant_is_shown_and_committed_once(qtbot: QtBot, made: Wheel) -> None:
    type_into(qtbot, made, "count", "1e3")
    assert made.text("count") == "1000"
    made.form.focus("lr")
    type_into(qtbot, made, "lr", ".5", Qt.Key.Key_Tab)
    assert made.edits == [("count", 1000), ("lr", 0.5)]
    type_into(qtbot, made, "lr", "5e-1")
    assert made.edits == [("count", 1000), ("lr", 0.5)]
    assert made.text("lr") == "0.5"


@pytest.mark.parametrize("name", ["lr", "size"])
def test_undo_of_the_project_works_from_a_field_without_half_typed_text(qtbot: QtBot, made: Wheel, name: str) -> None:
    undone: list[int] = []
    QShortcut(QKeySequence.StandardKey.Undo, made.form, lambda: undone.append(1))
    field, control = made.form.fields[name], Qt.KeyboardModifier.ControlModifier
    type_into(qtbot, made, name, "7", None)
    qtbot.keyClick(field, Qt.Key.Key_Z, control)
    assert (undone, made.text(name)) == ([], "")
    type_into(qtbot, made, name, "8")
    qtbot.keyClick(field, Qt.Key.Key_Z, control)
    assert (undone, made.text(name)) == ([1], "8")


def test_rows_that_say_nothing_are_left_out_unless_set(qtbot: QtBot) -> None:
    form = Form(PARAMETERS, {"count": 5})
    qtbot.addWidget(form)
    form.show()
    form.set_unread({"count", "size"})
    assert form.rows["count"].label.isVisible()
    assert not form.rows["size"].label.isVisible()
    assert not form.fields["size"].isVisible()
    form.set_values({"size": 3})
    assert form.fields["size"].isVisible()
    assert not form.fields["count"].isVisible()
    form.set_unread(())
    assert form.fields["count"].isVisible()
