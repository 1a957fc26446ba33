"""In what networks and their settings differ."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import presets
from engine import Graph
from engine.edits import RenameNode, SetParameter, SetSetting
from engine.training.runs.compare import ABSENT, Difference, differences

SETTINGS: dict[tuple[str, ...], st.SearchStrategy[Any]] = {
    ("training", "epochs"): st.integers(1, 99),
    ("training", "seed"): st.integers(0, 99),
    ("training", "optimizer", "lr"): st.sampled_from([0.1, 0.01, 0.5]),
    ("data", "batch_size"): st.integers(1, 64),
}


def network(width: int = 8) -> Graph:
    graph = Graph("net")
    nodes = [graph.add("Input", shape=(4,)), graph.add("Linear", out_features=width), graph.add("ReLU")]
    nodes += [graph.add("Linear", out_features=3), graph.add("Output", loss="cross_entropy")]
    for source, target in pairwise(nodes):
        graph.connect(source, target)
    SetSetting(("data", "dataset"), "iris").apply(graph)
    return graph


@st.composite
def networks(draw: st.DrawFn) -> Graph:
    graph = network(draw(st.integers(1, 5)))
    for path, values in SETTINGS.items():
        if draw(st.booleans()):
            SetSetting(path, draw(values)).apply(graph)
    if draw(st.booleans()):
        graph.connect(graph.of_type("ReLU")[0].id, graph.add("Dropout", p=draw(st.sampled_from([0.1, 0.5]))))
    return graph


@given(networks())
def test_a_network_does_not_differ_from_itself(graph: Graph) -> None:
    assert differences([graph, graph.copy(), graph.copy()]) == []


@given(networks(), networks(), networks())
def test_the_order_of_the_networks_is_that_of_the_columns(one: Graph, two: Graph, three: Graph) -> None:
    there, back = differences([one, two, three]), differences([three, two, one])
    assert {(d.group, d.what, d.values[::-1]) for d in there} == {(d.group, d.what, d.values) for d in back}
    assert all(len(set(d.values)) > 1 for d in there)


@given(st.sampled_from(sorted(SETTINGS)), st.data())
def test_one_setting_is_one_row(path: tuple[str, ...], data: st.DataObject) -> None:
    one, two = network(), network()
    first, second = data.draw(SETTINGS[path]), data.draw(SETTINGS[path])
    SetSetting(path, first).apply(one)
    SetSetting(path, second).apply(two)
    found = differences([one, two])
    expected = [] if first == second else [Difference(path[0], ".".join(path[1:]), (f"{first}", f"{second}"))]
    assert found == expected


def test_a_default_that_is_set_is_no_difference() -> None:
    one, two = network(), network()
    relu = one.of_type("Linear")[0]
    SetParameter(relu.id, "bias", True).apply(one)
    SetSetting(("training", "seed"), 0).apply(one)
    assert differences([one, two]) == []


def test_layers_are_compared_by_id() -> None:
    one, two = network(), network()
    first, second = one.of_type("Linear")
    SetParameter(first.id, "out_features", 32).apply(two)
    RenameNode(second.id, "last").apply(two)
    found = differences([one, two])
    assert Difference("layers", f"{first.name} ({first.id}): out_features", ("8", "32")) in found
    assert Difference("layers", f"{second.name} / last ({second.id}): name", (second.name, "last")) in found
    assert len(found) == 2, "the wires lead from the same layers as before"


def test_a_layer_that_is_gone_is_said_once() -> None:
    one, two = network(), network()
    node = one.node(one.add("Dropout", p=0.3))
    one.connect(one.of_type("ReLU")[0].id, node.id)
    assert differences([one, two]) == [
        Difference("layers", f"{node.name} ({node.id})", ("Dropout", ABSENT)),
    ]


def test_blocks_are_looked_into() -> None:
    one, two = presets.build("resnet-18"), presets.build("resnet-18")
    block = two.blocks[next(iter(two.blocks))]
    node = next(node for node in block.graph.nodes.values() if node.type == "Conv2d")
    SetParameter(node.id, "kernel_size", 5).apply(block.graph)
    (found,) = differences([one, two])
    assert found.group == f"block {block.id}"
    assert found.what == f"{node.name} ({node.id}): kernel_size"


def test_settings_that_mean_nothing_are_compared_as_typed() -> None:
    one, two = network(), network()
    SetSetting(("training", "epochs"), "many").apply(two)
    assert any("many" in d.values for d in differences([one, two]))
