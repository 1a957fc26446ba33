"""Keys of one's own: searched, pressed, refused with a reason, asked about where another action has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeWidget
from pytestqt.qtbot import QtBot

from gui.actions import ACTIONS, doables
from gui.keys.keymap import defaults, keymap, normal
from gui.keys.sheet import KeySheet
from gui.keys.shortcuts_page import ID, ShortcutsPage
from gui.keys.usable import refusal
from gui.preferences import Preferences
from gui.window import MainWindow

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture(autouse=True)
def own_keys() -> Iterator[None]:
    keymap.follow(Preferences())
    yield
    keymap.follow(Preferences())
    keymap.reset_all()


@pytest.fixture
def page(qtbot: QtBot) -> ShortcutsPage:
    made = ShortcutsPage(doables())
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def rows(tree: QTreeWidget) -> list[tuple[str, str]]:
    groups = [tree.topLevelItem(index) for index in range(tree.topLevelItemCount())]
    items = [group.child(row) for group in groups for row in range(group.childCount())]
    return [(item.text(0), item.text(1)) for item in items]


def choose(page: ShortcutsPage, action_id: str) -> None:
    page.words.clear()
    tree = page.tree
    groups = [tree.topLevelItem(index) for index in range(tree.topLevelItemCount())]
    items = [group.child(row) for group in groups for row in range(group.childCount())]
    tree.setCurrentItem(next(item for item in items if item.data(0, ID) == action_id))


def press(page: ShortcutsPage, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """As a person does: Set Keys, then the keys."""
    QTest.mouseClick(page.set, Qt.MouseButton.LeftButton)
    assert page.pressed.hasFocus()
    QTest.keyClick(page.pressed, key, held)


def test_every_default_can_be_stored_and_no_two_actions_share_one() -> None:
    every = [keys for action in ACTIONS for keys in keymap.keys(action.id)]
    assert all(every)
    assert len(set(every)) == len(every)
    assert sum(map(len, defaults().values())) == len(every)


def test_new_keys_count_at_once_and_at_the_next_start(page: ShortcutsPage) -> None:
    choose(page, "edit.duplicate")
    press(page, Qt.Key.Key_J, CTRL)
    assert keymap.keys("edit.duplicate") == ["Ctrl+J"]
    assert page.current is not None
    assert page.tree.currentItem().text(1) == "Ctrl+J"
    assert page.tree.currentItem().text(2) == "changed"
    keymap.follow(Preferences())
    assert keymap.keys("edit.duplicate") == ["Ctrl+J"]
    QTest.mouseClick(page.reset, Qt.MouseButton.LeftButton)
    assert keymap.keys("edit.duplicate") == ["Ctrl+D"]
    assert Preferences().text("keymap") == ""


def test_a_conflict_names_both_and_is_resolved_by_a_choice(page: ShortcutsPage) -> None:
    choose(page, "edit.duplicate")
    press(page, Qt.Key.Key_G, CTRL)
    assert "Ctrl+G belongs to Make Block" in page.conflict.sentence.text()
    assert "Duplicate" in page.conflict.sentence.text()
    assert keymap.keys("edit.duplicate") == ["Ctrl+D"], "nothing is taken without an answer"
    QTest.mouseClick(page.conflict.leave, Qt.MouseButton.LeftButton)
    assert keymap.own == {}
    press(page, Qt.Key.Key_G, CTRL)
    QTest.mouseClick(page.conflict.swap, Qt.MouseButton.LeftButton)
    assert keymap.keys("edit.duplicate") == ["Ctrl+G"]
    assert keymap.keys("canvas.make_block") == ["Ctrl+D"]
    press(page, Qt.Key.Key_D, CTRL)
    QTest.keyClick(page.conflict.give, Qt.Key.Key_Space)
    assert keymap.keys("edit.duplicate") == ["Ctrl+D"]
    assert keymap.keys("canvas.make_block") == []
    choose(page, "canvas.make_block")
    QTest.mouseClick(page.reset, Qt.MouseButton.LeftButton)
    assert keymap.keys("canvas.make_block") == ["Ctrl+G"], "nobody has it any more"
    QTest.mouseClick(page.reset_all, Qt.MouseButton.LeftButton)
    assert keymap.own == {}


def test_a_reset_does_not_take_keys_away_unasked(page: ShortcutsPage) -> None:
    keymap.give({"edit.duplicate": ["Ctrl+J"], "canvas.make_block": ["Ctrl+D"]})
    choose(page, "edit.duplicate")
    QTest.mouseClick(page.reset, Qt.MouseButton.LeftButton)
    assert keymap.keys("edit.duplicate") == ["Ctrl+J"]
    assert "Ctrl+D belongs to Make Block" in page.conflict.sentence.text()
    QTest.mouseClick(page.conflict.give, Qt.MouseButton.LeftButton)
    assert keymap.keys("edit.duplicate") == ["Ctrl+D"]
    assert keymap.keys("canvas.make_block") == []


@pytest.mark.parametrize(
    ("action_id", "key", "held", "why"),
    [
        ("file.new", Qt.Key.Key_B, Qt.KeyboardModifier.NoModifier, "hold Ctrl or Alt"),
        ("file.new", Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier, "Tab leads from one control"),
        ("canvas.fit", Qt.Key.Key_Up, CTRL, "arrow keys"),
        ("canvas.fit", Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, "Space"),
        ("file.quit", Qt.Key.Key_F4, ALT, "closes the window"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(
    page: ShortcutsPage, action_id: str, key: Qt.Key, held: Qt.KeyboardModifier, why: str
) -> None:
    choose(page, action_id)
    press(page, key, held)
    assert "cannot be used" in page.note.text()
    assert why in page.note.text()
    assert keymap.own == {}


def test_actions_are_found_by_name_and_by_pressing_keys(page: ShortcutsPage) -> None:
    QTest.keyClicks(page.words, "wires paste")
    assert rows(page.tree) == [("Paste with Wires", "Ctrl+Shift+V")]
    page.words.clear()
    QTest.mouseClick(page.by_keys, Qt.MouseButton.LeftButton)
    QTest.keyClick(page.asked, Qt.Key.Key_G, CTRL)
    assert rows(page.tree) == [("Make Block", "Ctrl+G")]
    QTest.mouseClick(page.by_keys, Qt.MouseButton.LeftButton)
    QTest.keyClick(page.asked, Qt.Key.Key_Escape)
    assert rows(page.tree) == [("Make Block", "Ctrl+G")], "nothing was pressed"
    QTest.mouseClick(page.all_again, Qt.MouseButton.LeftButton)
    assert len(rows(page.tree)) == len(ACTIONS)


@settings(max_examples=80, deadline=None)
@given(
    key=st.sampled_from([Qt.Key.Key_A, Qt.Key.Key_5, Qt.Key.Key_F7, Qt.Key.Key_Tab, Qt.Key.Key_Left, Qt.Key.Key_Space]),
    held=st.sets(st.sampled_from([CTRL, SHIFT, ALT])),
    on_canvas=st.booleans(),
)
def test_what_is_not_refused_is_one_key_that_is_stored_as_it_is(
    key: Qt.Key, held: set[Qt.KeyboardModifier], on_canvas: bool
) -> None:
    number = int(key) | sum(each.value for each in held)
    keys = QKeySequence(number).toString(QKeySequence.SequenceFormat.PortableText)
    if not refusal(keys, on_canvas=on_canvas):
        assert normal(keys) == keys
        assert on_canvas or held & {CTRL, ALT} or key == Qt.Key.Key_F7


def test_damaged_keys_leave_those_that_layerloom_comes_with() -> None:
    preferences = Preferences()
    for text in ("[", "[1]", '{"file.new": 3, "x": ["Ctrl+?!"]}', '{"file.new": ["", 7, "Ctrl+A, Ctrl+B"]}'):
        preferences.set_text("keymap", text)
        keymap.follow(preferences)
        assert keymap.keys("file.open") == ["Ctrl+O"]
        assert all(keymap.sequences("file.new"))


def test_menus_tooltips_and_sheet_follow_at_once(windows: Callable[[], MainWindow]) -> None:
    window = windows()
    window.commands.help.show_keys()
    sheet = window.commands.help.sheet
    assert isinstance(sheet, KeySheet)
    QTest.keyClicks(sheet.words, "auto save")
    assert rows(sheet.tree) == []
    sheet.words.setText("everything lay out")
    sheet.words.setText("arrange everything")
    assert rows(sheet.tree) == [("Arrange Everything", "L")]
    keymap.give({"canvas.arrange": ["Ctrl+Shift+K"], "train.start": ["F5"], "canvas.add": ["Shift+A"]})
    assert rows(sheet.tree) == [("Arrange Everything", "Ctrl+Shift+K")]
    assert window.actions_table["canvas.arrange"].shortcut() == QKeySequence("Ctrl+Shift+K")
    assert "(Ctrl+Shift+K)" in window.actions_table["canvas.arrange"].toolTip()
    assert "(F5)" in window.pages.training.controls.train.toolTip()
    sheet.words.setText("alt drag")
    assert rows(sheet.tree) == [("Clone layers", "Alt+drag")]
    sheet.close()
    window.pages.show_design()
    QTest.keyClick(window.view, Qt.Key.Key_A, SHIFT)
    assert window.view.popup is not None
    QTest.keyClick(window.view.popup.line, Qt.Key.Key_Escape)
    QTest.keyClick(window.view, Qt.Key.Key_Tab)
    assert window.view.popup is None, "Tab is not its key any more"
