"""The columns of the layout: where an item stands left or right of the trunk.

Blocks of items under one another as in Brandes, Köpf: Fast and Simple Horizontal Coordinate Assignment, 2002. Theirs
takes the mean of four compactions; here the trunk is a wall that both sides are pushed against, so one is enough.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Generator, Iterator
from graphlib import TopologicalSorter
from itertools import pairwise

from gui.canvas.layout.layout_layers import LANE_GAP, NODE_GAP, Layers
from gui.canvas.layout.layout_order import Rows

GRID = 16.0
"""The raster on which the corners of the nodes lie."""


class Columns:
    """The column of every item once it is found: ``centre[item]``, and for nodes ``left(item)``, a multiple of GRID.

    All columns lie a multiple of GRID apart, so nodes of one width in one column share one x. Where widths differ
    their centres may be half a raster off; the most frequent width of the trunk is centred exactly.
    """

    def __init__(self, layers: Layers, widths: list[float], sides: tuple[Rows, Rows]) -> None:
        self._layers, self._widths = layers, widths
        usual = Counter(widths[item] for item in layers.trunk).most_common(1)[0][0]
        self._origin = usual / 2
        self.centre = dict.fromkeys(layers.trunk, self._origin)
        self._sides = sides

    def find(self) -> Iterator[None]:
        """Place all items, step by step."""
        for direction, rows in zip((-1, 1), self._sides, strict=True):
            yield from self._push(rows, direction)

    def left(self, item: int) -> float:
        """The left edge of a node; of a bend its lane."""
        return self.centre[item] - self._half(item, -1)

    def _half(self, item: int, direction: int) -> float:
        """How far an item reaches from the centre of its column to one side."""
        if item >= len(self._layers.names):
            return 0.0
        width = self._widths[item]
        left = self._origin - math.floor((self._origin - width / 2) / GRID + 0.5) * GRID
        return left if direction < 0 else width - left

    def _push(self, rows: Rows, direction: int) -> Iterator[None]:
        """Place the blocks of one side, each as near to the trunk as its neighbours let it."""
        block = yield from _blocks(rows, self._layers)
        limits: dict[int, list[tuple[int, float]]] = {number: [] for number in block.values()}
        near = dict.fromkeys(limits, 0.0)
        for trunk, row in zip(self._layers.trunk, rows, strict=True):
            yield
            for inner, outer in pairwise((trunk, *row)):
                both_bends = min(inner, outer) >= len(self._layers.names)
                distance = self._half(inner, direction) + self._half(outer, -direction)
                distance = math.ceil((distance + (LANE_GAP if both_bends else NODE_GAP)) / GRID) * GRID
                if inner == trunk:
                    near[block[outer]] = max(near[block[outer]], distance)
                else:
                    limits[block[outer]].append((block[inner], distance))
        inside = {number: [inner for inner, _ in limits[number]] for number in limits}
        for number in TopologicalSorter(inside).static_order():
            yield
            near[number] = max([near[number], *(near[inner] + distance for inner, distance in limits[number])])
        for item, number in block.items():
            self.centre[item] = self._origin + direction * near[number]


def _blocks(rows: Rows, layers: Layers) -> Generator[None, None, dict[int, int]]:
    """Numbers the blocks: items that stand straight under one another, no two blocks crossing."""
    block: dict[int, int] = {}
    index: dict[int, int] = {}
    count = 0
    upper: list[int] = []
    for row in rows:
        yield
        partners = _partners(row, layers, index)
        for item, partner in zip(row, partners, strict=True):
            if partner:
                block[item] = block[upper[partner - 1]]
            else:
                block[item], count = count, count + 1
        index = {item: number for number, item in enumerate(row, 1)}
        upper = row
    return block


def _partners(row: list[int], layers: Layers, index: dict[int, int]) -> list[int]:
    """For each item of a row the index in the row above under which it is, or 0: lanes first, then medians."""
    partners = [0] * len(row)
    nodes = len(layers.names)
    starts = [sorted(index[other] for other in layers.above[item] if other in index) for item in row]
    bends = [item >= nodes and layers.above[item][0] >= nodes for item in row]
    for lanes in (True, False):
        ceilings, lowest = [0] * len(row), len(index) + 1
        for number in reversed(range(len(row))):
            ceilings[number] = lowest
            lowest = partners[number] or lowest
        floor = 0
        for number, choice in enumerate(starts):
            if not partners[number] and choice and bends[number] == lanes:
                medians = choice[(len(choice) - 1) // 2], choice[len(choice) // 2]
                partners[number] = next((p for p in medians if floor < p < ceilings[number]), 0)
            floor = partners[number] or floor
    return partners
