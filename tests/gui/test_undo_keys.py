"""Ctrl+Z takes back the last step of the project wherever the focus is, except in a text with edits of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

import presets
from engine.edits import RenameGraph
from gui.window import MainWindow
from tests.engine.corpus.notation import read
from tests.gui.test_mending import BEFORE_A_NEW_LAYER, FAULTY

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Windows = Callable[[], MainWindow]


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    """A key into whatever has the focus."""
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key, modifiers)


def opened(windows: Windows, qtbot: QtBot) -> MainWindow:
    window = windows()
    with qtbot.waitActive(window):
        window.activateWindow()
    window.files.show_graph(presets.build("lenet-5"))
    return window


def text_fields(page: QWidget) -> list[QWidget]:
    """All that can be typed into on a page, hidden parts of forms left out."""
    kinds = (QLineEdit, QPlainTextEdit, QTextEdit, QComboBox)
    found = [field for field in page.findChildren(QWidget) if isinstance(field, kinds)]
    return [field for field in found if field.isVisible() and field.isEnabled()]


@pytest.mark.parametrize("page", ["start", "design", "data", "training"])
def test_a_field_without_edits_of_its_own_lets_undo_and_redo_through(windows: Windows, qtbot: QtBot, page: str) -> None:
    window = opened(windows, qtbot)
    getattr(window.pages, f"show_{page}")()
    window.document.select(list(window.document.project.nodes)[1:2])
    fields = text_fields(getattr(window.pages, page))
    assert fields or page == "start"
    for field in fields:
        window.document.apply(RenameGraph("renamed"))
        field.setFocus()
        if QApplication.focusWidget() is None:
            continue
        press(Qt.Key.Key_Z, CTRL)
        assert window.document.project.name == "LeNet-5", f"{field.accessibleName()} swallows Ctrl+Z"
        press(Qt.Key.Key_Z, CTRL | SHIFT)
        assert window.document.project.name == "renamed", f"{field.accessibleName()} swallows Ctrl+Shift+Z"
        press(Qt.Key.Key_Z, CTRL)
        press(Qt.Key.Key_Y, CTRL)
        assert window.document.project.name == "renamed", f"{field.accessibleName()} swallows Ctrl+Y"
        press(Qt.Key.Key_Z, CTRL)


def test_what_was_typed_is_taken_back_first(windows: Windows, qtbot: QtBot) -> None:
    window = opened(windows, qtbot)
    window.document.apply(RenameGraph("renamed"))
    search = window.design.palette_panel.search
    search.setFocus()
    QTest.keyClicks(search, "conv")
    press(Qt.Key.Key_Z, CTRL)
    assert (search.text(), window.document.project.name) == ("", "renamed")
    press(Qt.Key.Key_Z, CTRL)
    assert window.document.project.name == "LeNet-5"
    press(Qt.Key.Key_Z, CTRL | SHIFT)  # the field has an edit to do again: it is the later one
    assert (search.text(), window.document.project.name) == ("conv", "LeNet-5")


def test_after_a_clicked_fix_or_offer_undo_takes_it_back(windows: Windows, qtbot: QtBot) -> None:
    window = opened(windows, qtbot)
    window.files.show_graph(read(BEFORE_A_NEW_LAYER, {"data.dataset": "digits"}))
    document, design = window.document, window.design
    pool = document.graph.by_name("pool")
    assert pool is not None
    window.view.editing.add_layer("Conv2d", (0.0, 500.0), after=pool.id)
    offers, fixes = design.inspector.node_page.offers, design.problems.card.fixes
    for shown in (offers, offers, fixes):
        if shown is fixes:
            window.files.show_graph(read(FAULTY))
        qtbot.waitUntil(lambda shown=shown: bool(shown.buttons), timeout=10_000)
        index = document.history.index
        QTest.mouseClick(shown.buttons[0], Qt.MouseButton.LeftButton)
        assert document.history.index == index + 1
        press(Qt.Key.Key_Z, CTRL)
        assert document.history.index == index
        press(Qt.Key.Key_Y, CTRL)
        assert document.history.index == index + 1
