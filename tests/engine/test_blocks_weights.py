"""Weights that are shared, frozen, or start in a way of their own."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from engine import cost
from engine.compile import compile_graph
from engine.edits import SetParameter, SetProperty
from engine.expressions import expression
from engine.graph import Graph
from engine.problems import find
from engine.source import write
from tests.engine.classics import along, joined
from tests.engine.networks import lenet
from tests.engine.syntax import strange


def test_shared_weights_are_one_module_and_counted_once() -> None:
    graph = Graph("siamese")
    left, right = graph.add("Input", shape=(4,)), graph.add("Input", shape=(4,))
    tower = graph.add("Linear", out_features=3, name="tower")
    again = graph.add("Linear", name="again", weights_of=tower)
    graph.connect(left, tower)
    graph.connect(right, again)
    graph.connect(joined(graph, "Concat", tower, again), graph.add("Output"))
    text = write(graph)
    assert text.count("nn.Linear(4, 3)") == 1
    assert text.count("self.tower(") == 2
    model = compile_graph(graph)
    assert cost.total(graph).parameters == sum(p.numel() for p in model.parameters()) == 15
    x = torch.randn(2, 4)
    first, second = model(x, x).chunk(2, dim=1)
    assert torch.equal(first, second)
    SetParameter(right, "shape", (5,)).apply(graph)
    (problem,) = [p for p in find(graph) if p.code == "sharing"]
    assert problem.node == again
    assert "its weight would have the shape (3, 5), but that of tower has (3, 4)" in problem.message


def test_a_block_that_reads_another_size_is_not_the_same_module() -> None:
    graph = Graph("towers")
    block = graph.define("Scaled")
    scale = ("Scale", {"factor": expression("in_channels * 0.5")})
    along(block, block.add("BlockInput", name="x"), ("Tanh", {}), scale, ("BlockOutput", {}))
    left, right = graph.add("Input", shape=(4,)), graph.add("Input", shape=(4,))
    tower = along(graph, left, ("Scaled", {"name": "tower"}))
    again = along(graph, right, ("Scaled", {"name": "again", "weights_of": tower}))
    for each in (tower, again):
        along(graph, each, ("Linear", {"out_features": 2}), ("Output", {"loss": "mse_loss"}))
    assert [p.message for p in find(graph) if p.severity == "error"] == []
    SetParameter(right, "shape", (5,)).apply(graph)
    (problem,) = [p for p in find(graph) if p.severity == "error"]
    assert (problem.code, problem.node) == ("sharing", again)
    assert "cannot use the weights of tower: scale1 has other settings in some uses" in problem.message


@pytest.mark.parametrize(
    ("kind", "parameters", "name"),
    [
        ("BatchNorm1d", {"affine": False}, "num_features"),
        ("LayerNorm", {"elementwise_affine": False}, "normalized_shape"),
    ],
)
def test_a_layer_built_for_another_size_is_not_the_same_module(
    kind: str, parameters: dict[str, Any], name: str
) -> None:
    graph = Graph("norms")
    first = along(graph, graph.add("Input", shape=(4,)), (kind, parameters))
    second = along(graph, graph.add("Input", shape=(5,)), (kind, {**parameters, "weights_of": first}))
    for each in (first, second):
        along(graph, each, ("Linear", {"out_features": 2}), ("Output", {"loss": "mse_loss"}))
    (problem,) = [p for p in find(graph) if p.severity == "error"]
    assert (problem.code, problem.node) == ("sharing", second)
    assert f"its {name} would be 5" in problem.message


def test_a_tied_embedding_lends_its_table_to_the_last_layer() -> None:
    graph = Graph("tied")
    tokens = graph.add("Input", shape=("T",), dtype="int64")
    table = along(graph, tokens, ("Embedding", {"num_embeddings": 11, "embedding_dim": 6, "name": "embedding"}))
    head = along(graph, table, ("Linear", {"out_features": 11, "bias": False, "name": "head", "weights_of": table}))
    graph.connect(head, graph.add("Output"))
    assert "self.head.weight = self.embedding.weight" in write(graph)
    model = compile_graph(graph)
    assert model.head.weight is model.embedding.weight
    assert cost.total(graph).parameters == sum(p.numel() for p in model.parameters()) == 66


def test_sharing_in_a_circle_or_with_nobody_is_said() -> None:
    graph = lenet()
    SetProperty("n2", "weights_of", "n5").apply(graph)
    SetProperty("n5", "weights_of", "n2").apply(graph)
    assert {p.node for p in find(graph) if "shares weights in a circle" in p.message} == {"n2", "n5"}
    SetProperty("n5", "weights_of", "gone").apply(graph)
    assert any("not here any more" in p.message for p in find(graph))


def test_frozen_weights_do_not_learn_and_are_no_part_of_the_trainable() -> None:
    graph = lenet()
    SetProperty("n2", "frozen", True).apply(graph)
    model = compile_graph(graph)
    assert not any(p.requires_grad for p in model.conv1.parameters())
    assert all(p.requires_grad for p in model.conv2.parameters())
    whole = cost.total(graph)
    assert (whole.parameters, whole.trainable) == (61_706, 61_706 - 156)


@pytest.mark.parametrize(
    ("rule", "check"),
    [
        ("zeros", lambda w: bool((w == 0).all())),
        ("orthogonal", lambda w: torch.allclose(w @ w.T, torch.eye(len(w)), atol=1e-5)),
        ("normal", lambda w: abs(w.std().item() - 0.02) < 0.003),
        ("xavier_uniform", lambda w: w.abs().max().item() <= (6 / (84 + 10)) ** 0.5),
        ("xavier_normal", lambda w: abs(w.std().item() - (2 / 94) ** 0.5) < 0.02),
        ("kaiming_uniform", lambda w: w.abs().max().item() <= (6 / 84) ** 0.5),
        ("kaiming_normal", lambda w: abs(w.std().item() - (2 / 84) ** 0.5) < 0.02),
    ],
)
def test_weights_start_as_asked(rule: str, check: object) -> None:
    torch.manual_seed(0)
    graph = lenet()
    (last,) = [node for node in graph.of_type("Linear") if node.name == "fc3"]
    SetProperty(last.id, "initialization", rule).apply(graph)
    model = compile_graph(graph)
    assert callable(check)
    assert check(model.fc3.weight.detach())
    assert bool((model.fc3.bias == 0).all())
    assert strange(write(graph)) == ""


def test_a_number_that_stands_in_for_an_input_without_a_wire_follows_its_parameter() -> None:
    graph = Graph("thresholds")
    block = graph.define("Above", limit=0)
    x = block.add("BlockInput")
    above = block.add("Greater", other={"expr": "max(limit, 0)"})
    block.connect(x, above)
    block.connect(above, block.add("BlockOutput"))
    image = graph.add("Input", shape=(6,))
    for limit in (0, 1):
        use = graph.add("Above", limit=limit)
        graph.connect(image, use)
        graph.connect(use, graph.add("Output", loss=None))
    values = torch.tensor([[-1.0, 0.0, 0.5, 1.0, 1.5, 2.0]])
    low, high = compile_graph(graph)(values)
    assert low.tolist() == [[False, False, True, True, True, True]]
    assert high.tolist() == [[False, False, False, False, True, True]]
