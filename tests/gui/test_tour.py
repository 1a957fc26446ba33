"""The guided tour: each step is seen by what the network is, it is left and taken up again, and covers nothing."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import presets
from engine.edits import SetParameter
from engine.home import home
from gui.preferences import Preferences
from gui.tour.panel import EDGE, WIDTH, corner
from gui.tour.steps import STEPS, Progress, lenet, path
from gui.tour.tour import FILE, KEPT, TITLE
from gui.window import MainWindow

sides, things = st.integers(0, 1600), st.integers(1, 900)


@settings(max_examples=200, deadline=None)
@given(left=sides, top=st.integers(0, 900), width=things, height=things, tall=st.integers(80, 380))
def test_the_card_covers_what_is_pointed_at_only_where_every_corner_would(
    left: int, top: int, width: int, height: int, tall: int
) -> None:
    room, card = QRect(0, 100, 1280, 660), QRect(0, 0, WIDTH, tall)
    target = QRect(left, top, width, height)
    chosen = QRect(corner(room, target, card), card.size())
    assert room.adjusted(EDGE, EDGE, -EDGE, -EDGE).contains(chosen)
    if chosen.intersects(target):
        corners = [QRect(room.left() + EDGE, y, WIDTH, tall) for y in (chosen.top(), room.top() + EDGE)]
        assert all(each.intersects(target) for each in corners)


def test_the_last_step_before_training_is_met_by_lenet_itself() -> None:
    graph = presets.build("lenet-5")
    kinds = [node.type for node in path(graph)]
    assert kinds == list(lenet())
    assert [step.title for step in STEPS if step.done(Progress(graph))] == [
        step.title for step in STEPS if step.title not in ("Break it", "Train it")
    ]


def add(window: MainWindow, *names: str) -> None:
    """As a person does who leaves the mouse alone: the key of Add Layer, the name, Enter."""
    for name in names:
        QTest.keyClick(window.view, Qt.Key.Key_Tab)
        assert window.view.popup is not None
        QTest.keyClicks(window.view.popup.line, name)
        QTest.keyClick(window.view.popup.line, Qt.Key.Key_Return)
        QApplication.processEvents()


def put(window: MainWindow, kind: str, at: int, **values: object) -> None:
    node = [node for node in path(window.document.project) if node.type == kind][at]
    for name, value in values.items():
        window.document.apply(SetParameter(node.id, name, value))
    QApplication.processEvents()


def test_draw_break_and_fix_leave_and_go_on(windows: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = windows()
    window.resize(1280, 800)
    tour, card, ring = window.tour, window.guide.card, window.guide.ring
    window.guide.offer_once()
    assert window.guide.offer.isVisible()
    QTest.mouseClick(window.guide.offer.button, Qt.MouseButton.LeftButton)
    assert not window.guide.offer.isVisible()
    assert window.document.project.name == TITLE
    assert card.isVisible()
    assert "step 1 of 10" in card.count.text()
    assert "press Tab" in card.text.text()
    add(window, "relu")
    assert tour.number == 1, "that is not what was asked for"
    window.document.history.undo()
    add(window, "input")
    assert tour.number == 2
    add(window, "conv2d")
    assert tour.number == 3
    assert ring.isVisible()
    assert not card.geometry().intersects(ring.geometry().adjusted(4, 4, -4, -4)), "it covers nothing"
    put(window, "Conv2d", 0, out_channels=6, kernel_size=5)
    assert tour.step is not None
    assert tour.step.title == "Bend and shrink"
    window.document.select([path(window.document.project)[-1].id])
    add(window, "relu", "maxpool2d", "conv2d")
    QTest.mouseClick(card.leave, Qt.MouseButton.LeftButton)
    assert not card.isVisible()
    assert not ring.isVisible()
    assert Preferences().text(KEPT) == "4"
    window.document.discard()
    window.files.new()
    window.guide.offer_once()
    assert not window.guide.offer.isVisible(), "it is offered once"
    window.actions_table["help.tour"].trigger()
    assert tour.number == 5
    assert [node.type for node in path(window.document.project)] == list(lenet()[:5])
    window.document.select([path(window.document.project)[-1].id])
    add(window, "relu", "maxpool2d", "flatten", "linear", "relu", "linear", "relu", "linear", "output")
    assert tour.step is not None
    assert tour.step.title == "The answer"
    put(window, "Linear", 2, out_features=10)
    put(window, "Input", 0, shape=(1, 32, 32))
    assert tour.step.title == "Break it"
    put(window, "MaxPool2d", 1, kernel_size=50)
    assert tour.step.title == "Fix it"
    assert ring.geometry().contains(ring.geometry().center())
    window.commands.editing.undo()
    QApplication.processEvents()
    assert tour.step.title == "Train it"
    tour.count_epoch()
    QApplication.processEvents()
    assert tour.ended
    assert "trained a network" in card.title.text()
    QTest.mouseClick(card.leave, Qt.MouseButton.LeftButton)
    assert Preferences().text(KEPT) == "done"
    assert not tour.active


def test_another_project_ends_it_and_a_damaged_file_begins_it_again(windows: Callable[[], MainWindow]) -> None:
    window = windows()
    window.tour.start()
    add(window, "input")
    window.document.discard()
    window.files.show_graph(presets.build("mlp"))
    assert not window.tour.active
    assert not window.guide.card.isVisible()
    assert window.tour.left_at == 1
    (home() / FILE).write_bytes(b"{")
    window.tour.start()
    assert window.tour.number == 1
    assert window.document.project.nodes == {}
    window.guide.close()
