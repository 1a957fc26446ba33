"""The arrows of a figure, the blocks around its boxes, and how much room all of it takes."""

from __future__ import annotations

import math

from gui.drawing.figure.boxes import ARC, GAP, LINE, RISE, SLANTED, Arrow, Box, Layout, Point, label_room
from gui.drawing.figure.network import Figure


def route(figure: Figure, layout: Layout) -> None:
    """Arrows: straight to the next box, an arc over those between, a bend from lane to lane."""
    boxes = layout.boxes
    arcs: list[tuple[int, int, float]] = []
    skips = []
    for source, target in figure.edges:
        one, other = boxes[source], boxes[target]
        between = [b for b in boxes if b.lane == one.lane and one.column < b.column < other.column]
        if one.lane == other.lane and between:
            skips.append((one, other))
        elif one.y == other.y:
            layout.arrows.append(Arrow([(one.right, one.y), (other.x, other.y)]))
        else:
            x = other.x - GAP * 0.55 if other.lane == 0 and one.lane != 0 else _beyond(one) + GAP * 0.45
            layout.arrows.append(Arrow([(one.right, one.y), (x, one.y), (x, other.y), (other.x, other.y)]))
    for one, other in sorted(skips, key=lambda pair: pair[1].column - pair[0].column):
        first, last = one.column, other.column
        passed = [b.top for b in boxes if first <= b.column <= last and _near(b, one, other)]
        y = min(passed) - ARC
        for low, high, level in arcs:
            if low < last and first < high:
                y = min(y, level - RISE)
        arcs.append((first, last, y))
        start, end = one.x + one.width / 2 + one.slant / 2 + 2, other.x + other.width / 2 + other.slant / 2 - 2
        if one.node.form == "sign":
            start = one.x + one.width / 2 + 3
        if other.node.form == "sign":
            end = other.x + other.width / 2
        layout.arrows.append(Arrow([(start, one.top), (start, y), (end, y), (end, other.top)]))


def _beyond(box: Box) -> float:
    """The right edge of a box of the trunk with its upright label, which a bend downwards has to clear."""
    label = box.label
    if label is None or label.slanted or box.lane != 0 or box.node.form == "end":
        return box.right
    return max(box.right, label.x + label.width / 2)


def _near(box: Box, one: Box, other: Box) -> bool:
    """Whether an arc from one to the other has to pass over a box."""
    if one.lane > 0 and one.lane == other.lane:  # below the trunk it stays in its own lane
        return box.lane == one.lane
    return box.top <= max(one.bottom, other.bottom)


def enclose(figure: Figure, layout: Layout) -> None:
    """The rectangles around opened blocks; those along a level trunk read as one row."""
    level = len({box.y for box in layout.boxes if box.lane == 0}) == 1
    found: list[tuple[str, Point, Point, bool]] = []
    for index, name in enumerate(figure.groups):
        members = [box for box in layout.boxes if box.node.group == index]
        if not members:
            continue
        left, right = min(b.x for b in members) - 7, max(b.right for b in members) + 7
        heights = [b.top - (label_room(b) if b.lane < 0 else 0.0) for b in members]
        bottom = max(b.bottom for b in members)
        trunk = any(b.lane == 0 for b in members)
        for arrow in layout.arrows if trunk else ():
            heights += [y for x, y in arrow.points if left <= x <= right and len(arrow.points) == 4 and y < bottom]
        along = level and trunk
        found.append((name, (left, min(heights) - 8), (right, bottom + 6), along))
    row = [(low[1], high[1]) for _, low, high, along in found if along]
    for name, low, high, along in found:
        top = min(one for one, _ in row) if along else low[1]
        bottom = max(other for _, other in row) if along else high[1]
        layout.groups.append((name, (low[0], top), (high[0], bottom)))


def bound(layout: Layout) -> None:
    xs, ys = [], []
    for box in layout.boxes:
        xs += [box.x, box.right]
        ys += [box.top, box.bottom]
        label = box.label
        if label is None:
            continue
        if label.slanted:
            xs.append(label.x + label.width * math.cos(SLANTED) + LINE)
            ys.append(label.y + label.height)
        elif box.node.form == "end":
            xs.append(label.x + label.width + 6)
        else:
            xs += [label.x - label.width / 2, label.x + label.width / 2]
            ys += [label.y, label.y + label.height]
    for arrow in layout.arrows:
        ys += [y for _, y in arrow.points]
    for _, low, high in layout.groups:
        xs += [low[0], high[0]]
        ys += [low[1] - LINE - 4, high[1] + 2]
    layout.low, layout.high = (min(xs), min(ys)), (max(xs), max(ys))
