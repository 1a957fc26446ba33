"""The field of an Input or Output is chosen from those of the data, or typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import presets
from engine.edits import MISSING, SetSetting
from gui.forms.suggestion_field import SuggestionField
from gui.window import MainWindow


def field_of(window: MainWindow, kind: str) -> SuggestionField:
    window.document.select([window.document.project.of_type(kind)[0].id])
    assert window.design.inspector.form is not None
    field = window.design.inspector.form.fields["field"]
    assert isinstance(field, SuggestionField)
    return field


def offered(field: SuggestionField) -> list[str]:
    return [field.itemText(index) for index in range(field.count())]


def held(window: MainWindow) -> object:
    return window.document.project.nodes[window.document.selection[0]].parameters.get("field", MISSING)


def test_the_fields_of_the_data_are_offered_with_shape_and_type(
    windows: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = windows()
    window.files.show_graph(presets.build("lenet-5"))
    with qtbot.waitActive(window):
        window.activateWindow()
    field = field_of(window, "Input")
    assert offered(field) == ["image   1 × 32 × 32, float32", "label   one number, int64"]
    assert field.edit.text() == ""
    field.setFocus()
    field.showPopup()
    QTest.keyClick(field.view(), Qt.Key.Key_Home)
    QTest.keyClick(field.view(), Qt.Key.Key_Return)
    assert (held(window), field.edit.text()) == ("image", "image")
    window.commands.editing.undo()
    assert (held(window), field.edit.text()) == (MISSING, "")
    assert offered(field_of(window, "Output"))[0] == "label   one number, int64"
    window.document.apply(SetSetting(("data", "transforms"), MISSING))
    window.document.apply(SetSetting(("data", "dataset"), "iris"))
    assert offered(field_of(window, "Input"))[0] == "features   4, float32"
    window.document.apply(SetSetting(("data", "dataset"), MISSING))
    assert offered(field_of(window, "Input")) == []


def test_an_unknown_field_stays_as_typed_and_is_a_problem(windows: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = windows()
    window.files.show_graph(presets.build("lenet-5"))
    with qtbot.waitActive(window):
        window.activateWindow()
    field = field_of(window, "Input")
    field.setFocus()
    QTest.keyClicks(QApplication.focusWidget(), "imag")
    assert held(window) is MISSING, "nothing is set while it is typed"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert (held(window), field.edit.text()) == ("imag", "imag")
    assert "imag" in window.design.inspector.form.errors["field"]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (held(window), field.edit.text()) == (MISSING, "")
