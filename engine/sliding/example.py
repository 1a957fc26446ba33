"""A sliding layer with numbers: one sample, the weights, and what torch makes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import numpy as np
import torch
from torch.nn import functional

from engine.layers.convolution import Convolution, Filters
from engine.layers.pooling import Padded
from engine.sliding.sliding import Sliding, fewer

Array: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
SMALL: Final = 9
"""Inputs up to this size are made of random integers, larger ones of a drawn figure."""
DISTINCT: Final = (2, 1, -1, 3, -2, 0)
"""The weights of kernels with so few taps."""
MADE_UP: Final = "made-up integers"


@dataclass(frozen=True, eq=False)
class Example:
    """``inputs`` is (C, *sizes), ``outputs`` (O, *counts), ``weight`` as torch has it; pooling has none."""

    sliding: Sliding
    inputs: Array
    outputs: Array
    weight: Array | None = None
    bias: Array | None = None
    source: str = MADE_UP
    """Where the numbers come from, for a caption."""
    real: bool = False
    """Whether they are those of a trained network."""

    def with_inputs(self, inputs: Array) -> Example:
        """The same layer over another input of the same shape."""
        return replace(self, inputs=inputs, outputs=computed(self.sliding, inputs, self.weight, self.bias))

    def painted(self, cells: int) -> Array:
        """The output (O, *counts) when only the first so many input cells have been painted, row by row."""
        flat = self.inputs.reshape(len(self.inputs), -1)
        known = np.where(np.arange(flat.shape[1]) < cells, flat, np.float32(0))
        return computed(self.sliding, known.reshape(self.inputs.shape), self.weight, self.bias)


def computed(sliding: Sliding, inputs: Array, weight: Array | None, bias: Array | None) -> Array:
    """What torch's function of the layer gives for one sample (C, *sizes): (O, *counts)."""
    layer, space = sliding.layer, len(sliding.axes)
    x = torch.from_numpy(np.ascontiguousarray(inputs, np.float32))[None]
    with torch.no_grad():
        if isinstance(layer, Filters):
            assert weight is not None
            w = torch.from_numpy(np.ascontiguousarray(weight, np.float32))
            b = None if bias is None else torch.from_numpy(np.ascontiguousarray(bias, np.float32))
            stride, dilation = layer.each("stride"), layer.each("dilation")
            if isinstance(layer, Convolution):
                call = getattr(functional, f"conv{space}d")
                y = call(_padded(sliding, x), w, b, stride, 0, dilation, sliding.groups)
            else:
                call = getattr(functional, f"conv_transpose{space}d")
                padding, extra = layer.each("padding"), layer.each("output_padding")
                y = call(x, w, b, stride, padding, extra, sliding.groups, dilation)
        else:
            y = _pooled(sliding, x)
    found: Array = y[0].numpy()
    return found


def _padded(sliding: Sliding, x: torch.Tensor, value: float = 0.0) -> torch.Tensor:
    sides = [pad for axis in reversed(sliding.axes) for pad in axis.padding]  # torch begins with the last axis
    if not any(sides):
        return x
    fill = sliding.axes[0].fill
    if fill == "zeros":
        return functional.pad(x, sides, value=value)
    return functional.pad(x, sides, mode=fill)


def _pooled(sliding: Sliding, x: torch.Tensor) -> torch.Tensor:
    layer, space = sliding.layer, len(sliding.axes)
    which = "max" if sliding.kind == "max" else "avg"
    if sliding.axes[0].rule == "adaptive":
        call = getattr(functional, f"adaptive_{which}_pool{space}d")
        result: torch.Tensor = call(x, list(sliding.counts))
        return result
    from engine.nn.pool_same import pool_same

    assert isinstance(layer, Padded)
    names = ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "count_include_pad", "divisor_override")
    given = {name: getattr(layer, name) for name in names if hasattr(layer, name)}
    if layer.same:
        given["padding"] = 0
    module = getattr(torch.nn, type(layer).__name__)(**given)
    result = pool_same(x, module) if layer.same else module(x)
    return result


def made_up(sliding: Sliding, seed: int = 0) -> Example:
    """Small integers for a layer of these settings, with few of its channels. It has no fault."""
    few = fewer(sliding)
    random = np.random.default_rng(seed)
    inputs = np.stack([_input(few.sizes, channel, random) for channel in range(few.channels)])
    weight = bias = None
    if few.weighted:
        assert isinstance(few.layer, Filters)
        ends = (few.out_channels, few.channels // few.groups)
        if few.kind == "transposed":
            ends = (few.channels, few.out_channels // few.groups)
        weight = _weights((*ends, *few.layer.each("kernel_size")), random)
        bias = random.integers(0, 3, few.out_channels).astype(np.float32) if few.layer.bias else None
    counts = ((few.channels, sliding.channels, "input"), (few.out_channels, sliding.out_channels, "output"))
    left = [f"{kept} of the {whole:,} {side}" for kept, whole, side in counts[: 1 + few.weighted] if kept < whole]
    source = f"{MADE_UP} for {' and '.join(left)} channels" if left else MADE_UP
    return Example(few, inputs, computed(few, inputs, weight, bias), weight, bias, source)


def _weights(shape: tuple[int, ...], random: np.random.Generator) -> Array:
    """Integers from −1 to 2; in small kernels no two alike, so that one sees which is where."""
    taps = int(np.prod(shape[2:]))
    if taps > len(DISTINCT):
        return random.integers(-1, 3, shape).astype(np.float32)
    kernels = [random.permutation(DISTINCT[:taps]) for _ in range(shape[0] * shape[1])]
    return np.array(kernels, np.float32).reshape(shape)


def _input(sizes: tuple[int, ...], channel: int, random: np.random.Generator) -> Array:
    if max(sizes) <= SMALL:
        return random.integers(0, 5, sizes).astype(np.float32)
    return figure(sizes, channel)


def figure(sizes: tuple[int, ...], channel: int = 0) -> Array:
    """A ring with a bar through it on an empty ground, in integers from 0 to 9; of one axis a bump.

    It keeps a third of each size clear around it, so that it can be moved without losing a part.
    """
    grids = np.meshgrid(*(np.linspace(-1, 1, size) if size > 1 else np.zeros(1) for size in sizes), indexing="ij")
    far = np.sqrt(sum(grid**2 for grid in grids))
    if len(sizes) == 1:
        shape = np.clip(1 - (2.4 * far) ** 2, 0, 1)
    else:
        ring = np.clip(1 - np.abs(far - 0.42) / 0.16, 0, 1)
        bar = np.clip(1 - np.abs(grids[channel % len(sizes)]) / 0.14, 0, 1) * (far < 0.5)
        shape = np.maximum(ring, 0.7 * bar)
    return np.rint(9 * shape).astype(np.float32)
