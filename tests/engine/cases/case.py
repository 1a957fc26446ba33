"""What the property tests need to know of a layer beyond its fields: likelier draws, and torch's own way to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from torch import nn

from engine.dims import Dim, Size
from engine.layers.layer import Layer
from engine.spec import BATCH, UNWIRED, Spec

Typed = dict[str, Any]
Sizes = dict[str, int]


@dataclass(frozen=True)
class Trial:
    """One experiment: a layer as typed, what flows in (`UNWIRED` on an open port), and what the symbols stand for."""

    cls: type[Layer]
    parameters: Typed
    inputs: tuple[Spec, ...]
    sizes: Sizes

    def bound(self) -> tuple[Spec, ...]:
        """The inputs in numbers."""
        return tuple(
            spec if spec is UNWIRED else Spec(spec.bound(self.sizes), spec.dtype, spec.axes) for spec in self.inputs
        )

    def fixed(self) -> list[bool]:
        """Of each input whether it has no batch while others have: then a Constant gives it."""
        batched = [spec.shape[:1] == (BATCH,) for spec in self.inputs]
        return [
            spec is not UNWIRED and not own and any(batched) for spec, own in zip(self.inputs, batched, strict=True)
        ]


@dataclass(frozen=True)
class Drawing:
    """The hand that draws the inputs of a layer with these parameters."""

    draw: st.DrawFn
    typed: Typed
    sizes: Sizes
    symbols: bool

    def axis(self, *numbers: int, open_: bool = True) -> Dim:
        """A size: mostly one of ``numbers`` (or any small one), sometimes ``a·T + b`` or ``a·U + b``."""
        draw, sizes = self.draw, self.sizes
        if open_ and self.symbols and draw(st.integers(0, 4)) == 0:
            size = Size(draw(st.sampled_from(["T", "U"]))) * draw(st.sampled_from([1, 1, 2, 3]))
            offset = draw(st.integers(-1, 2))
            if isinstance(size, Size) and size.scale * sizes[size.symbol] + offset > 0:
                return size + offset
        return draw(st.sampled_from(numbers or (1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 12)))

    def batched(self, *axes: Dim) -> Spec:
        """Floats with these axes after the batch."""
        return Spec((BATCH, *axes))

    def any_floats(self, least: int = 2, most: int = 4) -> Spec:
        """Floats with some number of axes; with four of them the second is often a round number of channels."""
        rank = self.draw(st.integers(least, most))
        shape: list[Dim] = [BATCH, *(self.axis() for _ in range(rank - 1))]
        if rank == 4 and self.draw(st.integers(0, 15)):
            shape[1] = self.draw(st.sampled_from([6, 6, 12, 12, 1, 2, 3, 4]))
        return Spec(tuple(shape[:rank]))

    def image(self, spatial: int = 2, *channels: int) -> Spec:
        """(N, channels, …): floats with so many axes in space."""
        return self.batched(
            self.draw(st.sampled_from(channels or (6, 6, 12, 12, 1, 2, 3, 4))), *(self.axis() for _ in range(spatial))
        )


def no_reason(trial: Trial) -> str:
    """No disagreement is excused."""
    return ""


@dataclass(frozen=True)
class Case:
    """One layer under test. Every entry has a default that suits a plain module of torch on one float input."""

    likely: Mapping[str, SearchStrategy[Any]] = field(default_factory=dict)
    """Likelier values for a field than its type alone suggests."""
    inputs: Callable[[Drawing], Sequence[Spec]] | None = None
    """Inputs, in port order, that mostly fit ``drawing.typed``; `UNWIRED` where an optional port stays open."""
    asked: Mapping[str, Callable[[tuple[Spec, ...]], Any]] = field(default_factory=dict)
    """What torch's constructor asks for beyond the fields, read off the bound inputs."""
    built: Callable[[Trial], Typed] | None = None
    """All arguments of torch's constructor, where they are not the fields and what is ``asked``."""
    module: Callable[[Trial], nn.Module] | None = None
    """torch's module for a trial, where it is not just its class called."""
    function: Callable[..., Any] | None = None
    """torch's own way for a layer that is not a module of torch: called with the tensors and the typed parameters."""
    call: Callable[[nn.Module, list[torch.Tensor | None]], Any] | None = None
    """How torch's module is called and its result put into port order, where that is not ``module(*inputs)``."""
    tensors: Callable[[Trial, torch.Generator], list[torch.Tensor | None]] | None = None
    """Inputs with values that mean something, for example indices within their range."""
    stricter: Callable[[Trial], str] = no_reason
    """Why our rule refuses what torch on the CPU takes; empty where there is no reason."""
    laxer: Callable[[Trial], str] = no_reason
    """Why torch refuses what our rule lets through; empty where there is no reason."""
    open_refused: bool = False
    """Whether the rule may refuse an open size although the number it turns out to be would fit."""
    other_defaults: Mapping[str, Any] = field(default_factory=dict)
    """Defaults of ours that are not torch's; each needs a reason in a comment."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """torch's parameters that the layer does not offer, each with the reason."""
    signature: Callable[..., Any] | None = None
    """Where torch declares the parameters, if not in the class itself."""
    ours: Mapping[str, str] = field(default_factory=dict)
    """Fields that are no parameter of torch's, each with the reason."""
    exemplar: tuple[Spec, ...] = ()
    """Inputs that the layer takes as it comes from the palette; else common ones are tried."""
    flops: bool = True
    """Whether torch's flop counter counts the layer's products."""
    unreached: tuple[str, ...] = ()
    """Weights and inputs that no gradient can reach, by name (``input 1``), each with a reason in a comment."""
