"""The direction of a drawing: either is tidy, arranging takes the better one, and everything on the canvas follows."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt

import presets
from engine import drawing
from engine.blocks.dissolve import dissolve
from engine.blocks.group import group
from engine.drawing import SetDrawing
from engine.edits import Disconnect, Move, SetParameter
from engine.graph import Edge, Graph, Node, Position
from engine.journals import edit_format
from engine.project import ProjectError, from_bytes, to_bytes
from engine.shapes import Shapes
from gui.canvas.commands import layer_commands as commands
from gui.canvas.laid_out import lay_out
from gui.canvas.layout.flow import FLOWS, RIGHT, Flow, flow_of
from gui.canvas.layout.layout import Page, arrange, fitting, routes
from gui.canvas.layout.layout_routes import UPWARDS
from gui.canvas.layout.whole_project import Arranger
from gui.canvas.node_item import natural_size
from gui.canvas.scene import Scene
from gui.document import Document
from gui.drawing.drawing import Options
from gui.drawing.making import drawing_of
from tests.gui.conftest import Hand

Show = Callable[[Graph], Hand]

DIRECTIONS = st.sampled_from(list(FLOWS.values()))
PAGES = st.tuples(st.integers(200, 2000).map(float), st.integers(200, 2000).map(float))


@st.composite
def networks(draw: st.DrawFn) -> Graph:
    """Any acyclic graph of layers that take any number of wires."""
    graph, count = Graph(), draw(st.integers(1, 16))
    names = [f"n{number}" for number in range(count)]
    for name in names:
        graph.insert_node(Node(name, "Concat", name), (0.0, 0.0))
    for source, target in draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=24)):
        if source < target:
            index = len(graph.incoming[names[target]])
            graph.insert_edge(Edge(names[source], "output", names[target], f"x{index}"))
    return graph


def keep_apart(positions: dict[str, Position], sizes: dict[str, tuple[float, float]]) -> None:
    for one, two in combinations(positions, 2):
        (ax, ay), (bx, by), (aw, ah), (bw, bh) = positions[one], positions[two], sizes[one], sizes[two]
        assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay, f"{one} and {two} overlap"


@settings(deadline=None, max_examples=40)
@given(networks(), DIRECTIONS, st.booleans(), PAGES)
def test_any_network_is_tidy_in_either_direction(graph: Graph, flow: Flow, wrap: bool, page: Page) -> None:
    report = Shapes(graph).report
    sizes = {node_id: natural_size(graph, report, node_id, flow) for node_id in graph.nodes}
    positions = arrange(graph, sizes, wrap=wrap, flow=flow, page=page)
    keep_apart(positions, sizes)
    ways = routes(graph, positions, sizes, flow=flow)
    for edge in graph.edges:
        start = flow.turn(positions[edge.source])[1] + flow.turn(sizes[edge.source])[1]
        end = flow.turn(positions[edge.target])[1]
        if not wrap:
            assert end - start >= flow.row_gap, "with the flow, and room for a shape"
        if start - end <= UPWARDS:
            levels = [start, *(flow.turn(point)[1] for point in ways[edge]), end]
            assert end < start or levels == sorted(levels)
    assert routes(graph, positions, sizes, flow=flow) == ways


@settings(deadline=None, max_examples=30)
@given(networks(), PAGES, DIRECTIONS)
def test_automatic_takes_the_direction_that_is_seen_larger(graph: Graph, page: Page, before: Flow) -> None:
    SetDrawing("direction", before.direction).apply(graph)
    arranger = Arranger(graph, Shapes(graph), page)
    edit = arranger.edit(None)
    assert edit is not None
    edit.apply(graph)
    chosen = flow_of(graph)
    report = Shapes(graph).report
    scale = {}
    for flow in FLOWS.values():
        sizes = {node_id: natural_size(graph, report, node_id, flow) for node_id in graph.nodes}
        scale[flow] = fitting(arrange(graph, sizes, flow=flow, page=page), sizes, page)
    assert scale[chosen] == max(scale.values())
    assert chosen is before or scale[chosen] > scale[before], "an equal one is not worth a change"
    assert Arranger(graph, Shapes(graph), page).edit(None) is None, "a second time there is nothing to do"


@settings(deadline=None, max_examples=30)
@given(networks(), st.sampled_from([None, "down", "right"]), st.booleans())
def test_a_file_says_a_direction_only_where_one_was_chosen(graph: Graph, way: str | None, automatic: bool) -> None:
    untouched = to_bytes(graph)
    assert b"drawing" not in untouched
    assert to_bytes(from_bytes(untouched)) == untouched
    edits = [SetDrawing("direction", way)] if way else []
    edits += [SetDrawing("automatic", True)] if automatic else []
    inverses = [edit.apply(graph) for edit in edits]
    chosen = to_bytes(graph)
    again = from_bytes(chosen)
    assert to_bytes(again) == chosen
    assert (drawing.direction(again), drawing.automatic(again)) == (way or "down", automatic)
    for edit, inverse in zip(reversed(edits), reversed(inverses), strict=True):
        assert edit_format.from_text(edit_format.to_text(edit).encode()) == edit
        assert edit_format.from_text(edit_format.to_text(inverse).encode()) == inverse
        inverse.apply(graph)
    assert to_bytes(graph) == untouched


def test_a_file_with_a_wrong_direction_is_refused_in_one_sentence() -> None:
    text = to_bytes(Graph()).decode().replace('"data"', '"drawing": {"direction": "up"},\n"data"')
    with pytest.raises(ProjectError, match=r"drawing\.direction: Input should be 'down' or 'right'"):
        from_bytes(text.encode())


def test_a_network_nobody_placed_runs_as_fits_best_and_one_somebody_placed_as_it_did() -> None:
    wide, tall = presets.build("mlp"), presets.build("mlp")
    lay_out(wide, (4000.0, 120.0))
    lay_out(tall, (300.0, 2000.0))
    assert (drawing.direction(wide), drawing.direction(tall)) == ("right", "down")
    assert drawing.automatic(wide)
    assert len({y for _, y in wide.positions.values()}) == 1 == len({x for x, _ in tall.positions.values()})
    placed = presets.build("mlp")
    Move({node_id: (x + 16, y) for node_id, (x, y) in placed.positions.items()}).apply(placed)
    before = to_bytes(placed)
    lay_out(placed, (4000.0, 120.0))
    assert to_bytes(placed) == before


def test_what_fixes_blocks_and_dissolving_place_stands_the_way_the_drawing_runs(chain: Graph) -> None:
    SetDrawing("direction", "right").apply(chain)
    Move({node_id: (304.0 * number, 0.0) for number, node_id in enumerate(chain.nodes)}).apply(chain)
    group(chain, {"n2", "n3"}, "Pair").apply(chain)
    inner = next(iter(chain.blocks.values())).graph
    order = inner.order()
    assert order == sorted(order, key=lambda node_id: inner.positions[node_id][0])
    assert len({inner.positions[node_id][1] for node_id in order}) == 1
    (use,) = (node.id for node in chain.nodes.values() if node.type.startswith("block."))
    dissolve(chain, use).apply(chain)
    order = chain.order()
    assert order == sorted(order, key=lambda node_id: chain.positions[node_id][0])
    document = Document(chain)
    commands.delete(document, ["n4"])
    last = commands.add_layer(document, "Linear", None, after=chain.order()[-1])
    document.apply(SetParameter(last, "out_features", 10))
    commands.add_layer(document, "Output", None, after=last)
    before = set(chain.nodes)
    assert any("Insert Flatten" in label for label in document.fix_all())
    (new,) = (node_id for node_id in chain.nodes if node_id not in before)
    (source,), (target,) = chain.incoming[new].values(), chain.outgoing[new]
    places = [chain.positions[node_id] for node_id in (source.source, new, target.target)]
    assert places == sorted(places)
    assert len({y for _, y in places}) == 1


# -- on the canvas ---------------------------------------------------------------------------------------------------


@pytest.fixture
def right(show: Show, chain: Graph) -> Hand:
    """The chain, drawn from left to right."""
    hand = show(chain)
    hand.view.editing.set_direction("right")
    hand.view.camera.zoom(1.0)
    hand.view.camera.pin(hand.view.canvas.nodes["n1"].pos(), QPoint(20, 300))
    return hand


def test_switching_is_one_step_that_arranges_again_and_everything_follows(show: Show, chain: Graph) -> None:
    hand = show(chain)
    view, canvas = hand.view, hand.view.canvas
    with hand.one_step():
        view.editing.set_direction("right")
    assert drawing.direction(chain) == "right"
    for one, other in pairwise(("n1", "n2", "n3", "n4")):
        (edge,) = chain.outgoing[one]
        wire = canvas.wires[edge]
        assert wire.start.x() == canvas.nodes[one].box.right()
        assert wire.end.x() == canvas.nodes[other].box.left()
        assert wire.start.y() == wire.end.y() == canvas.nodes[one].box.center().y()
        label = wire.label_box(canvas.styling.static(str(wire.spec), "label"))
        assert not label.intersects(canvas.nodes[one].box)
        assert wire.start.x() < label.center().x() < wire.end.x()
        assert label.bottom() <= wire.start.y() or label.top() >= wire.start.y()
    view.document.history.undo()
    (edge,) = chain.outgoing["n1"]
    assert canvas.wires[edge].start.y() == canvas.nodes["n1"].box.bottom(), "undone it runs down again"


def test_arrow_keys_follow_the_wires_to_the_right(right: Hand) -> None:
    document = right.view.document
    document.select(["n1"])
    for key, there in ((Qt.Key.Key_Right, "n2"), (Qt.Key.Key_Right, "n3"), (Qt.Key.Key_Left, "n2")):
        right.key(key)
        assert document.selection == (there,)


def test_new_layers_stand_to_the_right(right: Hand, chain: Graph) -> None:
    document = right.view.document
    added = commands.add_layer(document, "ReLU", None, after="n4")
    x, y = chain.positions[added]
    assert x > chain.positions["n4"][0] + 192
    assert y == chain.positions["n4"][1]
    spliced = commands.add_layer(document, "ReLU", None, after="n2")
    assert chain.positions["n2"][0] + 192 < chain.positions[spliced][0] < chain.positions["n3"][0] - 192
    right.view.document.select(["n1"])
    right.view.camera.pin(right.view.canvas.nodes["n1"].pos(), QPoint(20, 300))
    right.view.adder.open()
    assert right.view.popup is not None
    assert right.view.popup.x() > right.view.mapFromScene(right.view.canvas.nodes["n1"].box.topRight()).x()
    right.view.adder.close()


def test_a_wire_is_drawn_from_the_right_edge_to_the_left_one(right: Hand, chain: Graph) -> None:
    (edge,) = chain.outgoing["n3"]
    right.view.document.apply(Disconnect(edge))
    nodes = right.view.canvas.nodes
    start, end = nodes["n3"].box, nodes["n4"].box
    with right.one_step():
        right.drag(QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y()))
    assert edge in chain.outgoing["n3"]
    assert edge in right.view.canvas.wires


def test_a_drawing_that_is_exported_runs_the_same_way(qapp: object) -> None:
    graph = presets.build("mlp")
    lay_out(graph, (4000.0, 120.0))
    picture = drawing_of(graph, Options(kind="canvas")).size
    assert picture.width() > 4 * picture.height()
    scene = Scene(Document(graph))
    assert {wire.flow for wire in scene.wires.values()} == {RIGHT}
