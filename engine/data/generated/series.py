"""Hourly series: two hundred sites watched at the same time, cut into pieces that do not overlap."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.dataset import Dataset, Samples
from engine.data.generated.drawing import draws

if TYPE_CHECKING:
    import numpy as np

    from engine.data.dataset import Array

SITES = 200
DELAY = 3
"""Hours until what drives the value shows in it."""
DAY = 24


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """``past`` (samples, hours, [value, driver]) and ``future`` (samples, hours) of the value.

    The groups are the numbers of the pieces in time, the same at all sites: piece 0 is the earliest.
    """
    import numpy as np

    (before, _), (after,) = dataset.fields["past"].shape, dataset.fields["future"].shape
    pieces, hours = dataset.samples // SITES, before + after
    both = _series(draws(dataset.name), pieces * hours)
    cut = both.reshape(SITES, pieces, hours, 2).swapaxes(0, 1).reshape(dataset.samples, hours, 2).astype(np.float32)
    arrays = {"past": np.ascontiguousarray(cut[:, :before]), "future": np.ascontiguousarray(cut[:, before:, 0])}
    return Samples(arrays, np.repeat(np.arange(pieces), SITES))


def _series(source: np.random.RandomState, hours: int) -> Array:
    """(sites, hours, [value, driver]) in float64: level, trend, slow wave, day, week, driver's effect, noise."""
    import numpy as np

    time = np.arange(hours)

    def each(low: float, high: float) -> Array:
        return source.uniform(low, high, (SITES, 1))

    driver = _wandering(source, hours + DELAY, 0.95)
    phase = each(-3.0, 3.0)
    day = each(0.3, 1.2) * np.sin(2 * np.pi * (time - phase) / DAY)
    day += each(0.0, 0.5) * np.sin(4 * np.pi * (time - each(-6.0, 6.0)) / DAY)
    weekend = (time // DAY + source.randint(0, 7, (SITES, 1))) % 7 >= 5
    value = each(-1.0, 1.0) + each(-1.0, 1.0) * time / hours
    value += each(0.0, 0.4) * np.sin(2 * np.pi * (time / each(900.0, 2400.0) + each(0.0, 1.0)))
    value += day * np.where(weekend, each(0.3, 1.0), 1.0) - weekend * each(0.0, 0.6)
    value += each(0.3, 0.8) * driver[:, :hours]
    value += 0.2 * _wandering(source, hours, 0.6) + 0.05 * source.standard_normal((SITES, hours))
    return np.stack([value, driver[:, DELAY:]], axis=-1)


def _wandering(source: np.random.RandomState, hours: int, memory: float) -> Array:
    """(sites, hours) that wander about 0 with deviation 1 and forget with every hour: an AR(1) process."""
    import numpy as np

    steps = source.standard_normal((hours, SITES))
    result = np.empty_like(steps)
    result[0] = steps[0]
    fresh = np.sqrt(1 - memory**2)
    for hour in range(1, hours):
        result[hour] = memory * result[hour - 1] + fresh * steps[hour]
    return result.T
