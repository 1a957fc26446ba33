"""Each kind of variation against what is not its own code: SciPy, turned arrays, numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from engine.data import varying
from engine.settings.augmentation import Blur, Colour, Crop, Erase, Move

STILL = {"translate": 0.0, "rotate": 0.0, "scale": 0.0, "shear": 0.0}
MODES = {"edge": "nearest", "mirror": "reflect", "zero": "grid-constant"}
HALF = 0.5
"""A draw that means none: from 0 to 1 is from one side to the other."""


def drawn(**numbers: float) -> torch.Tensor:
    """The draws of one sample: ``n3=1.0`` is the fourth."""
    values = torch.full((1, varying.DRAWS), HALF)
    for name, value in numbers.items():
        values[0, int(name[1:])] = value
    return values


def picture(height: int, width: int, channels: int = 1) -> torch.Tensor:
    return torch.rand(1, channels, height, width, generator=torch.Generator().manual_seed(0))


def moved(one: Move | Crop, draws: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    return varying.moved(one, draws, values, varying.positions(one, draws, (values.shape[-2], values.shape[-1])))


def by_scipy(values: torch.Tensor, matrix: np.ndarray, shift: np.ndarray, fill: str = "edge") -> np.ndarray:
    """Each pixel from ``matrix @ (pixel − middle) + middle + shift`` of the input, both as (row, column)."""
    middle = (np.array(values.shape[-2:]) - 1) / 2
    offset = middle - matrix @ middle + shift
    plane = values[0, 0].double().numpy()
    return np.asarray(ndimage.affine_transform(plane, matrix, offset, order=1, mode=MODES[fill]))


def move(fill: str = "edge", **settings: float) -> Move:
    return Move(field="image", fill=fill, **{**STILL, **settings})  # type: ignore[arg-type]


SIZES = st.tuples(st.integers(2, 20), st.integers(2, 20))
FILLS = st.sampled_from(sorted(MODES))


@settings(max_examples=20, deadline=None)
@given(SIZES, st.floats(0, 1), st.floats(0, 1), FILLS)
def test_translating(size: tuple[int, int], x: float, y: float, fill: str) -> None:
    values = picture(*size)
    shift = np.array([(2 * y - 1) * 0.4 * size[0], (2 * x - 1) * 0.4 * size[1]])
    found = moved(move(fill, translate=0.4), drawn(n3=x, n4=y), values)[0, 0]
    np.testing.assert_allclose(found, by_scipy(values, np.eye(2), shift, fill), atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(SIZES, st.floats(0, 1), FILLS)
def test_rotating(size: tuple[int, int], draw: float, fill: str) -> None:
    values, angle = picture(*size), math.radians(180 * (2 * draw - 1))
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    found = moved(move(fill, rotate=180.0), drawn(n0=draw), values)[0, 0]
    np.testing.assert_allclose(found, by_scipy(values, turn, np.zeros(2), fill), atol=2e-4)


@pytest.mark.parametrize(("draw", "turns"), [(0.0, -1), (1.0, 1)])
def test_a_quarter_turn_is_that_of_numpy(draw: float, turns: int) -> None:
    values = picture(9, 9, 3)
    found = moved(move(rotate=90.0), drawn(n0=draw), values)
    np.testing.assert_allclose(found, np.rot90(values.numpy(), turns, (2, 3)), atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(SIZES, st.floats(0, 1), FILLS)
def test_scaling(size: tuple[int, int], draw: float, fill: str) -> None:
    values, factor = picture(*size), 1 + 0.5 * (2 * draw - 1)
    found = moved(move(fill, scale=0.5), drawn(n2=draw), values)[0, 0]
    np.testing.assert_allclose(found, by_scipy(values, np.eye(2) / factor, np.zeros(2), fill), atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(SIZES, st.floats(0, 1), FILLS)
def test_shearing(size: tuple[int, int], draw: float, fill: str) -> None:
    values, slope = picture(*size), math.tan(math.radians(40 * (2 * draw - 1)))
    along = np.array([[1.0, 0.0], [slope, 1.0]])  # the column moves with the row
    found = moved(move(fill, shear=40.0), drawn(n1=draw), values)[0, 0]
    np.testing.assert_allclose(found, by_scipy(values, along, np.zeros(2), fill), atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(SIZES, st.tuples(*[st.floats(0, 1)] * 3))
def test_a_crop_is_a_part_of_the_image_enlarged(size: tuple[int, int], where: tuple[float, float, float]) -> None:
    values, (area, x, y) = picture(*size), where
    side = math.sqrt(0.25 + 0.75 * area)
    shift = np.array([(2 * place - 1) * (1 - side) * length / 2 for place, length in zip((y, x), size, strict=True)])
    found = moved(Crop(field="image", smallest=0.25), drawn(n0=area, n1=x, n2=y), values)[0, 0]
    np.testing.assert_allclose(found, by_scipy(values, np.eye(2) * side, shift), atol=1e-4)


@pytest.mark.parametrize("wider", [0.0, 1.0])
def test_a_crop_may_be_wider_or_taller(wider: float) -> None:
    values = torch.linspace(0, 1, 30).repeat(1, 1, 30, 1)
    both = torch.cat((values, values.transpose(2, 3)), 1)
    found = moved(Crop(field="image", smallest=0.25, ratio=2.0), drawn(n0=0.0, n3=wider), both)[0]
    across, down = (float(one.max() - one.min()) for one in found)
    assert across / down == pytest.approx(2.0 if wider else 0.5, rel=0.1)
    assert across * down == pytest.approx(0.25, rel=0.1)


@settings(max_examples=15, deadline=None)
@given(SIZES, st.floats(0.05, 0.999), st.floats(0.3, 4.0))
def test_blurring_is_that_of_scipy(size: tuple[int, int], draw: float, sigma: float) -> None:
    values, reach = picture(*size, 2), max(1, math.ceil(2 * sigma))
    found = varying.blurred(Blur(field="image", sigma=sigma, probability=1.0), drawn(n0=draw), values)
    for plane, expected in zip(found[0], values[0].double().numpy(), strict=True):
        blurred = ndimage.gaussian_filter(expected, max(draw * sigma, 1e-3), mode="nearest", radius=reach)
        np.testing.assert_allclose(plane, blurred, atol=1e-4)


def colour(**settings: float) -> Colour:
    none = {"brightness": 0.0, "contrast": 0.0, "saturation": 0.0, "hue": 0.0}
    return Colour(field="image", **{**none, **settings})  # type: ignore[arg-type]


@pytest.mark.parametrize(("draw", "turns"), [(0.0, -1), (1.0, 1)])
def test_a_third_of_the_circle_makes_red_green(draw: float, turns: int) -> None:
    values = picture(5, 6, 3)
    found = varying.coloured(colour(hue=120.0), drawn(n3=draw), values)
    np.testing.assert_allclose(found, np.roll(values.numpy(), turns, 1), atol=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
def test_hue_and_saturation_leave_greys_and_the_brightness(channels: int) -> None:
    values, draws = picture(5, 6, channels), drawn(n2=0.9, n3=0.2)
    found = varying.coloured(colour(hue=90.0, saturation=1.0), draws, values)
    np.testing.assert_allclose(found.mean(1), values.mean(1), atol=1e-5)
    grey = values[:, :1].repeat(1, channels, 1, 1)
    np.testing.assert_allclose(varying.coloured(colour(hue=90.0, saturation=1.0), draws, grey), grey, atol=1e-5)


def test_without_saturation_all_is_grey_and_without_contrast_all_is_the_mean() -> None:
    values = picture(5, 6, 3)
    grey = varying.coloured(colour(saturation=1.0), drawn(n2=0.0), values)
    np.testing.assert_allclose(grey, values.mean(1, keepdim=True).repeat(1, 3, 1, 1), atol=1e-5)
    flat = varying.coloured(colour(contrast=1.0), drawn(n0=0.0), values)
    np.testing.assert_allclose(flat, torch.full_like(values, float(values.mean())), atol=1e-5)


def test_brightness_shifts_by_deviations_and_one_pixel_has_none() -> None:
    values = picture(5, 6, 3)
    shifted = varying.coloured(colour(brightness=0.5), drawn(n1=1.0), values)
    np.testing.assert_allclose(shifted - values, 0.5 * values.numpy().std(), atol=1e-5)
    single = picture(1, 1)
    assert torch.equal(varying.coloured(colour(brightness=0.5), drawn(n1=1.0), single), single)


@settings(max_examples=25, deadline=None)
@given(SIZES, st.lists(st.floats(0, 1, exclude_max=True), min_size=4, max_size=4), st.floats(0, 1))
def test_a_rectangle_is_covered_and_nothing_else(size: tuple[int, int], numbers: list[float], largest: float) -> None:
    values = picture(*size, 2)
    draws = drawn(**{f"n{index}": value for index, value in enumerate(numbers)})
    found = varying.erased(Erase(field="image", largest=largest, probability=1.0), draws, values)
    covered = (found != values)[0].any(0).numpy()
    rows, columns = covered.any(1), covered.any(0)
    assert (covered == rows[:, None] & columns[None, :]).all()
    assert (found[0][:, covered] == values.mean()).all()
    border = (rows.sum() + columns.sum() + 1) if covered.any() else 0  # pixels are covered whole
    assert covered.sum() <= largest * covered.size + border
