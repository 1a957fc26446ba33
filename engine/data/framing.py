"""Images at another size: a part of the image is scaled and laid into a frame, and masks go along (nearest).

Every transform that changes the size is such a `Frame`, so images from memory and from files are treated alike, and so
are masks. Arrays are (samples, channels, height, width), masks (samples, height, width).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from engine.data.dataset import Field
from engine.settings.transforms import CentreCrop, Framed, Outside, Pad, Resize, ShortestSide, Transform

if TYPE_CHECKING:
    from engine.data.dataset import Array

Size = tuple[int, int]
IGNORED: Final = -100
"""The class of a mask's pixels that are not of the image: an Output leaves it out of loss and metrics by default."""


@dataclass(frozen=True, slots=True)
class Frame:
    """``box`` (height, width) from the middle of the image is scaled to ``inner``, which is the middle of ``size``."""

    box: Size
    inner: Size
    size: Size
    fill: Outside = 0.0

    def images(self, values: Array) -> Array:
        """The framed images in float32."""
        values = _middle(values, self.box)
        if self.inner != self.box:
            values = _scaled(values, self.inner)
        return _bordered(values.astype("float32", copy=False), self.size, self.fill)

    def masks(self, values: Array, ignored: int = IGNORED) -> Array:
        """The framed masks, no class mixed with another; a border of one value is ``ignored``."""
        import numpy as np

        values = _middle(values, self.box)
        if self.inner != self.box:
            rows, columns = (
                ((np.arange(new) + 0.5) * old / new).astype(np.int64)
                for new, old in zip(self.inner, self.box, strict=True)
            )
            values = values[:, rows[:, None], columns]
        return _bordered(values, self.size, self.fill if isinstance(self.fill, str) else ignored)


def frame(transform: Framed, size: Size) -> Frame:
    """How images of this size are framed. Raises ValueError with the end of a sentence where that cannot be."""
    if isinstance(transform, ShortestSide):
        scale = transform.side / min(size)
        new = round(size[0] * scale), round(size[1] * scale)
        return Frame(size, new, new)
    wanted = transform.size
    if isinstance(transform, CentreCrop):
        if wanted[0] > size[0] or wanted[1] > size[1]:
            raise ValueError(f"cuts {_said(wanted)} pixels out of images of {_said(size)}: make it smaller")
        return Frame(wanted, wanted, wanted)
    if isinstance(transform, Pad):
        if wanted[0] < size[0] or wanted[1] < size[1]:
            raise ValueError(f"makes {_said(wanted)} pixels of images of {_said(size)}: make it larger, or crop them")
        return Frame(size, size, wanted, transform.fill)
    assert isinstance(transform, Resize)
    if transform.fit == "stretch":
        return Frame(size, wanted, wanted)
    ratios = [new / old for new, old in zip(wanted, size, strict=True)]
    if transform.fit == "crop":
        return Frame(_shares(wanted, 1 / max(ratios), size), wanted, wanted)
    return Frame(size, _shares(size, min(ratios), wanted), wanted, transform.fill)


def masks_of(name: str, fields: Mapping[str, Field]) -> list[str]:
    """The targets that have a class for each pixel of the images ``name``."""
    size = fields[name].shape[-2:]
    return [
        other for other, field in fields.items() if field.role == "target" and field.classes and field.shape == size
    ]


def reshape(transform: Transform, fields: dict[str, Field]) -> list[str]:
    """Give the fields the shapes they have after a transform; returns the masks that go along.

    Raises ValueError with the end of a sentence where the images are too small or too large for it.
    """
    if not isinstance(transform, Framed):
        return []
    field = fields[transform.field]
    along = [] if isinstance(transform, Resize) and not transform.masks else masks_of(transform.field, fields)
    size = frame(transform, (field.shape[1], field.shape[2])).size
    fields[transform.field] = replace(field, shape=(field.shape[0], *size))
    for mask in along:
        fields[mask] = replace(fields[mask], shape=size)
    return along


def _scaled(values: Array, size: Size) -> Array:
    """Images at another size, bilinear, anti-aliased where they shrink."""
    import torch
    from torch.nn import functional

    if size[1] == 1 < size[0]:  # torch 2.13 does not interpolate along a column of one pixel
        return _scaled(values.swapaxes(-1, -2), (1, size[0])).swapaxes(-1, -2)
    images = torch.tensor(values, dtype=torch.float32)
    return functional.interpolate(images, size=size, mode="bilinear", antialias=True).numpy()


def _shares(size: Size, scale: float, most: Size) -> Size:
    height, width = (min(limit, max(1, round(side * scale))) for side, limit in zip(size, most, strict=True))
    return height, width


def _middle(values: Array, box: Size) -> Array:
    top, left = ((whole - part) // 2 for whole, part in zip(values.shape[-2:], box, strict=True))
    return values[..., top : top + box[0], left : left + box[1]]


def _bordered(values: Array, size: Size, fill: Outside) -> Array:
    import numpy as np

    if values.shape[-2:] == size:
        return values
    around = [
        ((whole - part) // 2, whole - part - (whole - part) // 2)
        for whole, part in zip(size, values.shape[-2:], strict=True)
    ]
    widths = [(0, 0)] * (values.ndim - 2) + around
    if isinstance(fill, str):
        return np.pad(values, widths, mode="edge" if fill == "edge" else "symmetric")
    return np.pad(values, widths, constant_values=fill)


def _said(size: Size) -> str:
    return f"{size[0]} × {size[1]}"
