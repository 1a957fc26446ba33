"""Frames decoded once: which of them are damaged, how large they are, and whether they have colours."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.data.dataset import DataError
from engine.data.sources.clips.clips import SIDES
from engine.data.sources.found import Note
from engine.data.sources.images.checking import checked
from engine.data.sources.images.oddities import MOST_DECODED, SHOWN, UNREAD

if TYPE_CHECKING:
    from engine.data.sources.clips.clips import Clips
    from engine.data.sources.listing import Entry
    from engine.data.watch import Watch

WIDEST: Final = 96
"""Pixels of the shorter side that larger frames are brought to."""
ENOUGH: Final = 128
"""Pixels of the longer side up to which frames stay as they are."""


@dataclass(frozen=True, slots=True)
class Frames:
    """``size`` and ``grey`` suit the frames, ``broken`` cannot be read; ``digests`` are those of their files."""

    size: tuple[int, int]
    grey: bool
    broken: tuple[str, ...]
    digests: Mapping[str, str]
    reasons: Mapping[str, str]
    notes: tuple[Note, ...]


def checked_frames(path: Path, entries: Sequence[Entry], names: Sequence[str], source: Clips, watch: Watch) -> Frames:
    """Decode frames and look at them; of very many some. Raises DataError where none can be read, and Stopped."""
    step = -(-len(names) // MOST_DECODED)
    chosen = [name for name in names if zlib.crc32(name.encode()) % step == 0] or list(names[:1])
    facts = {entry.name: (entry.size, entry.time) for entry in entries}
    found = checked(path, chosen, facts, source.largest, watch)
    broken, whole = [one for one in found if one.fault], [one for one in found if not one.fault]
    if not whole:
        raise DataError(f"None of the {len(found):,} frames below {path} can be read: {broken[0].fault}")
    notes = list[Note]()
    for reason, (code, words) in UNREAD.items():
        if some := [one for one in broken if one.reason == reason]:
            many = f"{len(some):,} frames" if len(some) > 1 else "1 frame"
            message = f"{many} {words[len(some) > 1]} left out of the clip: {some[0].fault}"
            notes.append(Note(code, message, tuple(one.name for one in some[:SHOWN]), "error", len(some)))
    if step > 1:
        message = f"{len(chosen):,} of the {len(names):,} frames were checked, one in {step}."
        notes.append(Note("sampled", message, (), "hint"))
    sizes = Counter(one.size for one in whole)
    size, why = _size(sizes)
    if len(sizes) > 1:
        low, high = min(sizes), max(sizes)
        message = (
            f"The frames have {len(sizes):,} different sizes, {low[0]} × {low[1]} to {high[0]} × {high[1]} pixels: all "
            "are brought to one."
        )
        notes.append(Note("sizes", message, (), "hint", len(sizes)))
    grey = all(one.colourless for one in whole)
    reasons = {"size": why, "grey": "No frame has colours." if grey else "Some frames have colours."}
    digests = {one.name: one.digest for one in whole}
    return Frames(size, grey, tuple(one.name for one in broken), digests, reasons, tuple(notes))


def _size(sizes: Counter[tuple[int, int]]) -> tuple[tuple[int, int], str]:
    """Height and width that suit frames of these sizes, and why."""
    if len(sizes) == 1:
        (size,) = sizes
        if max(size) <= ENOUGH:
            return size, f"All frames have {size[0]} × {size[1]} pixels."
        scale = min(1.0, WIDEST / min(size))
        smaller = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
        why = f"All frames have {size[0]} × {size[1]} pixels; {WIDEST} on the shorter side are enough to begin with."
        return smaller, why
    sides = sorted(min(size) for size in sizes.elements())
    middle = sides[len(sides) // 2]
    side = max((side for side in SIDES if side <= min(middle, WIDEST)), default=max(1, middle))
    return (side, side), f"The frames differ in size; half of them have at least {middle} pixels on a side."
