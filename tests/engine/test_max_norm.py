"""Rows that are shortened while a gradient still needs them: what is an error is what torch refuses, and is fixed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from engine.compile import compile_graph
from engine.graph import Graph
from engine.problems import Problem, find
from tests.engine.classics import along, joined

BAG = {"num_embeddings": 5, "embedding_dim": 4, "mode": "sum", "max_norm": 0.5}
TABLE = {"num_embeddings": 5, "embedding_dim": 4, "max_norm": 0.5}


def weighed(graph: Graph, tokens: str, importance: str, **more: object) -> str:
    """A bag of words whose words count as much as something learned says."""
    bag = graph.add("EmbeddingBag", **BAG, **more)
    graph.connect(tokens, bag)
    graph.connect(importance, bag, target="per_sample_weights")
    return bag


def inputs(graph: Graph, *shape: int) -> tuple[str, str]:
    """Words, and how much each counts."""
    tokens = graph.add("Input", shape=shape, dtype="int64")
    return tokens, along(graph, graph.add("Input", shape=shape), ("Linear", {"out_features": shape[-1]}))


def bag_block(graph: Graph, state: bool = False) -> Graph:
    block = graph.define("Bag")
    bag = weighed(block, block.add("BlockInput", name="tokens"), block.add("BlockInput", name="importance"))
    if state:
        start = block.add("BlockInput", name="h", state=True, shape=(4,))
        block.connect(joined(block, "Add", bag, start), block.add("BlockOutput", state="h"))
    else:
        block.connect(bag, block.add("BlockOutput"))
    return block


def once() -> Graph:
    graph = Graph("once")
    graph.connect(weighed(graph, *inputs(graph, 3)), graph.add("Output", loss="mse_loss"))
    return graph


def each_step_as_one_batch() -> Graph:
    graph = Graph("steps")
    bag_block(graph)
    use = joined(graph, "Bag", *inputs(graph, 2, 3), apply="each_step")
    graph.connect(use, graph.add("Output", loss="mse_loss"))
    return graph


def scanned() -> Graph:
    graph = Graph("scan")
    bag_block(graph, state=True)
    use = joined(graph, "Bag", *inputs(graph, 2, 3), apply="scan")
    graph.connect(use, graph.add("Output", loss="mse_loss"))
    return graph


def scan_of_one_step() -> Graph:
    graph = Graph("scan")
    bag_block(graph, state=True)
    use = joined(graph, "Bag", *inputs(graph, 1, 3), apply="scan")
    graph.connect(use, graph.add("Output", loss="mse_loss"))
    return graph


def shared() -> Graph:
    graph = Graph("shared")
    tokens, importance = inputs(graph, 3)
    first = weighed(graph, tokens, importance)
    second = weighed(graph, tokens, importance, weights_of=first)
    graph.connect(joined(graph, "Add", first, second), graph.add("Output", loss="mse_loss"))
    return graph


def shared_block() -> Graph:
    graph = Graph("shared block")
    bag_block(graph)
    given = inputs(graph, 3)
    first = joined(graph, "Bag", *given)
    second = joined(graph, "Bag", *given, weights_of=first)
    graph.connect(joined(graph, "Add", first, second), graph.add("Output", loss="mse_loss"))
    return graph


def shared_without_importance() -> Graph:
    graph = Graph("shared")
    tokens = graph.add("Input", shape=(3,), dtype="int64")
    first = along(graph, tokens, ("Embedding", TABLE))
    second = along(graph, tokens, ("Embedding", {**TABLE, "weights_of": first}))
    graph.connect(joined(graph, "Add", first, second), graph.add("Output", loss="mse_loss"))
    return graph


def tied_behind() -> Graph:
    """A language model: the table is read, then written with."""
    graph = Graph("tied")
    table = along(graph, graph.add("Input", shape=(3,), dtype="int64"), ("Embedding", TABLE))
    last = along(graph, table, ("Linear", {"out_features": 5, "bias": False, "weights_of": table}))
    graph.connect(last, graph.add("Output", loss="mse_loss"))
    return graph


def tied_before() -> Graph:
    """The table is looked up after the layer that multiplies with it."""
    graph = Graph("tied")
    start = along(graph, graph.add("Input", shape=(3, 4)), ("Linear", {"out_features": 4}))
    table = graph.add("Embedding", **TABLE)
    first = along(graph, start, ("Linear", {"out_features": 5, "bias": False, "weights_of": table}))
    graph.connect(graph.add("Input", shape=(3,), dtype="int64"), table)
    graph.connect(joined(graph, "Concat", first, table, dim=-1), graph.add("Output", loss="mse_loss"))
    return graph


def tied_in_repeats(share_weights: bool = False) -> Graph:
    """In every repeat the table is looked up, and multiplied with after that."""
    graph = Graph("repeats")
    block = graph.define("Step")
    x, words = block.add("BlockInput", name="x"), block.add("BlockInput", name="words")
    table = along(block, words, ("Embedding", TABLE))
    scores = ("Linear", {"out_features": 5, "bias": False, "weights_of": table})
    last = along(block, joined(block, "Add", x, table), scores, ("Tanh", {}), ("Linear", {"out_features": 4}))
    block.connect(last, block.add("BlockOutput", name="x"))
    given = graph.add("Input", shape=(3, 4)), graph.add("Input", shape=(3,), dtype="int64")
    use = joined(graph, "Step", *given, repeat=2, share_weights=share_weights)
    graph.connect(use, graph.add("Output", loss="mse_loss"))
    return graph


def tied_in_shared_repeats() -> Graph:
    return tied_in_repeats(share_weights=True)


RIGHT = [tied_in_repeats, once, each_step_as_one_batch, scan_of_one_step, shared_without_importance, tied_behind]
WRONG = [tied_in_shared_repeats, scanned, shared, shared_block, tied_before]


def errors(graph: Graph) -> list[Problem]:
    return [problem for problem in find(graph) if problem.severity == "error"]


def train(graph: Graph) -> None:
    """One backward pass on random numbers."""
    shapes = [(node.parameters["shape"], node.parameters.get("dtype")) for node in graph.of_type("Input")]
    values = [torch.randint(0, 5, (2, *s)) if dtype == "int64" else torch.randn(2, *s) for s, dtype in shapes]
    compile_graph(graph)(*values).square().sum().backward()


@pytest.mark.parametrize("build", RIGHT)
def test_what_torch_can_do_is_no_error(build: Callable[[], Graph]) -> None:
    assert errors(build()) == []
    train(build())


@pytest.mark.parametrize("build", WRONG)
def test_what_torch_refuses_is_an_error_and_is_fixed(build: Callable[[], Graph]) -> None:
    graph = build()
    problem, *others = errors(graph)
    assert {(each.code, each.parameter) for each in (problem, *others)} == {("max-norm", "max_norm")}
    assert "shortens the rows of its table" in problem.message
    if build is not tied_before:  # there it depends on which branch happens to run first
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            train(graph)
    assert problem.fixes[0].keeps
    assert problem.fixes[0].label == "Set max_norm to none"
    for fix in problem.fixes:
        fixed = build()
        fix.apply(fixed)
        assert errors(fixed) == []
        if fix.keeps:
            train(fixed)
