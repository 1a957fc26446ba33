"""Long chains in columns: the rows are cut where a single wire runs on, and the pieces stand side by side."""

from __future__ import annotations

import math
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence

from engine.graph import Graph, Position
from gui.canvas.layout.layout_columns import GRID

Page = tuple[float, float]
PAGE: Page = (720.0, 600.0)
"""The room that a network has in a window of usual size, in pixels at 100 %."""
READABLE = 0.75
"""From this scale on everything is written in and beside the boxes: no more columns than that needs."""
GAIN = 1.1
"""By how much each column more must pay."""
FEW = 10
"""So many columns are tried one by one."""

TALL = 5
"""So many rows beside which a column has more than one."""

Sizes = Mapping[str, tuple[float, float]]


def wrapped(
    graph: Graph,
    row: Mapping[str, int],
    positions: Mapping[str, Position],
    sizes: Sizes,
    lanes: Sequence[Position],
    page: Page,
    gutter: float,
    framed: Iterable[Collection[str]] = (),
) -> Generator[None, None, dict[str, Position]]:
    """The same positions, or those of columns where the network can be read at a larger scale on the ``page`` then.

    It goes step by step. ``row`` says in which row each node stands, ``lanes`` are way points of wires, which need room
    as well. In the ``gutter`` between two columns runs the wire that leads to the head of the next, with its shape
    beside it. What is ``framed`` together stays in one column, unless that is most of the network.
    """
    spans = _spans(row, positions, sizes)
    yield
    cuts = _cuts(graph, row, framed)
    yield
    extent = _extent(positions, sizes, lanes)
    best, scale = dict(positions), _scale(*extent, page)
    for count in _counts(*extent, len(cuts) + 1, page, gutter):
        yield
        if scale >= READABLE:
            break
        bands = _bands(spans, cuts, count)
        if min(map(len, bands)) == 1 and max(map(len, bands)) >= TALL:  # a box alone beside a tower looks lost
            continue
        placed, box = _side_by_side(bands, row, positions, sizes, lanes, gutter)
        if _scale(*box, page) > scale * GAIN:
            best, scale = placed, _scale(*box, page)
        elif box[0] / page[0] > box[1] / page[1]:  # more columns only make it broader
            break
    return best


def _counts(width: float, height: float, most: int, page: Page, gutter: float) -> list[int]:
    """How many columns are worth a try: a few, and where that cannot do, about as many as fill the page evenly."""
    even = math.sqrt(height * page[0] / (page[1] * (width + gutter)))
    wanted = {*range(2, FEW)} if even < FEW else {round(share * even) for share in (0.7, 0.85, 1.0, 1.15)}
    return sorted(count for count in wanted if count <= most)


def _scale(width: float, height: float, page: Page) -> float:
    return min(page[0] / max(width, 1.0), page[1] / max(height, 1.0), 1.0)


def _extent(positions: Mapping[str, Position], sizes: Sizes, lanes: Sequence[Position]) -> tuple[float, float]:
    left, right = _sides(positions, sizes, lanes)
    bottoms = [y + sizes[name][1] for name, (_, y) in positions.items()]
    return right - left, max(bottoms) - min(y for _, y in positions.values())


def _sides(positions: Mapping[str, Position], sizes: Sizes, lanes: Sequence[Position]) -> tuple[float, float]:
    """The left and right end of these nodes and lanes."""
    xs = [x for x, _ in lanes]
    lefts = [x for x, _ in positions.values()]
    return min([*xs, *lefts]), max([*xs, *(x + sizes[name][0] for name, (x, _) in positions.items())])


def _spans(row: Mapping[str, int], positions: Mapping[str, Position], sizes: Sizes) -> list[tuple[float, float]]:
    """The top and the bottom of each row."""
    spans = [(math.inf, -math.inf)] * (max(row.values()) + 1)
    for name, number in row.items():
        top, bottom = spans[number]
        y = positions[name][1]
        spans[number] = min(top, y), max(bottom, y + sizes[name][1])
    return spans


def _cuts(graph: Graph, row: Mapping[str, int], framed: Iterable[Collection[str]]) -> list[int]:
    """The rows below which a single wire runs on, to the next row, and which no frame of a part goes across."""
    crossing = [0] * (max(row.values()) + 1)
    for edge in graph.edges:
        if edge.source in row and edge.target in row:
            for number in range(row[edge.source], row[edge.target]):
                crossing[number] += 1
    for inside in framed:
        rows = sorted(row[name] for name in inside if name in row)
        if rows and 2 * (rows[-1] - rows[0]) < len(crossing):
            crossing[rows[0] : rows[-1]] = [0] * (rows[-1] - rows[0])
    return [number for number, count in enumerate(crossing) if count == 1]


def _bands(spans: Sequence[tuple[float, float]], cuts: Sequence[int], count: int) -> list[range]:
    """The rows of each column: at most ``count`` of them, the tallest as low as it can be."""
    low, high = 0.0, spans[-1][1] - spans[0][0]
    while high - low > 1:
        middle = (low + high) / 2
        if len(_within(spans, cuts, middle)) <= count and _tallest(spans, _within(spans, cuts, middle)) <= middle:
            high = middle
        else:
            low = middle
    bands = _within(spans, cuts, high)
    if len(bands) > 2 and spans[-1][1] - spans[bands[-1][0]][0] > high - 1:  # the last decides: even out the others
        end = bands[-1][0]
        bands = [*_bands(spans[:end], [cut for cut in cuts if cut < end - 1], count - 1), bands[-1]]
    return bands


def _within(spans: Sequence[tuple[float, float]], cuts: Sequence[int], height: float) -> list[range]:
    """Columns no taller than ``height`` where the cuts allow it, from the beginning on."""
    bands, start, end = [], 0, -1
    for cut in (*cuts, len(spans) - 1):
        if end >= start and spans[cut][1] - spans[start][0] > height:
            bands.append(range(start, end + 1))
            start = end + 1
        end = cut
    return [*bands, range(start, len(spans))]


def _tallest(spans: Sequence[tuple[float, float]], bands: Sequence[range]) -> float:
    return max(spans[band[-1]][1] - spans[band[0]][0] for band in bands)


def _side_by_side(
    bands: Sequence[range],
    row: Mapping[str, int],
    positions: Mapping[str, Position],
    sizes: Sizes,
    lanes: Sequence[Position],
    gutter: float,
) -> tuple[dict[str, Position], tuple[float, float]]:
    """Where the nodes stand in columns, and the width and height of all."""
    column = {number: index for index, band in enumerate(bands) for number in band}
    members: list[dict[str, Position]] = [{} for _ in bands]
    for name, position in positions.items():
        members[column[row[name]]][name] = position
    tops = [min(y for _, y in inside.values()) for inside in members]
    ends = [*tops[1:], math.inf]
    placed: dict[str, Position] = {}
    end, height = -gutter, 0.0
    for inside, top, below in zip(members, tops, ends, strict=True):
        left, right = _sides(inside, sizes, [(x, y) for x, y in lanes if top <= y < below])
        shift = math.ceil((end + gutter - left) / GRID) * GRID
        placed |= {name: (x + shift, y - top) for name, (x, y) in inside.items()}
        end = right + shift
        height = max(height, max(y + sizes[name][1] for name, (_, y) in inside.items()) - top)
    return placed, (end, height)
