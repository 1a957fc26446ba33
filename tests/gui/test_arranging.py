"""Many layers are arranged beside other things: with progress and Cancel, as one step, given up after an edit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.edits import RenameNode
from engine.graph import Graph
from gui.canvas.commands import arranging
from gui.window import MainWindow

Windows = Callable[[], MainWindow]


def scattered(count: int = 12) -> Graph:
    """A chain whose layers stand anywhere."""
    graph = Graph("scattered")
    last = graph.add("Input", shape=(8,), position=(0.0, 0.0))
    for number in range(count):
        layer = graph.add("ReLU", position=(number % 5 * 700.0, number % 3 * 500.0))
        graph.connect(last, layer)
        last = layer
    return graph


def go_on() -> None:
    """Long enough for what might still go on."""
    for _ in range(50):
        QApplication.processEvents()


@pytest.fixture
def window(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A window with a network that is arranged in slices of two steps."""
    monkeypatch.setattr(arranging, "AT_ONCE", 3)
    monkeypatch.setattr(arranging, "STEPS", 2)
    monkeypatch.setattr(arranging, "TOLD", 5)
    made = windows()
    made.files.show_graph(scattered())
    made.view.setFocus()
    return made


def test_it_goes_on_with_progress_and_is_one_step_that_is_undone(qtbot: QtBot, window: MainWindow) -> None:
    document, bar = window.document, window.design.arranging
    before = dict(document.graph.positions)
    shown: list[int] = []
    bar.bar.valueChanged.connect(shown.append)
    with qtbot.waitSignal(document.changed):
        QTest.keyClick(window.view, Qt.Key.Key_L)
        assert bar.isVisible()
        assert bar.words.text() == "Arranging 13 layers …"
        assert document.graph.positions == before, "the window does not wait for it"
    assert len(shown) > 10
    assert shown == sorted(shown)
    assert not bar.isVisible()
    assert document.history.count == 1
    arranged = dict(document.graph.positions)
    assert len({x for x, _ in arranged.values()}) == 1 or len({y for _, y in arranged.values()}) == 1
    window.view.editing.undo()
    assert document.graph.positions == before
    window.view.editing.redo()
    assert document.graph.positions == arranged


def test_cancel_changes_nothing(window: MainWindow) -> None:
    document, bar = window.document, window.design.arranging
    before = dict(document.graph.positions)
    QTest.keyClick(window.view, Qt.Key.Key_L)
    QTest.mouseClick(bar.cancel, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()
    assert window.statusBar().currentMessage() == "Arranging was cancelled; nothing has changed."
    go_on()
    assert document.graph.positions == before
    assert document.history.count == 0


@pytest.mark.parametrize("undo", [False, True])
def test_after_an_edit_meanwhile_it_is_given_up(qtbot: QtBot, window: MainWindow, undo: bool) -> None:
    document, bar = window.document, window.design.arranging
    document.apply(RenameNode("n2", "first"))
    before = dict(document.graph.positions)
    QTest.keyClick(window.view, Qt.Key.Key_L)
    assert bar.isVisible()
    if undo:
        window.view.editing.undo()
    else:
        document.apply(RenameNode("n3", "second"))
    assert not bar.isVisible()
    go_on()
    assert "was not arranged" in window.statusBar().currentMessage()
    assert document.graph.positions == before
    assert document.history.count == 1 + (not undo)
    QTest.keyClick(window.view, Qt.Key.Key_L)
    qtbot.waitUntil(lambda: not bar.isVisible())
    assert document.graph.positions != before
