"""The window shows the Start page at once; the first thing beyond it builds the rest, if that is not there by then."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.actions import ACTIONS
from gui.app import build_window
from gui.window import MainWindow


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    """One that shows its Start page and has nothing else yet."""
    QApplication.setStyle("Fusion")
    made = build_window(furnished=False)
    qtbot.addWidget(made)
    made.resize(1280, 800)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    assert not made.furnished
    return made


def test_a_card_opens_its_network(window: MainWindow) -> None:
    card = window.start.gallery.cards["lenet-5"]
    window.start.gallery.area.ensureWidgetVisible(card)
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert window.document.project.name == "LeNet-5"
    assert window.pages.drawing
    assert window.actions_table["page.design"].isChecked()
    assert window.windowTitle() == "LeNet-5 – Layerloom"


def test_keys_of_the_canvas_mean_nothing_there_and_those_of_the_window_work(window: MainWindow) -> None:
    words = window.start.gallery.bar.words
    words.setFocus()
    QTest.keyClicks(words, "l")  # L arranges the canvas
    QTest.keyClick(words, Qt.Key.Key_Delete)
    assert not window.furnished
    assert words.text() == "l"
    window.furnish()
    assert QApplication.focusWidget() is words, "who types is not interrupted"
    QTest.keyClicks(words, "en")
    assert words.text() == "len"
    assert not window.actions_table["canvas.arrange"].isEnabled()
    QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert window.pages.drawing
    assert window.actions_table["canvas.arrange"].isEnabled()


def test_what_cannot_be_done_yet_looks_so_from_the_start(window: MainWindow) -> None:
    before = {action_id: window.actions_table[action_id].isEnabled() for action_id in (each.id for each in ACTIONS)}
    checked = window.actions_table["page.start"].isChecked()
    window.furnish()
    assert before == {action_id: window.actions_table[action_id].isEnabled() for action_id in before}
    assert checked


def test_it_can_be_closed_at_once(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.closed):
        window.close()
    assert not window.furnished
    assert window.preferences.bytes("window") is not None


def test_the_start_page_needs_little_of_the_program() -> None:
    late = ("gui.workbench", "gui.canvas.view", "engine.problems", "engine.shapes", "engine.settings.training", "qtpy")
    code = f"import sys, gui.app; print([name for name in {late} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "[]"


def test_the_program_furnishes_the_window_by_itself() -> None:
    code = (
        "from gui import app\n"
        "def furnished(loader):\n"
        "    window = next(each for each in app.application().topLevelWidgets() if isinstance(each, app.MainWindow))\n"
        "    print(window.furnished, window.isVisible(), window.windowTitle(), flush=True)\n"
        "    window.close()\n"
        "app.TorchLoader.start = furnished\n"
        "print(app.main())\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert found.stdout.splitlines() == ["True True untitled – Layerloom", "0"]
