"""The scene shows what the document holds: items, badges, shapes, selection, tooltips, levels of detail."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QPointF
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QGraphicsItem, QToolTip
from pytestqt.qtbot import QtBot

from engine import ports
from engine.edits import MISSING, Connect, Disconnect, Move, RenameNode, SetParameter, SetProperty, remove
from engine.graph import Edge, Graph, GraphError
from gui.canvas.geometry import End, node_size
from gui.canvas.scene import Scene
from gui.canvas.style import NAMES, SMALLEST
from gui.canvas.tooltips import node_text
from gui.document import Document
from gui.theme import theme

Show = Callable[[Graph], Any]
SHAPES = {"n1": "1×28×28", "n2": "8×26×26", "n3": "8×26×26", "n4": "5408"}


@pytest.fixture
def scene(qtbot: QtBot, chain: Graph) -> Iterator[Scene]:
    made = Scene(Document(chain))
    yield made
    made.deleteLater()


def agrees(scene: Scene) -> None:
    """Every item stands for something in the graph, and the other way round."""
    graph, report = scene.document.graph, scene.document.report
    assert scene.nodes.keys() == graph.nodes.keys()
    assert set(scene.wires) == set(graph.edges)
    assert len(scene.items()) == len(graph.nodes) + len(scene.wires)
    for node_id, item in scene.nodes.items():
        assert item.pos().toTuple() == pytest.approx(graph.positions[node_id])
        assert item.look.name == graph.nodes[node_id].name
        assert tuple(item.look.inputs) == ports.input_ports(graph, node_id)
        assert tuple(item.look.outputs) == ports.output_ports(graph, node_id)
        assert {name for name, port in item.look.inputs.items() if port.connected} == graph.incoming[node_id].keys()
        found = [p for p in scene.document.problems() if p.node == node_id and p.severity != "hint"]
        assert item.look.severity == (found[0].severity if found else "")
        assert item.look.selected == (node_id in scene.document.selection)
    for edge, wire in scene.wires.items():
        assert wire.path.pointAtPercent(0) == scene.nodes[edge.source].port(
            End(edge.source, "output", edge.source_port)
        )
        assert wire.path.pointAtPercent(1) == scene.nodes[edge.target].port(End(edge.target, "input", edge.target_port))
        assert wire.spec == report.spec(edge.source, edge.source_port)
        assert wire.kind != "known" or wire.spec is not None


def test_an_opened_network_is_drawn_anew(scene: Scene) -> None:
    agrees(scene)
    other = Graph()
    other.add("Input", shape=(4,))
    scene.document.open_graph(other)
    agrees(scene)


def test_the_scene_keeps_up_with_any_edits_undone_and_redone(scene: Scene) -> None:
    dice, document = random.Random(3), scene.document
    kinds = ["Conv2d", "ReLU", "Add", "Concat", "Linear", "Flatten", "MaxPool2d", "Output"]
    for turn in range(300):
        graph = document.graph
        some = dice.choice([*graph.nodes])
        try:
            match dice.randrange(9):
                case 0 | 1:
                    draft = graph.copy()
                    kind = dice.choice(kinds)
                    node = draft.nodes[draft.add(kind, **({"out_features": 4} if kind == "Linear" else {}))]
                    from engine.edits import AddNode

                    document.apply(AddNode(node, (dice.randrange(30) * 16.0, dice.randrange(60) * 16.0)))
                case 2 | 3:
                    other = dice.choice([*graph.nodes])
                    if (port := ports.free_input(graph, other)) and (outs := ports.output_ports(graph, some)):
                        document.apply(Connect(Edge(some, dice.choice(outs), other, port)))
                case 4:
                    if edges := [*graph.edges]:
                        document.apply(Disconnect(dice.choice(edges)))
                case 5:
                    if len(graph.nodes) > 3:
                        document.apply(remove(graph, {some}))
                case 6:
                    document.apply(Move({some: (dice.randrange(30) * 16.0, dice.randrange(60) * 16.0)}))
                case 7:
                    document.apply(SetParameter(some, "kernel_size", dice.choice([3, "x", MISSING])))
                    document.apply(RenameNode(some, f"name{turn}"))
                case 8:
                    document.history.go_to(dice.randrange(document.history.count + 1))
        except GraphError:
            pass
        document.select(dice.sample([*document.graph.nodes], k=min(2, len(document.graph.nodes))))
        if turn % 10 == 0:
            scene.flush()
            agrees(scene)
    scene.flush()
    agrees(scene)


def test_badges_follow_an_edit_by_themselves(qtbot: QtBot, scene: Scene) -> None:
    with qtbot.waitSignal(scene.annotated):
        scene.document.apply(SetParameter("n2", "kernel_size", 99))
    assert scene.nodes["n2"].look.severity == "error"
    assert scene.nodes["n2"].look.guilty == {"input"}
    assert scene.nodes["n3"].look.severity == ""  # only the guilty one
    wires = {edge.target: wire for edge, wire in scene.wires.items()}
    assert (wires["n2"].kind, wires["n3"].kind, wires["n3"].spec) == ("guilty", "unknown", None)
    with qtbot.waitSignal(scene.annotated):
        scene.document.history.undo()
    assert scene.nodes["n2"].look.severity == ""
    assert wires["n3"].kind == "known"
    assert str(wires["n3"].spec) == "(N, 8, 26, 26)"


def test_only_nodes_whose_problems_change_are_painted_anew(scene: Scene) -> None:
    for item in scene.nodes.values():
        item.look.prepare(scene.styling)
    scene.document.apply(SetParameter("n2", "kernel_size", 99))
    scene.flush()
    assert {node_id for node_id, item in scene.nodes.items() if not item.look.ready} == {"n2"}


@pytest.mark.parametrize("scale", [0.599, 0.5, 0.47, 0.42, 0.37, 0.34, 0.3])
def test_a_box_that_is_drawn_says_its_name_and_its_shape_in_type_that_can_be_read(scene: Scene, scale: float) -> None:
    scene.zoom(scale)
    style = scene.styling
    assert style.detail == NAMES
    for node_id, item in scene.nodes.items():
        texts = item.look.compact(style)
        assert [text.static.text() for _, _, text in texts] == [item.look.name, SHAPES[node_id]]
        for role, point, text in texts:
            assert style.fonts[role].pixelSize() * scale >= SMALLEST
            width, height = item.look.size
            assert 0 <= point.x() < point.x() + text.width <= width
            assert 0 <= point.y() + text.ascent <= height, "the line it stands on is inside the box"


def test_the_shape_in_a_box_is_that_of_now(scene: Scene) -> None:
    scene.document.apply(SetParameter("n2", "out_channels", 5))
    scene.flush()
    assert scene.nodes["n2"].look.shape == "5×26×26"
    scene.document.apply(SetParameter("n2", "kernel_size", 99))
    scene.flush()
    assert scene.nodes["n2"].look.shape == ""


def test_a_needed_port_is_hollow_until_it_is_wired(scene: Scene) -> None:
    edge = next(iter(scene.document.graph.incoming["n3"].values()))
    scene.document.apply(Disconnect(edge))
    port = scene.nodes["n3"].look.inputs["input"]
    assert (port.connected, port.needed) == (False, True)
    assert not scene.nodes["n2"].look.outputs["output"].connected


def test_a_variadic_node_offers_a_spare_port_and_widens(scene: Scene) -> None:
    graph = Graph()
    join = graph.add("Concat")
    for _ in range(9):
        graph.connect(graph.add("Input", shape=(4,)), join)
    scene.document.open_graph(graph)
    look = scene.nodes[join].look
    assert [*look.inputs] == [f"x{i}" for i in range(10)]
    assert look.size == node_size(10, 1, True)
    assert not look.inputs["x9"].connected
    assert not look.inputs["x9"].needed


def test_a_layer_that_is_not_installed_is_drawn_all_the_same(scene: Scene) -> None:
    from engine.edits import AddNode
    from engine.graph import Node

    scene.document.apply(AddNode(Node("n9", "Nowhere", "mystery", {"p": 1}), (400.0, 0.0)))
    scene.flush()
    look = scene.nodes["n9"].look
    assert look.severity == "error"
    look.prepare(scene.styling)
    assert not look.colors.glyph.isEmpty()  # its first letter


def test_a_wrong_parameter_is_shown_as_it_was_typed(scene: Scene) -> None:
    scene.document.apply(SetParameter("n2", "kernel_size", "tall"))
    assert scene.nodes["n2"].look.summary == "kernel_size = tall ?"


def test_texts_are_elided_and_never_markup(scene: Scene) -> None:
    scene.document.apply(RenameNode("n2", "<b>" + "very long name " * 5))
    look = scene.nodes["n2"].look
    look.prepare(scene.styling)
    for _, point, text in look.texts:
        assert text.static.text().count("<") <= 1
        assert point.x() + text.width <= look.size[0]
    assert look.texts[0][2].static.text().endswith("…")
    assert "&lt;b&gt;" in node_text(scene.document, "n2", [])


def test_wires_give_way_to_a_node_and_run_straight_again(scene: Scene) -> None:
    document = scene.document
    document.apply(remove(document.graph, {"n2"}))
    document.apply(Connect(Edge("n1", "output", "n3", "input")))
    document.apply(Move({"n4": (400.0, 0.0)}))
    scene.flush()
    (wire,) = [wire for edge, wire in scene.wires.items() if edge.target == "n3"]
    assert not wire.points
    document.apply(Move({"n4": (16.0, 128.0)}))
    scene.flush()
    assert wire.points
    assert not wire.path.intersects(scene.nodes["n4"].box.adjusted(4, 4, -4, -4)) or wire.points[0][0] != 96.0
    document.history.undo()
    scene.flush()
    assert not wire.points


def test_colours_follow_the_theme(scene: Scene) -> None:
    before = QColor(scene.styling.node.color())
    theme.set("dark")
    try:
        assert scene.styling.node.color() != before
    finally:
        theme.set("light")
    assert scene.styling.node.color() == before


def test_the_tooltip_tells_node_port_and_wire(show: Show, chain: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    hand = show(chain)
    view, said = hand.view, []
    monkeypatch.setattr(QToolTip, "showText", lambda _point, text, *_rest: said.append(text))
    view.document.apply(SetParameter("n2", "kernel_size", 99))
    view.canvas.flush()
    wire = next(iter(chain.incoming["n2"].values()))
    points = [hand.middle("n2"), hand.port("n2", "input", "input"), view.canvas.wires[wire].path.pointAtPercent(0.5)]
    for point in (*points, QPointF(700, 400)):
        at = hand.view_point(point)
        event = QHelpEvent(QHelpEvent.Type.ToolTip, at, view.viewport().mapToGlobal(at))
        QCoreApplication.sendEvent(view.viewport(), event)
    node, port, line, nothing = said
    assert "conv1" in node
    assert "kernel_size = 99" in node
    assert "window over 28×28 input" in node
    assert port.startswith("<qt><b>input</b>, input of conv1")
    assert "✕" in port
    assert "input → conv1: (N, 1, 28, 28) float32" in line
    assert nothing == ""


def test_from_afar_the_items_paint_nothing(show: Show, chain: Graph) -> None:
    view = show(chain).view
    empty = QGraphicsItem.GraphicsItemFlag.ItemHasNoContents
    items = [*view.canvas.nodes.values(), *view.canvas.wires.values()]
    view.camera.zoom(0.2)
    assert all(item.flags() & empty for item in items)
    picture = view.grab().toImage()
    family = view.canvas.styling.family("Convolution").far.color()
    middle = view.mapFromScene(view.canvas.nodes["n2"].box.center() + QPointF(30, 0))
    assert picture.pixelColor(middle).name() == family.name()
    view.camera.zoom(0.35)
    assert not any(item.flags() & empty for item in items)
    assert view.grab().toImage().pixelColor(view.rect().center()).name() != family.name()


@pytest.mark.parametrize("scale", [0.05, 0.25, 0.35, 0.5, 0.8, 3.0])
@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_level_of_detail_can_be_painted(show: Show, chain: Graph, scale: float, name: Any) -> None:
    chain.add("Add", position=(300.0, 0.0))  # unconnected, with a badge
    view = show(chain).view
    theme.set(name)
    try:
        view.document.select(["n2"])
        view.document.apply(SetParameter("n3", "bogus", 1))
        view.canvas.flush()
        view.camera.zoom(scale)
        picture = view.grab().toImage()
        colors = {picture.pixelColor(x, y).name() for x in range(0, 900, 3) for y in range(0, 700, 3)}
        assert theme.color("canvas").name() in colors
        assert len(colors) > 3
    finally:
        theme.set("light")


def test_a_scene_dies_with_its_view(qtbot: QtBot, show: Show, chain: Graph) -> None:
    hand = show(chain)
    document, view = hand.view.document, hand.view
    view.close()
    view.deleteLater()
    QCoreApplication.sendPostedEvents(None, 52)  # DeferredDelete
    del hand, view
    gc.collect()
    document.apply(RenameNode("n2", "later"))  # nobody who is gone is told
    document.open_graph(Graph())


def test_layers_that_share_weights_are_tied_by_a_curve(show: Show) -> None:
    graph = Graph()
    owner = graph.add("Linear", out_features=4, position=(0.0, 0.0))
    sharer = graph.add("Linear", out_features=4, position=(320.0, 96.0), weights_of=owner)
    hand = show(graph)
    canvas = hand.view.canvas
    ends = canvas.part.ties.path().boundingRect()
    assert ends.left() == canvas.nodes[owner].box.right()
    hand.view.document.apply(Move({sharer: (320.0, 480.0)}))
    canvas.flush()
    assert canvas.part.ties.path().boundingRect().bottom() == canvas.nodes[sharer].box.center().y()
    hand.view.document.apply(SetProperty(sharer, "weights_of", MISSING))
    canvas.flush()
    assert canvas.part.ties.scene() is None
