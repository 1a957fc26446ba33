"""Few points for long curves: a min/max pyramid and an exponential mean, both built as a series grows.

Nothing here knows Qt. A `Pyramid` keeps the lowest and highest value of every 16, 32, 64, … samples, so that any part
of a curve is drawn from at most `MOST` points, none of its peaks is lost, and a frame costs the same for a thousand
samples as for ten million. Values that are not finite count as missing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST = 2_000
"""The most points of one curve in one frame."""
BASE = 16
"""How many samples a bucket of the finest level holds; finer ones are read from the samples themselves."""


class GrowingRows:
    """Rows of numbers that grow at the end; doubling, so that growing costs nothing on average."""

    def __init__(self, columns: int) -> None:
        self._store: Array = np.empty((64, columns))
        self.count = 0

    def extend(self, rows: Array) -> None:
        """Append rows."""
        needed = self.count + len(rows)
        if needed > len(self._store):
            store = np.empty((max(needed, 2 * len(self._store)), self._store.shape[1]))
            store[: self.count] = self._store[: self.count]
            self._store = store
        self._store[self.count : needed] = rows
        self.count = needed

    @property
    def rows(self) -> Array:
        """All rows, without copying."""
        return self._store[: self.count]


class Pyramid:
    """The extremes of a growing series of (step, value) at every resolution."""

    def __init__(self) -> None:
        self._steps: Array = np.empty(0)
        self._values: Array = np.empty(0)
        self._levels: list[GrowingRows] = []
        self.lowest = np.nan
        self.highest = np.nan
        self.lowest_positive = np.nan
        """For a logarithmic axis."""
        self._known = 0

    def __len__(self) -> int:
        return len(self._values)

    def update(self, steps: Array, values: Array) -> bool:
        """Take in what was appended since the last call: ``steps`` and ``values`` are the whole series so far.

        Returns whether there was anything new. A shorter series than before means another run: begin again.
        """
        count = min(len(steps), len(values))
        seen = len(self._values)
        if count < seen:
            self.__init__()  # type: ignore[misc]
            seen = 0
        self._steps, self._values = steps[:count], values[:count]
        if count == seen:
            return False
        self._note_extremes(self._values[seen:], seen)
        self._grow()
        return True

    @property
    def last_step(self) -> float:
        """The step of the newest sample; NaN where there is none."""
        return float(self._steps[-1]) if len(self._steps) else float("nan")

    @property
    def last_known(self) -> float:
        """The step of the newest value that is a number; NaN where there is none."""
        return float(self._steps[self._known - 1]) if self._known else float("nan")

    def value_at(self, step: float) -> float:
        """The value of the sample nearest to a step; NaN where there is none."""
        if not len(self._steps):
            return float("nan")
        index = int(np.searchsorted(self._steps, step))
        near = [p for p in (index - 1, index) if 0 <= p < len(self._steps)]
        return float(self._values[min(near, key=lambda p: abs(self._steps[p] - step))])

    def draw(self, x0: float, x1: float, pixels: int) -> tuple[Array, Array]:
        """The curve between two steps in at most `MOST` points, two a bucket, with one neighbour on either side.

        A bucket gives its two extremes at its first and last step, the higher one first where the curve falls there.
        """
        first = max(int(np.searchsorted(self._steps, x0, "left")) - 1, 0)
        last = min(int(np.searchsorted(self._steps, x1, "right")) + 1, len(self._steps))
        most = max(min(2 * pixels, MOST), 8)
        if last - first <= most:
            return self._steps[first:last], _finite(self._values[first:last])
        size = 2
        while -(-last // size) - first // size > most // 2:
            size *= 2
        return self._buckets(first // size, -(-last // size), size)

    def bucket_extremes(self, first: int, last: int, size: int) -> Array:
        """Lowest and highest finite value of the buckets ``first`` to ``last`` of ``size`` samples (a power of two)."""
        result = np.full((last - first, 2), np.nan)
        whole = min(last, len(self._values) // size)
        if whole > first:
            level = (size // BASE).bit_length() - 1
            known = self._levels[level].rows[first:whole] if size >= BASE and level < len(self._levels) else None
            if known is None:
                known = _extremes(self._values[first * size : whole * size], size)
            result[: whole - first] = known
        for bucket in range(max(whole, first), last):  # the one that is still filling
            if size > BASE and bucket * size + size // 2 <= len(self._values):
                halves = self.bucket_extremes(2 * bucket, 2 * bucket + 2, size // 2)
                result[bucket - first] = np.fmin.reduce(halves[:, 0]), np.fmax.reduce(halves[:, 1])
            elif len(rest := _finite(self._values[bucket * size : (bucket + 1) * size])):
                result[bucket - first] = np.fmin.reduce(rest), np.fmax.reduce(rest)
        return result

    def _buckets(self, first: int, last: int, size: int) -> tuple[Array, Array]:
        extremes = self.bucket_extremes(first, last, size)
        starts = np.arange(first, last) * size
        ends = np.minimum(starts + size, len(self._values)) - 1
        falling = self._values[starts] > self._values[ends]
        extremes[falling] = extremes[falling, ::-1]
        x = np.empty((last - first, 2))
        x[:, 0], x[:, 1] = self._steps[starts], self._steps[ends]
        return x.reshape(-1), extremes.reshape(-1)

    def _grow(self) -> None:
        """Complete the levels: the finest from the samples, each other from the one below it."""
        size, level = BASE, 0
        while len(self._values) >= size:
            if level == len(self._levels):
                self._levels.append(GrowingRows(2))
            rows = self._levels[level]
            done, whole = rows.count, len(self._values) // size
            if whole == done:
                break
            if level == 0:
                rows.extend(_extremes(self._values[done * size : whole * size], size))
            else:
                below = self._levels[level - 1].rows[2 * done : 2 * whole].reshape(-1, 2, 2)
                pairs = np.empty((whole - done, 2))
                np.fmin(below[:, 0, 0], below[:, 1, 0], out=pairs[:, 0])
                np.fmax(below[:, 0, 1], below[:, 1, 1], out=pairs[:, 1])
                rows.extend(pairs)
            size, level = 2 * size, level + 1

    def _note_extremes(self, values: Array, first: int) -> None:
        there = np.isfinite(values)
        finite = values[there]
        if len(finite):
            self._known = first + len(there) - int(there[::-1].argmax())
            self.lowest = float(np.fmin(self.lowest, finite.min()))
            self.highest = float(np.fmax(self.highest, finite.max()))
            positive = finite[finite > 0]
            if len(positive):
                self.lowest_positive = float(np.fmin(self.lowest_positive, positive.min()))


class Smooth:
    """The exponential moving mean of a growing series, corrected for its start; missing values are passed over."""

    CHUNK = 1 << 18

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self._sum = 0.0
        self._mass = 0.0
        self._out = GrowingRows(1)

    @property
    def values(self) -> Array:
        """The means so far, one for every sample taken in."""
        return self._out.rows[:, 0]

    def update(self, values: Array) -> bool:
        """Take in what was appended, at most `CHUNK` samples a call; returns whether there is more to do."""
        done = self._out.count
        if len(values) < done:
            self.__init__(self.weight)  # type: ignore[misc]
            done = 0
        new = values[done : done + self.CHUNK]
        known = np.isfinite(new)
        mass = self._recursion(known.astype(np.float64), self._mass)
        total = self._recursion(np.clip(np.where(known, new, 0.0), -1e150, 1e150), self._sum)
        if len(new):
            self._sum, self._mass = float(total[-1]), float(mass[-1])
        with np.errstate(invalid="ignore", divide="ignore"):
            self._out.extend((total / mass)[:, None])
        return done + len(new) < len(values)

    def _recursion(self, values: Array, start: float) -> Array:
        """``s = weight · s + (1 − weight) · x`` for every x, by rows of a length whose powers stay in range."""
        weight = self.weight
        if weight <= 0.0:
            return values
        width = max(1, min(1024, int(-200.0 / np.log(weight))))
        rows = -(-len(values) // width)
        table = np.zeros((rows, width))
        table.reshape(-1)[: len(values)] = values
        powers = weight ** np.arange(1, width + 1)
        sums: Array = np.cumsum(table * ((1.0 - weight) / powers), axis=1) * powers
        for row in range(rows):
            sums[row] += start * powers
            start = sums[row, -1]
        return sums.reshape(-1)[: len(values)]


def _extremes(values: Array, size: int) -> Array:
    """Lowest and highest finite value of every ``size`` samples."""
    table = _finite(values).reshape(-1, size)
    return np.stack((np.fmin.reduce(table, axis=1), np.fmax.reduce(table, axis=1)), axis=1)


def _finite(values: Array) -> Array:
    """The values with infinities as missing."""
    infinite = np.isinf(values)
    result: Array = np.where(infinite, np.nan, values) if infinite.any() else values
    return result
