"""The preferences dialog: what is chosen counts at once and at the next start, is found by words, and can be undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from engine.edits import RenameGraph
from engine.graph import Graph
from engine.project import save
from gui.app import open_last
from gui.canvas.camera import STEP
from gui.canvas.sheet import Habits
from gui.document import Document
from gui.open_file.autosave import MINUTE, Autosave
from gui.preference_list import (
    AUTOSAVE,
    GRID,
    OPEN_LAST,
    PREFERENCES,
    RECENT,
    SNAP,
    THEME,
    WHEEL,
    ZOOM,
    Preference,
)
from gui.preferences import Preferences
from gui.preferences_dialog.dialog import PreferencesDialog
from gui.theme import theme
from gui.widgets import Note
from gui.window import MainWindow
from tests.gui.conftest import Hand


@pytest.fixture
def dialog(qtbot: QtBot) -> PreferencesDialog:
    made = PreferencesDialog(Preferences(), [], None)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def shown(dialog: PreferencesDialog) -> list[Preference]:
    return [each for each, form in dialog.settings.forms.items() if form.isVisible()]


@settings(max_examples=60, deadline=None)
@given(each=st.sampled_from(PREFERENCES), text=st.text(max_size=8) | st.integers().map(str))
def test_whatever_the_file_says_a_value_is_one_that_can_be_chosen(each: Preference, text: str) -> None:
    value, parameter = each.value(text), each.parameter
    if parameter.kind == "choice":
        assert value in parameter.choices
    elif parameter.kind == "int":
        assert isinstance(value, int)
        assert parameter.minimum <= value <= parameter.maximum  # type: ignore[operator]
    else:
        assert isinstance(value, bool)
    assert each.value(each.text(value)) == value


def test_groups_and_words_find_preferences(dialog: PreferencesDialog) -> None:
    assert THEME in shown(dialog)
    assert WHEEL not in shown(dialog)
    QTest.keyClicks(dialog.words, "touchpad")
    assert shown(dialog) == [WHEEL, ZOOM]
    dialog.words.setText("nothing like this")
    assert shown(dialog) == []
    assert dialog.settings.nothing.isVisible()
    dialog.show_group("Files")
    assert RECENT in shown(dialog)
    assert dialog.words.text() == ""


def test_what_is_chosen_is_stored_restored_and_chosen_again(dialog: PreferencesDialog) -> None:
    box = dialog.settings.forms[THEME].fields[THEME.title]
    assert isinstance(box, QComboBox)
    QTest.keyClick(box, Qt.Key.Key_End)
    assert Preferences().get(THEME) == "dark"
    assert dialog.settings.forms[THEME].rows[THEME.title].reset.isVisible()
    QTest.mouseClick(dialog.restore, Qt.MouseButton.LeftButton)
    assert "2 preferences" in dialog.note.text(), "the theme, and where tests train"
    assert Preferences().get(THEME) == "system"
    assert box.currentText() == "as the system"
    QTest.mouseClick(dialog.undo, Qt.MouseButton.LeftButton)
    assert Preferences().get(THEME) == "dark"
    assert not dialog.undo.isVisible()


def test_the_window_follows_at_once(windows: Callable[[], MainWindow]) -> None:
    window = windows()
    window.commands.settings.show()
    assert window.commands.settings.dialog is not None
    size, scheme = QApplication.font().pointSizeF(), QGuiApplication.styleHints().colorScheme()
    for each, value in ((THEME, "dark"), (GRID, False), (SNAP, False), (WHEEL, "scroll"), (ZOOM, "130")):
        window.preferences.put(each, value)
    assert theme.name == "dark"
    assert window.view.habits == Habits(grid=False, snap=False, scrolls=True, step=1.3)
    window.commands.preferences.switch_theme()
    assert (theme.name, window.preferences.get(THEME)) == ("light", "light")
    window.preferences.put(PREFERENCES[1], "150")
    assert QApplication.font().pointSizeF() == pytest.approx(1.5 * size)
    hint = window.commands.settings.dialog.settings.forms[THEME].findChildren(Note)[0]
    assert hint.font().pointSizeF() == pytest.approx(1.5 * 0.92 * size), "small text grows as well"
    window.preferences.put(PREFERENCES[1], "100")
    assert QApplication.font().pointSizeF() == pytest.approx(size)
    assert QGuiApplication.styleHints().colorScheme() == scheme
    window.commands.settings.dialog.close()


def test_the_last_project_is_opened_where_that_is_preferred(
    windows: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path, chain: Graph
) -> None:
    window = windows()
    save(chain, tmp_path / "last.loom")
    window.preferences.add_recent(tmp_path / "last.loom")
    open_last(window)
    assert not window.files.busy, "the Start page is shown"
    window.preferences.put(OPEN_LAST, "last")
    open_last(window)
    qtbot.waitUntil(lambda: window.document.path == tmp_path / "last.loom")


def turn(hand: Hand, notches: int, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    viewport = hand.view.viewport()
    at = QPointF(viewport.rect().center())
    event = QWheelEvent(
        at, viewport.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, held, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)


def test_the_wheel_zooms_or_scrolls(show: Callable[..., Hand], chain: Graph) -> None:
    hand = show(chain)
    camera, ctrl = hand.view.camera, Qt.KeyboardModifier.ControlModifier
    turn(hand, 1)
    assert camera.scale == pytest.approx(STEP)
    hand.view.take(Habits(scrolls=True, step=1.3))
    before = camera.offset
    turn(hand, -1)
    assert (camera.scale, camera.offset) == (pytest.approx(STEP), before + QPoint(0, 120))
    turn(hand, -1, Qt.KeyboardModifier.ShiftModifier)
    assert camera.offset == before + QPoint(120, 120)
    turn(hand, 1, ctrl)
    assert camera.scale == pytest.approx(STEP * 1.3)


def test_without_the_grid_layers_go_where_they_are_dragged(show: Callable[..., Hand], chain: Graph) -> None:
    hand = show(chain)
    hand.view.take(Habits(snap=False))
    before = hand.view.document.graph.positions["n4"]
    middle = hand.middle("n4")
    hand.drag(middle, middle + QPointF(150, 21))
    after = hand.view.document.graph.positions["n4"]
    assert (after[0] - before[0], after[1] - before[1]) == (150, 21)


def test_a_project_saves_itself_where_that_is_wanted(tmp_path: Path, chain: Graph) -> None:
    document, written = Document(), list[Path]()
    autosave = Autosave(document, written.append, lambda: False, document)
    document.open_graph(chain, tmp_path / "a.loom")
    document.apply(RenameGraph("first"))
    assert not autosave.timer.isActive(), "nobody wants it"
    autosave.set_minutes(int(str(AUTOSAVE.value("5"))))
    document.apply(RenameGraph("changed"))
    assert autosave.timer.interval() == 5 * MINUTE
    autosave.timer.timeout.emit()
    assert written == [tmp_path / "a.loom"]
    document.discard()
    assert not autosave.timer.isActive()
    document.apply(RenameGraph("again"))
    document.set_state(read_only="no permission", missing=False)
    assert not autosave.timer.isActive(), "it may not be written"
    autosave.close()
