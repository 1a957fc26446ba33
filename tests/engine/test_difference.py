"""Differences of networks: edits that are applied are named and nothing else, whatever the networks are."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import presets
from engine.blocks.block_edits import Within
from engine.difference.network_difference import Difference, difference
from engine.edits import AddNode, Connect, Disconnect, Edit, Move, RenameNode, SetParameter, SetProperty, SetSetting
from engine.graph import Edge, Graph, Node
from engine.ports import labels
from engine.project import from_bytes, to_bytes

NAMES = ("lenet-5", "googlenet-small", "cifar-resnet-20-small", "u-net-small", "gpt-2-tiny")


@cache
def built(name: str) -> Graph:
    return presets.build(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_network_does_not_differ_from_what_was_saved_of_it(name: str) -> None:
    graph = built(name)
    again = from_bytes(to_bytes(graph))
    SetSetting(("training", "epochs"), 3).apply(again)
    Move({node_id: (x + 5, y) for node_id, (x, y) in graph.positions.items()}).apply(again)
    assert difference(graph, again) == []


def facts(found: list[Difference]) -> set[tuple[str, ...]]:
    return {(one.kind, one.before or "", one.after or "", one.what, one.block) for one in found}


Step = Callable[[Graph, str], tuple[list[Edit], set[tuple[str, ...]]]]


def _set(graph: Graph, node_id: str) -> tuple[list[Edit], set[tuple[str, ...]]]:
    return [SetParameter(node_id, "made_up", 17)], {("changed", node_id, node_id, "made_up", "")}


def _freeze(graph: Graph, node_id: str) -> tuple[list[Edit], set[tuple[str, ...]]]:
    on = not graph.nodes[node_id].properties.get("frozen", False)
    return [SetProperty(node_id, "frozen", on)], {("changed", node_id, node_id, "frozen", "")}


def _rename(graph: Graph, node_id: str) -> tuple[list[Edit], set[tuple[str, ...]]]:
    return [RenameNode(node_id, f"named_{node_id}")], {("renamed", node_id, node_id, "name", "")}


def _cut(graph: Graph, node_id: str) -> tuple[list[Edit], set[tuple[str, ...]]]:
    edges = list(graph.incoming[node_id].values())
    return [Disconnect(edge) for edge in edges], {("rewired", node_id, node_id, _called(graph, e), "") for e in edges}


def _insert(graph: Graph, node_id: str) -> tuple[list[Edit], set[tuple[str, ...]]]:
    """A new layer on the first wire into a node."""
    edge = next(iter(graph.incoming[node_id].values()), None)
    if edge is None:
        return [], set()
    new = Node(f"new_{node_id}", "Identity", f"new_{node_id}")
    return [
        AddNode(new, (0.0, 0.0)),
        Disconnect(edge),
        Connect(Edge(edge.source, edge.source_port, new.id, "input")),
        Connect(Edge(new.id, "output", node_id, edge.target_port)),
    ], {("added", "", new.id, "", ""), ("rewired", node_id, node_id, _called(graph, edge), "")}


def _called(graph: Graph, edge: Edge) -> str:
    return labels(graph, edge.target)[0].get(edge.target_port, edge.target_port)


STEPS: tuple[Step, ...] = (_set, _freeze, _rename, _cut, _insert)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(NAMES), st.lists(st.tuples(st.integers(0, 999), st.sampled_from(STEPS)), max_size=4))
def test_edits_are_named_and_nothing_else(name: str, steps: list[tuple[int, Step]]) -> None:
    graph = built(name)
    changed, expected = graph.copy(), set[tuple[str, ...]]()
    for index, (number, step) in enumerate(steps):
        node_id = list(graph.nodes)[(number + index) % len(graph.nodes)]
        if any(node_id in fact for fact in expected):
            continue  # one change a node, so that none undoes another
        edits, named = step(changed, node_id)
        for edit in edits:
            edit.apply(changed)
        expected |= named
    assert facts(difference(graph, changed)) == expected
    swapped = {"added": "removed"}
    assert facts(difference(changed, graph)) == {
        (swapped.get(kind, kind), after, before, what, block) for kind, before, after, what, block in expected
    }


def test_an_edit_inside_a_block_is_named_once_with_its_block() -> None:
    graph = presets.build("cifar-resnet-20-small")
    changed = graph.copy()
    block = next(iter(changed.blocks.values()))
    conv = block.graph.of_type("Conv2d")[0]
    Within(block.id, SetParameter(conv.id, "kernel_size", 5)).apply(changed)
    assert [str(one) for one in difference(graph, changed)] == [
        f"{conv.name} (Conv2d) in {block.name}: kernel_size is 5, was 3."
    ]


def test_a_parameter_that_is_set_to_its_default_is_no_difference() -> None:
    graph = presets.build("lenet-5")
    changed = graph.copy()
    SetParameter(graph.of_type("Conv2d")[0].id, "stride", 1).apply(changed)
    assert difference(graph, changed) == []


def test_networks_that_were_never_one_are_matched_by_their_structure() -> None:
    """VGG-19 has three convolutions more than VGG-16, each with its ReLU, at the ends of the last three stages."""
    found = difference(presets.build("vgg-16"), presets.build("vgg-19"))
    assert [one.type for one in found if one.kind == "added"] == ["Conv2d", "ReLU"] * 3
    assert not [one for one in found if one.kind in ("removed", "renamed", "changed")]
    assert len([one for one in found if one.kind == "rewired"]) == 3


def test_what_is_inside_blocks_of_other_names_is_compared_as_well() -> None:
    found = difference(presets.build("plain-20"), presets.build("cifar-resnet-20"))
    assert [(one.what, one.old, one.new) for one in found if not one.block] == [
        ("type", "PlainBlock", "BasicBlock")
    ] * 3
    inside = [one for one in found if one.block]
    assert {one.block for one in inside} == {"PlainBlock → BasicBlock"}
    assert {one.type for one in inside if one.kind == "added"} == {"Shortcut", "Add"}


def test_networks_without_anything_in_common() -> None:
    a, b = Graph(), presets.build("lenet-5")
    assert facts(difference(a, b)) == {("added", "", node_id, "", "") for node_id in b.nodes}
    assert difference(a, Graph()) == []
