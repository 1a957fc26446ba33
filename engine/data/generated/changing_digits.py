"""Clips of a handwritten digit that becomes another one on the way, with much of every frame left out."""

from __future__ import annotations

from pathlib import Path

from engine.data.dataset import Dataset, Samples
from engine.data.generated.drawing import draws
from engine.data.on_board import digits

POOLS = 150
"""The digits of a clip come from one of so many pools: no handwritten digit is in two parts."""
SEEN = 0.45
"""The share of pixels that a frame shows: one alone tells little."""


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """``clip`` (samples, frames, 1, height, width) in uint8, and which digit is there at each frame (samples, frames).

    The groups are the pools.
    """
    import numpy as np

    source = draws(dataset.name)
    images, labels = digits()
    count, (frames, _, height, width) = dataset.samples, dataset.fields["clip"].shape
    pool = source.permutation(len(images)) % POOLS
    members = [np.flatnonzero(pool == number) for number in range(POOLS)]
    groups = np.arange(count) % POOLS
    both = np.array([members[group][source.randint(0, len(members[group]), 2)] for group in groups.tolist()])
    change = source.randint(1, frames, count)
    which = np.where(np.arange(frames) < change[:, None], both[:, :1], both[:, 1:])
    shown = source.random_sample((count, frames, height, width)) < SEEN
    clip = (images[which] * shown).astype(np.uint8)[:, :, None]
    return Samples({"clip": clip, "digit": labels[which].astype(np.int64)}, groups)
