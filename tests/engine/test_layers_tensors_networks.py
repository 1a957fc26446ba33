"""Layers of `engine.layers.tensors` in networks: what they compute together, cost, and what is said of them."""

from __future__ import annotations

import pytest
import torch

from engine import cost, layers
from engine.compile import compile_graph
from engine.edits import SetSetting
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.problems import find
from engine.shapes import infer
from engine.suggestions import suggestions
from tests.engine.classics import along, joined
from tests.engine.corpus.notation import more_data


def test_learned_tokens_and_counted_positions_in_a_network() -> None:
    """A token before the sequence and a vector for each position, as GPT-2 and ViT have them, drawn from parts."""
    graph = Graph("tokens")
    x = graph.add("Input", shape=("T", 8))
    token, first = graph.add("Parameter", shape=(1, 8), name="token"), graph.add("Expand", sizes=(-1, -1))
    graph.connect(token, first)
    graph.connect(x, first, target="like")
    whole = graph.add("Concat")
    graph.connect(first, whole)
    graph.connect(x, whole)
    positions = along(graph, whole, ("Arange", {}), ("Embedding", {"num_embeddings": 20, "embedding_dim": 8}))
    end = graph.add("Add")
    graph.connect(whole, end)
    graph.connect(positions, end)
    graph.connect(end, graph.add("Output", loss="mse_loss"))
    assert [problem.message for problem in find(graph) if problem.severity != "hint"] == []
    model = compile_graph(graph)
    given = torch.randn(2, 5, 8)
    expected = torch.cat((model.token.weight.expand(2, 1, 8), given), dim=1) + model.embedding1.weight[:6]
    assert torch.equal(model(given), expected)
    assert cost.total(graph, batch=2).parameters == 8 + 20 * 8


def test_a_learned_tensor_takes_no_memory_beside_its_weights() -> None:
    graph = Graph("one")
    x, weight = graph.add("Input", shape=(10,)), graph.add("Parameter", shape=(1000, 10))
    end = graph.add("MatMul", transpose=True)
    graph.connect(x, end)
    graph.connect(weight, end)
    graph.connect(end, graph.add("Output"))
    assert cost.total(graph, batch=3).activations_inference == 4 * (3 * 10 + 3 * 1000)


def test_probabilities_may_be_chosen_repeated_and_limited_before_their_loss() -> None:
    graph = Graph("probabilities")
    x, last = graph.add("Input", shape=(7, 3)), graph.add("Input", shape=(), dtype="int64", field="length")
    scores = along(graph, x, ("Linear", {"out_features": 1}))
    chosen = joined(graph, "TakeAt", along(graph, scores, ("Sigmoid", {}), ("Flip", {"dims": (1,)})), last)
    limited = along(graph, scores, ("Clamp", {"min": 0, "max": 1.0}), ("Select", {"index": 0}))
    condition = along(graph, last, ("Greater", {"other": 3}), ("Unsqueeze", {"dim": 1}))
    other = joined(graph, "Where", condition, chosen, graph.add("Constant", value=0.5))
    for answer in (chosen, limited, other):
        graph.connect(answer, graph.add("Output", loss="binary_cross_entropy"))
    assert "no-probability" not in [problem.code for problem in find(graph)]
    graph.connect(along(graph, scores, ("Flip", {"dims": (1,)})), graph.add("Output", loss="binary_cross_entropy"))
    assert [problem.code for problem in find(graph)].count("no-probability") == 1


def test_one_hot_has_a_position_for_every_number_of_the_data() -> None:
    graph = Graph("one hot")
    x = graph.add("Input", shape=(16,), dtype="int64")
    graph.connect(along(graph, x, ("OneHot", {"num_classes": 10}), ("Scale", {})), graph.add("Output"))
    SetSetting(("data", "dataset"), "writing").apply(graph)
    with more_data():
        (problem,) = [problem for problem in find(graph) if problem.code == "embedding-range"]
        fix = problem.fixes[0]
    assert (problem.parameter, graph.node(str(problem.node)).type) == ("num_classes", "OneHot")
    assert "has positions for the numbers 0 … 9, but the data holds 0 … 29" in problem.message
    assert fix.label == "Set num_classes to 30"


@pytest.mark.parametrize(
    ("steps", "guilty"),
    [
        ((("Greater", {}),), "greater1 (Greater)"),
        ((("Sign", {}),), "sign1 (Sign)"),
        ((("ReLU", {}), ("OnesLike", {})), "oneslike1 (OnesLike)"),
    ],
)
def test_layers_that_pass_no_gradient_on_are_named_where_nothing_learns(
    steps: tuple[tuple[str, dict[str, object]], ...], guilty: str
) -> None:
    graph = Graph("cut")
    x = graph.add("Input", shape=(4,))
    cut = along(graph, x, ("Linear", {"out_features": 3}), *steps)
    answer = joined(graph, "Multiply", cut, graph.add("Constant", value=2.0))
    end = graph.add("Output", loss="mse_loss")
    graph.connect(answer, end)
    (problem,) = [problem for problem in find(graph) if problem.code == "no-weights"]
    assert problem.message == (
        f"No gradient reaches a layer with weights, because {guilty} passes none on: add a layer with weights after it."
    )
    graph.connect(
        joined(graph, "Multiply", cut, graph.add("Parameter", shape=(3,))), graph.add("Output", loss="mse_loss")
    )
    assert [problem.code for problem in find(graph) if problem.severity == "error"] == []


@pytest.mark.parametrize("cls", [cls for cls in layers.all() if cls.inputs], ids=lambda cls: cls.__name__)
def test_a_single_number_on_any_input_is_right_or_a_problem_with_fixes(cls: type[Layer]) -> None:
    """A constant without any axis was not possible before; what looks for fixes must not stumble over it."""
    for port in cls.inputs:
        graph = Graph("one number")
        graph.add("Input", shape=(3,))
        node = graph.add(cls.__name__, name="layer", **cls.initial)
        for other in cls.inputs:
            source = graph.add("Constant", value=0.5, **({} if other is port else {"shape": (2, 3)}))
            graph.connect(source, node, target=other.name if not other.many else 0)
        for problem in find(graph):
            assert problem.message
            assert all(fix.label for fix in problem.fixes)
        assert isinstance(suggestions(graph, infer(graph), node), list)
