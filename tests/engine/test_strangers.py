"""Networks as people draw them: nothing is found wrong, and outputs and gradients are those of the same by hand."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine import cost
from engine.compile import compile_graph
from engine.graph import Graph
from engine.problems import find
from engine.shapes import infer
from tests.engine.strangers import STRANGERS
from tests.engine.strangers.drawing import Stranger


def weighted(outputs: tuple[Tensor, ...]) -> Tensor:
    """A number in which every number of every output has a weight of its own."""
    generator = torch.Generator().manual_seed(1)
    parts = [(each * torch.randn(each.shape, generator=generator)).sum() for each in outputs if each.requires_grad]
    return torch.stack(parts).sum()


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda stranger: stranger.name)
def test_a_network_computes_what_it_says(stranger: Stranger) -> None:
    graph = Graph(stranger.name)
    by_hand = stranger.draw(graph)
    assert [problem.message for problem in find(graph) if problem.severity == "error"] == []
    torch.manual_seed(0)
    model, report = compile_graph(graph).double().eval(), infer(graph)
    inputs = [each.requires_grad_(each.is_floating_point()) for each in stranger.inputs()]
    weights = dict(model.named_parameters())
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # what is made of integers has the floats of the network
    try:
        ours, theirs = model(*inputs), by_hand(weights | dict(model.named_buffers()), *inputs)
    finally:
        torch.set_default_dtype(before)
    ours, theirs = (each if isinstance(each, tuple) else (each,) for each in (ours, theirs))
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)
    for node, output in zip(graph.of_type("Output"), ours, strict=True):
        known = [(size, real) for size, real in zip(report.inputs[node.id][0].shape, output.shape, strict=True)]
        assert [pair for pair in known if isinstance(pair[0], int) and pair[0] != pair[1]] == []
    wanted = [*weights.values(), *(each for each in inputs if each.requires_grad)]
    pairs = zip(
        *(torch.autograd.grad(weighted(each), wanted, materialize_grads=True) for each in (ours, theirs)), strict=False
    )
    for got, expected in pairs:
        torch.testing.assert_close(got, expected, rtol=1e-7, atol=1e-8)
    assert cost.total(graph).parameters == sum(each.numel() for each in weights.values())
