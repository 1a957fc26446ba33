"""Bypassed layers: the network is as if they were pieces of wire, everywhere; what cannot be bypassed says why."""

from __future__ import annotations

import random

import pytest
import torch

from engine.bypassing import bypass, is_bypassed, why_not
from engine.compile import compile_graph
from engine.cost import total
from engine.edits import Compound, Connect, Disconnect, Edit, SetParameter, remove
from engine.graph import Edge, Graph, GraphError
from engine.journals.edit_format import from_text, to_text
from engine.live_nodes import live_nodes
from engine.ports import required_wires
from engine.problems import find
from engine.project import from_bytes, to_bytes
from engine.shapes import infer
from engine.source import write
from tests.engine.graphs import random_graph
from tests.engine.networks import lenet


def named(graph: Graph, *names: str) -> list[str]:
    return [node.id for node in graph.nodes.values() if node.name in names]


def bridged(graph: Graph) -> Graph:
    """A copy in which every bypassed node is replaced by wires: what bypassing means."""
    draft = graph.copy()
    for node_id in [node.id for node in draft.nodes.values() if is_bypassed(node)]:
        source = next(iter(required_wires(draft, node_id) or []), None)
        wires = list(draft.outgoing[node_id])
        remove(draft, {node_id}).apply(draft)
        for edge in wires if source is not None else ():
            Connect(Edge(source.source, source.source_port, edge.target, edge.target_port)).apply(draft)
    return draft


def test_a_bypassed_layer_is_a_piece_of_wire_for_shapes_source_cost_and_results() -> None:
    graph = lenet()
    step = bypass(graph, named(graph, "tanh1", "pool2", "fc2"))
    assert step.title(graph) == "Bypass 3 layers"
    before = to_bytes(graph)
    inverse = step.apply(graph)
    plain = bridged(graph)
    assert write(graph) == write(plain)
    assert "fc2" not in write(graph)
    assert total(graph).parameters == total(plain).parameters
    (tanh,) = named(graph, "tanh1")
    (conv,) = named(graph, "conv1")
    assert infer(graph).spec(tanh) == infer(graph).spec(conv)
    mine, other = compile_graph(graph).eval(), compile_graph(plain).eval()
    other.load_state_dict(mine.state_dict())
    image = torch.rand(2, 1, 32, 32)
    assert torch.equal(mine(image), other(image))
    assert to_bytes(from_bytes(to_bytes(graph))) == to_bytes(graph)
    assert from_text(to_text(step).encode()) == step
    again = bypass(graph, named(graph, "tanh1", "fc2"))
    assert again.title(graph) == "Use 2 layers again"
    inverse.apply(graph)
    assert to_bytes(graph) == before


def test_a_mixed_selection_is_bypassed_whole() -> None:
    graph = lenet()
    bypass(graph, named(graph, "tanh1")).apply(graph)
    step = bypass(graph, named(graph, "tanh1", "tanh2"))
    assert step.title(graph) == "Bypass tanh2"
    step.apply(graph)
    assert [node.name for node in graph.nodes.values() if is_bypassed(node)] == ["tanh1", "tanh2"]


def test_wrong_parameters_of_a_bypassed_layer_are_silent() -> None:
    graph = lenet()
    (tanh, conv) = (*named(graph, "tanh1"), *named(graph, "conv1"))
    SetParameter(conv, "kernel_size", 99).apply(graph)
    assert [problem.node for problem in find(graph) if problem.severity == "error"] == [conv]
    bypass(graph, [conv]).apply(graph)
    assert conv not in [problem.node for problem in find(graph)]
    SetParameter(conv, "kernel_size", "nonsense").apply(graph)
    assert conv not in [problem.node for problem in find(graph)]
    assert str(infer(graph).spec(tanh)) == "(N, 1, 32, 32)"


def parts() -> tuple[Graph, dict[str, str]]:
    """An Add of two branches, one of the same value twice, a pooling whose indices are read, and a lone constant."""
    graph = Graph("parts")
    ids = {"image": graph.add("Input", name="image", shape=(4, 8, 8))}
    ids["relu"] = graph.add("ReLU", name="relu")
    graph.connect(ids["image"], ids["relu"])
    ids["sum"], ids["twice"] = graph.add("Add", name="sum"), graph.add("Add", name="twice")
    for source, target in (("image", "sum"), ("relu", "sum"), ("sum", "twice"), ("sum", "twice")):
        graph.connect(ids[source], ids[target])
    ids["pool"] = graph.add("MaxPool2d", name="pool", kernel_size=2, return_indices=True)
    ids["where"] = graph.add("Output", name="where", loss=None)
    graph.connect(ids["twice"], ids["pool"])
    graph.connect(ids["pool"], ids["where"], source="indices")
    ids["constant"] = graph.add("Constant", name="constant")
    return graph, ids


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("image", "values enter or leave the network there."),
        ("where", "values enter or leave the network there."),
        ("sum", "it has 2 different inputs (image, relu), so it is not clear which one to pass on."),
        ("twice", ""),
        ("relu", ""),
        ("pool", "where reads another output than its first, and only that one has something to pass on."),
        ("constant", "it has no input, so there is nothing to pass on."),
    ],
)
def test_what_cannot_be_bypassed_says_why(name: str, reason: str) -> None:
    graph, ids = parts()
    assert why_not(graph, graph.nodes[ids[name]]) == reason
    if reason:
        with pytest.raises(GraphError, match=f"{name} cannot be bypassed: "):
            bypass(graph, [ids[name]])


def test_whose_weights_are_used_is_bypassed_only_with_the_user() -> None:
    graph = Graph("tied")
    image, one = graph.add("Input", shape=(8,)), graph.add("Linear", out_features=8, name="one")
    two = graph.add("Linear", out_features=8, name="two", weights_of=one)
    graph.connect(image, one)
    graph.connect(one, two)
    with pytest.raises(GraphError, match="two uses its weights; bypass both"):
        bypass(graph, [one])
    bypass(graph, [one, two]).apply(graph)
    assert str(infer(graph).spec(two)) == "(N, 8)"


def test_a_second_value_or_a_second_reader_later_is_a_problem_with_a_fix() -> None:
    graph, ids = parts()
    wire = graph.incoming[ids["sum"]]["x1"]
    later: list[tuple[str, list[Edit]]] = [
        ("sum", [Disconnect(wire), bypass_after(graph, ids["sum"], wire), Connect(wire)]),
        ("pool", [Compound((bypass_alone(graph, ids["pool"]),), "whatever its readers")]),
    ]
    for name, edits in later:
        draft = graph.copy()
        for edit in edits:
            edit.apply(draft)
        (problem,) = [problem for problem in find(draft) if problem.code == "bypassed"]
        assert (problem.node, problem.severity, problem.parameter) == (ids[name], "error", "bypassed")
        fix = problem.fixes[0]
        assert fix.label == f"Use {name} again"
        fix.apply(draft)
        assert "bypassed" not in [problem.code for problem in find(draft)]


def bypass_alone(graph: Graph, node_id: str) -> Edit:
    from engine.edits import SetProperty

    return SetProperty(node_id, "bypassed", True)


def bypass_after(graph: Graph, node_id: str, wire: Edge) -> Edit:
    """What bypasses a node once it has one wire less."""
    draft = graph.copy()
    Disconnect(wire).apply(draft)
    return bypass(draft, [node_id])


@pytest.mark.parametrize("seed", range(12))
def test_any_network_is_the_same_as_with_wires_in_place_of_what_is_bypassed(seed: int) -> None:
    rng = random.Random(seed)
    graph = random_graph(rng, 150)
    able = [n for n in graph.nodes.values() if not why_not(graph, n) and graph.incoming[n.id] and not n.properties]
    for node in rng.sample(able, min(len(able), 4)):
        if not why_not(graph, graph.nodes[node.id]):  # another one may be bypassed now
            bypass(graph, [node.id]).apply(graph)
    plain = bridged(graph)
    mine, other = infer(graph), infer(plain)
    for node_id in plain.nodes:
        assert mine.outputs.get(node_id) == other.outputs.get(node_id)
    assert {n for n in live_nodes(graph, mine) if n in plain.nodes} == live_nodes(plain, other)
