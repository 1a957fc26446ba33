"""The small toolbar of several selected layers: where it appears, when it hides, and how keys reach it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.graph import Graph
from gui.canvas.selection.selection_bar import SelectionBar

Show = Callable[[Graph], Any]


def covered(bar: SelectionBar, hand: Any) -> list[str]:
    """The selected layers that it covers; none where there was no room for it and it is hidden."""
    view = hand.view
    if not bar.isVisible():
        return []
    boxes = {n: view.mapFromScene(view.canvas.nodes[n].box).boundingRect() for n in view.document.selection}
    return [n for n, box in boxes.items() if QRect(bar.pos(), bar.size()).intersects(box)]


def made(hand: Any) -> tuple[SelectionBar, list[str]]:
    done: list[str] = []
    actions: list[QAction | None] = []
    for name in ("Align Left", "Make Block", "Delete"):
        action = QAction(name, hand.view)
        action.triggered.connect(lambda _checked=False, name=name: done.append(name))
        actions += [action, None]
    return SelectionBar(hand.view, actions), done


def test_it_lies_beside_several_layers_wherever_they_are_and_hides_while_they_are_dragged(
    show: Show, chain: Graph
) -> None:
    hand = show(chain)
    bar, _ = made(hand)
    view, document = hand.view, hand.view.document
    hand.click(hand.middle("n2"))
    assert not bar.isVisible(), "one layer has the context menu"
    hand.click(hand.middle("n3"), Qt.KeyboardModifier.ShiftModifier)
    assert bar.isVisible()
    assert covered(bar, hand) == []
    hand.press(hand.middle("n2"))
    hand.move(hand.middle("n2") + QPointF(90, 20))
    assert not bar.isVisible()
    hand.release()
    assert bar.isVisible()
    assert covered(bar, hand) == []
    for scale in (2.0, 0.3):
        view.camera.zoom(scale)
        assert covered(bar, hand) == []
    for node_id in ("n1", "n4"):  # at the upper edge of the view, and at the lower one
        view.camera.zoom(1.0)
        document.select(["n2", node_id])
        view.centerOn(view.canvas.nodes[node_id].box.center())
        assert covered(bar, hand) == []
    document.select([])
    assert not bar.isVisible()


def test_keys_lead_to_it_through_it_and_back(show: Show, chain: Graph) -> None:
    hand = show(chain)
    bar, done = made(hand)
    hand.view.document.select(["n2", "n3"])
    bar.take_focus()
    assert bar.buttons[0].hasFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert bar.buttons[1].hasFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert done == ["Make Block"]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert hand.view.hasFocus()
    bar.take_focus()
    hand.view.document.select([])
    assert hand.view.hasFocus(), "what hides gives the keyboard back"


def test_it_hides_where_everything_is_selected_and_fills_the_view(show: Show, chain: Graph) -> None:
    chain.add("Dropout", position=(-280.0, 144.0))
    hand = show(chain)
    bar, _ = made(hand)
    hand.view.document.select(chain.nodes)
    hand.view.camera.zoom(3.0)
    assert covered(bar, hand) == []
