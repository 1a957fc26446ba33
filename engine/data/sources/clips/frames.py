"""Which frames make a clip, in which order, and which of them a network is given."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, Literal, TypeVar

from engine.data.sources.images.images import is_image

One = TypeVar("One")
Take = Literal["all", "first", "evenly"]
NUMBER: Final = re.compile(r"(\d+)")
LAST_NUMBER: Final = re.compile(r"(\d+)\D*\.[^.]*$")
DENSE: Final = 1.25
"""How many times wider than without gaps the numbers of frames may lie."""


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """What names are sorted by as people count: ``frame2`` before ``frame10``."""
    parts = (part for part in NUMBER.split(name) if part)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part.lower()) for part in parts)


def clips_of(names: Iterable[str]) -> dict[str, list[str]]:
    """Folder → the frames that lie in it, in their order; of the names of all files."""
    found = defaultdict[str, list[str]](list)
    for name in names:
        folder, slash, _ = name.rpartition("/")
        if slash and is_image(name):
            found[folder].append(name)
    return {
        folder: sorted(frames, key=lambda name: (natural(name.rpartition("/")[2]), name))
        for folder, frames in sorted(found.items())
    }


def are_numbered(names: Sequence[str]) -> bool:
    """Whether images are the frames of a clip by their names: two or more, counted through with few gaps."""
    numbers = sorted(int(found[1]) for name in names if (found := LAST_NUMBER.search(name)))
    if len(numbers) < 2 or len(numbers) != len(names):
        return False
    least = min(after - before for before, after in pairwise(numbers))
    return least > 0 and numbers[-1] - numbers[0] <= DENSE * least * (len(numbers) - 1)


def taken(count: int, length: int, take: Take) -> list[int]:
    """The positions of the frames that are read of a clip of so many, at most ``length``.

    Taken evenly there are always ``length``, from the first to the last frame; short clips have some of them twice.
    """
    if take != "evenly":
        return list(range(min(count, length)))
    if length == 1:
        return [(count - 1) // 2]
    gaps = length - 1
    return [(2 * index * (count - 1) + gaps) // (2 * gaps) for index in range(length)]


def cut_off(name: str, count: int, length: int, take: Take) -> str:
    """What is said of a clip of so many frames whose last ones are not read; empty where they are."""
    if take == "evenly" or count <= length:
        return ""
    return f"{name} has {count:,} frames, of which the first {length:,} are read."


def chosen(row: Sequence[One], length: int, take: Take, *, padded: bool) -> list[One]:
    """Those of one clip's frames that are read; where none may be missing, the last one is held to the end."""
    found = [row[index] for index in taken(len(row), length, take)]
    return found if padded else found + found[-1:] * (length - len(found))
