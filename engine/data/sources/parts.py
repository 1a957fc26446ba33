"""What data say themselves about the part of a split that a sample belongs to: the names of folders, or cells."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from engine.data.dataset import Parting

PARTS: Final[dict[str, int]] = {
    **dict.fromkeys(("train", "training"), 0),
    **dict.fromkeys(("val", "valid", "validation", "dev"), 1),
    **dict.fromkeys(("test", "testing"), 2),
}
"""Names of parts of a split."""


def parting_of(roles: Collection[str]) -> Parting:
    """What a split may not tear apart, by the roles of columns or arrays: the gravest of them decides."""
    ways: tuple[tuple[str, Parting], ...] = (("part", "given"), ("time", "time"), ("group", "groups"))
    return next((parting for role, parting in ways if role in roles), "samples")


def part_of(name: str) -> int:
    """0 train, 1 validation, 2 test; -1 where a name is none of a part."""
    return PARTS.get(name.strip().lower(), -1)


def name_parts(names: Iterable[str]) -> bool:
    """Whether all of these are names of parts, and not all of the same one."""
    found = set[int]()
    for name in names:
        if (part := part_of(name)) == -1:
            return False
        found.add(part)
    return len(found) > 1
