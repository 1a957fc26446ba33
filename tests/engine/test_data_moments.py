"""Mean and variance of samples against numpy and exact integers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data import moments as module
from engine.data.moments import moments

IMAGES = (1, -1, 1, 1)
CLIPS = (1, 1, -1, 1, 1)


@given(
    shape=st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(1, 40), st.integers(1, 40)),
    seed=st.integers(0, 1000),
    low=st.sampled_from((0, 200, 254)),
    piece=st.sampled_from((1, 500, 4_000_000)),
)
def test_moments_of_bytes_are_exact(shape: tuple[int, ...], seed: int, low: int, piece: int) -> None:
    values = np.random.default_rng(seed).integers(low, 256, shape, dtype=np.uint8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PIECE", piece)
        mean, variance = moments(values, IMAGES)
    for channel in range(shape[1]):
        numbers = [int(one) for one in values[:, channel].ravel()]
        exact = Fraction(sum(numbers), len(numbers))
        assert mean[channel] == pytest.approx(float(exact), rel=1e-15)
        spread = sum((one - exact) ** 2 for one in numbers) / len(numbers)
        assert variance[channel] == pytest.approx(float(spread), rel=1e-12, abs=1e-12)


@given(
    shape=st.lists(st.integers(1, 6), min_size=2, max_size=5).map(tuple),
    seed=st.integers(0, 1000),
    dtype=st.sampled_from(("float32", "uint8", "int64")),
)
def test_moments_are_those_of_numpy(shape: tuple[int, ...], seed: int, dtype: str) -> None:
    values = np.random.default_rng(seed).normal(100, 20, shape).astype(dtype)
    along = {4: IMAGES, 5: CLIPS}.get(len(shape), (*[1] * (len(shape) - 1), -1))
    axes = tuple(axis for axis, size in enumerate(along) if size == 1)
    mean, variance = moments(values, along)
    np.testing.assert_allclose(mean, values.astype(np.float64).mean(axes), rtol=1e-12)
    np.testing.assert_allclose(variance, values.astype(np.float64).var(axes), rtol=1e-9, atol=1e-9)
