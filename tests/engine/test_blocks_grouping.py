"""A block of a selection computes the same, and dissolves to the same."""

from __future__ import annotations

import random

import pytest
import torch

from engine import project
from engine.blocks.dissolve import dissolve
from engine.blocks.group import group
from engine.compile import compile_graph
from engine.errors import GraphError
from engine.graph import Graph
from engine.shapes import infer
from tests.engine.classics import along, reckoned
from tests.engine.graphs import state, writable_graphs
from tests.engine.networks import lenet, long_chain, mlp, residual
from tests.engine.test_blocks import scanned


def answers(graph: Graph) -> list[torch.Tensor]:
    """What the network computes of fixed inputs, its weights drawn from one seed in the order of their names."""
    model = compile_graph(graph).eval()
    generator = torch.Generator().manual_seed(0)
    for _, parameter in sorted(model.named_parameters(), key=lambda item: item[0].split(".")[-2:]):
        with torch.no_grad():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) / 8)
    report = infer(graph)
    inputs = []
    for node in graph.of_type("Input"):
        spec = report.outputs[node.id]["output"]
        shape = spec.bound({"N": 2, "T": 8})
        kinds = {"float32": torch.randn, "int64": lambda *s, **_: torch.ones(*s, dtype=torch.int64)}
        inputs.append(kinds[spec.dtype](*shape, generator=generator))
    result = model(*inputs)
    return list(result) if isinstance(result, tuple) else [result]


def test_a_block_of_a_selection_computes_the_same_and_dissolves_to_the_same(scale: int) -> None:
    rng = random.Random(3)
    tried = 0
    for graph in [lenet(), residual(4), mlp(), long_chain(12), *writable_graphs(rng, 15 * scale)]:
        drawn = any(node.properties or node.type.startswith("block.") for node in graph.nodes.values())
        if drawn or infer(graph).errors:
            continue
        ids = [node.id for node in graph.nodes.values() if node.type not in ("Input", "Output")]
        try:
            expected = answers(graph)
        except RuntimeError:  # an edge of the data, such as a batch norm of one value
            continue
        for _ in range(6):
            first = rng.randrange(len(ids) or 1)
            chosen = set(ids[first : first + rng.randint(1, 6)])
            before, content = state(graph), project.to_bytes(graph)
            try:
                edit = group(graph, chosen, "Part")
            except GraphError:  # something lies between
                continue
            inverse = edit.apply(graph)
            for got, wanted in zip(answers(graph), expected, strict=True):
                assert torch.equal(got, wanted)
            (use,) = graph.of_type("block.part")
            back = dissolve(graph, use.id).apply(graph)
            for got, wanted in zip(answers(graph), expected, strict=True):
                assert torch.equal(got, wanted)
            back.apply(graph)
            inverse.apply(graph)
            assert (state(graph), project.to_bytes(graph)) == (before, content)
            tried += 1
    assert tried >= 20


def test_what_lies_between_keeps_a_selection_from_being_a_block() -> None:
    graph = lenet()
    with pytest.raises(GraphError, match="tanh1 lies between them"):
        group(graph, {"n2", "n4"}, "Broken")
    with pytest.raises(GraphError, match="Inputs and Outputs stay outside"):
        group(graph, {"n1"}, "Nothing")
    with pytest.raises(GraphError, match="A block needs a name"):
        group(graph, {"n2"}, " ")


def test_dissolving_reckons_arguments_and_unrolls_repeats() -> None:
    graph = Graph("unrolled")
    layer = graph.define("Layer", width=8)
    along(
        layer,
        layer.add("BlockInput"),
        ("Linear", {"out_features": reckoned("width * 2"), "name": "fc", "lr_multiplier": 0.5}),
        ("ReLU", {}),
        ("BlockOutput", {}),
    )
    use = ("Layer", {"width": {"per_repeat": (3, 5)}, "repeat": 3, "frozen": True, "lr_multiplier": 0.5})
    along(graph, graph.add("Input", shape=(4,)), use, ("Output", {}))
    dissolve(graph, "n2").apply(graph)
    linear = graph.of_type("Linear")
    assert [node.parameters["out_features"] for node in linear] == [6, 10, 10]
    assert [node.name for node in linear] == ["fc", "fc2", "fc3"]
    assert all(node.properties["frozen"] and node.properties["lr_multiplier"] == 0.25 for node in linear)
    assert str(infer(graph).inputs[graph.of_type("Output")[0].id][0]) == "(N, 10)"
    with pytest.raises(GraphError, match="as a scan over time"):
        dissolve(scanned(), "n2")
    shared = graph.add("Layer", repeat=2)
    graph.add("Layer", weights_of=shared)
    with pytest.raises(GraphError, match="shares its weights"):
        dissolve(graph, shared)
