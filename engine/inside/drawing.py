"""A drawing by hand as a sample: as large, as thick and in the same position as the drawings in the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from engine.data.dataset import Array
    from engine.inside.trained import Trained

Stroke = Sequence[tuple[float, float]]
"""Where the pen went, (x, y) with y downwards, in any unit."""
LOOKED_AT: Final = 500
FINE: Final = 8
"""Parts of a pixel that a line is drawn with."""
INK, CLEAR = 0.25, 0.15
"""Shares of full ink: what belongs to a drawing, and what a clear ground may have at most, on average."""


@dataclass(frozen=True, slots=True)
class Style:
    """How the drawings of a data set look; lengths are in pixels of ``shape`` (1, height, width).

    ``extent`` is the larger side of what is drawn, ``centre`` (y, x) the centre of its mass, ``stroke`` how thick a
    line is; ``ground`` and ``ink`` are the values without and with ink.
    """

    shape: tuple[int, int, int]
    extent: float
    centre: tuple[float, float]
    stroke: float
    ground: float
    ink: float


def drawn_field(trained: Trained) -> tuple[str, Style] | None:
    """The input that a drawing can be given as, and its style; None where the network is given no drawings."""
    if len(trained.network.inputs) != 1:
        return None
    name = trained.network.inputs[0]
    column = trained.data.raw[name]
    if len(column.shape) != 4 or column.shape[1] != 1 or not len(trained.data.train):
        return None
    style = measure(np.asarray(column[np.sort(trained.data.train.indices[:LOOKED_AT])], np.float32))
    return None if style is None else (name, style)


def measure(images: Array) -> Style | None:
    """The style of images (N, 1, H, W); None where they are no drawings on a clear ground.

    A stroke is twice the ink over its outline, whose length is the total variation; that counts a slanting line 4/π
    times too long on average.
    """
    low, high = float(images.min()), float(images.max())
    if not len(images) or high <= low:
        return None
    shares = (images[:, 0] - low) / (high - low)
    edges = (shares[:, 0], shares[:, -1], shares[:, :, 0], shares[:, :, -1])
    dark_on_light = float(np.median(np.concatenate([edge.ravel() for edge in edges]))) > 0.5
    ink = 1 - shares if dark_on_light else shares
    ground, full = (high, low) if dark_on_light else (low, high)
    rim = np.minimum.reduce([ink[:, 0].mean(1), ink[:, -1].mean(1), ink[:, :, 0].mean(1), ink[:, :, -1].mean(1)])
    if float(rim.mean()) > CLEAR:
        return None
    sides, centres, strokes = list[float](), list[tuple[float, float]](), list[float]()
    for one in ink:
        rows, columns = np.flatnonzero((one > INK).any(1)), np.flatnonzero((one > INK).any(0))
        if not len(rows):
            continue
        sides.append(float(max(np.ptp(rows), np.ptp(columns))) + 1)
        centres.append(_centre(one))
        around = np.pad(one, 1)
        outline = float(np.abs(np.diff(around, axis=0)).sum() + np.abs(np.diff(around, axis=1)).sum()) * np.pi / 4
        strokes.append(2 * float(one.sum()) / outline)
    if not sides:
        return None
    middle = np.mean(centres, axis=0)
    shape = (1, int(images.shape[2]), int(images.shape[3]))
    centre = (float(middle[0]), float(middle[1]))
    return Style(shape, float(np.median(sides)), centre, float(np.median(strokes)), ground, full)


def render(strokes: Sequence[Stroke], style: Style) -> Array:
    """The drawing as one sample (1, 1, H, W) in the style of the data; without strokes nothing but ground."""
    from PIL import Image, ImageDraw

    _, height, width = style.shape
    strokes = [stroke for stroke in strokes if len(stroke)]
    share = np.zeros((height, width))
    if strokes:
        points = np.concatenate([np.asarray(stroke, float).reshape(-1, 2) for stroke in strokes])
        start = points.min(0)
        side = float(np.ptp(points, axis=0).max())
        scale = FINE * max(style.extent - style.stroke, 1.0) / side if side > 0 else 0.0
        margin = FINE * (max(height, width) + 2)  # room on all sides, for the centre of mass is found afterwards
        large = Image.new("L", (width * FINE + 2 * margin, height * FINE + 2 * margin))
        pen, thick = ImageDraw.Draw(large), max(style.stroke * FINE, 1.0)
        for stroke in strokes:
            line = [tuple(((np.asarray(point, float) - start) * scale + margin).tolist()) for point in stroke]
            pen.line(line, 255, round(thick), joint="curve")
            for x, y in line:
                pen.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), 255)
        pixels = np.asarray(large, np.float32) / 255
        y, x = _centre(pixels)
        top = round(y - style.centre[0] * FINE - FINE / 2)
        left = round(x - style.centre[1] * FINE - FINE / 2)
        seen = pixels[max(top, 0) : max(top, 0) + height * FINE, max(left, 0) : max(left, 0) + width * FINE]
        share = seen.reshape(height, FINE, width, FINE).mean((1, 3))
    return (style.ground + share * (style.ink - style.ground)).astype(np.float32)[None, None]


def _centre(ink: Array) -> tuple[float, float]:
    """The centre of mass (y, x) of what is drawn."""
    total = float(ink.sum())
    y = float((ink.sum(1) * np.arange(ink.shape[0])).sum()) / total
    x = float((ink.sum(0) * np.arange(ink.shape[1])).sum()) / total
    return y, x
