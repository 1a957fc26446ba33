"""What each kind of variation does to a batch: tensor operations on the device it lies on, each sample by its draws.

``drawn`` holds `DRAWS` numbers in [0, 1) for each sample. A sample that is left alone keeps its values to the bit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional

from engine.settings.augmentation import Blur, Colour, Crop, Erase, Flip, Move

if TYPE_CHECKING:
    from torch import Tensor

DRAWS: Final = 16
"""Numbers that are drawn for a sample."""
WHETHER: Final = DRAWS - 1
"""The number that decides whether a sample is varied at all."""
OUTSIDE: Final = {"edge": "border", "mirror": "reflection", "zero": "zeros"}


def flips(one: Flip, drawn: Tensor, values: Tensor) -> Tensor:
    """Images (N, C, H, W) or masks (N, H, W), mirrored."""
    for axis, wanted, draw in ((-1, one.horizontal, drawn[:, 0]), (-2, one.vertical, drawn[:, 1])):
        if wanted:
            values = torch.where(_beside(draw < one.probability, values), values.flip(axis), values)
    return values


def positions(one: Move | Crop, drawn: Tensor, size: tuple[int, int]) -> Tensor:
    """(N, H, W, 2): where in the input, from -1 to 1 on both axes, each pixel of the result lies.

    Written out pixel by pixel, so that a sample's are the same whatever samples are beside it.
    """
    x, y = ((torch.arange(side, device=drawn.device, dtype=drawn.dtype) * 2 + 1) / side - 1 for side in size[::-1])
    a, b, c, d, e, f = (entry[:, None, None] for entry in _matrix(one, drawn, size[1] / size[0]))
    x, y = x[None, None, :], y[None, :, None]
    return torch.stack((a * x + b * y + c, d * x + e * y + f), dim=-1)


def moved(one: Move | Crop, drawn: Tensor, values: Tensor, where: Tensor) -> Tensor:
    """Images (N, C, H, W) with their values taken from the `positions` ``where``, bilinear."""
    return _chosen(one.probability, drawn, _taken(values, where, "bilinear", one), values)


def moved_masks(one: Move | Crop, drawn: Tensor, masks: Tensor, where: Tensor, ignored: int) -> Tensor:
    """Masks (N, H, W) in the same way, but no class mixed with another; outside is ``ignored``, if that is to be 0."""
    shifted = (masks[:, None] - ignored).to(where.dtype)
    taken = _taken(shifted, where, "nearest", one)[:, 0].round().to(masks.dtype) + ignored
    return _chosen(one.probability, drawn, taken, masks)


def coloured(one: Colour, drawn: Tensor, values: Tensor) -> Tensor:
    """Images (N, C, H, W); the hue turns about the axis of the greys, which keeps the brightness."""
    signed = (2.0 * drawn - 1.0)[:, :, None, None, None]
    middle, result = values.mean((1, 2, 3), keepdim=True), values
    if one.contrast:
        result = middle + (values - middle) * (1.0 + one.contrast * signed[:, 0])
    if one.brightness:
        result = result + one.brightness * values.std((1, 2, 3), correction=0, keepdim=True) * signed[:, 1]
    if values.shape[1] == 3 and one.saturation:
        grey = result.mean(1, keepdim=True)
        result = grey + (result - grey) * (1.0 + one.saturation * signed[:, 2])
    if values.shape[1] == 3 and one.hue:
        angle = signed[:, 3] * math.radians(one.hue)
        grey, across = result.mean(1, keepdim=True), (result.roll(1, 1) - result.roll(-1, 1)) / math.sqrt(3.0)
        result = grey + (result - grey) * torch.cos(angle) + across * torch.sin(angle)
    return _chosen(one.probability, drawn, result, values)


def blurred(one: Blur, drawn: Tensor, values: Tensor) -> Tensor:
    """Images (N, C, H, W), each by a kernel of its own, height and width one after the other."""
    if not one.probability:
        return values
    reach, chosen = max(1, math.ceil(2.0 * one.sigma)), drawn[:, 0] < one.probability
    sigma = torch.where(chosen, drawn[:, 0] / one.probability * one.sigma, 0.0).clamp(min=1e-3)
    offsets = torch.arange(-reach, reach + 1, device=values.device, dtype=values.dtype)
    kernel = torch.exp(-0.5 * (offsets / sigma[:, None]) ** 2)
    kernel = (kernel / kernel.sum(1, keepdim=True))[:, :, None, None, None]
    result = functional.pad(values, (reach, reach, reach, reach), mode="replicate")
    for axis in (-1, -2):
        size = values.shape[axis]
        result = sum(
            (result.narrow(axis, step, size) * kernel[:, step] for step in range(1, 2 * reach + 1)),
            result.narrow(axis, 0, size) * kernel[:, 0],
        )
    return torch.where(_beside(chosen, values), result, values)


def erased(one: Erase, drawn: Tensor, values: Tensor) -> Tensor:
    """Images (N, C, H, W) with a rectangle of any proportion from 1:3 to 3:1."""
    height, width = values.shape[-2:]
    area, ratio = drawn[:, 0] * one.largest, torch.exp((2.0 * drawn[:, 1] - 1.0) * math.log(3.0))
    tall, broad = torch.sqrt(area * ratio).clamp(max=1.0), torch.sqrt(area / ratio).clamp(max=1.0)
    top, left = drawn[:, 2] * (1.0 - tall), drawn[:, 3] * (1.0 - broad)
    y = ((torch.arange(height, device=values.device) + 0.5) / height)[None, :]
    x = ((torch.arange(width, device=values.device) + 0.5) / width)[None, :]
    rows = (y >= top[:, None]) & (y < (top + tall)[:, None])
    columns = (x >= left[:, None]) & (x < (left + broad)[:, None])
    covered = (rows[:, :, None] & columns[:, None, :] & (drawn[:, 4] < one.probability)[:, None, None])[:, None]
    return torch.where(covered, values.mean((1, 2, 3), keepdim=True), values)


def _matrix(one: Move | Crop, drawn: Tensor, wide: float) -> tuple[Tensor, ...]:
    """The six entries, row by row, of the map from the result to the input.

    ``wide`` is width over height: an image turns in pixels, not in shares of its sides.
    """
    none = torch.zeros_like(drawn[:, 0])
    if isinstance(one, Crop):
        side = torch.sqrt(one.smallest + (1.0 - one.smallest) * drawn[:, 0])
        stretch = torch.exp((2.0 * drawn[:, 3] - 1.0) * (0.5 * math.log(one.ratio)))
        broad, tall = (side * stretch).clamp(max=1.0), (side / stretch).clamp(max=1.0)
        shifts = [(2.0 * drawn[:, axis] - 1.0) * (1.0 - part) for axis, part in ((1, broad), (2, tall))]
        return broad, none, shifts[0], none, tall, shifts[1]
    signed = 2.0 * drawn - 1.0
    angle = signed[:, 0] * math.radians(one.rotate)
    shear = torch.tan(signed[:, 1] * math.radians(min(one.shear, 89.0)))
    size = 1.0 / (1.0 + signed[:, 2] * one.scale).clamp(min=0.05)
    cos, sin = torch.cos(angle) * size, torch.sin(angle) * size
    shifts = [2.0 * one.translate * signed[:, axis] for axis in (3, 4)]
    return cos, (cos * shear - sin) / wide, shifts[0], sin * wide, sin * shear + cos, shifts[1]


def _taken(values: Tensor, where: Tensor, mode: str, one: Move | Crop) -> Tensor:
    outside = OUTSIDE[one.fill] if isinstance(one, Move) else "border"
    return functional.grid_sample(values, where, mode=mode, padding_mode=outside, align_corners=False)


def _chosen(share: float, drawn: Tensor, varied: Tensor, values: Tensor) -> Tensor:
    """The varied values of this share of the samples, and the others as they were."""
    if share == 1.0:
        return varied
    return torch.where(_beside(drawn[:, WHETHER] < share, values), varied, values)


def _beside(flags: Tensor, values: Tensor) -> Tensor:
    """A flag for each sample, shaped to go with all its values."""
    return flags.view(-1, *[1] * (values.dim() - 1))
