"""How colours are told apart: contrast (WCAG 2.1), and distances as people with a colour deficiency see them."""

from __future__ import annotations

import math
from collections import Counter
from typing import Final

from PySide6.QtGui import QColor, QImage

Triple = tuple[float, float, float]

SIMULATED: Final[dict[str, tuple[Triple, Triple, Triple]]] = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""For linear RGB, at full severity: Machado, Oliveira and Fernandes (2009), A Physiologically-based Model for
Simulation of Color Vision Deficiency."""


def linear(color: QColor) -> Triple:
    """sRGB to linear RGB, each in 0 … 1."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (color.redF(), color.greenF(), color.blueF())
    )
    return red, green, blue


def luminance(color: QColor) -> float:
    """Relative luminance, in 0 … 1."""
    red, green, blue = linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two colours, in 1 … 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def distance(one: QColor, other: QColor, vision: str) -> float:
    """How different two colours look: 100 × the distance in OKLab (Ottosson 2020); 2 is just noticed side by side."""
    return 100 * math.dist(_seen(one, vision), _seen(other, vision))


def _seen(color: QColor, vision: str) -> Triple:
    light = linear(color)
    red, green, blue = (min(max(sum(a * b for a, b in zip(row, light, strict=True)), 0.0), 1.0)
                        for row in SIMULATED[vision])  # fmt: skip
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def painted(image: QImage) -> tuple[QColor, QColor]:
    """The ground of a picture (its most frequent colour), and what differs from it most in luminance."""
    counted = Counter(image.pixel(x, y) for y in range(image.height()) for x in range(image.width()))
    ground = QColor(counted.most_common(1)[0][0])
    return ground, max((QColor(pixel) for pixel in counted), key=lambda color: contrast(color, ground))
