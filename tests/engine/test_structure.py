"""The structure of networks, with networkx as the oracle of order, reach and cycles."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import presets
from engine.edits import SetParameter
from engine.errors import CycleError
from engine.graph import Graph
from engine.structure.paths import longest_path, trunk
from engine.structure.repeats import repeats

Wires = list[tuple[int, int]]


@st.composite
def wirings(draw: st.DrawFn) -> tuple[int, Wires]:
    """Additions wired at random, in any order, also so that a circle would close."""
    count = draw(st.integers(2, 12))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    return count, draw(st.lists(pairs, max_size=30))


def drawn(count: int, wires: Wires, refuse: Callable[[int, int], None]) -> tuple[Graph, nx.DiGraph[str]]:
    """The graph, and beside it the same by networkx; ``refuse`` hears which wires were refused."""
    graph: Graph = Graph("random")
    known: nx.DiGraph[str] = nx.DiGraph()
    nodes = [graph.add("Add") for _ in range(count)]
    known.add_nodes_from(nodes)
    for source, target in wires:
        try:
            graph.connect(nodes[source], nodes[target])
        except CycleError:
            refuse(source, target)
            assert source == target or nx.has_path(known, nodes[target], nodes[source])
        else:
            known.add_edge(nodes[source], nodes[target])
            assert nx.is_directed_acyclic_graph(known)
    return graph, known


@given(wirings())
@settings(deadline=None)
def test_order_reach_and_cycles_are_those_of_networkx(case: tuple[int, Wires]) -> None:
    graph, known = drawn(*case, refuse=lambda source, target: None)
    made = graph.to_networkx()
    assert set(made.edges()) == set(known.edges())
    place = {node: index for index, node in enumerate(graph.order())}
    assert all(place[source] < place[target] for source, target in known.edges())
    assert sorted(place) == sorted(known)
    for start in known:
        for goal in known:
            if start != goal:
                assert graph.reaches(start, goal) == nx.has_path(known, start, goal)
    assert len(longest_path(graph)) == nx.dag_longest_path_length(known) + 1


@given(wirings())
@settings(deadline=None)
def test_the_trunk_is_what_every_path_passes(case: tuple[int, Wires]) -> None:
    graph, _ = drawn(*case, refuse=lambda source, target: None)
    start, end = graph.add("Input"), graph.add("Output")
    adds = [node.id for node in graph.of_type("Add")]
    for node in adds:
        if not graph.incoming[node]:
            graph.connect(start, node)
    graph.connect(adds[-1], end)
    flow = nx.DiGraph(graph.to_networkx())
    paths = list(nx.all_simple_paths(flow, start, end))
    passed = set.intersection(*map(set, paths))
    assert trunk(graph) == [node for node in paths[0] if node in passed]


def test_a_network_without_a_way_through_has_no_trunk() -> None:
    graph = Graph("apart")
    assert trunk(graph) == []
    assert longest_path(graph) == []
    graph.add("Input")
    graph.add("Output")
    assert trunk(graph) == []
    assert repeats(graph) == []


def chain(*types: str, out_channels: int) -> Graph:
    """Layers one after the other; a convolution gets the parameters."""
    graph = Graph("chain")
    before = graph.add("Input", shape=(3, 32, 32))
    for kind in (*types, "Output"):
        node = graph.add(kind, out_channels=out_channels) if kind == "Conv2d" else graph.add(kind)
        graph.connect(before, node)
        before = node
    return graph


@pytest.mark.parametrize("count", [2, 3, 7])
def test_repeated_layers_are_found_as_one_part(count: int) -> None:
    graph = chain(*["Conv2d", "BatchNorm2d", "ReLU"] * count, "Flatten", out_channels=8)
    (found,) = repeats(graph)
    assert found.count == count
    assert [[graph.nodes[node].type for node in part] for part in found.parts] == [
        ["Conv2d", "BatchNorm2d", "ReLU"]
    ] * count


def test_parts_with_other_parameters_are_alike_only_by_their_types() -> None:
    graph = chain(*["Conv2d", "ReLU"] * 3, out_channels=8)
    graph_ids = [node.id for node in graph.of_type("Conv2d")]
    other = Graph("other")
    assert repeats(other) == []
    SetParameter(graph_ids[1], "out_channels", 16).apply(graph)
    assert repeats(graph) == []
    (found,) = repeats(graph, parameters=False)
    assert found.count == 3


def test_residual_parts_are_found_with_their_branches() -> None:
    graph = Graph("residual")
    before = graph.add("Input", shape=(8, 16, 16))
    for _ in range(4):
        conv, act, add = graph.add("Conv2d", out_channels=8, padding=1), graph.add("ReLU"), graph.add("Add")
        graph.connect(before, conv)
        graph.connect(conv, act)
        graph.connect(act, add)
        graph.connect(before, add)
        before = add
    graph.connect(before, graph.add("Output"))
    (found,) = repeats(graph)
    assert (found.count, {len(part) for part in found.parts}) == (4, {3})


def test_presets_have_the_structure_they_are_drawn_with() -> None:
    vgg = presets.build("vgg-16")
    assert len(trunk(vgg)) == len(vgg.nodes), "a plain chain"
    assert repeats(vgg)
    u_net = presets.build("u-net")
    assert len(trunk(u_net)) < len(u_net.nodes) / 2, "skips go around the middle"
