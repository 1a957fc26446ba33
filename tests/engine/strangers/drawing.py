"""What the networks of strangers are drawn with, and what the same by hand is written with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from engine.graph import Graph

Weights: TypeAlias = Mapping[str, Tensor]
"""Weights and buffers by their names in the compiled network."""
ByHand: TypeAlias = Callable[..., Any]
Given: TypeAlias = "tuple[int, ...] | Callable[[], Tensor]"


@dataclass(frozen=True)
class Stranger:
    """Draws a network into a graph and returns what it computes; ``given`` are the shapes of its inputs."""

    name: str
    draw: Callable[[Graph], ByHand]
    given: tuple[Given, ...]

    def inputs(self) -> list[Tensor]:
        """Random inputs in double precision."""
        return [each() if callable(each) else torch.randn(each, dtype=torch.float64) for each in self.given]


def drawn(*given: Given) -> Callable[[Callable[[Graph], ByHand]], Stranger]:
    """Makes a network of a function that draws it."""
    return lambda draw: Stranger(draw.__name__, draw, given)


def ids(*shape: int, lo: int = 1, hi: int = 11) -> Callable[[], Tensor]:
    """Random integers from ``lo`` to below ``hi``."""
    return lambda: torch.randint(lo, hi, shape)


class Draw:
    """Adds a node and wires these sources to it, in order, or to the ports that ``into`` names."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __call__(self, kind: str, *sources: Any, into: Mapping[str, Any] | None = None, **parameters: Any) -> str:
        node = self.graph.add(kind, **parameters)
        for port, source in [*((None, source) for source in sources), *(into or {}).items()]:
            start, output = source if isinstance(source, tuple) else (source, 0)
            self.graph.connect(start, node, source=output, target=port)
        return node


def lin(weights: Weights, name: str, x: Tensor) -> Tensor:
    """The linear layer of this name."""
    return nn.functional.linear(x, weights[f"{name}.weight"], weights.get(f"{name}.bias"))


def conv(weights: Weights, name: str, x: Tensor, **more: Any) -> Tensor:
    """The convolution of images of this name."""
    return nn.functional.conv2d(x, weights[f"{name}.weight"], weights.get(f"{name}.bias"), **more)


def conv1(weights: Weights, name: str, x: Tensor, **more: Any) -> Tensor:
    """The convolution of sequences of this name."""
    return nn.functional.conv1d(x, weights[f"{name}.weight"], weights.get(f"{name}.bias"), **more)
