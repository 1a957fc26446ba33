"""Blocks that are open in place: seen on the same sheet, worked in there, and never in the way of others."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from engine.blocks.group import group
from engine.drawing import open_in_place, opened
from engine.edits import MISSING, Disconnect, Move, SetParameter, SetProperty
from engine.graph import Graph, Position
from engine.project import from_bytes, to_bytes
from gui.canvas.in_place.room import resized
from gui.canvas.layout.flow import FLOWS, Flow
from gui.canvas.scene import Scene
from gui.design.breadcrumb import Breadcrumb
from gui.document import Document
from gui.drawing.drawing import Options
from gui.drawing.making import drawing_of
from tests.gui.conftest import Hand

Show = Callable[[Graph], Hand]
Standing = tuple[dict[str, Position], dict[str, tuple[float, float]]]
STEPS = st.integers(0, 12)


@st.composite
def standing_apart(draw: st.DrawFn) -> Standing:
    """Boxes on the raster of which no two overlap."""
    positions: dict[str, Position] = {}
    sizes: dict[str, tuple[float, float]] = {}
    coordinate = st.integers(-20, 20).map(lambda step: 16.0 * step)
    for number in range(draw(st.integers(1, 8))):
        at = draw(st.tuples(coordinate, coordinate))
        size = 64.0 + 32 * draw(st.integers(0, 3)), 64.0 + 32 * draw(st.integers(0, 3))
        if not any(overlap(at, size, positions[other], sizes[other]) for other in positions):
            positions[f"n{number}"], sizes[f"n{number}"] = at, size
    return positions, sizes


def overlap(at: Position, size: Position, there: Position, other: Position) -> bool:
    (ax, ay), (aw, ah), (bx, by), (bw, bh) = at, size, there, other
    return ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah


@settings(deadline=None, max_examples=150)
@given(standing_apart(), STEPS, STEPS, st.sampled_from(list(FLOWS.values())))
def test_a_box_that_grows_pushes_others_away_and_gives_the_room_back(
    standing: Standing, wider: int, longer: int, flow: Flow
) -> None:
    positions, sizes = standing
    across, along = flow.turn(sizes["n0"])
    larger = sizes | {"n0": flow.turn((across + 32.0 * wider, along + 16.0 * longer))}
    grown = positions | resized(positions, sizes, "n0", larger["n0"], flow)
    for one, other in combinations(positions, 2):
        assert not overlap(grown[one], larger[one], grown[other], larger[other])
    assert grown | resized(grown, larger, "n0", sizes["n0"], flow) == positions


# -- on the canvas -----------------------------------------------------------------------------------------------------


@pytest.fixture
def nested() -> Graph:
    """Input → first → second → Flatten; both use Outer: conv → inner (a block of bn and relu)."""
    graph = Graph("nested")
    inner = graph.define("Inner")
    ends = [inner.add(kind) for kind in ("BlockInput", "BatchNorm2d", "ReLU", "BlockOutput")]
    outer = graph.define("Outer")
    outers = [outer.add("BlockInput"), outer.add("Conv2d", out_channels=4, kernel_size=3, padding=1)]
    outers += [outer.add("Inner", name="inside"), outer.add("BlockOutput")]
    top = [graph.add("Input", shape=(1, 28, 28)), graph.add("Outer", name="first", repeat=3)]
    top += [graph.add("Outer", name="second"), graph.add("Flatten")]
    for part, nodes in ((inner, ends), (outer, outers), (graph, top)):
        for source, target in pairwise(nodes):
            part.connect(source, target)
    return graph


@pytest.fixture
def hand(show: Show, nested: Graph) -> Hand:
    """The network with the first block open in place."""
    made = show(nested)
    made.view.editing.arrange()
    made.view.document.select(["n2"])
    made.view.blocks.fold_selected()
    made.view.camera.zoom(0.8)
    made.view.camera.pin(made.view.canvas.content(["n2"]).topLeft(), QPoint(200, 20))
    return made


def at(hand: Hand, path: tuple[str, ...], name: str) -> QPointF:
    """The middle of a layer on the sheet."""
    part = hand.view.canvas.parts[path]
    node = part.graph.by_name(name)
    assert node is not None
    return part.nodes[node.id].box.center() + part.offset


def test_the_mark_opens_and_closes_a_block_in_one_step_each_and_all_returns(show: Show, nested: Graph) -> None:
    hand = show(nested)
    view, canvas = hand.view, hand.view.canvas
    view.editing.arrange()
    view.camera.zoom(0.8)
    view.camera.pin(canvas.content(["n2"]).topLeft(), QPoint(300, 60))
    before = to_bytes(nested)
    mark = canvas.nodes["n2"].look.fold_mark.center()
    with hand.one_step():
        hand.click(canvas.nodes["n2"].pos() + mark)
    assert opened(nested) == {"n2"}
    assert set(canvas.parts) == {(), ("n2",)}
    canvas.flush()
    part, box = canvas.parts["n2",], canvas.nodes["n2"].box
    assert {"conv1", "inside"} < {item.look.name for item in part.nodes.values()}
    assert all(box.contains(item.box.translated(part.offset)) for item in part.nodes.values())
    assert part.nodes["n2"].look.shape == "4×28×28"
    assert "×3" in canvas.nodes["n2"].look.summary
    for one, other in combinations(canvas.nodes.values(), 2):
        assert not one.box.intersects(other.box), "the others have made room"
    assert to_bytes(from_bytes(to_bytes(nested))) == to_bytes(nested)
    hand.click(canvas.nodes["n2"].pos() + mark)
    assert to_bytes(nested) == before
    assert set(canvas.parts) == {()}


def test_what_is_inside_is_selected_edited_and_deleted_there_for_all_uses(hand: Hand, nested: Graph) -> None:
    view, canvas, document = hand.view, hand.view.canvas, hand.view.document
    outer = nested.blocks["outer"].graph
    sheet = canvas.sheet
    hand.click(at(hand, ("n2",), "conv1"))
    assert document.block_path == ("n2",)
    assert document.selection == ("n2",)
    assert document.graph is outer
    assert canvas.sheet is sheet
    assert set(canvas.parts) == {(), ("n2",)}, "the sheet stays"
    with hand.one_step():
        document.apply(SetParameter("n2", "out_channels", 8))
    canvas.flush()
    assert canvas.part.nodes["n2"].look.shape == "8×28×28"
    assert sheet.nodes["n3"].look.shape == "8×28×28", "the other use has it too"
    hand.click(at(hand, (), "second"))
    assert (document.block_path, document.selection) == ((), ("n3",))
    hand.click(at(hand, ("n2",), "inside"))
    hand.key(Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert outer.positions["n3"][0] == canvas.part.positions["n3"][0]
    with hand.one_step():
        view.editing.delete()
    assert "n3" not in outer.nodes
    assert "n3" not in canvas.parts["n2",].nodes
    document.history.undo()
    assert "n3" in canvas.parts["n2",].nodes


def test_dragging_and_wiring_inside_stay_inside(hand: Hand, nested: Graph) -> None:
    document, outer = hand.view.document, nested.blocks["outer"].graph
    start = at(hand, ("n2",), "conv1")
    hand.click(start)
    with hand.one_step():
        hand.drag(start, start + QPointF(48, 0))
    assert document.block_path == ("n2",)
    part = hand.view.canvas.parts["n2",]
    (wire,) = outer.incoming["n3"].values()
    document.apply(Disconnect(wire))
    hand.view.canvas.flush()
    boxes = [part.nodes[node_id].box.translated(part.offset) for node_id in ("n2", "n3")]
    with hand.one_step():
        hand.drag(QPointF(boxes[0].center().x(), boxes[0].bottom()), QPointF(boxes[1].center().x(), boxes[1].top()))
    assert wire in outer.outgoing["n2"]


def test_a_box_selection_inside_takes_what_is_inside(hand: Hand) -> None:
    area = hand.view.canvas.parts["n2",].area
    hand.drag(area.topLeft() + QPointF(4, 4), area.bottomRight() - QPointF(4, 4))
    assert hand.view.document.block_path == ("n2",)
    assert len(hand.view.document.selection) == 4


def test_what_grows_inside_pushes_others_away_in_the_same_step(hand: Hand, nested: Graph) -> None:
    canvas, document = hand.view.canvas, hand.view.document
    hand.click(at(hand, ("n2",), "inside"))
    before = dict(nested.positions)
    with hand.one_step():
        document.apply(Move({"n4": (400.0, 900.0)}))
    canvas.flush()
    boxes = canvas.sheet.nodes
    assert boxes["n2"].box.height() > 900
    for one, other in combinations(boxes.values(), 2):
        assert not one.box.intersects(other.box), f"{one.look.name} and {other.look.name}"
    document.history.undo()
    assert nested.positions == before


def test_nested_blocks_open_within_and_close_with_what_is_around(hand: Hand, nested: Graph) -> None:
    document, canvas = hand.view.document, hand.view.canvas
    hand.click(at(hand, ("n2",), "inside"))
    hand.view.blocks.fold_selected()
    canvas.flush()
    assert set(canvas.parts) == {(), ("n2",), ("n2", "n3")}
    outside, inside = canvas.parts["n2",].nodes["n3"], canvas.parts["n2", "n3"]
    box = outside.box.translated(canvas.parts["n2",].offset)
    assert all(box.contains(item.box.translated(inside.offset)) for item in inside.nodes.values())
    assert canvas.nodes is canvas.parts["n2",].nodes
    assert canvas.sheet.nodes["n2"].box.contains(box), "the box around has grown"
    hand.view.blocks.step_inside()
    assert document.block_path == ("n2", "n3")
    document.apply(open_in_place(nested, ["n2"], is_open=False), whole_project=True)
    assert document.block_path == (), "closed around us: we are outside"
    assert set(canvas.parts) == {()}
    document.history.undo()
    assert set(canvas.parts) == {(), ("n2",), ("n2", "n3")}


def test_problems_inside_are_marked_inside_wherever_one_works(hand: Hand, nested: Graph) -> None:
    canvas, outer = hand.view.canvas, nested.blocks["outer"].graph
    hand.click(at(hand, ("n2",), "conv1"))
    hand.view.document.apply(SetParameter("n2", "kernel_size", 99))
    canvas.flush()
    assert canvas.parts["n2",].nodes["n2"].look.severity == "error"
    hand.click(at(hand, (), "second"))
    canvas.flush()
    assert hand.view.document.block_path == ()
    assert canvas.parts["n2",].nodes["n2"].look.severity == "error"
    assert canvas.nodes["n2"].look.severity == "error"
    hand.view.document.apply(SetProperty("n2", "repeat", MISSING))
    hand.view.document.history.undo()
    hand.view.document.history.undo()
    canvas.flush()
    assert outer.nodes["n2"].parameters["kernel_size"] == 3
    assert canvas.parts["n2",].nodes["n2"].look.severity == ""


def test_a_double_click_on_an_open_block_shows_it_on_its_own_and_back(hand: Hand) -> None:
    document, canvas = hand.view.document, hand.view.canvas
    head = canvas.nodes["n2"].box.topLeft() + QPointF(90, 20)
    hand.double_click(head)
    assert document.sheet.block_path == ("n2",)
    assert set(canvas.parts) == {("n2",)}
    hand.view.blocks.leave()
    assert document.sheet.block_path == ()
    assert set(canvas.parts) == {(), ("n2",)}


def test_a_project_with_open_blocks_is_drawn_so_everywhere(nested: Graph, qapp: object) -> None:
    closed = drawing_of(nested, Options(kind="canvas")).size
    group(nested, {"n2"}, "Around").apply(nested)
    use = next(node for node in nested.nodes.values() if node.type == "block.around")
    open_in_place(nested, [use.id], is_open=True).apply(nested)
    open_in_place(nested.blocks["around"].graph, ["n2"], is_open=True).apply(nested)
    again = from_bytes(to_bytes(nested))
    assert set(Scene(Document(again)).parts) == {(), (use.id,), (use.id, "n2")}
    size = drawing_of(again, Options(kind="canvas")).size
    assert size.height() > closed.height()


def test_the_breadcrumb_comes_with_an_open_block_so_that_a_press_inside_moves_nothing(
    qtbot: QtBot, nested: Graph
) -> None:
    document = Document(nested)
    breadcrumb = Breadcrumb(document)
    qtbot.addWidget(breadcrumb)
    assert breadcrumb.isHidden()
    document.apply(open_in_place(nested, ["n2"], is_open=True))
    assert not breadcrumb.isHidden()
    breadcrumb.show()
    before = breadcrumb.height()
    document.open_block(("n2",))
    assert [part.text() for part in breadcrumb.parts] == ["nested", "› first"]
    qtbot.waitUntil(lambda: breadcrumb.sizeHint().height() == before)
