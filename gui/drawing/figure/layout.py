"""Where the boxes of a figure stand: the longest path straight, branches beside it.

Where images shrink and grow again, the path goes down and up with them: a U-Net is a U.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from gui.drawing.figure.boxes import (
    ARC,
    GAP,
    LINE,
    LONGEST_NAME,
    RISE,
    ROOMIER,
    SLANTED,
    SLIDE,
    WIDEST,
    Box,
    Label,
    Layout,
    Measure,
    Point,
    label_room,
    sized,
)
from gui.drawing.figure.network import Figure
from gui.drawing.figure.routes import bound, enclose, route


def lay_out(figure: Figure, measure: Measure, *, shapes: bool) -> Layout:
    """The layout of a figure; ``measure`` tells how wide labels are."""
    boxes = sized(figure)
    if not boxes:
        return Layout([])
    earliest = _earliest(figure)
    columns, trunk = _columns(figure, earliest), _trunk(figure, earliest)
    for index, box in enumerate(boxes):
        box.column = columns[index]
    chains = _chains(figure, boxes, trunk)
    layout = Layout(boxes)
    for box in boxes:
        box.label = _label(box, measure, shapes=shapes)
    sunk = _sunk(boxes, trunk)
    _place_columns(layout, measure, shapes=shapes, level=not sunk)
    _place_rows(layout, trunk, chains, sunk)
    _place_labels(layout)
    route(figure, layout)
    enclose(figure, layout)
    bound(layout)
    return layout


def _label(box: Box, measure: Measure, *, shapes: bool, slanted: bool = False) -> Label | None:
    """The name of a tensor, its size and what makes it; where it is slanted the first two in one line."""
    node = box.node
    if node.form == "sign":
        return None
    if node.form == "end":
        return Label([node.name], measure(node.name, True), False)
    if slanted:
        line = f"{node.name}  {node.size_text}" if shapes else node.name
        return Label([line], measure(line, False), True)
    made = " · ".join([node.kind, *dict.fromkeys(kind for _, kind in node.bands)])
    small = [*([node.size_text] if shapes else []), made]
    least = min(measure(node.name, True), LONGEST_NAME)
    width = max(measure(line, False) for line in small)
    return Label([node.name, *small], max(least, min(width, WIDEST)), False, least)


# -- columns and lanes -------------------------------------------------------------------------------------------------


def _earliest(figure: Figure) -> list[int]:
    """The first column each node can stand in: after all that feed it."""
    before = defaultdict[int, list[int]](list)
    for source, target in figure.edges:
        before[target].append(source)
    column = [0] * len(figure.nodes)
    for index in range(len(column)):  # they are in the order of the forward pass
        column[index] = 1 + max((column[source] for source in before[index]), default=-1)
    return column


def _columns(figure: Figure, earliest: list[int]) -> list[int]:
    """The column of each node: as near as can be to what reads it.

    So a branch stands beside what it leads to, and the layers of a block beside each other.
    """
    after = defaultdict[int, list[int]](list)
    for source, target in figure.edges:
        after[source].append(target)
    column = list(earliest)
    for index in reversed(range(len(column))):
        if after[index]:
            column[index] = min(column[target] for target in after[index]) - 1
    return column


def _trunk(figure: Figure, column: list[int]) -> set[int]:
    """The nodes of a longest path."""
    before = defaultdict[int, list[int]](list)
    for source, target in figure.edges:
        before[target].append(source)
    node = max(range(len(column)), key=lambda index: column[index])
    path = {node}
    while before[node]:
        node = max(before[node], key=lambda index: column[index])
        path.add(node)
    return path


@dataclass(frozen=True, slots=True)
class Chain:
    """Nodes of a branch, one after the other, in a lane that is theirs from the first column to the last."""

    nodes: list[int]
    lane: int
    first: int
    last: int


def _chains(figure: Figure, boxes: list[Box], trunk: set[int]) -> list[Chain]:
    """Branches run in lanes of their own, those above the trunk (negative) first; lanes hold one box at a time."""
    chains = []
    after, before = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for source, target in figure.edges:
        after[source].append(target)
        before[target].append(source)
    taken = defaultdict[int, list[tuple[int, int]]](list)
    done: set[int] = set(trunk)
    for start in range(len(boxes)):
        if start in done:
            continue
        chain = [start]
        while nexts := [node for node in after[chain[-1]] if node not in done and node not in chain]:
            chain.append(nexts[0])
        done.update(chain)
        first = min((boxes[node].column for node in before[start]), default=boxes[start].column)
        last = max((boxes[node].column for node in after[chain[-1]]), default=boxes[chain[-1]].column + 1)
        lane = next(lane for lane in _lanes() if all(last <= low or high <= first for low, high in taken[lane]))
        taken[lane].append((first, last))
        chains.append(Chain(chain, lane, first, last))
        for node in chain:
            boxes[node].lane = lane
    return chains


def _lanes() -> list[int]:
    return [lane for step in range(1, 500) for lane in (-step, step)]


def _place_columns(layout: Layout, measure: Measure, *, shapes: bool, level: bool) -> None:
    """From left to right: each column as wide as its widest box, or label where those stand upright.

    The labels of a ``level`` trunk are slanted where they would make the figure much wider; of one that sinks they
    would run into what is below.
    """
    upright, bare = defaultdict[int, float](float), defaultdict[int, float](float)
    for box in layout.boxes:
        low, high = _reach(box)
        upright[box.column] = max(upright[box.column], high - low)
        name = box.label.least + 6 if box.lane < 0 and box.label is not None else 0.0
        bare[box.column] = max(bare[box.column], box.width, name)
    gaps = GAP * len(bare)
    need = upright
    wide, narrow = sum(upright.values()) + gaps, sum(bare.values()) + gaps
    if level and wide > max(SLIDE, ROOMIER * narrow):
        need = bare
        for box in layout.boxes:
            if box.lane >= 0 and box.node.form != "end":
                box.label = _label(box, measure, shapes=shapes, slanted=True)
    left: dict[int, float] = {}
    x = 0.0
    for column in range(max(need) + 1):
        left[column] = x
        x += need[column] + GAP
    for box in layout.boxes:
        low, high = _reach(box) if need is upright else (0.0, box.width)
        box.x = left[box.column] + (need[box.column] - (high - low)) / 2 - low


def _reach(box: Box) -> Point:
    """From where to where a box and its upright label reach, counted from its left edge."""
    if box.label is None or box.node.form == "end":
        return 0.0, box.width
    half = box.label.width / 2
    return min(0.0, _middle(box) - half), max(box.width, _middle(box) + half)


def _middle(box: Box) -> float:
    """The middle of a label, counted from the left edge of its box: below the front face, above all of it."""
    return (box.width if box.lane < 0 else box.thick) / 2


def _place_labels(layout: Layout) -> None:
    """Below the boxes, above them in the lanes above the trunk; slanted ones keep clear of their neighbours."""
    after: dict[float, tuple[float, float]] = {}
    for box in sorted(layout.boxes, key=lambda box: -box.x):
        label = box.label
        if label is None:
            continue
        label.x, label.y = box.x + _middle(box), box.bottom + 6
        if box.node.form == "end":
            label.x, label.y = box.x, box.y
        elif box.lane < 0:
            label.y = box.top - label.height - 3
        elif label.slanted:
            label.y += 6
            x, y = after.get(box.y, (math.inf, 0.0))
            if x - box.x < label.width:
                label.y = max(label.y, y + 1.8 * LINE - math.tan(SLANTED) * (x - label.x))
            after[box.y] = label.x, label.y
    _narrow([box for box in layout.boxes if box.lane < 0])


def _narrow(boxes: list[Box]) -> None:
    """Labels side by side get no wider than the room between their boxes; their names are never cut."""
    for box, other in pairwise(sorted(boxes, key=lambda box: (box.y, box.x))):
        one, two = box.label, other.label
        if one is not None and two is not None and box.y == other.y:
            room = two.x - one.x - 6
            if one.width + two.width > 2 * room:
                one.width, two.width = max(one.least, min(one.width, room)), max(two.least, min(two.width, room))


# -- rows --------------------------------------------------------------------------------------------------------------


def _place_rows(layout: Layout, trunk: set[int], chains: list[Chain], sunk: dict[int, float]) -> None:
    """The trunk lies at 0, and sinks with the resolution where that rises again; branches lie close above and below."""
    boxes = layout.boxes
    placed = [boxes[index] for index in trunk]
    for box in placed:
        box.y = sunk.get(box.column, 0.0)
    for chain in sorted(chains, key=lambda chain: (abs(chain.lane), chain.lane)):
        members = [boxes[node] for node in chain.nodes]
        half = max(box.tall + box.slant for box in members) / 2
        near = [box for box in placed if chain.first <= box.column <= chain.last and box.lane * chain.lane >= 0]
        if chain.lane < 0:
            y = min(box.top - (label_room(box) if box.lane else 0.0) for box in near) - ARC - RISE - half
        else:
            y = max(box.bottom + label_room(box) for box in near) + ARC + half
        for box in members:
            box.y = y
        placed += members


def _sunk(boxes: list[Box], trunk: set[int]) -> dict[int, float]:
    """How far down each column lies: not at all, unless images grow again after where they have shrunk."""
    path = sorted((boxes[index] for index in trunk), key=lambda box: box.column)
    rows = [box.node.sizes[-2] if box.node.form == "volume" else None for box in path]
    known = [row for row in rows if row is not None]
    least, grows = known[0] if known else 0, False
    for row in known:
        grows |= least < known[0] and row > least
        least = min(least, row)
    if not grows:
        return {}
    most, level = max(known), round(math.log2(max(known) / known[0]))
    levels = list[int]()
    for rows_here in rows:
        level = level if rows_here is None else round(math.log2(most / rows_here))
        levels.append(level)
    heights: dict[int, float] = defaultdict(float)
    for box, at in zip(path, levels, strict=True):
        heights[at] = max(heights[at], box.tall + box.slant)
    depth, y = {0: 0.0}, 0.0
    for at in range(1, max(levels) + 1):
        y += heights[at - 1] / 2 + 5 * ARC
        depth[at] = y
    return {box.column: depth[at] for box, at in zip(path, levels, strict=True)}
