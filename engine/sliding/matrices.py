"""Convolution as a matrix product: the windows as columns (im2col), and the whole layer as one matrix.

Chellapilla et al. 2006, High Performance Convolutional Neural Networks for Document Processing; the matrix of a
transposed convolution is the transpose of that of the convolution with the same settings (Dumoulin and Visin 2016,
https://arxiv.org/abs/1603.07285).
"""

from __future__ import annotations

import numpy as np

from engine.sliding.example import Array, Example
from engine.sliding.sliding import Sliding
from engine.sliding.sums import divisor, kernel, window_sum


def column(example: Example, out_channel: int, step: int) -> Array:
    """What the window meets at a step in all input channels of an output channel, one below the other, row by row."""
    position = example.sliding.position(step)
    inputs = example.sliding.inputs_of(out_channel)
    return np.concatenate([window_sum(example, channel, out_channel, position).values.ravel() for channel in inputs])


def columns(example: Example, out_channel: int, steps: range) -> Array:
    """The columns of several steps side by side: (taps of all channels, steps); of a convolution or pooling."""
    return np.stack([column(example, out_channel, step) for step in steps], axis=1)


def weight_row(example: Example, out_channel: int) -> Array:
    """The weights of an output channel in a row, in the order of its columns; of average pooling what it divides by."""
    sliding = example.sliding
    if example.weight is None:
        taps = [axis.window.kernel for axis in sliding.axes]
        return np.full(int(np.prod(taps)), 1 / divisor(sliding, (0,) * len(sliding.axes)), np.float32)
    return np.concatenate([kernel(example, channel, out_channel).ravel() for channel in sliding.inputs_of(out_channel)])


def linear(sliding: Sliding) -> bool:
    """Whether the layer is a matrix: the largest value of a window is not."""
    return sliding.kind != "max"


def unrolled_row(example: Example, channel: int, out_channel: int, step: int) -> dict[int, float]:
    """A row of the matrix between an input and an output channel: input cell, counted row by row → its weight.

    What the padding holds counts where it comes from; zeros count nowhere. The layer is `linear`.
    """
    sliding, found = example.sliding, dict[int, float]()
    position = sliding.position(step)
    met = window_sum(example, channel, out_channel, position)
    weights = met.weights
    if weights is None:
        weights = np.full(met.values.shape, 1 / divisor(sliding, position), np.float32)
    for at in np.ndindex(*met.values.shape):
        sources = [axis.source(row[i]) for axis, row, i in zip(sliding.axes, met.cells, at, strict=True)]
        if None not in sources:
            flat = 0
            for axis, source in zip(sliding.axes, sources, strict=True):
                flat = flat * axis.size + (source or 0)
            found[flat] = found.get(flat, 0.0) + float(weights[at])
    return found


def unrolled(example: Example, channel: int, out_channel: int) -> Array:
    """The whole matrix: (output cells, input cells). Times the input channel it gives its part of the output."""
    sliding = example.sliding
    found = np.zeros((sliding.steps, int(np.prod(sliding.sizes))), np.float32)
    for step in range(sliding.steps):
        for cell, weight in unrolled_row(example, channel, out_channel, step).items():
            found[step, cell] = weight
    return found
