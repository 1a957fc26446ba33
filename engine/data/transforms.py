"""Transforms at work: fitted on the training part, then applied to every sample. Arrays are (samples, \\*shape)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.data.framing import IGNORED, frame
from engine.data.moments import moments
from engine.settings.transforms import Fill, Framed, Transform

if TYPE_CHECKING:
    from engine.data.dataset import Array, Column
    from engine.metrics.units import Units


@dataclass(frozen=True, slots=True)
class Fitted:
    """A transform with what it has learnt from the training part, as plain numbers.

    ``mean`` and ``std`` have one entry a channel (images, clips) or feature (tables); empty where nothing is learnt.
    ``fill`` is what stands in for a missing value of each feature, ``fixed`` says which features never vary. With
    ``ignored`` it is applied to masks, and that is the class of what is around them.
    """

    transform: Transform
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    fill: tuple[float, ...] = ()
    fixed: tuple[bool, ...] = ()
    ignored: int | None = None

    def shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of a transformed sample."""
        if not isinstance(self.transform, Framed):
            return shape
        return (*shape[:-2], *frame(self.transform, (shape[-2], shape[-1])).size)

    def apply(self, values: Array, out: Array | None = None) -> Array:
        """The transformed samples (float32; masks keep their type); what can be is written to ``out`` at once."""
        import numpy as np

        if isinstance(self.transform, Framed):
            framed = frame(self.transform, (values.shape[-2], values.shape[-1]))
            return framed.images(values) if self.ignored is None else framed.masks(values, self.ignored)
        if isinstance(self.transform, Fill):
            fill = np.array(self.fill, np.float32)
            return np.where(np.isnan(values) | np.array(self.fixed), fill, values).astype(np.float32, copy=False)
        shape = _along(values.ndim)
        mean = np.array(self.mean, dtype=np.float32).reshape(shape)
        std = np.array(self.std, dtype=np.float32).reshape(shape)
        with np.errstate(invalid="ignore", over="ignore"):  # numbers that are none are said before the first step
            result = np.subtract(values, mean, out=out, dtype=np.float32)
            result /= std
        return result


def fit(transform: Transform, training: Column) -> Fitted:
    """Learn from the training samples: for standardise the mean and standard deviation, in float64, unless given.

    What is constant up to rounding gets the deviation 1 (the bound is that of scikit-learn's StandardScaler).
    """
    import numpy as np

    if isinstance(transform, Framed):
        return Fitted(transform)
    if isinstance(transform, Fill):
        return _medians(transform, training)
    if transform.mean is not None and transform.std is not None:
        return Fitted(transform, transform.mean, transform.std)
    along = _along(len(training.shape))
    count = math.prod(training.shape) / training.shape[along.index(-1)]
    with np.errstate(invalid="ignore", over="ignore"):
        mean, variance = moments(training, along)
        rounding = np.finfo(np.float64).eps * count
        constant = variance <= rounding * variance + (rounding * mean) ** 2
    std = np.where(constant, 1.0, np.sqrt(variance))
    return Fitted(transform, tuple(mean.ravel().tolist()), tuple(std.ravel().tolist()))


def learnt_numbers(shape: Sequence[int]) -> int:
    """How many channels, or features, samples of a shape have: so many means, deviations or medians are learnt."""
    along = _along(len(shape) + 1)
    return int((1, *shape)[along.index(-1)])


def in_own_units(values: Array, fitted: Sequence[Fitted], name: str, shape: Sequence[int]) -> Array:
    """Answers (N, …) to a field with samples of a ``shape``, from mean 0 and deviation 1 back to its own units."""
    import numpy as np

    found = values.reshape(len(values), *shape) if values[0:1].size == math.prod(shape) else values
    for learnt in _scalings(fitted, name):
        along = _along(found.ndim)
        mean, std = (np.array(one, np.float64).reshape(along) for one in (learnt.mean, learnt.std))
        found = found * std + mean
    return found


def units_of(fitted: Sequence[Fitted], name: str, shape: Sequence[int]) -> Units | None:
    """The units of a field with samples of a ``shape`` that was brought to mean 0 and deviation 1; None: it was not."""
    from engine.metrics.units import Units

    mean, std = tuple[float, ...](), tuple[float, ...]()
    for learnt in _scalings(fitted, name):
        inner = mean or (0.0,) * len(learnt.mean), std or (1.0,) * len(learnt.std)
        mean = tuple(one * by + to for one, by, to in zip(inner[0], learnt.std, learnt.mean, strict=True))
        std = tuple(one * by for one, by in zip(inner[1], learnt.std, strict=True))
    return Units(mean, std, tuple(shape)) if mean else None


def _scalings(fitted: Sequence[Fitted], name: str) -> list[Fitted]:
    """What has given a field mean 0 and deviation 1, the last one first: so it is taken back."""
    return [learnt for learnt in reversed(fitted) if learnt.transform.field == name and learnt.mean]


def for_masks(learnt: Fitted, padding: int | None) -> Fitted:
    """The same transform for a mask, whose class ``padding`` (none: `IGNORED`) counts for nothing."""
    return replace(learnt, ignored=IGNORED if padding is None else padding)


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


def _along(rank: int) -> tuple[int, ...]:
    """The shape that lays one number a channel (or feature) along the right axis: images have rank 4, clips 5."""
    if rank == 5:
        return 1, 1, -1, 1, 1
    return (1, -1, 1, 1) if rank == 4 else (*[1] * (rank - 1), -1)
