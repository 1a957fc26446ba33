"""The capital letters as strokes, drawn by a hand that is never quite the same."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from engine.data.dataset import Array

STROKES = {
    "A": "0,1 .5,0 1,1;.2,.6 .8,.6",
    "B": "0,0 0,1;0,0 .7,.1 .7,.4 0,.5;0,.5 .9,.6 .9,.9 0,1",
    "C": ".9,.1 .4,0 0,.4 0,.7 .4,1 .9,.9",
    "D": "0,0 0,1;0,0 .6,.1 .9,.5 .6,.9 0,1",
    "E": ".9,0 0,0 0,1 .9,1;0,.5 .7,.5",
    "F": ".9,0 0,0 0,1;0,.5 .7,.5",
    "G": ".9,.1 .4,0 0,.4 0,.7 .4,1 .9,.9 .9,.6 .5,.6",
    "H": "0,0 0,1;.9,0 .9,1;0,.5 .9,.5",
    "I": ".5,0 .5,1;.2,0 .8,0;.2,1 .8,1",
    "J": ".8,0 .8,.8 .5,1 .1,.8",
    "K": "0,0 0,1;.9,0 0,.55 .9,1",
    "L": "0,0 0,1 .9,1",
    "M": "0,1 0,0 .5,.6 1,0 1,1",
    "N": "0,1 0,0 .9,1 .9,0",
    "O": ".5,0 0,.3 0,.7 .5,1 1,.7 1,.3 .5,0",
    "P": "0,1 0,0 .8,.1 .8,.45 0,.55",
    "Q": ".5,0 0,.3 0,.7 .5,1 1,.7 1,.3 .5,0;.6,.7 1,1",
    "R": "0,1 0,0 .8,.1 .8,.4 0,.5 .9,1",
    "S": ".9,.1 .4,0 .1,.2 .8,.65 .8,.9 .4,1 0,.9",
    "T": "0,0 1,0;.5,0 .5,1",
    "U": "0,0 0,.8 .4,1 .9,.8 .9,0",
    "V": "0,0 .5,1 1,0",
    "W": "0,0 .2,1 .5,.4 .8,1 1,0",
    "X": "0,0 1,1;1,0 0,1",
    "Y": "0,0 .5,.5 1,0;.5,.5 .5,1",
    "Z": "0,0 .9,0 0,1 .9,1",
}
"""Lines from point to point (right, down), those of one letter with a semicolon between."""
WIDE, HIGH = 6.5, 9.0
"""The size of a letter in pixels."""


def segments(letter: str) -> Array:
    """The segments of a letter (count, 2 ends, 2 coordinates), in pixels around its middle."""
    import numpy as np

    found = []
    for line in STROKES[letter].split(";"):
        points = [tuple(map(float, point.split(","))) for point in line.split()]
        found += list(itertools.pairwise(points))
    return (np.array(found) - 0.5) * (WIDE, HIGH)


def inked(source: np.random.RandomState, letter: str, count: int, patch: tuple[int, int]) -> Array:
    """``count`` drawings of a letter (count, height, width), 0 to 1: each is slanted and stretched a little."""
    import numpy as np

    lines = segments(letter)
    stretch, slant = source.uniform(0.85, 1.15, (count, 1, 1, 2)), source.uniform(-0.25, 0.25, (count, 1, 1))
    ends = lines * stretch + source.normal(0, 0.35, (count, *lines.shape))
    ends[..., 0] -= slant * ends[..., 1]
    high, wide = patch
    down, right = np.mgrid[:high, :wide]
    pixels = np.stack([right - (wide - 1) / 2, down - (high - 1) / 2], -1).reshape(1, 1, -1, 2)
    start, way = ends[:, :, None, 0], (ends[:, :, 1] - ends[:, :, 0])[:, :, None]
    along = ((pixels - start) * way).sum(-1) / np.maximum((way * way).sum(-1), 1e-6)
    nearest = start + np.clip(along, 0, 1)[..., None] * way
    distance = np.sqrt(((pixels - nearest) ** 2).sum(-1)).min(1)
    found: Array = np.clip(1.4 - distance, 0, 1).reshape(count, high, wide)
    return found
