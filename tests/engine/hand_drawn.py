"""Digits as a hand draws them with the mouse: strokes of (x, y), y downwards."""

from __future__ import annotations

import math


def arc(x: float, y: float, rx: float, ry: float, begin: float, end: float) -> list[tuple[float, float]]:
    """Points on an ellipse; degrees run clockwise from the right, as seen on the screen."""
    count = 24
    angles = [math.radians(begin + (end - begin) * step / count) for step in range(count + 1)]
    return [(x + rx * math.cos(angle), y + ry * math.sin(angle)) for angle in angles]


DIGITS: dict[int, list[list[tuple[float, float]]]] = {
    0: [arc(50, 50, 28, 42, -90, 270)],
    1: [[(38, 22), (52, 8), (52, 92)]],
    2: [[*arc(50, 30, 26, 24, -180, 40), (26, 90), (78, 90)]],
    3: [[*arc(48, 29, 24, 21, -150, 90), *arc(48, 70, 27, 21, -90, 150)]],
    4: [[(58, 8), (22, 62), (82, 62)], [(62, 36), (62, 92)]],
    5: [[(76, 10), (32, 10), (30, 44), *arc(48, 66, 26, 25, -110, 140)]],
    6: [[(66, 8), (36, 50), *arc(50, 68, 22, 23, -180, 180)]],
    7: [[(24, 12), (78, 12), (44, 92)], [(34, 52), (70, 52)]],
    8: [[*arc(50, 29, 20, 20, 90, 450), *arc(50, 71, 24, 21, -90, 270)]],
    9: [[*arc(50, 32, 23, 23, 0, 360), (73, 32), (68, 92)]],
}
