"""The sum behind one output cell: the cells its window meets, the weights, the products, and what comes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from engine.layers.pooling import Pooling
from engine.sliding.example import Array, Example
from engine.sliding.sliding import Position, Sliding

Cells: TypeAlias = "tuple[tuple[int, ...], ...]"
"""Of each axis the cells that a window meets."""
Mask: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"
LOWEST: Final = -np.inf
"""What the padding of max pooling holds: it is never the largest."""


@dataclass(frozen=True, eq=False)
class WindowSum:
    """One input channel under the window of one output cell; arrays are as large as what the window meets.

    ``cells`` are the input cells along each axis, ``taps`` the positions within the kernel that meet them. ``inside``
    marks cells of the input, the others are padding. ``weights`` is None for pooling.
    """

    channel: int
    cells: Cells
    taps: Cells
    values: Array
    inside: Mask
    weights: Array | None = None
    averaged: bool = False
    """Whether it belongs to average pooling."""

    @property
    def products(self) -> Array:
        """Value times weight."""
        assert self.weights is not None
        found: Array = self.values * self.weights
        return found

    @property
    def total(self) -> float:
        """The sum of the products; of pooling that of the values inside."""
        return float((self.products if self.weights is not None else self.values[self.inside]).sum(dtype=np.float64))

    @property
    def largest(self) -> Position | None:
        """The position in the window of the first largest value inside; None where all is padding."""
        if not self.inside.any():
            return None
        shown = np.where(self.inside, self.values, LOWEST)
        return tuple(int(at) for at in np.unravel_index(int(shown.argmax()), shown.shape))


def window_sum(example: Example, channel: int, out_channel: int, position: Position) -> WindowSum:
    """What the window of an output cell meets in an input channel, one of `Sliding.inputs_of` the output channel."""
    sliding = example.sliding
    met = [axis.taps(at) for axis, at in zip(sliding.axes, position, strict=True)]
    cells = tuple(tuple(tap.cell for tap in taps) for taps in met)
    taps = tuple(tuple(tap.at for tap in taps) for taps in met)
    sources = [[axis.source(cell) for cell in row] for axis, row in zip(sliding.axes, cells, strict=True)]
    index = np.ix_(*([source or 0 for source in row] for row in sources))
    known = _everywhere([[source is not None for source in row] for row in sources])
    inside = _everywhere(
        [[0 <= cell < axis.size for cell in row] for axis, row in zip(sliding.axes, cells, strict=True)]
    )
    values: Array = np.where(known, example.inputs[channel][index], np.float32(0))
    if example.weight is None:
        return WindowSum(channel, cells, taps, values, inside, averaged=sliding.kind == "average")
    return WindowSum(channel, cells, taps, values, inside, kernel(example, channel, out_channel)[np.ix_(*taps)])


def channel_totals(example: Example, out_channel: int, position: Position) -> Array:
    """The sum of the products of each input channel of an output cell, in the order of `Sliding.inputs_of`."""
    sliding = example.sliding
    assert example.weight is not None
    channels = sliding.inputs_of(out_channel)
    met = window_sum(example, channels.start, out_channel, position)
    if not met.values.size:
        return np.zeros(len(channels), np.float32)
    sources = [[axis.source(cell) for cell in row] for axis, row in zip(sliding.axes, met.cells, strict=True)]
    index = np.ix_(range(channels.start, channels.stop), *([source or 0 for source in row] for row in sources))
    known = _everywhere([[source is not None for source in row] for row in sources])
    share = sliding.out_channels // sliding.groups
    if sliding.kind == "transposed":
        weights = example.weight[channels.start : channels.stop, out_channel % share]
    else:
        weights = example.weight[out_channel]
    products = np.where(known, example.inputs[index], np.float32(0)) * weights[np.ix_(range(len(channels)), *met.taps)]
    found: Array = products.reshape(len(channels), -1).sum(axis=1, dtype=np.float64).astype(np.float32)
    return found


def _everywhere(marks: list[list[bool]]) -> Mask:
    """Where the marks of all axes are set."""
    found: Mask = np.ones([len(row) for row in marks], bool)
    for index, row in enumerate(marks):
        found &= np.array(row, bool).reshape([-1 if at == index else 1 for at in range(len(marks))])
    return found


def kernel(example: Example, channel: int, out_channel: int) -> Array:
    """The weights between an input and an output channel, as large as the kernel."""
    assert example.weight is not None
    sliding = example.sliding
    if sliding.kind == "transposed":
        found: Array = example.weight[channel, out_channel % (sliding.out_channels // sliding.groups)]
    else:
        found = example.weight[out_channel, channel % (sliding.channels // sliding.groups)]
    return found


def bias_of(example: Example, out_channel: int) -> float:
    """The constant that is added to an output channel."""
    return 0.0 if example.bias is None else float(example.bias[out_channel])


def divisor(sliding: Sliding, position: Position) -> int:
    """What average pooling divides the sum of a window by (torch.nn.AvgPool2d, and `engine.nn.pool_same`)."""
    layer = sliding.layer
    assert isinstance(layer, Pooling)
    if (override := getattr(layer, "divisor_override", None)) is not None:
        return int(override)
    with_padding = getattr(layer, "count_include_pad", False)
    count = 1
    for axis, at in zip(sliding.axes, position, strict=True):
        low, high = (-axis.padding.before, axis.size + axis.padding.after) if with_padding else (0, axis.size)
        count *= sum(low <= tap.cell < high for tap in axis.taps(at))
    return count


def answer(example: Example, out_channel: int, position: Position) -> float:
    """The output cell as its sums give it: what torch answers, but for rounding."""
    sliding = example.sliding
    sums = [window_sum(example, channel, out_channel, position) for channel in sliding.inputs_of(out_channel)]
    if sliding.weighted:
        return sum(one.total for one in sums) + bias_of(example, out_channel)
    if sliding.kind == "average":
        return sums[0].total / divisor(sliding, position)
    at = sums[0].largest
    return LOWEST if at is None else float(sums[0].values[at])
