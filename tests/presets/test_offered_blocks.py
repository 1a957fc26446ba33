"""The blocks that come along compute what torch's own modules do, with the same weights and the same gradients."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine import project
from engine.blocks.library import LibraryEntry, load
from engine.compile import compile_graph
from engine.graph import Graph
from engine.problems import find
from engine.shapes import infer
from engine.source import write
from presets.blocks import multi_head_attention, scaled_attention
from presets.blocks.offered import offered
from tests.engine.syntax import strange

CELLS = {"RNN cell": nn.RNN, "LSTM cell": nn.LSTM, "GRU cell": nn.GRU}
SIZES = [(1, 1, 1, 1), (3, 7, 5, 6)]
"""Samples, steps, features, hidden units."""


def entry(name: str) -> LibraryEntry:
    return next(one for one in offered() if one.name == name)


def brought(name: str) -> tuple[Graph, str]:
    """A project with a copy of the block, and the type of nodes that use it."""
    graph = Graph("network")
    edits, node_type = load(entry(name), graph)
    edits.apply(graph)
    return graph, node_type


def same_gradients(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> None:
    for name, mine in ours.items():
        torch.testing.assert_close(mine.grad, theirs[name], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("name", CELLS)
def test_a_scanned_cell_is_torchs_network_with_its_gradients(name: str, sizes: tuple[int, int, int, int]) -> None:
    samples, steps, features, hidden = sizes
    graph, kind = brought(name)
    start = graph.add("Input", shape=("T", features))
    use = graph.add(kind, name="cell", apply="scan", hidden=hidden)
    graph.connect(start, use)
    outputs = list(infer(graph).outputs[use])
    for port in outputs:
        graph.connect(use, graph.add("Output"), source=port)
    assert infer(graph).errors == {}
    assert strange(write(graph)) == ""
    model, theirs = compile_graph(graph), CELLS[name](features, hidden, batch_first=True)
    own = {key.removeprefix("cell."): value for key, value in model.named_parameters()}
    pairs = {"U.weight": "weight_ih_l0", "W.weight": "weight_hh_l0", "U.bias": "bias_ih_l0", "W.bias": "bias_hh_l0"}
    assert own.keys() == pairs.keys()
    with torch.no_grad():
        for mine, other in pairs.items():
            own[mine].copy_(getattr(theirs, other))
    x = torch.randn(samples, steps, features, requires_grad=True)
    given = x.detach().clone().requires_grad_()
    answers, (expected, last) = model(x), theirs(given)
    wanted = (expected, *(state[0] for state in (last if isinstance(last, tuple) else (last,))))
    assert len(answers) == len(wanted)
    for answer, value in zip(answers, wanted, strict=True):
        torch.testing.assert_close(answer, value, atol=1e-5, rtol=1e-5)
    sum((one * one).sum() for one in answers).backward()
    sum((one * one).sum() for one in wanted).backward()
    torch.testing.assert_close(x.grad, given.grad, atol=1e-5, rtol=1e-5)
    same_gradients(own, {mine: getattr(theirs, other).grad for mine, other in pairs.items()})


@pytest.mark.parametrize("sizes", [(2, 5, 4, 3)], ids=str)
@pytest.mark.parametrize("heads", [(), (3,)], ids=["alone", "heads"])
@pytest.mark.parametrize("masked", [False, True])
def test_attention_from_products_is_torchs(
    sizes: tuple[int, int, int, int], heads: tuple[int, ...], masked: bool
) -> None:
    samples, queries, keys, size = sizes
    graph, kind = brought(scaled_attention.NAME)
    use = graph.add(kind)
    given: list[Tensor] = []
    for name, steps in (("Q", queries), ("K", keys), ("V", keys)):
        graph.connect(graph.add("Input", name=name, shape=(*heads, steps, size)), use, target=name)
        given.append(torch.randn(samples, *heads, steps, size))
    blocked = torch.rand(samples, *heads, queries, keys) < 0.4
    blocked[..., 0] = False  # everybody sees something
    if masked:
        graph.connect(graph.add("Input", name="mask", shape=blocked.shape[1:], dtype="bool"), use, target="mask")
    graph.connect(use, graph.add("Output"), source="y")
    graph.connect(use, graph.add("Output"), source="attention")
    answer, weights = compile_graph(graph)(*given, *([blocked] if masked else []))
    expected = nn.functional.scaled_dot_product_attention(*given, attn_mask=~blocked if masked else None)
    torch.testing.assert_close(answer, expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(weights.sum(-1), torch.ones_like(weights[..., 0]), atol=1e-5, rtol=0)
    assert not masked or float(weights[blocked].abs().sum()) == 0


@pytest.mark.parametrize(("width", "heads", "steps"), [(4, 1, 1), (12, 3, 5)])
@pytest.mark.parametrize("masked", [False, True])
def test_multi_head_attention_is_torchs_with_its_weights_and_gradients(
    width: int, heads: int, steps: int, masked: bool
) -> None:
    graph, kind = brought(multi_head_attention.NAME)
    use = graph.add(kind, name="attention", width=width, heads=heads)
    start = graph.add("Input", shape=("T", width))
    for name in ("query", "key", "value"):
        graph.connect(start, use, target=name)
    blocked = torch.ones(steps, steps, dtype=torch.bool).triu(1)
    if masked:
        graph.connect(graph.add("Input", name="mask", shape=(1, "T", "T"), dtype="bool"), use, target="mask")
    graph.connect(use, graph.add("Output"), source="y")
    graph.connect(use, graph.add("Output"), source="attention")
    assert infer(graph).errors == {}
    model, theirs = compile_graph(graph), nn.MultiheadAttention(width, heads, batch_first=True)
    own: dict[str, Any] = {key.removeprefix("attention."): value for key, value in model.named_parameters()}
    with torch.no_grad():
        for number, name in enumerate(("W_Q", "W_K", "W_V")):
            rows = slice(number * width, (number + 1) * width)
            own[f"{name}.weight"].copy_(theirs.in_proj_weight[rows])
            own[f"{name}.bias"].copy_(theirs.in_proj_bias[rows])
        own["W_O.weight"].copy_(theirs.out_proj.weight)
        own["W_O.bias"].copy_(theirs.out_proj.bias)
    x = torch.randn(2, steps, width)
    answer, weights = model(x, *([blocked.expand(2, 1, steps, steps)] if masked else []))
    mask = blocked if masked else None
    expected, looks = theirs(x, x, x, attn_mask=mask, need_weights=True, average_attn_weights=False)
    torch.testing.assert_close(answer, expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(weights, looks, atol=1e-5, rtol=1e-5)
    (answer * answer).sum().backward()
    (expected * expected).sum().backward()
    gradients = {
        f"{name}.{part}": getattr(theirs, f"in_proj_{part}").grad[number * width : (number + 1) * width]
        for number, name in enumerate(("W_Q", "W_K", "W_V"))
        for part in ("weight", "bias")
    }
    gradients |= {"W_O.weight": theirs.out_proj.weight.grad, "W_O.bias": theirs.out_proj.bias.grad}
    same_gradients(own, gradients)


def test_a_copy_is_whole_and_the_same_block_comes_once() -> None:
    for one in offered():
        graph, kind = brought(one.name)
        again, same = load(one, graph)
        assert (again.edits, same) == ((), kind)
        block = graph.blocks.of_type(kind)
        assert block is not None
        assert (block.name, block.origin["library"], block.help) == (one.name, "Layerloom", one.help)
        content = project.to_bytes(graph)
        assert project.to_bytes(project.from_bytes(content)) == content
        assert [problem.code for problem in find(block.graph) if problem.severity == "error"] == []


def test_those_of_the_lectures_are_offered() -> None:
    assert {*CELLS, scaled_attention.NAME, multi_head_attention.NAME} <= {one.name for one in offered()}
