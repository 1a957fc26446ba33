"""Which axes a reshape tears apart, and the way that keeps them together."""

from __future__ import annotations

import random
from itertools import pairwise
from math import prod

import pytest
import torch

from engine.problems.regrouping import Regrouping, regrouping


def sizes(rng: random.Random) -> tuple[int, ...]:
    return tuple(rng.choice((1, 2, 3, 4, 5, 7, 8, 12)) for _ in range(rng.randint(1, 4)))


def made(meant: Regrouping, x: torch.Tensor, y: tuple[int, ...]) -> torch.Tensor:
    """What is meant instead of x.reshape(y)."""
    if meant.before:
        x = x.permute(meant.before)
    if meant.cut:
        x = x.reshape(tuple(int(str(size)) for size in meant.cut)).permute(meant.after)
    return x.reshape(y)


@pytest.mark.parametrize("seed", range(20))
def test_neighbours_that_are_merged_or_split_stay_together(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(50):
        fine = sizes(rng)
        ends = sorted({0, len(fine), *(rng.randint(0, len(fine)) for _ in range(2))})
        merged = tuple(prod(fine[a:b]) for a, b in pairwise(ends))
        assert regrouping(fine, merged) is None, (fine, merged)
        assert regrouping(merged, fine) is None, (merged, fine)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_meant_has_the_same_sizes_and_another_order(seed: int) -> None:
    rng, found = random.Random(seed), 0
    for _ in range(50):
        fine = sizes(rng)
        order = rng.sample(range(len(fine)), len(fine))
        ends = sorted({0, len(fine), rng.randint(0, len(fine))})
        coarse = tuple(prod(fine[axis] for axis in order[a:b]) for a, b in pairwise(ends))
        for x, y in ((fine, coarse), (coarse, fine)):
            meant = regrouping(x, y)
            if meant is not None:
                numbers = torch.arange(prod(x)).reshape(x)
                assert not torch.equal(made(meant, numbers, y), numbers.reshape(y)), (x, y)
                found += 1
    assert found >= 5


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", ["patches", "rows of patches", "patches of channels", "channels last"])
def test_patches_are_squares(channels: int, shape: str) -> None:
    rows, columns, side = 4, 7, 5
    number = torch.arange(rows * columns).reshape(1, rows, columns)
    image = number.repeat_interleave(side, 1).repeat_interleave(side, 2).expand(channels, -1, -1)
    y = {
        "patches": (rows * columns, channels * side * side),
        "rows of patches": (rows, columns, channels * side * side),
        "patches of channels": (rows * columns, channels, side, side),
        "channels last": (rows * columns, side, side, channels),
    }[shape]
    meant = regrouping(tuple(image.shape), y)
    assert meant is not None
    assert meant.patch == side
    each = made(meant, image, y).reshape(rows * columns, -1)
    assert (each == number.reshape(-1, 1)).all(), "a patch holds the numbers of one square"


def test_an_image_is_pasted_from_its_patches() -> None:
    image = torch.arange(3 * 20 * 35).reshape(3, 20, 35)
    patches = image.reshape(3, 4, 5, 7, 5).permute(1, 3, 0, 2, 4).reshape(28, 75)
    meant = regrouping((28, 75), (3, 20, 35))
    assert meant is not None
    assert torch.equal(made(meant, patches, (3, 20, 35)), image)
