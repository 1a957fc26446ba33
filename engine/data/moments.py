"""Mean and variance of samples that need not fit into the memory, a channel (or feature) at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.data.streams import pieces

if TYPE_CHECKING:
    from engine.data.dataset import Array, Column

PIECE = 4_000_000
"""Values that are read together."""
EXACT = 256
"""So many squares of bytes are summed in float32 without rounding: 256 · 255² < 2²⁴."""
WORTH = 16
"""Values in a row below which summing row by row takes longer than it saves."""


def moments(values: Column, along: tuple[int, ...]) -> tuple[Array, Array]:
    """The mean and the variance (divided by the count) in float64, one each where ``along`` has its -1.

    ``values`` is (samples, \\*shape); the mean is taken first, then the squares of the distances from it.
    Images of bytes are read once, and their sums are exact.
    """
    import numpy as np

    width = _width(math.prod(values.shape[2:])) if len(values.shape) > 3 and along[1] == -1 else 0
    if width >= WORTH and values.dtype == np.uint8:
        return _of_bytes(values, width)
    axes = tuple(axis for axis, size in enumerate(along) if size != -1)
    count = math.prod(values.shape) / values.shape[along.index(-1)]
    mean = sum(piece.astype(np.float64).sum(axes) for piece in _pieces(values)) / count
    centre = np.reshape(mean, along)
    return mean, sum(_squares(piece, centre).sum(axes) for piece in _pieces(values)) / count


def _of_bytes(values: Column, width: int) -> tuple[Array, Array]:
    """The moments of images (samples, channels, \\*size) of bytes, summed exactly in rows of ``width`` values."""
    import numpy as np

    channels = values.shape[1]
    ones, total, squares = np.ones(width, np.float32), np.zeros(channels), np.zeros(channels)
    for piece in _pieces(values):
        rows = piece.reshape(len(piece), channels, -1, width).astype(np.float32)
        total += (rows @ ones).sum((0, 2), dtype=np.float64)
        squares += np.einsum("...i,...i->...", rows, rows).sum((0, 2), dtype=np.float64)
    count = math.prod(values.shape) // channels
    exact = [(count * int(two) - int(one) ** 2) / count**2 for one, two in zip(total, squares, strict=True)]
    return total / count, np.array(exact)


def _width(size: int) -> int:
    """The longest rows of at most `EXACT` values that ``size`` values make."""
    return next((width for width in range(min(EXACT, size), 0, -1) if size % width == 0), 0)


def _pieces(values: Column) -> Iterator[Array]:
    """The samples some at a time: many images would not fit."""
    return pieces(values, max(1, PIECE // max(1, math.prod(values.shape[1:]))))


def _squares(values: Array, mean: Array) -> Array:
    """The squares of their distances from the mean, in float64."""
    import numpy as np

    found = np.subtract(values, mean, dtype=np.float64)
    found *= found
    return found
