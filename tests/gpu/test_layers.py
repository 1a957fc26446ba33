"""Every layer on the device against the CPU: results, gradients of inputs and weights, in several kinds of numbers."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine import layers
from engine.compile import compile_graph
from tests.gpu.comparing import FAR, answers, exact_products, furthest
from tests.gpu.device import CPU, DEVICE
from tests.gpu.drawn import draws, network

LAYERS = draws("layers")
STEEPER = 10
"""Gradients are sums of many products, and may be so many times further off."""
WORSE = 8
"""Where float32 goes wrong on the CPU (against float64) it may go so many times as wrong on the device, which adds up
in another order. That counts in three of 3,840 draws: they divide differences of nearly equal numbers by them."""
CHOOSING = ("TopK",)
"""Layers that answer where numbers stand: of equal ones each device chooses others, so integers are made unlike."""
HALF = 3
"""So many draws of a layer are computed in bfloat16 as well."""


def differentiated(module: nn.Module, inputs: list[Tensor], device: torch.device) -> tuple[list[Tensor], list[Tensor]]:
    """The results of a module, and the gradients of its inputs and weights by a weighted sum of the results."""
    module.zero_grad()
    given = [value.clone().to(device).requires_grad_(value.is_floating_point()) for value in inputs]
    found = list(answers(module, given, device))
    generator, total = torch.Generator().manual_seed(1), torch.zeros((), device=device)
    for value in found:
        if value.requires_grad:
            factors = torch.randn(value.shape, generator=generator).to(value)
            total = total + (value * factors).nan_to_num(0.0, 0.0, 0.0).sum()
    if not total.requires_grad:
        return found, []
    total.backward()
    gradients = [value.grad for value in (*given, *module.parameters()) if value.grad is not None]
    return found, [gradient.to_dense() if gradient.is_sparse else gradient for gradient in gradients]


def random(module: nn.Module, inputs: list[Tensor]) -> bool:
    """Whether a module draws: then two calls with other seeds differ, and another device draws other numbers."""
    with torch.no_grad():
        torch.manual_seed(1)
        one = module(*inputs)
        torch.manual_seed(2)
        other = module(*inputs)
    pairs = zip(*(item if isinstance(item, tuple) else (item,) for item in (one, other)), strict=True)
    return any(not torch.equal(a.nan_to_num(), b.nan_to_num()) for a, b in pairs)


def settle(module: nn.Module) -> None:
    """Let a module draw nothing; recurrent ones go on training without dropout: else cuDNN has no backward pass."""
    module.eval()
    for part in module.modules():
        if isinstance(part, nn.RNNBase):
            part.train()
            part.dropout = 0.0


def unlike(value: Tensor) -> Tensor:
    """Integers that are all different, floats as they are."""
    order = torch.randperm(value.numel(), generator=torch.Generator().manual_seed(0))
    return value if value.is_floating_point() else order.reshape(value.shape).to(value.dtype)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_computes_on_the_device_what_it_computes_on_the_cpu(name: str, record_property: Any) -> None:
    exact_products()
    worst = {"results": 0.0, "gradients": 0.0, "bfloat16": 0.0}
    drawing = 0
    for number, line in enumerate(LAYERS[name]):
        graph, inputs = network(line)
        inputs = list(map(unlike, inputs)) if name in CHOOSING else inputs
        torch.manual_seed(number)
        here = compile_graph(graph)
        if random(copy.deepcopy(here), inputs):
            drawing += 1
            settle(here)
        there = copy.deepcopy(here).to(DEVICE)
        if random(copy.deepcopy(here), inputs):  # also in evaluation: then only what it looks like can be compared
            for ours, theirs in zip(answers(there, inputs), answers(here, inputs, CPU), strict=True):
                assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), line
            continue
        half = answers(copy.deepcopy(here), inputs, CPU) if number < HALF else ()
        wide = [value.double() if value.is_floating_point() else value for value in inputs]
        exact, exact_gradients = differentiated(copy.deepcopy(here).double(), wide, CPU)
        (ours, our_gradients), (theirs, their_gradients) = (
            differentiated(there, inputs, DEVICE),
            differentiated(here, inputs, CPU),
        )
        assert [value.dtype for value in ours] == [value.dtype for value in theirs], line
        found = furthest(ours, theirs), furthest(our_gradients, their_gradients)
        doubt = WORSE * furthest(theirs, exact), WORSE * furthest(their_gradients, exact_gradients)
        state = furthest(there.state_dict().values(), here.state_dict().values())  # what it remembers
        worst = worst | {"results": max(worst["results"], *found[:1], state)}
        worst = worst | {"gradients": max(worst["gradients"], found[1])}
        assert max(found[0], state) <= FAR[torch.float32] + doubt[0], f"results are off by {found[0]:.1e}: {line}"
        assert found[1] <= STEEPER * FAR[torch.float32] + doubt[1], f"gradients are off by {found[1]:.1e}: {line}"
        if half:
            with torch.autocast(DEVICE.type, torch.bfloat16), torch.no_grad():
                rounded = answers(there, inputs)
            floats = [pair for pair in zip(rounded, half, strict=True) if pair[1].is_floating_point()]
            assert all(bool(a.isfinite().all()) for a, b in floats if bool(b.isfinite().all())), line
            worst["bfloat16"] = max(worst["bfloat16"], furthest(*zip(*floats, strict=True)) if floats else 0.0)
    facts = {key: f"{value:.1e}" for key, value in worst.items()}
    if max(worst["results"], worst["gradients"] / STEEPER) > 1e-5 or worst["bfloat16"] > FAR[torch.bfloat16]:
        record_property("Layers that are further off than most", {"layer": name, **facts, "drawing": drawing})


def test_every_layer_that_computes_is_drawn() -> None:
    known = {cls.__name__ for cls in layers.all() if cls.family != "Input and output"}
    assert known == LAYERS.keys()
    assert all(len(lines) >= 20 for lines in LAYERS.values())
