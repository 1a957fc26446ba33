"""Adding layers: the search popup, drops from the palette, the plain command."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine import layers
from engine.graph import Edge, Graph, GraphError
from engine.spec import Spec
from gui.canvas.commands.layer_commands import add_layer
from gui.canvas.drops import MIME
from gui.canvas.geometry import HEIGHT, WIDTH, End
from gui.canvas.layout.flow import DOWN
from gui.canvas.searching.ranking import accepts, rank, usual_after
from gui.document import Document
from gui.search_popup import score

Show = Callable[[Graph], Any]
NO_BUTTON, NONE = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
IMAGE, ROW = Spec((2, 3, 8, 8)), Spec((2, 12))


def names(found: list[tuple[type[layers.Layer], bool]]) -> list[str]:
    return [cls.__name__ for cls, _ in found]


# -- searching ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "first"),
    [("conv", "Conv2d"), ("relu", "ReLU"), ("fc", "Linear"), ("mp2", "MaxPool2d"), ("flat", "Flatten"),
     ("global average", "AdaptiveAvgPool2d"), ("residual", "Add"), ("LINEAR", "Linear"), ("dropout", "Dropout")],
)  # fmt: skip
def test_a_few_letters_find_a_layer(query: str, first: str) -> None:
    assert names(rank(query))[0] == first


def test_without_letters_all_layers_are_there_and_with_wrong_ones_none() -> None:
    assert names(rank("")) == [cls.__name__ for cls in layers.all()]
    assert rank("qqq") == []
    assert score("abc", "a-b") == 0


def test_layers_that_take_the_pending_shape_come_first() -> None:
    found = rank("", ROW)
    fitting = [fits for _, fits in found]
    assert fitting == sorted(fitting, reverse=True)
    assert "Conv2d" not in names(found)[: fitting.count(True)]
    assert "Linear" in names(found)[: fitting.count(True)]
    assert names(rank("pool", IMAGE))[0] == "MaxPool2d"


def test_what_accepts_a_shape_is_asked_of_the_layer_itself() -> None:
    assert [accepts(layers.get(name), ROW) for name in ("Linear", "Conv2d", "Input", "Add")] == [
        True,
        False,
        False,
        True,
    ]


# -- the popup ---------------------------------------------------------------------------------------------------------


def test_tab_searches_and_enter_adds_at_the_mouse(show: Show) -> None:
    hand = show(Graph())
    view = hand.view
    QTest.mouseMove(view.viewport(), QPoint(300, 200))
    hand._at = QPoint(300, 200)
    hand.move(QPoint(400, 300), button=Qt.MouseButton.NoButton)
    point = view.mapToScene(QPoint(400, 300))
    with hand.one_step():
        hand.key(Qt.Key.Key_Tab)
        assert view.popup.line.hasFocus()
        QTest.keyClicks(view.popup.line, "lin")
        QTest.keyClick(view.popup.line, Qt.Key.Key_Return)
        assert view.popup is None
    (node,) = view.document.graph.nodes.values()
    assert (node.type, node.name, dict(node.parameters)) == ("Linear", "fc1", dict(layers.get("Linear").initial))
    x, y = view.document.graph.positions[node.id]
    assert abs(x + WIDTH / 2 - point.x()) <= 8
    assert abs(y + HEIGHT / 2 - point.y()) <= 8
    assert view.hasFocus()


def test_by_key_the_new_layer_follows_the_selected_one(show: Show) -> None:
    hand = show(Graph())
    view, graph = hand.view, hand.view.document.graph
    for query in ("input", "linear", "relu"):
        hand.key(Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClicks(view.popup.line, query)
        QTest.keyClick(view.popup.line, Qt.Key.Key_Return)
    assert [(edge.source, edge.target) for edge in graph.edges] == [("n1", "n2"), ("n2", "n3")]
    assert len({graph.positions[node_id][0] for node_id in graph.nodes}) == 1
    assert view.document.selection == ("n3",)
    assert view.document.history.count == 3


def test_a_double_click_on_the_canvas_searches(show: Show, chain: Graph) -> None:
    hand = show(chain)
    hand.double_click(QPointF(400, 100))
    popup = hand.view.popup
    assert popup.isVisible()
    QTest.keyClick(popup.line, Qt.Key.Key_Down)
    second = popup.list.currentItem().text()
    QTest.mouseClick(
        popup.list.viewport(),
        Qt.MouseButton.LeftButton,
        pos=popup.list.visualItemRect(popup.list.currentItem()).center(),
    )
    assert [node.type for node in chain.nodes.values()][-1] == second


def test_a_double_click_on_a_wire_inserts_into_it(show: Show, chain: Graph) -> None:
    hand = show(chain)
    edge = Edge("n2", "output", "n3", "input")
    with hand.one_step():
        hand.double_click(hand.view.canvas.wires[edge].path.pointAtPercent(0.5))
        QTest.keyClicks(hand.view.popup.line, "drop")
        QTest.keyClick(hand.view.popup.line, Qt.Key.Key_Return)
    assert edge not in chain.edges
    assert Edge("n5", "output", "n3", "input") in chain.edges


def test_a_double_click_on_a_node_activates_it(qtbot: QtBot, show: Show, chain: Graph) -> None:
    hand = show(chain)
    with qtbot.waitSignal(hand.view.node_activated) as told:
        hand.double_click(hand.middle("n2"))
    assert told.args == ["n2"]
    hand.view.document.select(["n3"])
    with qtbot.waitSignal(hand.view.node_activated) as told:
        hand.key(Qt.Key.Key_Return)
    assert told.args == ["n3"]


def test_a_wire_dropped_into_empty_space_asks_for_a_layer_and_wires_it(show: Show, chain: Graph) -> None:
    hand = show(chain)
    with hand.one_step():
        hand.drag(hand.port("n4", "output", "output"), QPointF(300, 380))
        popup = hand.view.popup
        assert hand.view.adder.pending is not None
        assert popup.list.item(0).text() in ("Output", "Linear")  # what takes (N, 5408) comes first
        QTest.keyClicks(popup.line, "linear")
        QTest.keyClick(popup.line, Qt.Key.Key_Return)
        assert hand.view.document.selection == ("n5",)
    assert hand.view.adder.pending is None
    assert Edge("n4", "output", "n5", "input") in chain.edges


def test_a_wire_pulled_from_an_input_gets_a_layer_before_it(show: Show) -> None:
    graph = Graph()
    graph.add("ReLU", position=(0.0, 200.0))
    hand = show(graph)
    with hand.one_step():
        hand.drag(hand.port("n1", "input", "input"), hand.port("n1", "input", "input") + QPointF(60, 120))
        QTest.keyClicks(hand.view.popup.line, "input")
        QTest.keyClick(hand.view.popup.line, Qt.Key.Key_Return)
    assert [*graph.edges] == [Edge("n2", "output", "n1", "input")]


def test_esc_and_a_lost_focus_close_the_popup_and_change_nothing(show: Show, chain: Graph) -> None:
    hand = show(chain)
    with hand.no_step():
        hand.drag(hand.port("n4", "output", "output"), QPointF(300, 380))
        QTest.keyClick(hand.view.popup.line, Qt.Key.Key_Escape)
        assert hand.view.popup is None
        assert hand.view.adder.pending is None
        hand.double_click(QPointF(400, 100))
        hand.view.setFocus(Qt.FocusReason.MouseFocusReason)
        assert hand.view.popup is None


def test_an_edit_from_elsewhere_closes_the_popup(show: Show, chain: Graph) -> None:
    hand = show(chain)
    added = add_layer(hand.view.document, "Linear", None, after="n4")
    hand.key(Qt.Key.Key_Tab)  # would follow the new layer …
    assert hand.view.popup is not None
    hand.view.document.history.undo()  # … which is gone
    assert added not in chain.nodes
    assert hand.view.popup is None


def test_nothing_found_is_said_and_enter_does_nothing(show: Show, chain: Graph) -> None:
    hand = show(chain)
    hand.double_click(QPointF(400, 100))
    popup = hand.view.popup
    with hand.no_step():
        QTest.keyClicks(popup.line, "zzz")
        assert popup.nothing.isVisible()
        QTest.keyClick(popup.line, Qt.Key.Key_Return)
    QTest.keyClick(popup.line, Qt.Key.Key_Escape)


def test_an_empty_canvas_says_what_to_do(show: Show) -> None:
    hand = show(Graph())
    assert hand.view._hint.isVisible()
    assert hand.view._hint.text() == "Drag a layer here, or press Tab to search"
    hand.view.editing.add_layer("Input", (0.0, 0.0))
    assert not hand.view._hint.isVisible()


# -- the palette -------------------------------------------------------------------------------------------------------


def palette(name: bytes) -> QMimeData:
    data = QMimeData()
    data.setData(MIME, name)
    return data


def carry(view: Any, data: QMimeData, at: QPoint, modifiers: Qt.KeyboardModifier, *, drop: bool = True) -> bool:
    """Hold something over the view and let go of it there; whether it was accepted."""
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    for event in (
        QDragEnterEvent(at, action, data, button, modifiers),
        QDragMoveEvent(at, action, data, button, modifiers),
    ):
        QCoreApplication.sendEvent(view.viewport(), event)
    if not drop:
        return event.isAccepted()
    dropped = QDropEvent(QPointF(at), action, data, button, modifiers)
    QCoreApplication.sendEvent(view.viewport(), dropped)
    return dropped.isAccepted()


def test_a_layer_from_the_palette_lands_where_it_is_dropped(show: Show, chain: Graph) -> None:
    hand = show(chain)
    with hand.one_step():
        assert carry(hand.view, palette(b"ReLU"), hand.view_point(QPointF(400, 100)), NONE)
        assert hand.view.document.selection == ("n5",)
    assert chain.positions["n5"] == (304.0, 80.0)


def test_dropped_on_a_wire_it_is_spliced_in(show: Show, chain: Graph) -> None:
    hand = show(chain)
    edge = Edge("n2", "output", "n3", "input")
    wire = hand.view.canvas.wires[edge]
    at = hand.view_point(wire.path.pointAtPercent(0.5))
    carry(hand.view, palette(b"Dropout"), at, Qt.KeyboardModifier.NoModifier, drop=False)
    assert wire.glowing
    QCoreApplication.sendEvent(hand.view.viewport(), QDragLeaveEvent())
    assert not wire.glowing
    with hand.one_step():
        carry(hand.view, palette(b"Dropout"), at, NONE)
    assert Edge("n2", "output", "n5", "input") in chain.edges
    with hand.one_step():
        carry(hand.view, palette(b"Dropout"), hand.view_point(QPointF(96, 400)), Qt.KeyboardModifier.AltModifier)
    assert not chain.incoming["n6"]


@pytest.mark.parametrize("data", [palette(b"Nonsense"), palette(b"\xff\xfe"), QMimeData()])
def test_what_is_no_layer_is_not_taken(show: Show, chain: Graph, data: QMimeData) -> None:
    hand = show(chain)
    with hand.no_step():
        assert not carry(hand.view, data, QPoint(300, 300), NONE)


# -- the command -------------------------------------------------------------------------------------------------------


def test_after_a_node_a_layer_is_put_below_and_wired(chain: Graph) -> None:
    document = Document(chain)
    first = add_layer(document, "Linear", None, after="n4")
    assert chain.positions[first] == (0.0, 432.0 + HEIGHT + DOWN.gap)
    assert [edge.source for edge in chain.incoming[first].values()] == ["n4"]
    document.history.go_to(0)
    assert [*chain.nodes] == ["n1", "n2", "n3", "n4"]


def test_behind_a_layer_in_a_chain_a_layer_is_spliced_in_and_what_follows_makes_room(chain: Graph) -> None:
    document = Document(chain)
    new = add_layer(document, "BatchNorm2d", None, after="n2")
    assert {(edge.source, edge.target) for edge in chain.edges} >= {("n2", new), (new, "n3")}
    assert len([*chain.edges]) == 4
    order = ["n1", "n2", new, "n3", "n4"]
    heights = [chain.positions[node][1] for node in order]
    assert all(above + HEIGHT + DOWN.gap <= below for above, below in pairwise(heights))
    document.history.undo()
    assert [*chain.nodes] == ["n1", "n2", "n3", "n4"]


def test_behind_a_fork_a_layer_is_not_spliced_in(chain: Graph) -> None:
    other = chain.add("ReLU", position=(320.0, 288.0))
    chain.connect("n2", other)
    document = Document(chain)
    new = add_layer(document, "BatchNorm2d", None, after="n2")
    assert not chain.incoming[new]
    assert not chain.outgoing[new]


@pytest.mark.parametrize(
    ("before", "first"), [("Conv2d", {"ReLU", "BatchNorm2d"}), ("Flatten", {"Linear"}), ("MaxPool2d", {"Conv2d"})]
)
def test_what_usually_follows_comes_first(before: str, first: set[str]) -> None:
    found = rank("", None, None, usual_after(before, Graph()))
    assert {cls.type_name() for cls, _ in found[: len(first)]} == first


def test_what_follows_in_ones_own_network_counts_more() -> None:
    graph = Graph()
    conv = graph.add("Conv2d")
    for _ in range(20):
        graph.connect(conv, graph.add("GELU"))
    assert next(iter(rank("", None, None, usual_after("Conv2d", graph))))[0].type_name() == "GELU"
    assert rank("flat", None, None, usual_after("Conv2d", graph))[0][0].type_name() == "Flatten", "letters say more"


def test_the_popup_behind_a_layer_offers_what_follows(show: Show, chain: Graph) -> None:
    hand = show(chain)
    hand.view.document.select(["n2"])
    hand.key(Qt.Key.Key_Tab)
    rows = [hand.view.popup.list.item(row).text() for row in range(2)]
    assert set(rows) == {"ReLU", "BatchNorm2d"}
    QTest.keyClick(hand.view.popup.line, Qt.Key.Key_Return)
    (new,) = hand.view.document.selection
    assert [edge.source for edge in chain.incoming[new].values()] == ["n2"]
    assert [edge.target for edge in chain.outgoing[new]] == ["n3"]


def test_a_pending_wire_goes_to_the_first_free_input(chain: Graph) -> None:
    document = Document(chain)
    node = add_layer(document, "Add", (300.0, 0.0), End("n1", "output", "output"))
    assert [*chain.incoming[node].values()] == [Edge("n1", "output", node, "x0")]
    lonely = add_layer(document, "Input", (300.0, 0.0), End("n1", "output", "output"))
    assert not chain.outgoing[lonely]


def test_an_unknown_layer_is_refused(qtbot: QtBot, show: Show, chain: Graph) -> None:
    hand = show(chain)
    with pytest.raises(GraphError, match="no layer named"):
        add_layer(hand.view.document, "Conv7d", None)
    with hand.no_step(), qtbot.waitSignal(hand.view.message):
        hand.view.editing.add_layer("Conv7d", (0.0, 0.0))


def test_a_free_position_is_in_sight_and_beside_others(show: Show, chain: Graph) -> None:
    hand = show(chain)
    x, y = hand.view.editing.free_position()
    hand.view.editing.add_layer("ReLU", (x, y))
    assert hand.view.editing.free_position() != (x, y)
    shown = hand.view.mapToScene(hand.view.viewport().rect()).boundingRect()
    assert shown.contains(QPointF(x, y))


def test_no_event_of_the_popup_reaches_the_canvas(show: Show, chain: Graph) -> None:
    hand = show(chain)
    hand.double_click(QPointF(400, 100))
    popup, scale = hand.view.popup, hand.view.camera.scale
    QTest.mouseClick(popup, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    QTest.mouseDClick(popup, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert hand.view.popup is popup
    assert hand.view.gesture is None
    at, down = QPointF(3, 3), QPoint(0, -120)
    wheel = QWheelEvent(at, at, down, down, NO_BUTTON, NONE, Qt.ScrollPhase.NoScrollPhase, False)
    for _ in range(30):
        QCoreApplication.sendEvent(popup.list.viewport(), wheel)
        QCoreApplication.sendEvent(popup, wheel)
    assert hand.view.camera.scale == scale
    QTest.keyClick(popup.line, Qt.Key.Key_Escape)
