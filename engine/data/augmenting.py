"""Augmentation at work: batches of training samples are varied on the device they lie on, and masks go along."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.data.dataset import DataError, Field
from engine.data.drawing import normal, uniform
from engine.seeds import derive
from engine.settings.augmentation import Augmentation, Blur, Colour, Crop, Erase, Flip, Move, Noise

if TYPE_CHECKING:
    import torch
    from torch import Tensor

DRAWS: Final = 16
"""Numbers that one kind of variation draws for a sample at most, noise apart."""
WAYS: Final = (Flip, Move, Crop)
"""Kinds that move pixels to other positions: masks of the same size follow."""


def check(settings: Sequence[Augmentation], fields: Mapping[str, Field]) -> None:
    """Raises DataError with the setting where a variation does not fit its field."""
    for index, one in enumerate(settings):
        path = f"data.augmentation[{index}]"
        field = fields.get(one.field)
        if field is None or field.role != "input":
            raise DataError(f"{path} ({one.name}) needs an input of the data: there is no {one.field!r}.", setting=path)
        if field.dtype != "float32":
            raise DataError(f"{path} ({one.name}) works on numbers, and {one.field!r} holds classes.", setting=path)
        if len(field.shape) != 3 and not isinstance(one, Noise):
            raise DataError(
                f"{path} ({one.name}) works on images (channels × height × width), and a sample of {one.field!r} has "
                f"{len(field.shape)} axes.",
                setting=path,
            )


@dataclass(frozen=True, slots=True)
class Augmenter:
    """Varies the batches of one epoch. ``fields`` are those of the data, after their transforms."""

    settings: tuple[Augmentation, ...]
    fields: Mapping[str, Field]
    seed: int
    epoch: int

    def __call__(self, batch: dict[str, Tensor], samples: Tensor) -> dict[str, Tensor]:
        """The batch with its inputs varied; ``samples`` are the positions of its samples in the data."""
        result = dict(batch)
        for index, one in enumerate(self.settings):
            if one.field not in result:
                continue
            values = result[one.field]
            seed = derive(self.seed, f"augment {one.name}", self.epoch, index)
            if isinstance(one, Noise):
                size = values[0].numel()
                counters = samples[:, None] * size + _steps(size, values)
                result[one.field] = values + one.std * normal(seed, counters).to(values.dtype).view_as(values)
                continue
            drawn = uniform(seed, samples[:, None] * DRAWS + _steps(DRAWS, values)).to(values.dtype)
            if isinstance(one, WAYS):
                matrix = _matrix(one, drawn, values.shape[-1] / values.shape[-2])
                result[one.field] = _moved(values, matrix, "bilinear")
                for name in self._masks(one.field, result):
                    mask = result[name]
                    moved = _moved(mask[:, None].to(values.dtype), matrix, "nearest")
                    result[name] = moved[:, 0].round().to(mask.dtype)
            elif isinstance(one, Colour):
                result[one.field] = _coloured(one, drawn, values)
            elif isinstance(one, Blur):
                result[one.field] = _blurred(one, drawn, values)
            else:
                result[one.field] = _erased(one, drawn, values)
        return result

    def _masks(self, name: str, batch: Mapping[str, Tensor]) -> list[str]:
        """The targets that have a class for each pixel of the field."""
        size = self.fields[name].shape[-2:]
        return [
            other
            for other, field in self.fields.items()
            if field.role == "target" and field.classes and field.shape == size and other in batch
        ]


def _steps(count: int, like: Tensor) -> Tensor:
    import torch

    return torch.arange(count, device=like.device)


def _matrix(one: Flip | Move | Crop, drawn: Tensor, wide: float) -> Tensor:
    """(N, 2, 3): where in the input, from -1 to 1 on both axes, each position of the result lies.

    ``wide`` is width over height: an image turns in pixels, not in shares of its sides.
    """
    import torch

    count = len(drawn)
    matrix = torch.zeros(count, 2, 3, device=drawn.device, dtype=drawn.dtype)
    if isinstance(one, Flip):
        matrix[:, 0, 0] = torch.where(drawn[:, 0] < 0.5, -1.0, 1.0) if one.horizontal else 1.0
        matrix[:, 1, 1] = torch.where(drawn[:, 1] < 0.5, -1.0, 1.0) if one.vertical else 1.0
        return matrix
    if isinstance(one, Crop):
        side = torch.sqrt(one.smallest + (1.0 - one.smallest) * drawn[:, 0])
        matrix[:, 0, 0] = matrix[:, 1, 1] = side
        matrix[:, 0, 2] = (2.0 * drawn[:, 1] - 1.0) * (1.0 - side)
        matrix[:, 1, 2] = (2.0 * drawn[:, 2] - 1.0) * (1.0 - side)
        return matrix
    signed = 2.0 * drawn - 1.0
    angle = signed[:, 0] * math.radians(one.rotate)
    shear = torch.tan(signed[:, 1] * math.radians(min(one.shear, 89.0)))
    size = 1.0 / (1.0 + signed[:, 2] * one.scale).clamp(min=0.05)
    cos, sin = torch.cos(angle) * size, torch.sin(angle) * size
    matrix[:, 0, 0], matrix[:, 0, 1] = cos, (cos * shear - sin) / wide
    matrix[:, 1, 0], matrix[:, 1, 1] = sin * wide, sin * shear + cos
    matrix[:, 0, 2], matrix[:, 1, 2] = 2.0 * one.translate * signed[:, 3], 2.0 * one.translate * signed[:, 4]
    return matrix


def _moved(values: Tensor, matrix: Tensor, mode: str) -> Tensor:
    from torch.nn import functional

    grid = functional.affine_grid(matrix, list(values.shape), align_corners=False)
    return functional.grid_sample(values, grid, mode=mode, padding_mode="border", align_corners=False)


def _coloured(one: Colour, drawn: Tensor, values: Tensor) -> Tensor:
    signed = (2.0 * drawn - 1.0)[:, :, None, None, None]
    middle = values.mean((1, 2, 3), keepdim=True)
    spread = values.std((1, 2, 3), keepdim=True)
    result = middle + (values - middle) * (1.0 + one.contrast * signed[:, 0]) + one.brightness * spread * signed[:, 1]
    if values.shape[1] == 3:
        grey = result.mean(1, keepdim=True)
        result = grey + (result - grey) * (1.0 + one.saturation * signed[:, 2])
    return result


def _blurred(one: Blur, drawn: Tensor, values: Tensor) -> Tensor:
    """Each image by a kernel of its own, half of them not at all."""
    import torch
    from torch.nn import functional

    reach = max(1, math.ceil(2.0 * one.sigma))
    sigma = torch.where(drawn[:, 0] < 0.5, 2.0 * drawn[:, 0] * one.sigma, 0.0).clamp(min=1e-3)
    offsets = torch.arange(-reach, reach + 1, device=values.device, dtype=values.dtype)
    kernel = torch.exp(-0.5 * (offsets / sigma[:, None]) ** 2)
    kernel = kernel / kernel.sum(1, keepdim=True)
    count, channels, height, width = values.shape
    weight = kernel.repeat_interleave(channels, 0)[:, None]
    flat = values.reshape(1, count * channels, height, width)
    flat = functional.pad(flat, (reach, reach, reach, reach), mode="replicate")
    flat = functional.conv2d(flat, weight[:, :, None, :], groups=count * channels)
    return functional.conv2d(flat, weight[:, :, :, None], groups=count * channels).reshape(values.shape)


def _erased(one: Erase, drawn: Tensor, values: Tensor) -> Tensor:
    import torch

    height, width = values.shape[-2:]
    area, ratio = drawn[:, 0] * one.largest, torch.exp((2.0 * drawn[:, 1] - 1.0) * math.log(3.0))
    tall, broad = (torch.sqrt(area * ratio)).clamp(max=1.0), (torch.sqrt(area / ratio)).clamp(max=1.0)
    top, left = drawn[:, 2] * (1.0 - tall), drawn[:, 3] * (1.0 - broad)
    y = ((torch.arange(height, device=values.device) + 0.5) / height)[None, :]
    x = ((torch.arange(width, device=values.device) + 0.5) / width)[None, :]
    rows = (y >= top[:, None]) & (y < (top + tall)[:, None])
    columns = (x >= left[:, None]) & (x < (left + broad)[:, None])
    covered = (rows[:, :, None] & columns[:, None, :] & (drawn[:, 4] < one.probability)[:, None, None])[:, None]
    return torch.where(covered, values.mean((1, 2, 3), keepdim=True), values)


def draws(
    settings: tuple[Augmentation, ...], fields: Mapping[str, Field], sample: Mapping[str, torch.Tensor], count: int = 10
) -> list[dict[str, torch.Tensor]]:
    """So many variations of one sample (\\*shape), as it would be met in the first epochs: to be looked at."""
    import torch

    batch = {name: value[None] for name, value in sample.items()}
    first = torch.zeros(1, dtype=torch.int64)
    made = [Augmenter(settings, fields, 0, epoch)(batch, first) for epoch in range(1, count + 1)]
    return [{name: value[0] for name, value in one.items()} for one in made]
