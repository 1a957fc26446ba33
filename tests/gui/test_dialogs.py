"""Every dialog: nothing is cut with text of twice the size, Tab reaches all there is, and screen readers get a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

import presets
from gui.accessibility.install import install
from gui.explanation import Explanation
from gui.preference_list import FONT_SIZE
from gui.preferences import Preferences
from gui.theme import theme
from gui.window import MainWindow
from tests.gui.test_cut_words import all_cut
from tests.gui.test_large_text import settle
from tests.gui.test_tab_order import controls, reached

BY_ACTION = (
    *("edit.preferences", "edit.shortcuts", "file.export", "file.export_drawing", "file.load_weights"),
    *("help.keys", "help.contents", "help.worked", "help.slide", "help.about", "canvas.slide"),
)


@pytest.fixture
def restored() -> Iterator[None]:
    yield
    Preferences().put(FONT_SIZE, "100")
    theme.set_text_size(100)


def dialogs(window: MainWindow) -> Iterator[tuple[str, QDialog]]:
    """Each dialog of the window, shown in turn."""
    for action in BY_ACTION:
        window.actions_table[action].trigger()
        for dialog in window.findChildren(QDialog):
            if dialog.isVisible():
                yield action, dialog
                dialog.reject()
    for code in ("window", "axes"):
        explanation = Explanation(code, window)
        explanation.show()
        yield code, explanation
        explanation.reject()


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("percent", ["100", "200"])
def test_every_dialog_can_be_read_and_used(windows: Callable[[], MainWindow], qtbot: QtBot, percent: str) -> None:
    install()
    Preferences().put(FONT_SIZE, percent)
    window = windows()
    window.resize(1278, 775)
    window.files.show_graph(presets.build("lenet-5"))
    conv = window.document.graph.by_name("conv1")
    assert conv is not None
    window.document.select([conv.id])
    found, seen = set[str](), 0
    for where, dialog in dialogs(window):
        settle()
        seen += 1
        found.update(f"{where}: cut: {said}" for said in all_cut(dialog))
        if dialog.width() > 1280 or dialog.height() > 775:
            found.add(f"{where} is larger than the screen: {dialog.size().toTuple()}")
        ways = reached(dialog)
        for widget in controls(dialog):
            name = f"{where}: {type(widget).__name__} {spoken(widget)!r}"
            if widget not in ways and widget.focusProxy() not in ways:
                found.add(f"{name} is not reached by Tab")
            if not spoken(widget):
                found.add(f"{name} has no name")
            if role(widget) in (QAccessible.Role.NoRole, QAccessible.Role.Client):
                found.add(f"{name} has no role")
    assert seen == len(BY_ACTION) + 2
    assert "\n".join(sorted(found)) == ""


def spoken(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


def role(widget: QWidget) -> QAccessible.Role:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.role() if interface is not None else QAccessible.Role.NoRole
