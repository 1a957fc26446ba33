"""Every gesture with real events: what it does, that it is one undo step, and that Esc takes it back."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from engine.graph import Edge, Graph
from engine.project import to_bytes
from gui.canvas.geometry import GRID, End

Show = Callable[[Graph], Any]
ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
MIDDLE = Qt.MouseButton.MiddleButton
FIRST, SECOND = Edge("n1", "output", "n2", "input"), Edge("n2", "output", "n3", "input")


# -- selecting ---------------------------------------------------------------------------------------------------------


def test_a_click_selects_and_one_beside_clears(show: Show, chain: Graph) -> None:
    hand = show(chain)
    document = hand.view.document
    with hand.no_step():
        hand.click(hand.middle("n2"))
        assert document.selection == ("n2",)
        hand.click(hand.middle("n3"), SHIFT)
        assert document.selection == ("n2", "n3")
        hand.click(hand.middle("n2"), CTRL)
        assert document.selection == ("n3",)
        hand.click(hand.middle("n1"), CTRL)
        assert document.selection == ("n3", "n1")
        hand.click(hand.middle("n3"))
        assert document.selection == ("n3",)
        hand.click(QPointF(400, 100))
        assert document.selection == ()


def test_a_box_selects_what_it_touches(show: Show, chain: Graph) -> None:
    hand = show(chain)
    document = hand.view.document
    with hand.no_step():
        hand.drag(QPointF(-40, -30), QPointF(60, 150))
        assert set(document.selection) == {"n1", "n2"}
        hand.drag(QPointF(-40, 300), QPointF(60, 330), SHIFT)
        assert set(document.selection) == {"n1", "n2", "n3"}
        hand.drag(QPointF(-40, 150), QPointF(60, 330), CTRL)
        assert set(document.selection) == {"n1"}
        hand.drag(QPointF(300, 150), QPointF(400, 330))
        assert document.selection == ()


def test_a_box_shows_at_once_what_it_would_select(qtbot: QtBot, show: Show, chain: Graph) -> None:
    hand = show(chain)
    view = hand.view
    view.document.select(["n4"])
    with qtbot.assertNotEmitted(view.document.selection_changed):
        hand.press(QPointF(-40, -30))
        hand.move(QPointF(60, 150))
        assert [view.canvas.nodes[n].look.selected for n in ("n1", "n2", "n4")] == [True, True, False]
        hand.key(Qt.Key.Key_Escape)
    assert [view.canvas.nodes[n].look.selected for n in ("n1", "n2", "n4")] == [False, False, True]
    hand.release()
    assert view.document.selection == ("n4",)


# -- moving nodes ------------------------------------------------------------------------------------------------------


def test_dragged_nodes_snap_to_the_grid(show: Show, chain: Graph) -> None:
    hand = show(chain)
    chain.positions["n2"] = (3.0, 144.0)
    with hand.one_step():
        hand.drag(hand.middle("n2"), hand.middle("n2") + QPointF(90, 37))
    assert chain.positions["n2"] == (96.0, 176.0)
    assert hand.view.document.history.undo_title == "Move conv1"
    assert hand.view.document.selection == ("n2",)
    assert not hand.view.canvas.styling.fast


def test_ctrl_suspends_the_grid(show: Show, chain: Graph) -> None:
    hand = show(chain)
    with hand.one_step():
        hand.press(hand.middle("n2"))
        hand.move(hand.middle("n2") + QPointF(93, 37), CTRL)
        hand.release(CTRL)
    assert chain.positions["n2"] == (93.0, 181.0)


def test_the_whole_selection_moves_and_its_wires_follow(show: Show, chain: Graph) -> None:
    hand = show(chain)
    canvas = hand.view.canvas
    hand.view.document.select(["n2", "n3"])
    with hand.one_step():
        hand.press(hand.middle("n3"))
        hand.move(hand.middle("n3") + QPointF(160, 0))
        assert canvas.wires[FIRST].end == canvas.nodes["n2"].port(End("n2", "input", "input"))
        assert canvas.styling.fast
        hand.release()
    assert (chain.positions["n2"], chain.positions["n3"]) == ((160.0, 144.0), (160.0, 288.0))
    assert chain.positions["n1"] == (0.0, 0.0)


def test_esc_puts_moved_nodes_back(show: Show, chain: Graph) -> None:
    hand = show(chain)
    canvas = hand.view.canvas
    with hand.no_step():
        hand.press(hand.middle("n2"))
        hand.move(hand.middle("n2") + QPointF(160, 60))
        assert canvas.nodes["n2"].pos().toTuple() != (0.0, 144.0)
        hand.key(Qt.Key.Key_Escape)
        hand.release()
    assert canvas.nodes["n2"].pos().toTuple() == (0.0, 144.0)
    assert canvas.wires[FIRST].end == canvas.nodes["n2"].port(End("n2", "input", "input"))
    assert hand.view.document.selection == ()
    assert hand.view.gesture is None


def test_an_edit_from_elsewhere_ends_a_gesture(show: Show, chain: Graph) -> None:
    hand = show(chain)
    document = hand.view.document
    hand.drag(hand.middle("n4"), hand.middle("n4") + QPointF(64, 0))
    hand.press(hand.middle("n2"))
    hand.move(hand.middle("n2") + QPointF(160, 60))
    document.history.undo()
    assert hand.view.gesture is None
    hand.release()
    assert chain.positions["n2"] == (0.0, 144.0)
    assert hand.view.canvas.nodes["n2"].pos().toTuple() == (0.0, 144.0)


def test_alt_drags_clones_with_the_wires_among_them(show: Show, chain: Graph) -> None:
    hand = show(chain)
    document = hand.view.document
    document.select(["n2", "n3"])
    with hand.one_step():
        hand.drag(hand.middle("n2"), hand.middle("n2") + QPointF(320, 16), ALT)
    one, two = [node_id for node_id in chain.nodes if node_id not in ("n1", "n2", "n3", "n4")]
    assert [chain.nodes[node_id].name for node_id in (one, two)] == ["conv2", "relu2"]
    assert chain.positions[one] == (320.0, 160.0)
    assert chain.positions["n2"] == (0.0, 144.0)
    assert [(edge.source, edge.target) for edge in chain.incoming[two].values()] == [(one, two)]
    assert not chain.incoming[one]
    assert chain.nodes[one].parameters == chain.nodes["n2"].parameters


def test_esc_ends_cloning(show: Show, chain: Graph) -> None:
    hand = show(chain)
    with hand.no_step():
        items = len(hand.view.canvas.items())
        hand.press(hand.middle("n2"), ALT)
        hand.move(hand.middle("n2") + QPointF(320, 16), ALT)
        assert len(hand.view.canvas.items()) == items + 1  # the ghost
        hand.key(Qt.Key.Key_Escape)
        hand.release(ALT)
    assert len(hand.view.canvas.items()) == items


# -- splicing ----------------------------------------------------------------------------------------------------------


def test_a_lone_node_is_spliced_into_the_wire_it_is_dropped_on(show: Show, branch: Graph) -> None:
    hand = show(branch)
    canvas = hand.view.canvas
    middle = canvas.wires[SECOND].path.pointAtPercent(0.5)
    with hand.one_step():
        hand.press(hand.middle("n5"))
        hand.move(middle)
        assert canvas.wires[SECOND].glowing
        hand.release()
    assert SECOND not in branch.edges
    assert Edge("n2", "output", "n5", "input") in branch.edges
    assert Edge("n5", "output", "n3", "input") in branch.edges
    tops = [branch.positions[node_id][1] for node_id in ("n2", "n5", "n3", "n4")]
    assert all(below - above >= 96 for above, below in pairwise(tops))  # neighbours made room
    assert all(y % GRID == 0 for y in tops)


def test_alt_suppresses_splicing(show: Show, branch: Graph) -> None:
    hand = show(branch)
    middle = hand.view.canvas.wires[SECOND].path.pointAtPercent(0.5)
    with hand.one_step():
        hand.press(hand.middle("n5"))
        hand.move(middle, ALT)
        assert not hand.view.canvas.wires[SECOND].glowing
        hand.release(ALT)
    assert SECOND in branch.edges
    assert not branch.incoming["n5"]


def test_esc_ends_splicing(show: Show, branch: Graph) -> None:
    hand = show(branch)
    with hand.no_step():
        hand.press(hand.middle("n5"))
        hand.move(hand.view.canvas.wires[SECOND].path.pointAtPercent(0.5))
        hand.key(Qt.Key.Key_Escape)
        hand.release()
    assert not hand.view.canvas.wires[SECOND].glowing


def test_a_wired_node_is_not_spliced(show: Show, chain: Graph) -> None:
    hand = show(chain)
    with hand.one_step():
        hand.drag(hand.middle("n4"), hand.view.canvas.wires[FIRST].path.pointAtPercent(0.5))
    assert FIRST in chain.edges


# -- panning -----------------------------------------------------------------------------------------------------------


def test_the_middle_button_pans(show: Show, chain: Graph) -> None:
    hand = show(chain)
    camera = hand.view.camera
    before = camera.offset
    with hand.no_step():
        hand.press(QPoint(200, 200), button=MIDDLE)
        hand.move(QPoint(260, 170), button=MIDDLE)
        assert hand.view.canvas.styling.fast
        hand.release(button=MIDDLE)
    assert camera.offset == before - QPoint(60, -30)
    assert not hand.view.canvas.styling.fast


def test_space_and_the_left_button_pan(qtbot: QtBot, show: Show, chain: Graph) -> None:
    hand = show(chain)
    before = hand.view.camera.offset
    qtbot.keyPress(hand.view, Qt.Key.Key_Space)
    hand.drag(hand.middle("n2"), hand.view_point(hand.middle("n2")) + QPoint(40, 40))
    qtbot.keyRelease(hand.view, Qt.Key.Key_Space)
    assert hand.view.camera.offset == before - QPoint(40, 40)
    assert hand.view.document.selection == ()
    hand.click(hand.middle("n2"))
    assert hand.view.document.selection == ("n2",)


def test_esc_ends_panning(show: Show, chain: Graph) -> None:
    hand = show(chain)
    before = hand.view.camera.offset
    hand.press(QPoint(200, 200), button=MIDDLE)
    hand.move(QPoint(260, 170), button=MIDDLE)
    hand.key(Qt.Key.Key_Escape)
    hand.release(button=MIDDLE)
    assert hand.view.camera.offset == before


# -- all at once -------------------------------------------------------------------------------------------------------


def test_a_node_whose_move_is_undone_while_it_is_dragged_is_where_the_graph_has_it(show: Show, chain: Graph) -> None:
    hand = show(chain)
    hand.drag(hand.middle("n2"), hand.middle("n2") + QPointF(160, 0))
    hand.press(hand.middle("n2"))
    hand.move(hand.middle("n2") + QPointF(60, 160))
    hand.view.document.history.undo()
    hand.release()
    assert chain.positions["n2"] == (0.0, 144.0)
    assert hand.view.canvas.nodes["n2"].pos().toTuple() == (0.0, 144.0)


def test_from_afar_nodes_can_be_dragged_too(show: Show, chain: Graph) -> None:
    hand = show(chain)
    view = hand.view
    view.camera.zoom(0.2)
    view.camera.pin(QPointF(0, 0), QPoint(300, 200))
    before = view.grab().toImage()
    with hand.one_step():
        hand.press(hand.port("n3", "input", "input"))  # no port is painted, so none is taken hold of
        hand.move(hand.middle("n3") + QPointF(400, 0))
        assert view.grab().toImage() != before
        hand.release()
    assert chain.positions["n3"][0] > 300
    view.camera.zoom(0.5)
    hand.click(hand.port("n2", "input", "input") + QPointF(0, 18))  # inside the node, though 9 px from the port
    assert view.document.selection == ("n2",)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_can_be_undone(show: Show, branch: Graph, seed: int) -> None:
    dice = random.Random(seed)
    hand = show(branch)
    view, document = hand.view, hand.view.document
    before, keys = to_bytes(branch), Qt.Key
    modifiers = [Qt.KeyboardModifier.NoModifier] * 3 + [ALT, CTRL, SHIFT]

    def anywhere() -> QPoint:
        """A port, a node, a wire or anywhere."""
        canvas = view.canvas
        if canvas.nodes and dice.random() < 0.7:
            item = dice.choice([*canvas.nodes.values()])
            ports = [item.pos() + port.point for side in ("input", "output") for port in item.look.ports(side).values()]
            return hand.view_point(dice.choice([item.box.center(), *ports]))
        if canvas.wires and dice.random() < 0.5:
            return hand.view_point(dice.choice([*canvas.wires.values()]).path.pointAtPercent(0.5))
        return QPoint(dice.randrange(900), dice.randrange(700))

    for _ in range(400):
        match dice.randrange(10):
            case 0 | 1 | 2 | 3:
                held = dice.choice(modifiers)
                hand.press(anywhere(), held)
                hand.move(anywhere(), held)
                if dice.random() < 0.2:
                    hand.key(dice.choice([keys.Key_Escape, keys.Key_Down, keys.Key_Tab]))
                if dice.random() < 0.1:
                    document.history.undo()
                hand.release(held)
            case 4:
                hand.double_click(anywhere())
            case 5:
                hand.key(
                    dice.choice([keys.Key_Up, keys.Key_Down, keys.Key_Right, keys.Key_Tab]), dice.choice(modifiers)
                )
            case 6:
                view.zoom_by(dice.choice([0.5, 0.87, 1.15, 2.0]), anywhere())
            case 7:
                document.history.go_to(dice.randrange(document.history.count + 1))
            case 8:
                calls = (
                    view.clipboard.copy,
                    view.clipboard.paste,
                    view.clipboard.duplicate,
                    view.editing.arrange,
                    view.zooming.fit_all,
                    view.clipboard.cut,
                    view.editing.select_all,
                )
                if len(branch.nodes) < 60:
                    dice.choice(calls)()
            case 9:
                dice.choice([view.editing.delete, view.editing.delete_and_reconnect, view.wirer.connect])()
        if view.popup is not None:
            hand.view.popup.accept() if dice.random() < 0.5 else hand.view.popup.close_up()
        view.grab() if dice.random() < 0.1 else None
    view.cancel()
    view.be_fast(False)
    view.canvas.flush()
    assert view.canvas.nodes.keys() == branch.nodes.keys()
    assert set(view.canvas.wires) == set(branch.edges)
    assert len(view.canvas.items()) == len(branch.nodes) + len(view.canvas.wires)
    assert not any(item.look.dim or item.look.offered for item in view.canvas.nodes.values())
    assert all(item.pos().toTuple() == pytest.approx(branch.positions[n]) for n, item in view.canvas.nodes.items())
    document.history.go_to(0)
    assert to_bytes(branch) == before
