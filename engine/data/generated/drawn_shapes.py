"""Drawn shapes: images of one or two, with a mask of which pixel belongs to what and a caption in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.data.dataset import Dataset, Samples
from engine.data.declarations.alphabets import COLOURS, FORMS
from engine.data.generated.drawing import draws, shifted, words

if TYPE_CHECKING:
    import numpy as np

    from engine.data.dataset import Array

RGB = ((215, 40, 40), (40, 165, 60), (50, 80, 225), (235, 205, 50), (150, 60, 190), (245, 245, 245))
SIDE = 32
ALONE = 0.3
"""The share of images with a single shape."""
SPREAD = 7
"""How far the middles of two shapes are at least from the middle of the picture, along the line between them."""


class DrawnScene(NamedTuple):
    """What is drawn, one number a picture: forms, colours, where the larger one lies, whether it is alone."""

    form: Array
    colour: Array
    other: Array
    other_colour: Array
    relation: Array
    alone: Array


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """Images (uint8), the larger shape, masks and captions; the groups are the captions."""
    import numpy as np

    source, count = draws(dataset.name), dataset.samples
    scene = _scene(source, count)
    image, mask = _painted(source, scene)
    rows = [_caption(*values) for values in zip(*(part.tolist() for part in scene), strict=True)]
    field = dataset.fields["caption"]
    caption = words(rows, field.shape[0], field.names)
    groups = np.unique(caption, axis=0, return_inverse=True)[1].reshape(-1)
    arrays = {
        "image": image,
        "caption_in": shifted(caption, field.names.index("»")),
        "label": scene.form,
        "mask": mask,
        "caption": caption,
    }
    return Samples(arrays, groups)


def _scene(source: np.random.RandomState, count: int) -> DrawnScene:
    """What is drawn; two shapes of one picture differ in form and colour."""
    form, colour = (source.randint(0, len(FORMS), count).astype("int64") for _ in range(2))
    other = (form + source.randint(1, len(FORMS), count)) % len(FORMS)
    other_colour = (colour + source.randint(1, len(COLOURS), count)) % len(COLOURS)
    relation = source.randint(0, 4, count)
    return DrawnScene(form, colour, other, other_colour, relation, source.random_sample(count) < ALONE)


def _caption(form: int, colour: int, other: int, other_colour: int, relation: int, alone: bool) -> list[str]:
    """``a large red circle left of a small blue square .``"""
    first = ["a", "large", COLOURS[colour], FORMS[form]]
    if alone:
        return [*first, "."]
    where = (["above"], ["below"], ["left", "of"], ["right", "of"])[relation]
    return [*first, *where, "a", "small", COLOURS[other_colour], FORMS[other], "."]


def _painted(source: np.random.RandomState, scene: DrawnScene) -> tuple[Array, Array]:
    """(images (count, 3, side, side) in uint8, masks (count, side, side) in int64); the grain is grey."""
    import numpy as np

    count = len(scene.form)
    large = source.uniform(6.0, 7.5, count)
    small = source.uniform(3.5, 5.0, count)
    middle = (SIDE - 1) / 2
    ahead = source.uniform(SPREAD - 0.5, SPREAD + 0.5, (2, count))
    aside = source.uniform(-6.0, 6.0, (2, count))
    step = np.array([-1, 1, -1, 1])[scene.relation]
    upright = scene.relation < 2
    free = source.uniform(-7.0, 7.0, (2, count))
    centres = []
    for number, sign in ((0, 1), (1, -1)):
        along, across = sign * step * ahead[number], aside[number]
        y, x = np.where(upright, along, across), np.where(upright, across, along)
        if not number:
            y, x = np.where(scene.alone, free[0], y), np.where(scene.alone, free[1], x)
        centres.append((middle + y, middle + x))
    first = _covered(scene.form, *centres[0], large)
    second = _covered(scene.other, *centres[1], small) & ~scene.alone[:, None, None] & ~first
    mask = np.where(first, scene.form[:, None, None] + 1, np.where(second, scene.other[:, None, None] + 1, 0))
    rgb, ground = np.array(RGB, np.float32), source.uniform(70, 130, count)[:, None, None, None].astype(np.float32)
    picture = np.where(first[:, None], rgb[scene.colour][:, :, None, None], ground)
    picture = np.where(second[:, None], rgb[scene.other_colour][:, :, None, None], picture)
    picture += (12 * source.standard_normal((count, 1, SIDE, SIDE))).astype(np.float32)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8), mask.astype(np.int64)


def _covered(form: Array, y: Array, x: Array, size: Array) -> Array:
    """Which pixels (count, side, side) lie in shapes of these forms around (y, x) that reach ``size`` pixels far."""
    import numpy as np

    grid = np.arange(SIDE, dtype=np.float64)
    down = (grid[None, :, None] - y[:, None, None]) / size[:, None, None]
    right = (grid[None, None, :] - x[:, None, None]) / size[:, None, None]
    wide, high, far = np.abs(right), np.abs(down), np.hypot(down, right)
    forms = (
        far <= 1,
        np.maximum(wide, high) <= 0.85,
        (high <= 0.9) & (wide <= 0.5 * (down + 0.9)),
        (np.minimum(wide, high) <= 0.3) & (np.maximum(wide, high) <= 1),
        (far <= 1) & (far >= 0.55),
        wide + high <= 1,
    )
    result: Array = np.choose(form[:, None, None], forms)
    return result
