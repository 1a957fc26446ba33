"""Drawing and moving wires with real events: magnet, rings, reasons, one undo step, Esc."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from engine.graph import Edge, Graph
from gui.canvas.geometry import End

Show = Callable[[Graph], Any]
SECOND = Edge("n2", "output", "n3", "input")


def test_a_wire_is_drawn_from_output_to_input_with_a_magnet(show: Show, branch: Graph) -> None:
    hand = show(branch)
    with hand.one_step():
        hand.press(hand.port("n4", "output", "output"))
        hand.move(hand.port("n5", "input", "input") + QPointF(-13, -14))  # 19 px away
        assert hand.view.gesture.caught == End("n5", "input", "input")
        hand.release()
    assert Edge("n4", "output", "n5", "input") in branch.edges
    assert hand.view.document.history.undo_title == "Connect flatten1 to dropout1"


def test_beyond_the_magnet_nothing_is_caught(show: Show, branch: Graph) -> None:
    hand = show(branch)
    with hand.no_step():
        hand.press(hand.port("n4", "output", "output"))
        hand.move(hand.port("n5", "input", "input") + QPointF(-16, -16))  # 22.6 px away
        assert hand.view.gesture.caught is None
        hand.key(Qt.Key.Key_Escape)
        hand.release()


def test_a_wire_is_drawn_from_an_input_too(show: Show, branch: Graph) -> None:
    hand = show(branch)
    with hand.one_step():
        hand.drag(hand.port("n5", "input", "input"), hand.port("n1", "output", "output"))
    assert Edge("n1", "output", "n5", "input") in branch.edges


def test_dropped_on_a_node_a_wire_takes_its_free_input(show: Show, branch: Graph) -> None:
    hand = show(branch)
    with hand.one_step():
        hand.drag(hand.port("n2", "output", "output"), hand.middle("n5") + QPointF(60, 0))
    assert Edge("n2", "output", "n5", "input") in branch.edges


def test_ports_that_fit_ring_up_and_the_rest_dim(show: Show, branch: Graph) -> None:
    hand = show(branch)
    nodes = hand.view.canvas.nodes
    hand.press(hand.port("n2", "output", "output"))
    hand.move(QPointF(420, 420))
    assert [end.port for end in nodes["n4"].look.offered] == ["input"]
    assert {node_id for node_id, item in nodes.items() if item.look.dim} == {"n1"}  # a wire there closes a circle
    hand.key(Qt.Key.Key_Escape)
    hand.release()
    assert not any(item.look.dim or item.look.offered for item in nodes.values())


def test_a_circle_is_refused_with_the_reason(qtbot: QtBot, show: Show, chain: Graph) -> None:
    hand = show(chain)
    view = hand.view
    with hand.no_step():
        hand.press(hand.port("n4", "output", "output"))
        hand.move(hand.port("n2", "input", "input"))
        assert view._note.isVisible()
        assert "would close a circle" in view._note.text()
        with qtbot.waitSignal(view.message) as told:
            hand.release()
    assert "would close a circle" in told.args[0]
    assert not view._note.isVisible()


def test_a_shape_error_is_foretold_for_the_port_under_the_mouse(show: Show, branch: Graph) -> None:
    branch.add("Conv2d", out_channels=2, kernel_size=3, position=(320.0, 448.0))
    hand = show(branch)
    hand.press(hand.port("n4", "output", "output"))
    hand.move(hand.port("n6", "input", "input"))
    assert "conv2 (Conv2d) gets 2-D input" in hand.view._note.text()
    hand.move(hand.port("n5", "input", "input"))
    assert hand.view._note.text() == "flatten1 → dropout1  (N, 5408)  → (N, 5408)"
    hand.key(Qt.Key.Key_Escape)
    hand.release()


def test_a_wire_is_moved_by_its_end_in_one_step(show: Show, branch: Graph) -> None:
    hand = show(branch)
    with hand.one_step():
        hand.press(hand.port("n3", "input", "input"))
        hand.move(hand.port("n5", "input", "input"))
        assert not hand.view.canvas.wires[SECOND].isVisible()
        hand.release()
    assert SECOND not in branch.edges
    assert Edge("n2", "output", "n5", "input") in branch.edges


def test_a_wire_on_an_occupied_input_replaces_the_old_one(show: Show, branch: Graph) -> None:
    hand = show(branch)
    with hand.one_step():
        hand.drag(hand.port("n5", "output", "output"), hand.port("n3", "input", "input"))
    assert [*branch.incoming["n3"].values()] == [Edge("n5", "output", "n3", "input")]


def test_a_wire_put_back_on_its_port_changes_nothing(show: Show, chain: Graph) -> None:
    hand = show(chain)
    with hand.no_step():
        hand.press(hand.port("n3", "input", "input"))
        hand.move(QPointF(300, 200))
        hand.move(hand.port("n3", "input", "input") + QPointF(5, 5))
        hand.release()
    assert hand.view.canvas.wires[SECOND].isVisible()


def test_a_wire_taken_off_and_dropped_is_gone(qtbot: QtBot, show: Show, chain: Graph) -> None:
    hand = show(chain)
    with hand.one_step(), qtbot.waitSignal(hand.view.message):
        hand.drag(hand.port("n3", "input", "input"), QPointF(400, 250))
    assert SECOND not in chain.edges


def test_esc_puts_a_detached_wire_back(show: Show, chain: Graph) -> None:
    hand = show(chain)
    items = len(hand.view.canvas.items())
    with hand.no_step():
        hand.press(hand.port("n3", "input", "input"))
        hand.move(QPointF(400, 250))
        hand.key(Qt.Key.Key_Escape)
        hand.release()
    assert hand.view.canvas.wires[SECOND].isVisible()
    assert len(hand.view.canvas.items()) == items


def test_a_click_on_a_port_does_nothing(show: Show, chain: Graph) -> None:
    hand = show(chain)
    with hand.no_step():
        hand.click(hand.port("n2", "output", "output"))
    assert hand.view.popup is None


def test_a_clicked_wire_can_be_deleted(show: Show, chain: Graph) -> None:
    hand = show(chain)
    hand.click(hand.view.canvas.wires[SECOND].path.pointAtPercent(0.5))
    assert hand.view.canvas.chosen_wire == SECOND
    assert hand.view.canvas.wires[SECOND].active
    with hand.one_step():
        hand.view.editing.delete()
    assert SECOND not in chain.edges
    assert hand.view.canvas.chosen_wire is None
