"""Cutting wires by a stroke, with real events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from engine.graph import Graph

Show = Callable[[Graph], Any]
CTRL, RIGHT = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.RightButton


def test_a_stroke_cuts_all_it_crosses_in_one_step(show: Show, chain: Graph) -> None:
    add = chain.add("Add", position=(300.0, 432.0))
    chain.connect("n2", add)
    hand = show(chain)
    view = hand.view
    menus: list[object] = []
    view.menu_wanted.connect(lambda *said: menus.append(said))
    before = list(chain.edges)
    start, end = QPointF(-60, 240), QPointF(480, 262)  # below conv1, across the wires to relu1 and to the sum
    with hand.one_step():
        hand.press(start, CTRL, RIGHT)
        at = QPoint(300, 300)
        QApplication.sendEvent(
            view.viewport(),
            QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.viewport().mapToGlobal(at), CTRL),
        )
        hand.move(end, CTRL, RIGHT)
        faded = [edge for edge in before if view.canvas.wires[edge].opacity() < 1]
        hand.release(CTRL, RIGHT)
    assert {chain.nodes[edge.target].name for edge in faded} == {"relu1", "add1"}
    assert set(before) - set(chain.edges) == set(faded)
    assert view.document.history.undo_title == "Cut 2 wires"
    assert menus == [], "this button with Ctrl has one meaning"


def test_a_stroke_across_nothing_a_click_and_esc_change_nothing(show: Show, chain: Graph) -> None:
    hand = show(chain)
    view = hand.view
    with hand.no_step():
        hand.drag(QPointF(300, 100), QPointF(420, 300), CTRL, RIGHT)
        hand.press(QPointF(96, 100), CTRL, RIGHT)
        hand.release(CTRL, RIGHT)
        hand.press(QPointF(-60, 240), CTRL, RIGHT)
        hand.move(QPointF(380, 262), CTRL, RIGHT)
        hand.key(Qt.Key.Key_Escape)
        hand.release(CTRL, RIGHT)
    assert all(wire.opacity() == 1 for wire in view.canvas.wires.values())
    assert view.gesture is None
