"""Holds the compiled source of a network against the interpreter: outputs, and gradients of all weights and inputs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import torch
from torch import nn

from engine.compile import compile_source
from engine.source import Source, source
from tests.engine.interpreter import Interpreter, Path
from tests.engine.interpreter_layers import calm
from tests.engine.random_networks import Network

APART = "apart by"
TOLERANCE = {torch.float64: 1e-10, torch.float32: 1e-5, torch.bfloat16: 3e-2}
"""How far two numbers may be apart, as a share of the largest beside them."""


@dataclass(frozen=True)
class Lookup:
    """The modules of a compiled network by the nodes they were drawn as.

    Within each class the source says by which attribute it holds the module of a node; a repeat is one of a list.
    """

    model: nn.Module
    written: Source

    def __call__(self, path: Path, node: str) -> nn.Module:
        here = self.model
        for use, repeat in path:
            here = self._held(here, use)
            if isinstance(here, (nn.Sequential, nn.ModuleList)):
                here = here[repeat]
            else:
                assert repeat == 0, f"{use} has no repeat {repeat}"
        return self._held(here, node)

    def _held(self, module: nn.Module, node: str) -> nn.Module:
        held: nn.Module = getattr(module, self.written.attributes[type(module).__name__][node])
        return held


def disagreement(network: Network) -> str:
    """Where compiled source and interpreter differ; empty where they agree. Raises what compiling or running raises.

    What torch cannot do with bfloat16 on this machine is done with float32, what has no variance with one sample alone
    with two; and numbers that are merely apart are looked at in float64, where rounding is not an excuse.
    """
    with without_chance():
        return _disagreement_in_fitting_floats(network)


@contextmanager
def without_chance() -> Iterator[None]:
    """What layers draw at random after training, too, is one number: both sides draw in an order of their own."""
    with (
        patch.object(torch, "randn_like", lambda x: torch.full_like(x, 0.7)),
        patch.object(torch, "rand_like", lambda x: torch.full_like(x, 0.4)),
        patch.object(torch, "rand", lambda *shape, **options: torch.full(shape, 0.4, **options)),
    ):
        yield


def _disagreement_in_fitting_floats(network: Network) -> str:
    try:
        words = _disagreement(network)
        return _disagreement(_in(network, torch.float64)) if APART in words else words
    except (NotImplementedError, RuntimeError, ValueError) as error:
        if "Expected more than 1 value per channel" in str(error) and network.sizes["N"] == 1:
            return _disagreement(replace(network, tensors=[torch.cat((each, each)) for each in network.tensors]))
        if "not implemented for 'BFloat16'" not in str(error):
            raise
    return _disagreement_in_fitting_floats(_in(network, torch.float32))


def _in(network: Network, dtype: torch.dtype) -> Network:
    """The same network in other floats."""
    tensors = [tensor.to(dtype) if tensor.is_floating_point() else tensor for tensor in network.tensors]
    return replace(network, dtype=dtype, tensors=tensors)


def _disagreement(network: Network) -> str:
    written = source(network.graph)
    torch.manual_seed(0)
    model = compile_source(written)
    for tensor in model.parameters():  # away from zeros and ones, after which mistakes hide
        tensor.data += 0.3 * torch.randn(tensor.shape)
    calm(model.to(network.dtype))
    machine = Interpreter(network.graph, Lookup(model, written), network.dtype)
    theirs = _differentiable(network.tensors)
    expected = machine(*theirs)
    ours = _differentiable(network.tensors)
    answer: Any = model(*ours)
    got = answer if isinstance(answer, tuple) else (answer,)
    if len(got) != len(expected):
        return f"{len(got)} outputs, not {len(expected)}"
    for index, (a, b) in enumerate(zip(got, expected, strict=True)):
        if difference := _different(a, b, network.dtype):
            return f"output {index}: {difference}"
    _backward(got)
    _backward(expected)
    pairs = [(f"input {n}", a, b) for n, (a, b) in enumerate(zip(ours, theirs, strict=True))]
    for (key, name), tensor in machine.tensors.items():
        pairs.append((f"{key} {name}", machine.lookup(*key).get_parameter(name), tensor))
    for name, a, b in pairs:
        if a.requires_grad != b.requires_grad:
            return f"{name}: trains {a.requires_grad}, not {b.requires_grad}"
        if difference := _different(_gradient(a), _gradient(b), network.dtype):
            return f"gradient of {name}: {difference}"
    reached = {id(a) for _, a, _ in pairs}
    beyond = [name for name, a in model.named_parameters() if id(a) not in reached and a.grad is not None]
    return f"weights that were not drawn have gradients: {beyond}" if beyond else ""


def _differentiable(tensors: list[torch.Tensor]) -> list[torch.Tensor]:
    return [t.detach().clone().requires_grad_(t.is_floating_point()) for t in tensors]


def _backward(values: tuple[torch.Tensor, ...]) -> None:
    """Gradients of a sum in which every number of every output has a weight of its own."""
    generator = torch.Generator().manual_seed(1)
    weighted = [(v * torch.randn(v.shape, generator=generator).to(v.dtype)).sum() for v in values if v.requires_grad]
    if weighted:
        torch.stack(weighted).sum().backward()  # type: ignore[no-untyped-call]


def _gradient(tensor: torch.Tensor) -> torch.Tensor:
    if tensor.grad is None:
        return torch.zeros_like(tensor)
    return tensor.grad.to_dense() if tensor.grad.is_sparse else tensor.grad


def _different(got: torch.Tensor, expected: torch.Tensor, dtype: torch.dtype) -> str:
    if (got.shape, got.dtype) != (expected.shape, expected.dtype):
        return f"{tuple(got.shape)} of {got.dtype}, not {tuple(expected.shape)} of {expected.dtype}"
    if not got.is_floating_point():
        return "" if torch.equal(got, expected) else f"{APART} a comparison or more"  # which rounding may decide
    finite = expected.isfinite()
    if not torch.equal(finite, got.isfinite()):
        return "finite in one only"
    a, b = got.detach()[finite].double(), expected.detach()[finite].double()
    if not a.numel():
        return ""
    apart, most = float((a - b).abs().max()), float(b.abs().max())
    return "" if apart <= TOLERANCE[dtype] * max(most, 1.0) else f"{APART} {apart:.3g} of {most:.3g}"
