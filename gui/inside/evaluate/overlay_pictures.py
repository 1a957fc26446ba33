"""Masks laid over the image they belong to, as images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QImage, QPainter

from gui.pictures import masks, pictures

if TYPE_CHECKING:
    from engine.data.dataset import Array

OPAQUE = 0.55
"""How much of the mask's colour covers the image."""


def laid_over(image: Array, mask: Array, counts: Array) -> QImage:
    """A mask (H, W) in its colours over an image (channels, H, W); positions that do not count stay uncovered."""
    import numpy as np

    (ground,), (shade,) = pictures(image[None]), masks(np.where(counts, mask, -1)[None])
    made = ground.convertToFormat(QImage.Format.Format_ARGB32)
    if made.size() != shade.size():
        made = made.scaled(shade.size())
    cover = shade.convertToFormat(QImage.Format.Format_ARGB32)
    cover.setAlphaChannel(_where(np.asarray(counts & (mask != 0))))
    painter = QPainter(made)
    painter.setOpacity(OPAQUE)
    painter.drawImage(0, 0, cover)
    painter.end()
    return made


def _where(there: Array) -> QImage:
    """An alpha channel: 255 where the mask says something but the ground."""
    import numpy as np

    pixels = np.ascontiguousarray(there.astype(np.uint8) * 255)
    height, width = pixels.shape
    return QImage(pixels.data, width, height, width, QImage.Format.Format_Alpha8).copy()
