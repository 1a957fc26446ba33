"""A spatial index: rectangles by the square tiles of the canvas that they touch."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)
SIDE = 512.0
"""The side of a tile, some nodes wide."""
LARGER = 8
"""How often larger the tiles are of the next grid, for what is too large for the one before."""
FAR = 1e12
"""Nothing is further away."""


class Area(NamedTuple):
    """A rectangle of the canvas."""

    left: float
    top: float
    right: float
    bottom: float


class Tiles(Generic[K]):
    """Finds what is in an area at the cost of what is there. Rectangles that touch an edge of the area are in it.

    Each rectangle is in the grid whose tiles are large enough that it touches few of them.
    """

    def __init__(self) -> None:
        self.areas: dict[K, Area] = {}
        self._grids: dict[float, dict[tuple[int, int], dict[K, Area]]] = {}
        """By the side of the tiles."""
        self._extent: Area | None = None
        """The area around everything, once somebody has asked for it."""

    def __len__(self) -> int:
        return len(self.areas)

    def __contains__(self, key: K) -> bool:
        return key in self.areas

    def put(self, key: K, area: Area) -> None:
        """Something is here now, wherever it was before."""
        before = self.areas.get(key)
        if before == area:
            return
        if before is not None:
            self.drop(key)
        self.areas[key], self._extent = area, None
        side = _side(area)
        grid = self._grids.setdefault(side, {})
        for tile in _touched(area, side):
            grid.setdefault(tile, {})[key] = area

    def drop(self, key: K) -> None:
        """Something is nowhere any more."""
        area, self._extent = self.areas.pop(key, None), None
        if area is None:
            return
        side = _side(area)
        grid = self._grids[side]
        for tile in _touched(area, side):
            kept = grid[tile]
            del kept[key]
            if not kept:
                del grid[tile]

    def within(self, area: Area) -> list[K]:
        """What is in an area, in no order that means anything."""
        left, top, right, bottom = area
        if right < left or bottom < top:
            return []
        return [
            key
            for key, (first, upper, last, lower) in self._near(area).items()
            if first <= right and left <= last and upper <= bottom and top <= lower
        ]

    def _near(self, area: Area) -> dict[K, Area]:
        near: dict[K, Area] = {}
        for side, grid in self._grids.items():
            first, last, upper, lower = _span(area, side)
            if (last - first + 1) * (lower - upper + 1) > len(grid):  # far more tiles than anything is in
                for (column, row), kept in grid.items():
                    if first <= column <= last and upper <= row <= lower:
                        near.update(kept)
                continue
            for column in range(first, last + 1):
                for row in range(upper, lower + 1):
                    if (column, row) in grid:
                        near.update(grid[column, row])
        return near

    def extent(self) -> Area | None:
        """The area around everything."""
        if self._extent is None and self.areas:
            self._extent = enclosing(self.areas.values())
        return self._extent


def enclosing(areas: Collection[Area]) -> Area:
    """The smallest area around some."""
    lefts, tops, rights, bottoms = zip(*areas, strict=True)
    return Area(min(lefts), min(tops), max(rights), max(bottoms))


def _side(area: Area) -> float:
    """The side of the tiles of the grid that a rectangle of this size is in."""
    size, side = max(area.right - area.left, area.bottom - area.top), SIDE
    while size > 4 * side:
        side *= LARGER
    return side


def _span(area: Area, side: float) -> tuple[int, int, int, int]:
    left, top, right, bottom = area
    if left < -FAR or top < -FAR or right > FAR or bottom > FAR:
        left, top, right, bottom = (min(max(each, -FAR), FAR) for each in area)
    return int(left // side), int(right // side), int(top // side), int(bottom // side)


def _touched(area: Area, side: float) -> list[tuple[int, int]]:
    first, last, upper, lower = _span(area, side)
    return [(column, row) for column in range(first, last + 1) for row in range(upper, lower + 1)]
