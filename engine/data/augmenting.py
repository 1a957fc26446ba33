"""Augmentation at work: batches of training samples are varied on the device they lie on, and masks go along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.data.dataset import DataError, Field
from engine.data.drawing import counters, normal, uniform
from engine.data.framing import IGNORED, masks_of
from engine.seeds import derive
from engine.settings.augmentation import Augmentation, Blur, Colour, Crop, Erase, Flip, Move, Noise

if TYPE_CHECKING:
    from torch import Tensor


def check(settings: Sequence[Augmentation], fields: Mapping[str, Field]) -> None:
    """Raises DataError with the setting where a variation does not fit its field."""
    for index, one in enumerate(settings):
        path = f"data.augmentation[{index}]"
        field = fields.get(one.field)
        if field is None:
            raise DataError(f"{path} ({one.name}) needs an input of the data: there is no {one.field!r}.", setting=path)
        if field.role != "input":
            raise DataError(
                f"{path} ({one.name}) varies inputs, and {one.field!r} is what is to be learned; its masks go along "
                "by themselves.",
                setting=path,
            )
        if field.dtype != "float32":
            raise DataError(f"{path} ({one.name}) works on numbers, and {one.field!r} holds classes.", setting=path)
        if one.axes not in (None, len(field.shape)):
            raise DataError(
                f"{path} ({one.name}) works on images (channels × height × width), and a sample of {one.field!r} has "
                f"{len(field.shape)} axes.",
                setting=path,
            )


def idle(one: Augmentation) -> bool:
    """Whether a variation, as it is set, leaves all samples as they are."""
    if not one.probability:
        return True
    if isinstance(one, Flip):
        return not one.horizontal and not one.vertical
    if isinstance(one, Move):
        return not (one.translate or one.rotate or one.scale or one.shear)
    if isinstance(one, Crop):
        return one.smallest == one.ratio == 1.0
    if isinstance(one, Colour):
        return not (one.brightness or one.contrast or one.saturation or one.hue)
    return not (one.std if isinstance(one, Noise) else one.largest if isinstance(one, Erase) else one.sigma)


def uncovered(settings: Sequence[Augmentation], fields: Mapping[str, Field]) -> dict[str, int]:
    """Masks beside whose images 0 is laid, where they have no class; with the index of the variation."""
    found = dict[str, int]()
    for index, one in enumerate(settings):
        if isinstance(one, Move) and one.fill == "zero" and one.field in fields and not idle(one):
            found |= dict.fromkeys(masks_of(one.field, fields), index)
    return found


@dataclass(frozen=True, slots=True)
class Augmenter:
    """Varies the batches of one epoch. ``fields`` are those of the data, after their transforms.

    ``ignored`` is the class of masks that counts for nothing, where an output has another one than `IGNORED`.
    """

    settings: tuple[Augmentation, ...]
    fields: Mapping[str, Field]
    seed: int
    epoch: int
    ignored: Mapping[str, int] = field(default_factory=dict)

    def __call__(self, batch: dict[str, Tensor], samples: Tensor) -> dict[str, Tensor]:
        """The batch with its inputs varied; ``samples`` are the positions of its samples in the data."""
        result = dict(batch)
        for index, one in enumerate(self.settings):
            if one.field in result and not idle(one):
                self._vary(one, derive(self.seed, f"augment {one.name}", self.epoch, index), result, samples)
        return result

    def _vary(self, one: Augmentation, seed: int, batch: dict[str, Tensor], samples: Tensor) -> None:
        from engine.data import varying

        values = batch[one.field]
        if isinstance(one, Noise):
            batch[one.field] = _noisy(one, seed, values, samples)
            return
        drawn = uniform(seed, counters(samples, varying.DRAWS)).to(values.dtype)
        masks = [name for name in masks_of(one.field, self.fields) if name in batch]
        if isinstance(one, Flip):
            for name in (one.field, *masks):
                batch[name] = varying.flips(one, drawn, batch[name])
        elif isinstance(one, (Move, Crop)):
            where = varying.positions(one, drawn, (values.shape[-2], values.shape[-1]))
            batch[one.field] = varying.moved(one, drawn, values, where)
            for name in masks:
                ignored = self.ignored.get(name, self.fields[name].padding)
                batch[name] = varying.moved_masks(
                    one, drawn, batch[name], where, IGNORED if ignored is None else ignored
                )
        elif isinstance(one, Colour):
            batch[one.field] = varying.coloured(one, drawn, values)
        elif isinstance(one, Blur):
            batch[one.field] = varying.blurred(one, drawn, values)
        else:
            batch[one.field] = varying.erased(one, drawn, values)


def _noisy(one: Noise, seed: int, values: Tensor, samples: Tensor) -> Tensor:
    import torch

    size = values[0].numel()
    noise = one.std * normal(seed, counters(samples, size)).to(values.dtype).view_as(values)
    if one.probability < 1.0:
        chosen = uniform(derive(seed, "whether"), samples) < one.probability
        return torch.where(chosen.view(-1, *[1] * (values.dim() - 1)), values + noise, values)
    return values + noise


def draws(augmenter: Augmenter, sample: Mapping[str, Tensor], index: int, count: int = 10) -> list[dict[str, Tensor]]:
    """So many variations of one sample (\\*shape), the ``index``-th of the data, as the first epochs would meet it."""
    import torch

    batch, number = {name: value[None] for name, value in sample.items()}, torch.tensor([index])
    settings, fields, seed, ignored = augmenter.settings, augmenter.fields, augmenter.seed, augmenter.ignored
    made = [Augmenter(settings, fields, seed, epoch, ignored)(batch, number) for epoch in range(1, count + 1)]
    return [{name: value[0] for name, value in one.items()} for one in made]
