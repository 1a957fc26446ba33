"""How large the boxes of a figure are and where they stand: the longest path straight, branches above, skips as arcs.

Lengths are in pixels. A side of a box grows with the power `POWER` of the size of its axis, so that 224 and 7 rows can
both be seen. Where images shrink and grow again, the path goes down and up with them: a U-Net is a U.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from gui.drawing.figure.network import Figure, FigureNode

POWER: Final = 0.6
TALLEST, THICKEST, BAR, BAND = 150.0, 64.0, 9.0, 5.0
SLANT: Final = 0.36
"""How far the width of an image leads to the right and up, as a share of its side."""
GAP: Final = 22.0
"""The room between columns, for arrows."""
SIGN: Final = 18.0
"""The diameter of a sign."""
ARC, RISE = 14.0, 9.0
"""How far above the boxes the lowest skip runs, and each further one above that."""
LINE: Final = 15.0
"""The height of a line of text."""
SLIDE, ROOMIER = 1600.0, 1.15
"""Labels are slanted in a figure that is wider than a slide, and by so much wider than with slanted ones."""
SLANTED: Final = math.radians(50)
WIDEST: Final = 120.0
"""The widest label that stands upright; longer ones are elided."""

Point = tuple[float, float]
Measure = Callable[[str, bool], float]
"""The width of a text, bold or not."""


@dataclass(slots=True)
class Box:
    """A box in the figure: the left edge and the middle of its front face; ``slant`` is how far it leads back."""

    node: FigureNode
    thick: float
    tall: float
    slant: float = 0.0
    x: float = 0.0
    y: float = 0.0
    column: int = 0
    lane: int = 0
    label: Label | None = None

    @property
    def width(self) -> float:
        return self.thick + self.slant

    @property
    def top(self) -> float:
        return self.y - (self.tall + self.slant) / 2

    @property
    def bottom(self) -> float:
        return self.y + (self.tall + self.slant) / 2

    @property
    def right(self) -> float:
        return self.x + self.width


@dataclass(slots=True)
class Label:
    """What is said of a box: ``x`` and ``y`` are the middle of its upper edge, or the beginning of a slanted line."""

    lines: list[str]
    width: float
    slanted: bool
    x: float = 0.0
    y: float = 0.0

    @property
    def height(self) -> float:
        return self.width * math.sin(SLANTED) + LINE if self.slanted else LINE * len(self.lines)


@dataclass(slots=True)
class Arrow:
    """The course of an arrow as corners to be rounded; a curve between lanes has two in the middle."""

    points: list[Point]


@dataclass(slots=True)
class Layout:
    """Everything in its place; ``low`` and ``high`` are the corners of the whole, with labels."""

    boxes: list[Box]
    arrows: list[Arrow] = field(default_factory=list)
    groups: list[tuple[str, Point, Point]] = field(default_factory=list)
    """The name of an opened block, and the corners of what belongs to it."""
    low: Point = (0.0, 0.0)
    high: Point = (0.0, 0.0)


def lay_out(figure: Figure, measure: Measure, *, shapes: bool) -> Layout:
    """The layout of a figure; ``measure`` tells how wide labels are."""
    boxes = _sized(figure)
    if not boxes:
        return Layout([])
    columns = _columns(figure)
    trunk = _trunk(figure, columns)
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
    _route(figure, layout)
    _enclose(figure, layout)
    _bound(layout)
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
    width = max(measure(node.name, True), *(measure(line, False) for line in small))
    return Label([node.name, *small], min(width, WIDEST), False)


# -- sizes -------------------------------------------------------------------------------------------------------------


def _sized(figure: Figure) -> list[Box]:
    """A box for each node, as large as its tensor."""
    volumes = [n.sizes for n in figure.nodes if n.form == "volume"]
    sheets = [n.sizes for n in figure.nodes if n.form == "sheet"]
    bars = [n.sizes for n in figure.nodes if n.form == "bar" and n.sizes]
    side = max((max(sizes[-2:]) for sizes in volumes), default=1)
    deep = max((math.prod(sizes[:-2]) for sizes in volumes), default=1)
    long = max((sizes[0] for sizes in sheets), default=1)
    wide = max((sizes[1] for sizes in sheets), default=1)
    many = max((sizes[0] for sizes in bars), default=1)
    boxes = []
    for node in figure.nodes:
        bands = BAND * len(node.bands)
        if node.form == "volume":
            slant = SLANT * _share(node.sizes[-1], side, TALLEST, 6.0)
            thick = _share(math.prod(node.sizes[:-2]), deep, THICKEST, 4.0) + bands
            box = Box(node, thick, _share(node.sizes[-2], side, TALLEST, 6.0), slant)
        elif node.form == "sheet":
            thick = _share(node.sizes[1], wide, THICKEST, 8.0) + bands
            box = Box(node, thick, _share(node.sizes[0], long, TALLEST * 0.7, 10.0))
        elif node.form == "bar":
            box = Box(node, BAR + bands, _share(node.sizes[0] if node.sizes else 1, many, TALLEST * 0.9, 10.0))
        elif node.form == "sign":
            box = Box(node, SIGN, SIGN)
        else:
            box = Box(node, 1.0, LINE)
        boxes.append(box)
    return boxes


def _share(size: int, largest: int, length: float, least: float) -> float:
    return float(max(least, length * (max(size, 1) / max(largest, 1)) ** POWER))


# -- columns and lanes -------------------------------------------------------------------------------------------------


def _columns(figure: Figure) -> list[int]:
    """The column of each node: behind all that feed it; what nothing feeds stands right before what reads it."""
    count = len(figure.nodes)
    before, after = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for source, target in figure.edges:
        before[target].append(source)
        after[source].append(target)
    column = [0] * count
    for index in range(count):  # they are in the order of the forward pass
        column[index] = 1 + max((column[source] for source in before[index]), default=-1)
    for index in range(count):
        if not before[index] and after[index]:
            column[index] = max(0, min(column[target] for target in after[index]) - 1)
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
    """Nodes of a branch, one behind the other, in a lane that is theirs from the first column to the last."""

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
        label = box.label.width if box.label is not None and box.node.form != "end" and box.lane >= 0 else 0.0
        upright[box.column] = max(upright[box.column], box.width, label)
        bare[box.column] = max(bare[box.column], box.width)
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
        box.x = left[box.column] + (need[box.column] - box.width) / 2


def _place_labels(layout: Layout) -> None:
    """Below the boxes, above them in the lanes above the trunk; slanted ones keep clear of their neighbours."""
    after: dict[float, tuple[float, float]] = {}
    for box in sorted(layout.boxes, key=lambda box: -box.x):
        label = box.label
        if label is None:
            continue
        label.x, label.y = box.x + box.thick / 2, box.bottom + 6
        if box.node.form == "end":
            label.x, label.y = box.x, box.y
        elif box.lane < 0:
            label.x, label.y = box.x + box.width / 2, box.top - label.height - 3
        elif label.slanted:
            label.y += 6
            x, y = after.get(box.y, (math.inf, 0.0))
            if x - box.x < label.width:
                label.y = max(label.y, y + 1.8 * LINE - math.tan(SLANTED) * (x - label.x))
            after[box.y] = label.x, label.y


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
            y = min(box.top - (_high(box) if box.lane else 0.0) for box in near) - ARC - RISE - half
        else:
            y = max(box.bottom + _high(box) for box in near) + ARC + half
        for box in members:
            box.y = y
        placed += members


def _high(box: Box) -> float:
    """The height of its label."""
    return 6 + box.label.height if box.label is not None else 0.0


def _sunk(boxes: list[Box], trunk: set[int]) -> dict[int, float]:
    """How far down each column lies: not at all, unless images grow again behind where they have shrunk."""
    path = sorted((boxes[index] for index in trunk), key=lambda box: box.column)
    rows = [box.node.sizes[-2] if box.node.form == "volume" else None for box in path]
    known = [row for row in rows if row is not None]
    least, grows = math.inf, 0
    for row in known:
        grows += row > least
        least = min(least, row)
    if not grows:
        return {}
    most, level = max(known), 0
    levels = []
    for row in rows:
        level = level if row is None else round(math.log2(max(1.0, most / row)))
        levels.append(level)
    heights: dict[int, float] = defaultdict(float)
    for box, at in zip(path, levels, strict=True):
        heights[at] = max(heights[at], box.tall + box.slant)
    depth, y = {0: 0.0}, 0.0
    for at in range(1, max(levels) + 1):
        y += heights[at - 1] / 2 + 5 * ARC
        depth[at] = y
    return {box.column: depth[at] for box, at in zip(path, levels, strict=True)}


# -- arrows ------------------------------------------------------------------------------------------------------------


def _route(figure: Figure, layout: Layout) -> None:
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
            x = other.x - GAP * 0.55 if other.lane == 0 and one.lane != 0 else one.right + GAP * 0.45
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


def _near(box: Box, one: Box, other: Box) -> bool:
    """Whether an arc from one to the other has to pass over a box."""
    return box.top <= max(one.bottom, other.bottom)


# -- around it ---------------------------------------------------------------------------------------------------------


def _enclose(figure: Figure, layout: Layout) -> None:
    for index, name in enumerate(figure.groups):
        members = [box for box in layout.boxes if box.node.group == index]
        if members:
            left, right = min(b.x for b in members) - 7, max(b.right for b in members) + 7
            heights = [b.top - (_high(b) if b.lane < 0 else 0.0) for b in members] + [
                y for arrow in layout.arrows for x, y in arrow.points if left <= x <= right and len(arrow.points) == 4
            ]
            layout.groups.append((name, (left, min(heights) - 8), (right, max(b.bottom for b in members) + 6)))
    if layout.groups:  # side by side they read as one row
        top = min(low[1] for _, low, _ in layout.groups)
        bottom = max(high[1] for _, _, high in layout.groups)
        level = len({box.y for box in layout.boxes if box.lane == 0}) == 1
        layout.groups = [
            (name, (low[0], top if level else low[1]), (high[0], bottom if level else high[1]))
            for name, low, high in layout.groups
        ]


def _bound(layout: Layout) -> None:
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
