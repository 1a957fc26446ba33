"""Handwritten digits that move: clips of eight frames, six of every digit, each with another heading."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.dataset import Dataset, Samples
from engine.data.generated.drawing import draws
from engine.data.on_board import digits

if TYPE_CHECKING:
    from engine.data.dataset import Columns

STEPS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""A frame's way (down, right) of each heading, in the order of their names."""
PATCH = 8


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """``clip`` (samples, frames, 1, height, width) in uint8, which digit it is, and its heading.

    The groups are the handwritten digits; no clip comes twice.
    """
    import numpy as np

    source = draws(dataset.name)
    images, labels = digits()
    frames, _, height, width = dataset.fields["clip"].shape
    ways = _ways(frames, height - PATCH, width - PATCH)
    each = dataset.samples // len(images)
    headings = [source.permutation(len(STEPS))[:each] for _ in images]
    numbers = np.repeat(np.arange(len(images)), each)
    way = np.array([ways[heading][source.randint(len(ways[heading]))] for row in headings for heading in row.tolist()])
    clip = np.zeros((dataset.samples, frames, 1, height, width), np.uint8)
    sample, patch = np.arange(dataset.samples)[:, None, None], np.arange(PATCH)
    steps = np.array(STEPS)[way[:, 0]]
    for frame in range(frames):
        top, left = (way[:, 1:] + frame * steps).T
        clip[sample, frame, 0, (top[:, None] + patch)[:, :, None], (left[:, None] + patch)[:, None, :]] = images[
            numbers
        ]
    arrays: Columns = {"clip": clip, "label": labels[numbers].astype(np.int64), "heading": way[:, 0].astype(np.int64)}
    return Samples(arrays, numbers)


def _ways(frames: int, down: int, right: int) -> list[list[tuple[int, int, int]]]:
    """Of each heading (heading, top, left) of every way on which the digit stays in the picture."""
    last = frames - 1
    return [
        [
            (heading, top, left)
            for top in range(down + 1)
            for left in range(right + 1)
            if 0 <= top + dy * last <= down and 0 <= left + dx * last <= right
        ]
        for heading, (dy, dx) in enumerate(STEPS)
    ]
