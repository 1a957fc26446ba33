"""A preset beside the same network written by hand: the same weights by the published names, outputs, gradients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

import presets
from engine.compile import compile_graph
from engine.nn.scaled_dot_product_attention import ScaledDotProductAttention
from engine.nn.stochastic_depth import StochasticDepth
from engine.weights.names import TRANSPOSED, published_name
from tests.presets.samples import samples

RANDOM = {
    **{kind.__name__: "p" for kind in (nn.Dropout, nn.Dropout2d, StochasticDepth)},
    nn.MultiheadAttention.__name__: "dropout",
    ScaledDotProductAttention.__name__: "dropout_p",
}
"""What draws while training, by the name of its class, and which of its attributes is the share."""


@dataclass(frozen=True)
class Difference:
    """The largest differences: of the outputs in evaluation, of the gradients while training (both in float64)."""

    parameters: int
    output: float
    gradient: float


def compare(name: str, reference: nn.Module, **options: object) -> Difference:
    """Load the weights of the reference into the preset, and compare. Every tensor must have its place.

    Gradients are compared relative to the largest of their tensor; where that is nothing but rounding, as of a bias
    that moves all scores alike, to the millionth part of the largest of all.
    """
    torch.manual_seed(1)
    graph = presets.build(name, **options)
    ours, theirs = compile_graph(graph).double(), reference.double()
    _drawn(theirs)
    rules = presets.get(name).names
    there = {key: value for key, value in theirs.state_dict().items() if "num_batches" not in key}
    mine = {key: value for key, value in ours.state_dict().items() if "num_batches" not in key}
    where = {key: published_name(key, rules) for key in mine}
    astray = sorted({name.removesuffix(TRANSPOSED) for name in where.values()} ^ set(there))
    assert not astray, astray
    for key, value in mine.items():
        found = _turned(there, where[key])
        assert value.numel() == found.numel()
        assert tuple(n for n in value.shape if n > 1) == tuple(n for n in found.shape if n > 1), key
        value.copy_(found.reshape(value.shape))
    for module in (*ours.modules(), *theirs.modules()):
        if (share := RANDOM.get(type(module).__name__)) is not None:
            setattr(module, share, 0.0)
    given = samples(graph, torch.float64)
    with torch.no_grad():
        output = _furthest(ours.eval()(*given), theirs.eval()(*given))
    answers, expected = _many(ours.train()(*given)), _many(theirs.train()(*given))
    aims = [torch.randn_like(answer) for answer in answers]
    for results in (answers, expected):
        total = torch.stack([(result * aim).sum() for result, aim in zip(results, aims, strict=True)]).sum()
        total.backward()
    wanted = {key: value.grad for key, value in theirs.named_parameters() if value.grad is not None}
    least, gradient = 1e-6 * max(float(each.abs().max()) for each in wanted.values()), 0.0
    for key, parameter in ours.named_parameters():
        assert parameter.grad is not None
        other = _turned(wanted, where[key])
        assert other.abs().max() > 0, key
        scale = max(float(other.abs().max()), least)
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


def _turned(tensors: Mapping[str, Tensor], name: str) -> Tensor:
    """The tensor of a published name, the way ours is."""
    return tensors[name.removesuffix(TRANSPOSED)].T if name.endswith(TRANSPOSED) else tensors[name]


def _many(answer: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return answer if isinstance(answer, tuple) else (answer,)


def _furthest(one: Tensor | tuple[Tensor, ...], two: Tensor | tuple[Tensor, ...]) -> float:
    return max(float((a - b).abs().max()) for a, b in zip(_many(one), _many(two), strict=True))
