"""A preset beside the same network written by hand: the same weights by the published names, outputs, gradients."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

import presets
from engine.compile import compile_graph
from engine.nn.stochastic_depth import StochasticDepth
from engine.weights.names import published_name

RANDOM = (nn.Dropout, nn.Dropout2d, StochasticDepth)


@dataclass(frozen=True)
class Difference:
    """The largest differences: of the outputs in evaluation, of the gradients while training (both in float64)."""

    parameters: int
    output: float
    gradient: float


def compare(name: str, reference: nn.Module, **options: object) -> Difference:
    """Load the weights of the reference into the preset, and compare. Every tensor must have its place.

    Gradients are compared relative to the largest of their tensor.
    """
    torch.manual_seed(1)
    graph = presets.build(name, **options)
    shape = next(iter(graph.of_type("Input"))).parameters["shape"]
    ours, theirs = compile_graph(graph).double(), reference.double()
    _drawn(theirs)
    rules = presets.get(name).names
    there = {key: value for key, value in theirs.state_dict().items() if "num_batches" not in key}
    mine = {key: value for key, value in ours.state_dict().items() if "num_batches" not in key}
    where = {key: published_name(key, rules) for key in mine}
    astray = sorted(set(where.values()) ^ set(there))
    assert not astray, astray
    for key, value in mine.items():
        found = there[where[key]]
        assert value.numel() == found.numel()
        assert tuple(n for n in value.shape if n > 1) == tuple(n for n in found.shape if n > 1), key
        value.copy_(found.reshape(value.shape))
    for module in (*ours.modules(), *theirs.modules()):
        if hasattr(module, "p") and type(module).__name__ in {kind.__name__ for kind in RANDOM}:
            module.p = 0.0
    x = torch.randn(3, *shape, dtype=torch.float64)
    with torch.no_grad():
        output = _furthest(ours.eval()(x), theirs.eval()(x))
    answers, expected = _many(ours.train()(x)), _many(theirs.train()(x))
    aims = [torch.randn_like(answer) for answer in answers]
    for results in (answers, expected):
        total = torch.stack([(result * aim).sum() for result, aim in zip(results, aims, strict=True)]).sum()
        total.backward()
    wanted, gradient = dict(theirs.named_parameters()), 0.0
    for key, parameter in ours.named_parameters():
        other = wanted[where[key]].grad
        assert parameter.grad is not None
        assert other is not None
        assert other.abs().max() > 0, key
        scale = float(other.abs().max())
        gradient = max(gradient, float((parameter.grad - other.reshape(parameter.shape)).abs().max()) / scale)
    return Difference(sum(p.numel() for p in ours.parameters()), output, gradient)


def _drawn(module: nn.Module) -> None:
    """Numbers that tell all layers apart: also in what starts as 0 or 1, and in what a norm has measured."""
    for name, value in module.state_dict().items():
        if name.endswith("running_var"):
            value.uniform_(0.5, 1.5)
        elif name.endswith("running_mean") or (value.ndim == 1 and name.endswith("bias")):
            value.normal_(0.0, 0.1)
        elif value.is_floating_point() and (value.ndim == 1 or name.endswith("layer_scale")):
            value.uniform_(0.5, 1.5)


def _many(answer: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return answer if isinstance(answer, tuple) else (answer,)


def _furthest(one: Tensor | tuple[Tensor, ...], two: Tensor | tuple[Tensor, ...]) -> float:
    return max(float((a - b).abs().max()) for a, b in zip(_many(one), _many(two), strict=True))
