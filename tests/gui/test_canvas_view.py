"""Looking and working by key and by menu: zoom, fit, arrow keys, deleting, arranging, connecting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt, QThread, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from engine.edits import Move
from engine.graph import Edge, Graph
from gui.canvas.view import View
from gui.document import Document

Show = Callable[[Graph], Any]
CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


def turn(view: View, at: QPoint, clicks: int) -> None:
    """Turn the wheel over a point of the view."""
    where = QPointF(at)
    down = QPoint(0, 120 * clicks)
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(where, where, QPoint(), down, Qt.MouseButton.NoButton, NONE, phase, False)
    QCoreApplication.sendEvent(view.viewport(), event)


@pytest.fixture
def long_chain() -> Graph:
    """A network too tall to be read when it is shown whole."""
    graph = Graph()
    last = graph.add("Input", shape=(4,), position=(0.0, 0.0))
    for row in range(1, 40):
        node = graph.add("ReLU", position=(0.0, 96.0 * row))
        graph.connect(last, node)
        last = node
    return graph


# -- looking -----------------------------------------------------------------------------------------------------------


def test_the_wheel_zooms_under_the_cursor_within_bounds(qtbot: QtBot, show: Show, chain: Graph) -> None:
    view = show(chain).view
    at = QPoint(517, 311)
    point = view.mapToScene(at)
    turn(view, at, 1)
    assert view.camera.scale == pytest.approx(1.15)
    assert view.canvas.styling.fast
    offset = view.mapFromScene(point) - at
    assert offset.manhattanLength() <= 2
    qtbot.waitUntil(lambda: not view.canvas.styling.fast)
    for _ in range(40):
        turn(view, at, 1)
    assert view.camera.scale == 3.0
    for _ in range(60):
        turn(view, at, -1)
    assert view.camera.scale == 0.05
    view.be_fast(False)


def test_fit_shows_everything_and_never_magnifies(show: Show, chain: Graph, long_chain: Graph) -> None:
    view = show(chain).view
    view.zooming.fit_all()
    assert view.camera.scale == 1.0
    view.document.open_graph(long_chain)
    view.zooming.fit_all()
    shown = view.mapToScene(view.viewport().rect()).boundingRect()
    assert shown.contains(view.canvas.content())
    view.document.select(["n3", "n4"])
    view.zoom_selection()
    assert view.camera.scale == 1.0
    assert view.viewport().rect().contains(view.mapFromScene(view.canvas.nodes["n3"].box.center()))
    turn(view, QPoint(9, 9), 2)
    view.zooming.reset()
    assert view.camera.scale == 1.0
    view.be_fast(False)


def test_an_opened_network_that_is_too_tall_is_shown_from_its_head(show: Show, chain: Graph, long_chain: Graph) -> None:
    view = show(chain).view
    view.document.open_graph(long_chain)
    assert view.camera.scale == 0.5
    top = view.mapFromScene(view.canvas.nodes["n1"].box.topLeft())
    assert 0 <= top.y() <= 60
    assert 0 <= top.x() <= view.width()


def test_an_empty_canvas_can_be_looked_at(show: Show) -> None:
    view = show(Graph()).view
    view.zooming.fit_all()
    view.zoom_selection()
    view.editing.arrange()
    view.editing.select_all()
    view.editing.delete()
    view.editing.delete_and_reconnect()
    assert view.document.history.count == 0


def test_the_view_tells_screen_readers_what_it_shows(show: Show, chain: Graph) -> None:
    view = show(chain).view
    assert view.accessibleName() == "Network canvas"
    view.document.select(["n2"])
    assert view.accessibleDescription() == "4 layers; selected: conv1"
    assert view.focusPolicy() == Qt.FocusPolicy.StrongFocus


# -- keys --------------------------------------------------------------------------------------------------------------


def test_arrows_walk_and_bring_the_node_into_sight(show: Show, long_chain: Graph) -> None:
    hand = show(long_chain)
    with hand.no_step():
        for _ in range(20):
            hand.key(Qt.Key.Key_Down)
        assert hand.view.document.selection == ("n20",)
        assert hand.view.viewport().rect().contains(hand.view_point(hand.middle("n20")))
        hand.key(Qt.Key.Key_Up)
        assert hand.view.document.selection == ("n19",)
        hand.key(Qt.Key.Key_Right)
        assert hand.view.document.selection == ("n19",)


def test_ctrl_and_arrows_nudge_by_one_step_of_the_grid(show: Show, chain: Graph) -> None:
    hand = show(chain)
    hand.view.document.select(["n2", "n3"])
    with hand.one_step():
        hand.key(Qt.Key.Key_Right, CTRL)
    with hand.one_step():
        hand.key(Qt.Key.Key_Up, CTRL)
    assert (chain.positions["n2"], chain.positions["n3"]) == ((16.0, 128.0), (16.0, 272.0))
    hand.view.document.select([])
    with hand.no_step():
        hand.key(Qt.Key.Key_Left, CTRL)


def test_shift_tab_leads_out_of_the_canvas_and_tab_does_not(qtbot: QtBot, chain: Graph) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    box, line = QVBoxLayout(window), QLineEdit()
    view = View(Document(chain))
    box.addWidget(line)
    box.addWidget(view)
    with qtbot.waitActive(window):
        window.show()
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    assert view.popup is not None
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert view.popup is None
    assert line.hasFocus()  # not taken back
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert line.hasFocus()


# -- deleting ----------------------------------------------------------------------------------------------------------


def test_deleting_takes_the_wires_along(show: Show, chain: Graph) -> None:
    hand = show(chain)
    hand.view.document.select(["n2", "n3"])
    with hand.one_step():
        hand.view.editing.delete()
    assert [*chain.nodes] == ["n1", "n4"]
    assert not [*chain.edges]


def test_delete_and_reconnect_closes_the_gap_of_a_whole_chain(show: Show, chain: Graph) -> None:
    hand = show(chain)
    hand.view.document.select(["n3", "n2"])
    with hand.one_step():
        hand.view.editing.delete_and_reconnect()
    assert [*chain.edges] == [Edge("n1", "output", "n4", "input")]


def test_delete_and_reconnect_serves_all_that_used_the_output(show: Show, chain: Graph) -> None:
    extra = chain.add("Sigmoid")
    chain.connect("n2", extra)
    hand = show(chain)
    hand.view.document.select(["n2"])
    with hand.one_step():
        hand.view.editing.delete_and_reconnect()
    assert {edge.target for edge in chain.edges if edge.source == "n1"} == {"n3", extra}


def test_delete_and_reconnect_says_where_it_was_not_clear(qtbot: QtBot, show: Show, chain: Graph) -> None:
    join = chain.add("Add")
    chain.connect("n1", join)
    chain.connect("n3", join)
    chain.connect(join, chain.add("ReLU"))
    hand = show(chain)
    hand.view.document.select([join])
    with hand.one_step(), qtbot.waitSignal(hand.view.message) as told:
        hand.view.editing.delete_and_reconnect()
    assert told.args[0].startswith("add1: not reconnected")
    assert join not in chain.nodes
    assert not chain.incoming["n6"]


def test_the_end_of_a_chain_is_deleted_without_a_word(qtbot: QtBot, show: Show, chain: Graph) -> None:
    hand = show(chain)
    hand.view.document.select(["n4"])
    with hand.one_step(), qtbot.assertNotEmitted(hand.view.message):
        hand.view.editing.delete_and_reconnect()
    assert "n4" not in chain.nodes


# -- arranging and connecting ------------------------------------------------------------------------------------------


def test_arranging_is_one_step_and_keeps_the_middle_in_sight(qtbot: QtBot, show: Show, long_chain: Graph) -> None:
    hand = show(long_chain)
    view = hand.view
    messy = {node_id: ((i * 7919) % 2000.0, (i * 104729) % 3000.0) for i, node_id in enumerate(long_chain.nodes)}
    view.document.apply(Move(messy))
    view.centerOn(view.canvas.nodes["n20"].box.center())
    before = view.mapFromScene(view.canvas.nodes["n20"].pos())
    with hand.one_step():
        view.editing.arrange()
        assert (view.mapFromScene(view.canvas.nodes["n20"].pos()) - before).manhattanLength() <= 2
    order = long_chain.order()
    assert order == sorted(order, key=lambda node_id: long_chain.positions[node_id]), "down, then on to the right"
    with hand.no_step(), qtbot.waitSignal(view.message):
        view.editing.arrange()


def test_arranging_a_selection_leaves_the_others(show: Show, chain: Graph) -> None:
    chain.positions.update(n3=(640.0, 16.0), n4=(900.0, 500.0))
    hand = show(chain)
    hand.view.document.select(["n3", "n4"])
    with hand.one_step():
        hand.view.editing.arrange_selection()
    assert chain.positions["n1"] == (0.0, 0.0)
    assert chain.positions["n3"][0] == chain.positions["n4"][0]


def test_two_selected_layers_are_connected_by_command(qtbot: QtBot, show: Show, chain: Graph) -> None:
    join = chain.add("Add", position=(0.0, 600.0))
    hand = show(chain)
    hand.view.document.select([join, "n2"])
    with hand.one_step():
        hand.view.wirer.connect()
    assert Edge("n2", "output", join, "x0") in chain.edges
    for chosen, words in (([], "Select one layer"), (["n2", "n3"], "relu1 has no free input")):
        hand.view.document.select(chosen)
        with hand.no_step(), qtbot.waitSignal(hand.view.message) as told:
            hand.view.wirer.connect()
        assert told.args[0].startswith(words)


def test_select_all(show: Show, chain: Graph) -> None:
    hand = show(chain)
    with hand.no_step():
        hand.view.editing.select_all()
    assert hand.view.document.selection == ("n1", "n2", "n3", "n4")


def test_what_is_left_behind_is_noticed(qtbot: QtBot, at_work: Callable[[], set[str]]) -> None:
    before = at_work()
    timer, thread, window, stop = QTimer(), QThread(), QWidget(), threading.Event()
    other = threading.Thread(target=stop.wait, name="straggler")
    qtbot.addWidget(window)
    timer.start(60_000)
    thread.start()
    other.start()
    window.show()
    try:
        kinds = {words.split()[0] for words in at_work() - before}
        assert kinds >= {"timer", "QThread", "thread", "window"}
    finally:
        stop.set()
        other.join()
        thread.quit()
        thread.wait()
        timer.stop()
        window.close()
    assert at_work() == before


def test_what_leads_to_a_layer_and_what_it_leads_to_is_selected(show: Show, branch: Graph) -> None:
    branch.connect("n2", "n5")
    view = show(branch).view
    document, editing = view.document, view.editing
    document.select(["n3"])
    editing.select_upstream()
    assert set(document.selection) == {"n1", "n2", "n3"}
    editing.select_downstream()
    assert set(document.selection) == {"n1", "n2", "n3", "n4", "n5"}
    document.select(["n5"])
    editing.select_downstream()
    assert document.selection == ("n5",)
