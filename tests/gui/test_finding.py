"""Finding by keys: a layer of the network wherever it stands, and every action by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import presets
from engine.frames import AddFrame, Frame
from gui.actions import ACTIONS
from gui.window import MainWindow

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot: QtBot, windows: Callable[[], MainWindow]) -> MainWindow:
    made = windows()
    made.resize(1280, 800)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def rows(popup: Any) -> list[str]:
    return [popup.list.item(row).text() for row in range(popup.list.count())]


def test_a_layer_is_found_and_shown(window: MainWindow) -> None:
    window.files.show_graph(presets.build("vgg-19"))
    window.view.setFocus()
    QTest.keyClick(window.view, Qt.Key.Key_F, CTRL)
    popup = window.view.node_finder.popup
    assert popup is not None
    QTest.keyClicks(popup.line, "conv12")
    assert rows(popup)[0] == "conv12"
    QTest.keyClick(popup.line, Qt.Key.Key_Return)
    chosen = window.document.graph.by_name("conv12")
    assert chosen is not None
    assert window.document.selection == (chosen.id,)
    seen = window.view.mapToScene(window.view.viewport().rect()).boundingRect()
    assert seen.contains(window.view.canvas.nodes[chosen.id].box)
    assert window.view.hasFocus()


def test_a_frame_is_found_by_title_and_text(window: MainWindow) -> None:
    window.files.show_graph(presets.build("vgg-19"))
    window.document.apply(AddFrame(Frame("f1", (0.0, 4000.0, 300.0, 200.0), "Classifier", "Three linear layers")))
    for words in ("Classif", "linear lay"):
        window.document.select([])
        window.commands.finder.open()
        popup = window.view.node_finder.popup
        assert popup is not None
        QTest.keyClicks(popup.line, words)
        assert rows(popup)[0] == "Classifier"
        QTest.keyClick(popup.line, Qt.Key.Key_Return)
        assert window.document.frame is window.document.graph.frames["f1"]
        seen = window.view.mapToScene(window.view.viewport().rect()).boundingRect()
        assert seen.contains(window.view.canvas.frames.items["f1"].box)


def test_what_stands_in_a_block_is_found_and_its_block_opened(window: MainWindow) -> None:
    window.files.show_graph(presets.build("resnet-18"))
    QTest.keyClick(window, Qt.Key.Key_F, CTRL)
    popup = window.view.node_finder.popup
    assert popup is not None
    QTest.keyClicks(popup.line, "conv2")
    assert rows(popup)[0] == "conv2"
    QTest.keyClick(popup.line, Qt.Key.Key_Return)
    assert window.document.block_path
    (chosen,) = window.document.selection
    assert window.document.graph.nodes[chosen].name == "conv2"


def test_the_next_match_is_one_key_away_and_after_the_last_comes_the_first(window: MainWindow) -> None:
    window.files.show_graph(presets.build("lenet-5"))
    QTest.keyClick(window, Qt.Key.Key_F3)
    popup = window.view.node_finder.popup
    assert popup is not None, "nothing was searched yet"
    QTest.keyClicks(popup.line, "conv")
    QTest.keyClick(popup.line, Qt.Key.Key_Escape)
    names = []
    for _ in range(3):
        QTest.keyClick(window.view, Qt.Key.Key_F3)
        names.append(window.document.graph.nodes[window.document.selection[0]].name)
    assert names == ["conv1", "conv2", "conv1"]


def test_nothing_that_matches_is_said(window: MainWindow) -> None:
    window.files.show_graph(presets.build("lenet-5"))
    QTest.keyClick(window, Qt.Key.Key_F, CTRL)
    popup = window.view.node_finder.popup
    assert popup is not None
    QTest.keyClicks(popup.line, "xyzzy")
    assert popup.nothing.isVisible()
    QTest.keyClick(popup.line, Qt.Key.Key_Return)
    assert popup.isVisible(), "there is nothing to go to"
    QTest.keyClick(popup.line, Qt.Key.Key_Escape)
    assert window.view.node_finder.popup is None


def test_an_action_is_found_by_its_name_and_done(window: MainWindow) -> None:
    window.files.show_graph(presets.build("lenet-5"))
    window.view.setFocus()
    QTest.keyClick(window.view, Qt.Key.Key_P, CTRL | SHIFT)
    popup = window.commands.palette.popup
    assert popup is not None
    QTest.keyClicks(popup.line, "select all")
    assert rows(popup)[0] == "Select All"
    QTest.keyClick(popup.line, Qt.Key.Key_Return)
    assert len(window.document.selection) == len(window.document.graph.nodes)


def test_every_action_is_in_the_palette_with_its_keys_and_what_cannot_be_done_comes_last(window: MainWindow) -> None:
    window.files.show_graph(presets.build("lenet-5"))
    window.commands.palette.open()
    popup = window.commands.palette.popup
    assert popup is not None
    matches = popup.matches("")
    assert {match.thing for match in matches} == {window.actions_table[action.id] for action in ACTIONS}
    fits = [match.fits for match in matches]
    assert fits == sorted(fits, reverse=True)
    assert {match.title: match.aside for match in matches}["Fit All"] == "Home"
    popup.close_up()
