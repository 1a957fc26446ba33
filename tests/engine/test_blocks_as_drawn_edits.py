"""Blocks as people draw them, when they are edited: renamed, dissolved, made of nodes that ask for sizes."""

from __future__ import annotations

import pytest

from engine import project
from engine.blocks.dissolve import dissolve
from engine.blocks.group import group
from engine.blocks.rename import rename_node
from engine.graph import Graph, GraphError
from tests.engine.test_blocks_as_drawn import errors, half, nasnet, numbers


def test_renaming_an_input_takes_along_what_speaks_of_it() -> None:
    graph = Graph()
    block = half(graph)
    before = project.to_bytes(graph)
    x = block.by_name("x")
    assert x is not None
    inverse = rename_node(block, x.id, "a b").apply(block)
    fc = block.by_name("fc")
    assert fc is not None
    assert fc.parameters["out_features"] == {"expr": "size('a b', 1) // 2"}
    assert errors(graph) == []
    inverse.apply(block)
    assert project.to_bytes(graph) == before


def test_an_output_may_be_called_as_an_input_and_no_other_node() -> None:
    graph = Graph()
    block = half(graph)
    block.add("BlockOutput", name="x")
    with pytest.raises(GraphError, match="already"):
        block.add("BlockOutput", name="fc")
    with pytest.raises(GraphError, match="already"):
        block.add("ReLU", name="x")


@pytest.mark.parametrize("build", [half, lambda graph: nasnet(graph, 2, share_weights=True)])
def test_a_dissolved_block_costs_the_same(build: object) -> None:
    graph = Graph()
    build(graph)  # type: ignore[operator]
    count = numbers(graph)
    dissolve(graph, "n2").apply(graph)
    assert errors(graph) == []
    assert not [node for node in graph.nodes.values() if node.type.startswith("block.")]
    assert numbers(graph) == count


def test_a_block_of_nodes_that_ask_for_sizes_gets_them_as_parameters() -> None:
    graph = Graph()
    block = half(graph)
    count = numbers(graph)
    fc = block.by_name("fc")
    assert fc is not None
    group(block, {fc.id}, "Inner").apply(block)
    (inner,) = [each for each in graph.blocks.values() if each.name == "Inner"]
    assert [parameter.name for parameter in inner.parameters] == ["x_size_1"]
    assert errors(graph) == []
    assert numbers(graph) == count
