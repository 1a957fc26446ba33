"""Colour maps that colour-blind people can read: viridis from nothing to much, blue to orange around zero."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtGui import QColor, QImage

if TYPE_CHECKING:
    import numpy as np

    from engine.data.dataset import Array

SEQUENTIAL: Final = ("#440154", "#482475", "#414487", "#355f8d", "#2a788e", "#21918c", "#22a884", "#44bf70", "#7ad151",
                     "#bddf26", "#fde725")  # fmt: skip
"""Points of viridis (Smith and van der Walt 2015), which keeps its order in grey and for all kinds of sight."""
DIVERGING: Final = ("#053061", "#2166ac", "#4393c3", "#92c5de", "#d1e5f0", "#f7f7f7", "#fde0c5", "#fdb863", "#e08214",
                    "#b35806", "#7f3b08")  # fmt: skip
"""Blue below zero, orange above (after ColorBrewer's RdBu and PuOr, which are safe for colour-blind people)."""
STEPS: Final = 256


@cache
def table(signed: bool) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """(256, 3): the colours from the lowest value to the highest."""
    import numpy as np

    points = [QColor(text) for text in (DIVERGING if signed else SEQUENTIAL)]
    known = np.array([(point.red(), point.green(), point.blue()) for point in points], np.float64)
    at = np.linspace(0, len(points) - 1, STEPS)
    channels = [np.interp(at, np.arange(len(points)), known[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=1).round().astype(np.uint8)


def limits_of(values: Array, signed: bool) -> tuple[float, float]:
    """Between which values colours run: around zero evenly if signed, else from at most 0 to the highest."""
    import numpy as np

    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if signed:
        far = max(abs(low), abs(high)) or 1.0
        return -far, far
    low = min(low, 0.0)
    return low, high if high > low else low + 1.0


def colored(values: Array, limits: tuple[float, float], signed: bool) -> Array:
    """(…, 3) uint8: the colour of each value; what is not a number is the lowest."""
    import numpy as np

    low, high = limits
    share = np.nan_to_num((values - low) / (high - low), nan=0.0, posinf=1.0, neginf=0.0)
    index = np.clip(share * (STEPS - 1), 0, STEPS - 1).round().astype(np.int64)
    found: Array = table(signed)[index]
    return found


def image_of(colors: Array) -> QImage:
    """(H, W, 3) uint8 as an image."""
    import numpy as np

    held = np.ascontiguousarray(colors, np.uint8)
    height, width, _ = held.shape
    return QImage(held.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def gray_of(sample: Array) -> QImage:
    """A sample (C, H, W) as it looks: in colours where it has three channels, else the mean of them in grey."""
    import numpy as np

    low, high = float(sample.min()), float(sample.max())
    scaled = (sample - low) / max(high - low, 1e-12) * 255
    shown = scaled if len(sample) == 3 else np.repeat(scaled.mean(0, keepdims=True), 3, axis=0)
    return image_of(shown.transpose(1, 2, 0).round().astype(np.uint8))
