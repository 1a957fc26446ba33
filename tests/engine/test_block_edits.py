"""The edits of blocks: inverses, refusals, and that one change of a definition counts for all its uses."""

from __future__ import annotations

import pytest

from engine import project
from engine.blocks.block import Block, BlockParameter
from engine.blocks.block_edits import AddBlock, RemoveBlock, SetBlock, Within
from engine.edits import AddNode, Edit, RemoveNode, RenameNode, SetParameter, SetProperty
from engine.errors import CycleError, GraphError
from engine.graph import Graph, Node
from engine.shapes import Shapes, infer
from tests.engine.graphs import state


def dense(width: int = 8) -> Graph:
    """Input → two uses of a block (Linear, ReLU) → Output, and a second definition that nothing uses."""
    graph = Graph("dense")
    inside = graph.define("Layer", width=width)
    x = inside.add("BlockInput", name="x")
    fc = inside.add("Linear", out_features={"expr": "width"}, name="fc")
    relu = inside.add("ReLU")
    y = inside.add("BlockOutput", name="y")
    for source, target in ((x, fc), (fc, relu), (relu, y)):
        inside.connect(source, target)
    graph.define("Spare", size=2)
    last = graph.add("Input", shape=(4,))
    for kind, parameters in (("Layer", {}), ("Layer", {"width": 3, "repeat": 2}), ("Output", {})):
        node = graph.add(kind, **parameters)
        graph.connect(last, node)
        last = node
    return graph


EDITS: list[Edit] = [
    AddBlock(Block("third", "Third", Graph("Third"), (BlockParameter("size", 1.5, "float", "how large"),), "help")),
    AddBlock(Block("third", "Third", Graph("Third")), 0),
    RemoveBlock("spare"),
    SetBlock("layer", "Dense", (BlockParameter("width", 9), BlockParameter("more", 1)), "words"),
    Within("layer", RenameNode("n2", "linear")),
    Within("layer", SetParameter("n2", "bias", False)),
    Within("layer", AddNode(Node("n9", "block.spare", "inner"), (0.0, 0.0))),
    SetProperty("n2", "repeat", 4),
]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: type(edit).__name__)
def test_the_inverse_takes_an_edit_back_and_its_inverse_brings_it_again(edit: Edit) -> None:
    graph = dense()
    before, content = state(graph), project.to_bytes(graph)
    assert edit.title(graph)
    inverse = edit.apply(graph)
    after = state(graph)
    assert after != before
    again = inverse.apply(graph)
    assert (state(graph), project.to_bytes(graph)) == (before, content)
    again.apply(graph)
    assert state(graph) == after


def test_every_kind_of_edit_is_tried() -> None:
    kinds = {cls.__name__ for cls in Edit.__subclasses__() if cls.__module__ == "engine.blocks.block_edits"}
    assert {type(edit).__name__ for edit in EDITS} >= kinds


REFUSED: list[tuple[Edit, str]] = [
    (AddBlock(Block("layer", "New", Graph())), "The id 'layer' of a block is taken already."),
    (AddBlock(Block("new", "Layer", Graph())), "There is a block named 'Layer' already; choose another name."),
    (AddBlock(Block("New", "New", Graph())), "'New' is not an id of a block"),
    (AddBlock(Block("new", " ", Graph())), "A block needs a name of 1 to 80 characters on one line."),
    (RemoveBlock("layer"), "The block Layer is used by layer1; delete or dissolve that first."),
    (RemoveBlock("nobody"), "There is no block 'nobody' in this project."),
    (SetBlock("layer", "Spare", ()), "There is a block named 'Spare' already"),
    (SetBlock("layer", "L", (BlockParameter("self", 1),)), "'self' cannot be a parameter of L"),
    (SetBlock("layer", "L", (BlockParameter("a", 1), BlockParameter("a", 1))), "has two parameters named a."),
    (SetBlock("layer", "L", (BlockParameter("a", "x"),)), "of the kind 'int', and its default 'x' is not."),
    (SetBlock("layer", "L", (BlockParameter("a b", 1),)), "'a b' cannot be a parameter of L"),
    (Within("nobody", RemoveNode("n1")), "There is no block 'nobody'"),
    (Within("layer", RemoveNode("n1")), "x still has wires"),
]


@pytest.mark.parametrize(("edit", "words"), REFUSED, ids=lambda item: type(item).__name__)
def test_a_refused_edit_leaves_everything_as_it_was(edit: Edit, words: str) -> None:
    graph = dense()
    before = state(graph)
    with pytest.raises(GraphError) as caught:
        edit.apply(graph)
    assert words in str(caught.value)
    assert state(graph) == before


def test_a_block_cannot_stand_within_itself() -> None:
    graph = dense()
    own = AddNode(Node("n9", "block.layer", "inner"), (0.0, 0.0))
    with pytest.raises(CycleError, match="inside itself"):
        Within("layer", own).apply(graph)
    Within("spare", own).apply(graph)
    with pytest.raises(CycleError, match="inside itself"):
        Within("layer", AddNode(Node("n9", "block.spare", "inner"), (0.0, 0.0))).apply(graph)


def test_one_change_of_a_definition_counts_for_all_its_uses() -> None:
    graph = dense()
    shapes = Shapes(graph)
    assert [str(shapes.report.spec(node, "n4")) for node in ("n2", "n3")] == ["(N, 8)", "(N, 3)"]
    edit = Within("layer", SetParameter("n2", "out_features", {"expr": "width * 2"}))
    edit.apply(graph)
    shapes.update(edit.change().dirty(graph))
    assert [str(shapes.report.spec(node, "n4")) for node in ("n2", "n3")] == ["(N, 16)", "(N, 6)"]
    assert shapes.report.outputs == infer(graph).outputs


def test_a_copy_of_a_graph_has_definitions_of_its_own() -> None:
    graph = dense()
    other = graph.copy()
    Within("layer", RenameNode("n2", "other")).apply(other)
    assert graph.blocks["layer"].graph.node("n2").name == "fc"
    assert other.blocks["layer"].graph.blocks is other.blocks
    inner = graph.blocks["layer"].graph.copy()
    assert inner.blocks is not graph.blocks
    assert state(inner) == state(graph.blocks["layer"].graph)
