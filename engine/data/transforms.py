"""Transforms at work: fitted on the training part, then applied to every sample. Arrays are (samples, \\*shape)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.settings.data import Fill, Resize, Transform

if TYPE_CHECKING:
    from engine.data.dataset import Array, Column


PIECE = 4_000_000
"""Values that are looked at together."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A transform with what it has learnt from the training part, as plain numbers.

    ``mean`` and ``std`` have one entry a channel (images, clips) or feature (tables); empty where nothing is learnt.
    ``fill`` is what stands in for a missing value of each feature, ``fixed`` says which features never vary.
    """

    transform: Transform
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    fill: tuple[float, ...] = ()
    fixed: tuple[bool, ...] = ()

    def shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of a transformed sample."""
        return (*shape[:-2], *self.transform.size) if isinstance(self.transform, Resize) else shape

    def apply(self, values: Array) -> Array:
        """The transformed samples (float32)."""
        import numpy as np

        if isinstance(self.transform, Resize):
            return resize(values, self.transform.size)
        if isinstance(self.transform, Fill):
            fill = np.array(self.fill, np.float32)
            return np.where(np.isnan(values) | np.array(self.fixed), fill, values).astype(np.float32, copy=False)
        shape = _along(values.ndim)
        mean = np.array(self.mean, dtype=np.float32).reshape(shape)
        std = np.array(self.std, dtype=np.float32).reshape(shape)
        result = np.subtract(values, mean, dtype=np.float32)
        result /= std
        return result


def fit(transform: Transform, training: Column) -> Fitted:
    """Learn from the training samples: for standardise the mean and standard deviation, in float64.

    What is constant up to rounding gets the deviation 1 (the bound is that of scikit-learn's StandardScaler).
    """
    import numpy as np

    if isinstance(transform, Resize):
        return Fitted(transform)
    if isinstance(transform, Fill):
        return _medians(transform, training)
    rank = len(training.shape)
    kept = [axis for axis, size in enumerate(_along(rank)) if size == -1]
    axes = tuple(axis for axis in range(rank) if axis not in kept)
    count = math.prod(training.shape) / training.shape[kept[0]]
    mean = sum(piece.sum(axes) for piece in _pieces(training)) / count
    shape = _along(rank)
    variance = sum(((piece - mean.reshape(shape)) ** 2).sum(axes) for piece in _pieces(training)) / count
    rounding = np.finfo(np.float64).eps * count
    constant = variance <= rounding * variance + (rounding * mean) ** 2
    std = np.where(constant, 1.0, np.sqrt(variance))
    return Fitted(transform, tuple(mean.ravel().tolist()), tuple(std.ravel().tolist()))


def _medians(transform: Fill, training: Column) -> Fitted:
    """What fills each feature, the last axis: its median, 0 where all is missing."""
    import numpy as np

    rows = training[:].reshape(-1, training.shape[-1])
    fill, fixed = list[float](), list[bool]()
    for feature in rows.T:
        known = feature[~np.isnan(feature)]
        fill.append(float(np.median(known)) if len(known) else 0.0)
        fixed.append(not len(known) or bool(known.min() == known.max()))
    return Fitted(transform, fill=tuple(fill), fixed=tuple(fixed))


def resize(images: Array, size: tuple[int, int]) -> Array:
    """Images (samples, channels, height, width) at another size: bilinear, anti-aliased where they shrink."""
    import torch
    from torch.nn import functional

    scaled = functional.interpolate(
        torch.tensor(images, dtype=torch.float32), size=size, mode="bilinear", antialias=True
    )
    return scaled.numpy()


def _pieces(values: Column) -> Iterator[Array]:
    """The samples in float64, some at a time: many pictures would not fit."""
    import numpy as np

    step = max(1, PIECE // max(1, math.prod(values.shape[1:])))
    for start in range(0, len(values), step):
        yield values[start : start + step].astype(np.float64)


def _along(rank: int) -> tuple[int, ...]:
    """The shape that lays one number a channel (or feature) along the right axis: images have rank 4, clips 5."""
    if rank == 5:
        return 1, 1, -1, 1, 1
    return (1, -1, 1, 1) if rank == 4 else (*[1] * (rank - 1), -1)
