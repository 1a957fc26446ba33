"""The images of a result, made beside the window: colouring a layer's maps takes longer than a frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from gui.inside.looking.colors import colored, gray_of, image_of, limits_of

if TYPE_CHECKING:
    from engine.inside.looking.results import Result

NEIGHBOUR = 96
"""Pixels of a neighbour's image."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A result with its images, and between which values their colours run."""

    result: Result
    images: list[QImage]
    limits: tuple[float, float] = (0.0, 1.0)


def drawn(result: Result) -> Drawn:
    """The images of a heat map (the sample, the colours), of a grid (each map) or of neighbours; else none."""
    from engine.inside.looking.results import Grid, Heat, Nearest

    if isinstance(result, Heat):
        limits = limits_of(result.heat, result.signed)
        return Drawn(result, [gray_of(result.image), image_of(colored(result.heat, limits, result.signed))], limits)
    if isinstance(result, Grid) and result.maps.ndim == 4:
        return Drawn(result, [image_of((one.transpose(1, 2, 0) * 255).round()) for one in result.maps.clip(0, 1)])
    if isinstance(result, Grid):
        limits = result.limits or limits_of(result.maps, result.signed)
        return Drawn(result, [image_of(colored(one, limits, result.signed)) for one in result.maps], limits)
    if isinstance(result, Nearest) and result.images is not None:
        return Drawn(result, [small(gray_of(one), NEIGHBOUR) for one in result.images])
    return Drawn(result, [])


def unnamed(index: int) -> str:
    """What a sample is called that has no name but its position in the part."""
    return f"sample {index + 1}"


def small(image: QImage, side: int) -> QImage:
    """An image in a square; pixels of small ones stay sharp."""
    smooth = image.width() > side
    mode = Qt.TransformationMode.SmoothTransformation if smooth else Qt.TransformationMode.FastTransformation
    return image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, mode)
