"""Clips as pictures, made beside the window: to shade so many values takes too long for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.data.sources.clips.frames import taken

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from engine.data.dataset import Array

MOST: Final = 64
"""Frames of a clip that are made pictures of; of more some are taken evenly."""


@dataclass(frozen=True, slots=True)
class ClipFrames:
    """Some frames of each clip, those ``at`` these positions of the ``count`` it has; ``limits`` in words."""

    clips: tuple[list[QImage], ...]
    at: tuple[int, ...]
    count: int
    limits: str

    @classmethod
    def of(cls, values: Array) -> ClipFrames:
        """Of clips (samples, frames, channels, H, W), all in the same shades."""
        from gui.pictures import limits, pictures

        count = values.shape[1]
        at = tuple(taken(count, min(count, MOST), "evenly"))
        some = values[:, list(at)]
        flat = some.reshape(-1, *some.shape[2:])
        ends = limits(flat)
        found = pictures(flat, ends.low, ends.high)
        clips = tuple(found[start : start + len(at)] for start in range(0, len(found), len(at)))
        return cls(clips, at, count, str(ends))
