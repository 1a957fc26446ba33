"""Curves from few points: nothing that matters is lost, whatever is appended and whatever part is drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.training.plots.pacing import LONGEST, SHARE, SHORTEST, Extent, Governor
from gui.training.plots.pyramid import BASE, MOST, Array, Pyramid, Smooth

ODD = st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -1e300, 1e300, 5e-324])
VALUES = st.one_of(st.floats(-1e6, 1e6), ODD)


def brute(values: Array, first: int, last: int, size: int) -> Array:
    """The extremes of each bucket, by hand."""
    rows = []
    for bucket in range(first, last):
        part = [v for v in values[bucket * size : (bucket + 1) * size].tolist() if math.isfinite(v)]
        rows.append((min(part), max(part)) if part else (math.nan, math.nan))
    return np.array(rows).reshape(-1, 2)


def grown(values: Array, cuts: list[int]) -> Pyramid:
    """A pyramid that got the values in several helpings."""
    pyramid, steps = Pyramid(), np.arange(len(values), dtype=float)
    for cut in [*sorted(cuts), len(values)]:
        pyramid.update(steps[:cut], values[:cut])
    return pyramid


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 700),
    st.lists(VALUES, min_size=1, max_size=40),
    st.lists(st.integers(0, 700), max_size=5),
    st.integers(0, 2**32 - 1),
)
def test_every_bucket_has_the_extremes_of_its_samples(count: int, odd: list[float], cuts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.where(rng.random(count) < 0.3, rng.choice(np.array(odd), count), rng.normal(size=count))
    pyramid = grown(values, [min(cut, count) for cut in cuts])
    for size in (2, 4, 8, BASE, 2 * BASE, 8 * BASE):
        last = -(-count // size)
        first = int(rng.integers(0, last + 1))
        np.testing.assert_array_equal(
            pyramid.bucket_extremes(first, last, size), brute(values, first, last, size), f"buckets of {size}"
        )


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60_000), st.integers(0, 2**32 - 1), st.integers(20, 3000), st.booleans())
def test_a_drawing_is_short_and_keeps_every_peak(count: int, seed: int, pixels: int, gaps: bool) -> None:
    rng = np.random.default_rng(seed)
    steps = np.cumsum(rng.integers(1, 4, count)).astype(float) if gaps else np.arange(count, dtype=float)
    values = rng.normal(size=count)
    values[rng.integers(0, count, 3)] = rng.choice([1e3, -1e3, math.nan], 3)
    pyramid = Pyramid()
    pyramid.update(steps, values)
    x0, x1 = sorted(rng.uniform(-5, steps[-1] + 5, 2))
    x, y = pyramid.draw(x0, x1, pixels)
    assert len(x) == len(y) <= MOST
    assert np.all(np.diff(x) >= 0), "a curve never turns back"
    inside = values[(steps >= x0) & (steps <= x1)]
    finite = inside[np.isfinite(inside)]
    if len(finite):
        assert np.nanmin(y) <= finite.min()
        assert np.nanmax(y) >= finite.max()
        assert set(y[np.isfinite(y)]) <= set(values), "nothing is invented"


def test_a_monotonic_curve_is_drawn_through_its_own_points() -> None:
    steps = np.arange(50_000, dtype=float)
    values = np.exp(-steps / 1e4)
    pyramid = Pyramid()
    pyramid.update(steps, values)
    x, y = pyramid.draw(0, 50_000, 500)
    np.testing.assert_array_equal(y, np.exp(-x / 1e4))


def test_a_short_part_is_drawn_sample_by_sample() -> None:
    steps, values = np.arange(100_000, dtype=float), np.random.default_rng(0).normal(size=100_000)
    pyramid = Pyramid()
    pyramid.update(steps, values)
    x, y = pyramid.draw(5000, 5100, 800)
    np.testing.assert_array_equal(x, np.arange(4999, 5102))
    np.testing.assert_array_equal(y, values[4999:5102])


def test_an_empty_series_draws_nothing() -> None:
    pyramid = Pyramid()
    assert not pyramid.update(np.empty(0), np.empty(0))
    assert len(pyramid.draw(0, 1, 100)[0]) == 0
    assert math.isnan(pyramid.lowest)
    assert math.isnan(pyramid.last_step)
    assert math.isnan(pyramid.value_at(3))


def test_a_shorter_series_begins_anew() -> None:
    pyramid, steps = Pyramid(), np.arange(100.0)
    pyramid.update(steps, steps + 1000)
    assert pyramid.update(steps[:10], steps[:10])
    assert pyramid.highest == 9
    assert len(pyramid.draw(0, 100, 100)[0]) == 10


def test_the_nearest_value() -> None:
    pyramid = Pyramid()
    pyramid.update(np.array([0.0, 10.0, 20.0]), np.array([1.0, 2.0, 3.0]))
    assert [pyramid.value_at(step) for step in (-5, 4, 6, 14, 999, math.inf)] == [1, 1, 2, 2, 3, 3]


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from([0.01, 0.3, 0.6, 0.9, 0.99, 0.999]),
    st.integers(0, 2500),
    st.lists(st.integers(0, 2500), max_size=4),
    st.integers(0, 2**32 - 1),
)
def test_the_mean_is_that_of_the_plain_loop(weight: float, count: int, cuts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(5, 2, count)
    values[rng.random(count) < 0.1] = math.nan
    smooth = Smooth(weight)
    for cut in [*sorted(min(cut, count) for cut in cuts), count]:
        while smooth.update(values[:cut]):
            pass
    total = mass = 0.0
    wanted = []
    for value in values:
        known = math.isfinite(value)
        total = weight * total + (1 - weight) * (value if known else 0.0)
        mass = weight * mass + (1 - weight) * known
        wanted.append(total / mass if mass else math.nan)
    np.testing.assert_allclose(smooth.values, wanted, rtol=1e-9, equal_nan=True)


def test_a_long_mean_is_computed_in_helpings() -> None:
    values = np.ones(Smooth.CHUNK + 10)
    smooth = Smooth(0.9)
    assert smooth.update(values)
    assert len(smooth.values) == Smooth.CHUNK
    assert not smooth.update(values)
    np.testing.assert_allclose(smooth.values, 1.0)


def test_a_diverging_loss_does_not_break_the_mean() -> None:
    smooth = Smooth(0.6)
    smooth.update(np.array([1.0, math.inf, 1e308, -1e308, math.nan, 2.0] * 300))
    assert np.all(np.isfinite(smooth.values))


# -- how often, and how far ------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 0.5), min_size=1, max_size=50))
def test_drawing_keeps_its_share(costs: list[float]) -> None:
    governor = Governor()
    for cost in costs:
        governor.spent(cost)
        assert SHORTEST <= governor.interval <= LONGEST
        assert cost / governor.interval <= SHARE * 1.0001 or governor.interval == LONGEST


def test_a_cheap_plot_is_drawn_fifteen_times_a_second_again() -> None:
    governor = Governor()
    governor.spent(0.02)
    assert governor.interval == LONGEST
    for _ in range(30):
        governor.spent(0.0005)
    assert governor.interval == SHORTEST


def test_ranges_grow_seldom() -> None:
    extent = Extent(0.6)
    changes = [step for step in range(1, 1_000_001, 97) if extent.cover(0.0, float(step))]
    assert len(changes) < 40
    assert extent.high >= 1_000_000 - 97


@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)).map(sorted), min_size=1, max_size=20))
def test_ranges_cover_what_came(ranges: list[list[float]]) -> None:
    extent = Extent()
    for low, high in ranges:
        extent.cover(low, high)
        assert extent.low <= low <= high <= extent.high
        assert extent.low < extent.high


def test_a_range_of_nothing_is_refused() -> None:
    extent = Extent()
    assert not extent.cover(math.nan, 1.0)
    assert not extent.cover(2.0, 1.0)
    extent.fit(0.0, 0.0)
    assert extent.high > extent.low


@pytest.mark.parametrize("value", [3.0, 0.0, 1e-12, 1e12])
def test_a_constant_curve_has_a_range(value: float) -> None:
    extent = Extent()
    extent.cover(value, value)
    assert extent.low < value < extent.high or value == 0.0
