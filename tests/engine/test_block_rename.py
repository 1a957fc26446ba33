"""A parameter of a block gets another name, or goes: what speaks of it follows, in one step that can be taken back."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from engine import project
from engine.blocks.rename import drop, rename
from engine.cost import total
from engine.errors import GraphError
from engine.graph import Graph
from engine.problems import find


def wire(graph: Graph, *chain: str) -> None:
    for source, target in pairwise(chain):
        graph.connect(source, target)


@pytest.fixture
def graph() -> Graph:
    made = Graph("net")
    unit = made.define("Unit", wide=8, wider=2)
    convolution: dict[str, Any] = {"out_channels": {"expr": "wide*wider"}, "kernel_size": ({"expr": "wider"}, 1)}
    wire(unit, unit.add("BlockInput"), unit.add("Conv2d", **convolution), unit.add("BlockOutput"))
    outer = made.define("Outer", wide=4)
    inner = outer.add("Unit", wide={"expr": "wide"}, repeat={"expr": "wide // 2"})
    wire(outer, outer.add("BlockInput"), inner, outer.add("BlockOutput"))
    wire(
        made,
        made.add("Input", shape=(3, 16, 16)),
        made.add("Unit", name="first", wide={"per_repeat": (8, 16)}, repeat=2),
        made.add("Outer", name="second", wide=6),
        made.add("Flatten"),
        made.add("Linear", out_features=4),
        made.add("Output"),
    )
    return made


def parameters(graph: Graph, name: str) -> Any:
    node = graph.by_name(name)
    assert node is not None
    return node.parameters


def test_expressions_inside_and_arguments_of_all_uses_follow(graph: Graph) -> None:
    before, cost = project.to_bytes(graph), total(graph)
    edit = rename(graph, "unit", "wide", "channels")
    inverse = edit.apply(graph)
    inside, outer = graph.blocks["unit"].graph, graph.blocks["outer"].graph
    assert [p.name for p in graph.blocks["unit"].parameters] == ["channels", "wider"]
    assert parameters(inside, "conv1") == {
        "out_channels": {"expr": "channels*wider"},
        "kernel_size": ({"expr": "wider"}, 1),
    }
    assert parameters(graph, "first") == {"channels": {"per_repeat": (8, 16)}}
    assert parameters(outer, "unit1") == {"channels": {"expr": "wide"}}, "that is the parameter of the outer block"
    assert parameters(graph, "second") == {"wide": 6}
    assert not [problem for problem in find(graph) if problem.severity == "error"]
    assert total(graph) == cost
    inverse.apply(graph)
    assert project.to_bytes(graph) == before


def test_properties_inside_follow(graph: Graph) -> None:
    rename(graph, "outer", "wide", "count").apply(graph)
    node = graph.blocks["outer"].graph.by_name("unit1")
    assert node is not None
    assert (node.parameters, node.properties) == ({"wide": {"expr": "count"}}, {"repeat": {"expr": "count // 2"}})


@pytest.mark.parametrize(
    ("new", "words"),
    [("wider", "two parameters named wider"), ("Wide", "cannot be a parameter"), ("repeat", "cannot be a parameter")],
)
def test_a_name_that_cannot_stand_changes_nothing(graph: Graph, new: str, words: str) -> None:
    before = project.to_bytes(graph)
    with pytest.raises(GraphError, match=words):
        rename(graph, "unit", "wide", new).apply(graph)
    assert project.to_bytes(graph) == before


def test_a_parameter_that_goes_takes_its_arguments_along(graph: Graph) -> None:
    before = project.to_bytes(graph)
    inverse = drop(graph, "unit", "wide").apply(graph)
    assert parameters(graph, "first") == {}
    assert parameters(graph.blocks["outer"].graph, "unit1") == {}
    assert any("names 'wide'" in problem.message for problem in find(graph)), "what computes with it says so"
    inverse.apply(graph)
    assert project.to_bytes(graph) == before
