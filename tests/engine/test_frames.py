"""Comment frames as data: what is in them, what moves with them, how they are stored and follow a new layout."""

from __future__ import annotations

from engine.blocks.dissolve import dissolve
from engine.blocks.group import group
from engine.edits import Compound
from engine.frames import AddFrame, Frame, around, held, moves
from engine.graph import Graph
from engine.project import from_bytes, to_bytes
from engine.source import write
from tests.engine.networks import lenet

BOX = (192.0, 52.0)


def boxes(graph: Graph) -> dict[str, tuple[float, float, float, float]]:
    return {node_id: (*position, *BOX) for node_id, position in graph.positions.items()}


def test_a_frame_holds_what_is_wholly_inside_and_moves_it_with_the_frames_in_it() -> None:
    graph = lenet()  # one node every 96 below the last
    outer, inner = Frame("f1", (-20, -20, 240, 400), "Stem"), Frame("f2", (-10, 80, 220, 100), "first")
    beside = Frame("f3", (-20, 300, 240, 200), "overlaps")
    Compound((AddFrame(outer), AddFrame(inner), AddFrame(beside)), "three").apply(graph)
    inside = held(outer, boxes(graph))
    assert sorted(graph.nodes[node_id].name for node_id in inside) == ["conv1", "input", "pool1", "tanh1"]
    Compound(tuple(moves(graph, outer, inside, (32.0, -16.0))), "move").apply(graph)
    assert graph.frames["f2"].box == (22, 64, 220, 100)
    assert graph.frames["f3"] == beside
    assert [graph.positions[node_id] for node_id in ("n1", "n4", "n5")] == [(32, -16), (32, 272), (0, 384)]


def test_a_frame_changes_neither_source_nor_file_but_for_its_own_line() -> None:
    graph = lenet()
    source, content = write(graph), to_bytes(graph)
    inverse = AddFrame(Frame("f1", (0.5, 0, 300, 200), "Größe", "one\ntwo", "green")).apply(graph)
    assert write(graph) == source
    stored = to_bytes(graph)
    assert to_bytes(from_bytes(stored)) == stored
    assert from_bytes(stored).frames == graph.frames
    inverse.apply(graph)
    assert to_bytes(graph) == content


def test_frames_keep_their_margins_around_what_a_layout_moves() -> None:
    graph = lenet()
    frame = Frame("f1", (-16, 80, 224, 188), "two layers")  # conv1 and tanh1
    AddFrame(frame).apply(graph)
    before = boxes(graph)
    after = {node_id: (2 * x + 100, 2 * y, w, h) for node_id, (x, y, w, h) in before.items()}
    (edit,) = around(graph, before, after)
    assert edit.frame.box == (84, 176, 224, 284)
    assert held(frame, before) == held(edit.frame, after)
    assert list(around(graph, before, before)) == []


def test_a_frame_around_layers_that_become_a_block_goes_into_it() -> None:
    graph = lenet()
    AddFrame(Frame("f1", (-20, 80, 240, 100), "first")).apply(graph)
    AddFrame(Frame("f2", (-20, -20, 240, 2000), "all")).apply(graph)
    before = to_bytes(graph)
    inverse = group(graph, {"n2", "n3"}, "Stem").apply(graph)
    assert list(graph.frames) == ["f2"]
    assert [frame.title for frame in graph.blocks["stem"].graph.frames.values()] == ["first"]
    draft = graph.copy()
    dissolve(draft, next(node.id for node in draft.nodes.values() if node.type == "block.stem")).apply(draft)
    (_, first) = draft.frames.values()
    assert sorted(draft.nodes[n].name for n in held(first, boxes(draft))) == ["conv1"]
    inverse.apply(graph)
    assert to_bytes(graph) == before
