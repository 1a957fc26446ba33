"""The grounds of numbers: blue above zero, orange below, stronger the larger; of one cell, or of many as an image."""

from __future__ import annotations

from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QColor, QImage

from gui.theme import Colors

if TYPE_CHECKING:
    from engine.sliding.example import Array
    from engine.sliding.sums import Mask

STRONGEST: Final = 0.62
"""How much of its colour the largest number has; more would swallow the text."""
NOT_A_NUMBER: Final = 0.4


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """Between two colours."""
    part = min(max(share, 0.0), 1.0)
    red, green, blue = (
        round(a + (b - a) * part)
        for a, b in ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    )
    return QColor(red, green, blue)


@lru_cache(maxsize=16_384)  # most numbers of a picture are there again in its next frame
def tint(value: float, limit: float, colors: Colors) -> QColor:
    """The ground of a number, where ``limit`` has the strongest colour."""
    ground = colors("node")
    if not isfinite(value):
        return mixed(ground, colors("muted"), NOT_A_NUMBER)
    hue = colors("accent") if value > 0 else colors("curve.validation")
    return mixed(ground, hue, STRONGEST * abs(value) / limit)


def tinted(values: Array, limit: float, colors: Colors, shown: Mask | None = None) -> QImage:
    """The grounds of (rows, columns) numbers as an image with a pixel for each; the others have that of the canvas."""
    import numpy as np

    finite = np.isfinite(values)
    share = np.clip(np.abs(np.where(finite, values, 0)) / limit, 0, 1)[..., None] * STRONGEST
    ground, above, below, canvas, muted = (
        np.array(colors(name).getRgb()[:3], np.float64)  # type: ignore[index]
        for name in ("node", "accent", "curve.validation", "canvas", "muted")
    )
    hue = np.where((values > 0)[..., None], above, below)
    found = ground + (hue - ground) * share
    found = np.where(finite[..., None], found, ground + (muted - ground) * NOT_A_NUMBER)
    if shown is not None:
        found = np.where(shown[..., None], found, canvas)
    pixels = np.ascontiguousarray(found.round().astype(np.uint8))
    high, wide, _ = pixels.shape
    return QImage(pixels.tobytes(), wide, high, 3 * wide, QImage.Format.Format_RGB888).copy()


def unseen_color(colors: Colors) -> QColor:
    """Of the lines across cells that no window sees: the numbers below can still be read."""
    color = QColor(colors("warning"))
    color.setAlphaF(0.7)
    return color
