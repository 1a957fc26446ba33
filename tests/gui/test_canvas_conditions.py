"""Conditions of nodes on the canvas and in the inspector."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.edits import SetProperty
from engine.graph import Graph
from engine.shapes import infer
from gui.canvas.node_item import node_look
from gui.design.property_rows import property_parameters


def drawn() -> Graph:
    """Input → Linear → ReLU → Output."""
    graph = Graph()
    nodes = [
        graph.add("Input", shape=(6,)),
        graph.add("Linear", out_features=3),
        graph.add("ReLU"),
        graph.add("Output"),
    ]
    for source, target in pairwise(nodes):
        graph.connect(source, target)
    return graph


@pytest.mark.parametrize("node", ["n2", "n3"])
def test_an_absent_node_is_painted_faint_and_says_so(node: str) -> None:
    graph = drawn()
    assert not node_look(graph, infer(graph), node).absent
    SetProperty(node, "when", False).apply(graph)
    look = node_look(graph, infer(graph), node)
    assert look.absent
    assert look.summary == "absent · when false"


def test_a_node_with_a_condition_that_holds_shows_it() -> None:
    graph = drawn()
    SetProperty("n3", "when", {"expr": "in_channels > 2"}).apply(graph)
    look = node_look(graph, infer(graph), "n3")
    assert not look.absent
    assert look.summary == "when in_channels > 2"


def test_the_inspector_offers_a_condition_but_for_ends() -> None:
    graph = drawn()
    report = infer(graph)
    offered = {
        node.type: [parameter.name for parameter in property_parameters(graph, report, node, None)]
        for node in graph.nodes.values()
    }
    assert [kind for kind, names in offered.items() if "when" in names] == ["Linear", "ReLU"]
