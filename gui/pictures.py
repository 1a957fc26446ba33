"""Arrays as images: images in grey or colour, clips frame by frame, masks with a colour for each class."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QImage

from gui.theme import theme

if TYPE_CHECKING:
    from engine.data.dataset import Array


FEW = 1
"""Percent of the values on either side that may be left out."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The values shown black and white. ``beyond`` of the ``count`` values lie outside: they look like the nearest."""

    low: float
    high: float
    beyond: int
    count: int

    def __str__(self) -> str:
        ends = f"Black is {self.low:.3g}, white {self.high:.3g}"
        if not self.beyond:
            return f"{ends}."
        return f"{ends}; {self.beyond:,} of {self.count:,} values lie far beyond and look like these."


def limits(samples: Array) -> Limits:
    """Between which values images are scaled: the lowest and the highest, unless a few of them are far off.

    On either side the outermost `FEW` percent are left out where they would take more than the others together.
    """
    import numpy as np

    samples = np.nan_to_num(samples)
    low, high = float(samples.min(initial=0.0)), float(samples.max(initial=1e-9))
    if samples.size:
        inner, outer = (float(value) for value in np.percentile(samples, (FEW, 100 - FEW)))
        room = outer - inner
        low, high = (
            inner if 0 < room < inner - low else low,
            outer if 0 < room < high - outer else high,
        )
    beyond = int(np.count_nonzero((samples < low) | (samples > high)))
    return Limits(low, high, beyond, samples.size)


def pictures(samples: Array, low: float | None = None, high: float | None = None) -> list[QImage]:
    """Samples (count, channels, height, width) or (count, height, width) from black at ``low`` to white at ``high``.

    Those are the `limits` of all samples unless given.
    """
    import numpy as np

    samples = np.nan_to_num(samples)
    if samples.ndim == 3:
        samples = samples[:, None]
    if low is None or high is None:
        found = limits(samples)
        low, high = found.low if low is None else low, found.high if high is None else high
    shades = np.clip((samples - low) / max(high - low, 1e-9) * 255, 0, 255).round().astype(np.uint8)
    return [_image(one[:3].transpose(1, 2, 0)) if len(one) in (3, 4) else _image(one[0]) for one in shades]


def frames(clip: Array) -> QImage:
    """A clip (frames, channels, height, width) as one picture: its frames in rows, from left to right."""
    import numpy as np

    clip = np.nan_to_num(clip)
    count, channels, high, wide = clip.shape
    columns = min(count, max(4, math.ceil(math.sqrt(count))))
    rows = -(-count // columns)
    ends = limits(clip)
    sheet = np.full((channels, rows * (high + 1) - 1, columns * (wide + 1) - 1), ends.high)
    for number, frame in enumerate(clip):
        top, left = number // columns * (high + 1), number % columns * (wide + 1)
        sheet[:, top : top + high, left : left + wide] = frame
    return pictures(sheet[None], ends.low, ends.high)[0]


def masks(classes: Array) -> list[QImage]:
    """Masks (count, height, width) of classes as images, a colour for each class; what is none is left empty."""
    import numpy as np

    shades = [*mask_colours(), theme.color("base")]
    table = np.array([(colour.red(), colour.green(), colour.blue()) for colour in shades], np.uint8)
    classes, last = classes.astype(np.int64), len(shades) - 1
    return [_image(mask) for mask in table[np.where(classes < 0, last, classes % last)]]


def mask_colours() -> list[QColor]:
    """The colours of the classes of a mask, the ground first."""
    names = ("raised", "curve.train", "curve.validation", "ok", "curve.rate", "family.Dropout", "family.Padding")
    return [theme.color(name) for name in (*names, "family.Linear", "muted")]


def _image(pixels: Array) -> QImage:
    """Bytes (height, width) in grey or (height, width, 3) in colour as an image of its own."""
    import numpy as np

    pixels = np.ascontiguousarray(pixels)
    form = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
    return QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], form).copy()
