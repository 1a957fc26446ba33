"""Repeats, conditions and arguments that are expressions over each other: what runs is what is drawn."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
import torch

from engine import cost
from engine.compile import compile_graph
from engine.errors import LayerloomError
from engine.expressions import expression
from engine.graph import Graph
from engine.problems import find
from engine.shapes import infer
from tests.engine.agreement import disagreement
from tests.engine.random_networks import Network
from tests.engine.random_repeats import Repeats


def chain(graph: Graph, *nodes: str) -> None:
    for source, target in pairwise(nodes):
        graph.connect(source, target)


def verdict(seed: int) -> str:
    """``right``, the kind of error that is found, or what goes wrong although none is."""
    graph = Repeats(seed).graph
    found = [problem for problem in find(graph) if problem.severity == "error"]
    if found:
        for attempt in (compile_graph, cost.total):
            try:
                attempt(graph)
            except LayerloomError:
                continue
        return found[0].code
    (start,) = graph.of_type("Input")
    shape = infer(graph).outputs[start.id]["output"].bound({"N": 2})
    x = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    if (words := disagreement(Network(graph, [x], torch.float64, {"N": 2}))) != "":
        return f"seed {seed}: {words}"
    numbers = sum(tensor.numel() for tensor in compile_graph(graph).parameters())
    told = cost.total(graph).parameters
    return "right" if told == numbers else f"seed {seed}: {told} parameters are told, {numbers} there are"


@pytest.mark.parametrize(
    "seeds", [range(20), pytest.param(range(20, 1500), marks=pytest.mark.slow)], ids=["some", "many"]
)
def test_what_is_free_of_errors_runs_as_it_is_drawn(seeds: range) -> None:
    seen = Counter(map(verdict, seeds))
    assert [words for words in seen if " " in words] == []
    assert seen["right"] >= len(seeds) / 2


@pytest.mark.parametrize("own", ["index", "count"])
def test_repeats_that_are_given_their_number_are_one_by_one_in_every_use(own: str) -> None:
    graph = Graph()
    inner, outer = graph.define("Inner", width=1), graph.define("Outer", times=1)
    wide = {"out_features": expression("size(x, 1) + width")}
    chain(inner, inner.add("BlockInput", name="x"), inner.add("Linear", **wide), inner.add("BlockOutput"))
    use = outer.add("Inner", repeat=expression("times"), width=expression(f"{own} + 1"))
    chain(outer, outer.add("BlockInput", name="x"), use, outer.add("BlockOutput"))
    uses = [graph.add("Outer", times=times) for times in (0, 1, 2, 3)]
    chain(graph, graph.add("Input", shape=(2,)), *uses, graph.add("Output", loss="mse_loss"))
    width = total = 2
    for times in (1, 2, 3):
        for index in range(times):
            more = {"index": index, "count": times}[own] + 1
            total += (width + 1) * (width + more)
            width += more
    assert [problem.message for problem in find(graph) if problem.severity == "error"] == []
    assert sum(tensor.numel() for tensor in compile_graph(graph).parameters()) == total - 2
    assert compile_graph(graph)(torch.randn(2, 2)).shape == (2, width)


@pytest.mark.parametrize("swapped", [False, True])
def test_what_is_absent_for_two_reasons_hands_on_what_each_of_them_says(swapped: bool) -> None:
    graph = Graph()
    pair, outer = graph.define("Pair"), graph.define("Outer", there=True, times=1)
    a, b = pair.add("BlockInput", name="a"), pair.add("BlockInput", name="b")
    for name in "ba" if swapped else "ab":
        chain(pair, {"a": a, "b": b}[name], pair.add("Tanh"), pair.add("BlockOutput", name=name))
    x = outer.add("BlockInput", name="x")
    half = outer.add("Chunk", chunks=2)
    use = outer.add("Pair", repeat=expression("times"), when=expression("there"))
    join = outer.add("Concat", when=expression("there"))
    outer.connect(x, half)
    for place, name in enumerate("ab"):
        outer.connect(half, use, source=place, target=name)
    for name in "ba" if swapped else "ab":
        outer.connect(use, join, source=name)
    chain(outer, join, outer.add("BlockOutput"))
    uses = [graph.add("Outer", times=times, there=there) for there, times in ((True, 0), (True, 2), (False, 1))]
    chain(graph, graph.add("Input", shape=(4,)), *uses, graph.add("Output", loss="mse_loss"))
    image = torch.randn(2, 4)
    twice = image.chunk(2, dim=1)[0].tanh().tanh()  # swapped, the first two exchange the halves and back again
    assert torch.equal(compile_graph(graph)(image), twice)
