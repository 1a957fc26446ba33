"""The order within the rows: what stands left and right of the trunk, with few crossings.

The trunk has a node in every row and is a wall: each side branch and each skip stays on one side of it, and the two
sides are untangled on their own, by barycentres as in Sugiyama et al. 1981, counted as in Barth, Jünger, Mutzel 2002.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Generator, Iterator
from itertools import pairwise

from gui.canvas.layout.layout_layers import CROSSING, LANE_GAP, NODE_GAP, Layers

PASSES = 8
"""The most sweeps over the rows of one side."""
WORK = 100_000
"""The most items that are sorted in all sweeps together, so that a monster takes no longer than a moment."""

Rows = list[list[int]]
"""The items of one side, a list for each row, from the trunk outwards."""


def order(layers: Layers, widths: list[float]) -> Generator[None, None, tuple[Rows, Rows]]:
    """What stands left and what right of the trunk; step by step."""
    groups = yield from _groups(layers)
    left, right = yield from _sides(groups, layers, widths)
    yield from _untangle(left, layers)
    yield from _untangle(right, layers)
    return left, right


def _groups(layers: Layers) -> Generator[None, None, list[list[int]]]:
    """What hangs together when the trunk is taken away: side branches and skips, those that stand inside first."""
    seen = bytearray(len(layers.row))
    for item in layers.trunk:
        seen[item] = True
    groups = []
    for start in range(len(seen)):
        if not seen[start]:
            seen[start] = True
            group = [start]
            for item in group:
                yield
                for other in (*layers.above[item], *layers.below[item]):
                    if not seen[other]:
                        seen[other] = True
                        group.append(other)
            groups.append(sorted(group))

    on_trunk = set(layers.trunk)
    widest: dict[int, int] = {}  # how many rows the longest group spans that enters a node of the trunk
    for group in groups:
        yield
        rows = [layers.row[item] for item in group]
        for end in _trunk_ends(group, layers.below, on_trunk):
            widest[end] = max(widest.get(end, 0), max(rows) - min(rows))

    def outwards(group: list[int]) -> tuple[int, float]:
        rows = [layers.row[item] for item in group]
        span = max(rows) - min(rows)
        if not _trunk_ends(group, layers.above, on_trunk):  # free above, so it may be outside those that are longer
            span = max([span, *(widest[end] for end in _trunk_ends(group, layers.below, on_trunk))])
        return span, abs(sum(layers.lean[item] for item in group))

    return sorted(groups, key=outwards)


def _trunk_ends(group: list[int], near: list[list[int]], on_trunk: set[int]) -> set[int]:
    """The nodes of the trunk that a group is wired to, above or below."""
    return {other for item in group for other in near[item] if other in on_trunk}


def _sides(groups: list[list[int]], layers: Layers, widths: list[float]) -> Generator[None, None, tuple[Rows, Rows]]:
    """Give each group, from the inside outwards, the side where it crosses less and stays nearer to the trunk."""
    row, on_trunk = layers.row, set(layers.trunk)
    rows: dict[int, Rows] = {side: [[] for _ in layers.trunk] for side in (-1, 1)}
    reach = {side: [0.0] * len(layers.trunk) for side in (-1, 1)}
    lanes = {side: [0] * len(layers.trunk) for side in (-1, 1)}
    for group in groups:
        yield
        joints = [row[other] for item in group for other in layers.above[item] if other in on_trunk]
        joints += [row[other] for item in group for other in layers.below[item] if other in on_trunk]
        inclination = sum(layers.lean[item] for item in group)
        costs = {
            side: max(reach[side][row[item]] for item in group)
            + CROSSING * (sum(lanes[side][joint] for joint in joints) + max(0.0, -side * inclination))
            for side in (1, -1)
        }
        side = min(costs, key=costs.__getitem__)
        for item in group:
            rows[side][row[item]].append(item)
            reach[side][row[item]] += widths[item] + (NODE_GAP if item < len(layers.names) else LANE_GAP)
        for between in range(min(joints, default=0) + 1, max(joints, default=0)):
            lanes[side][between] += 1
    return rows[-1], rows[1]


def _untangle(rows: Rows, layers: Layers) -> Iterator[None]:
    """Sweep down and up, sort each row by the mean index of its neighbours, and keep the best order met."""
    index = dict.fromkeys(layers.trunk, 0)
    index |= {item: number for row in rows for number, item in enumerate(row, 1)}
    fewest, best = (yield from _crossings(rows, layers, index)), [row[:] for row in rows]
    for sweep in range(min(PASSES, 1 + WORK // len(index))):
        if not fewest:
            break
        near = layers.below if sweep % 2 else layers.above
        for row in reversed(rows) if sweep % 2 else rows:
            yield
            if len(row) > 1:
                means = {
                    item: sum(index[other] for other in near[item]) / len(near[item]) if near[item] else index[item]
                    for item in row
                }
                row.sort(key=means.__getitem__)
                index.update(zip(row, range(1, len(row) + 1), strict=True))
        crossings = yield from _crossings(rows, layers, index)
        if crossings < fewest:
            fewest, best = crossings, [row[:] for row in rows]
    rows[:] = best


def _crossings(rows: Rows, layers: Layers, index: dict[int, int]) -> Generator[None, None, int]:
    """How often the segments of one side cross: the inversions of their upper ends, taken in order of the lower."""
    total = 0
    for number, (upper, lower) in enumerate(pairwise(rows), 1):
        yield
        if not upper or len(upper) + len(lower) < 2:
            continue
        seen: list[int] = []
        for item in (layers.trunk[number], *lower):
            starts = [index[other] for other in layers.above[item] if other in index]
            total += sum(len(seen) - bisect_right(seen, start) for start in starts)
            for start in starts:
                insort(seen, start)
    return total
