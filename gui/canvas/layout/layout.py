"""Automatic layout: the network in rows along its flow, its longest path straight, skips and branches in side lanes.

`arrange` places nodes and leaves room for long wires; `routes` finds the way of a wire through any arrangement. The
method is that of Sugiyama, Tagawa, Toda 1981: rows (`layout_layers`), the order within them (`layout_order`) and
columns (`layout_columns`), as Gansner, Koutsofios, North, Vo: A Technique for Drawing Directed Graphs, 1993, describe
it for dot. What is our own: the longest path is a straight wall in the middle, which makes the rest simple and quick.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from itertools import accumulate

from engine.frames import held
from engine.graph import Graph, Position
from engine.memory import finished
from gui.canvas.layout.flow import DOWN, Flow
from gui.canvas.layout.layout_columns import GRID, Columns
from gui.canvas.layout.layout_layers import Layers, components
from gui.canvas.layout.layout_order import order
from gui.canvas.layout.layout_routes import routes
from gui.canvas.layout.layout_wrap import PAGE, Page, wrapped

__all__ = ["GRID", "PAGE", "Page", "arrange", "fitting", "routes"]

ROWS = 6
"""So many rows are read without columns."""
STEPS = 12
"""So many steps lead to the position of a node, more or less."""
PART_GAP = 64.0
"""The least distance between two parts that no wire joins."""


def arrange(
    graph: Graph,
    sizes: Mapping[str, tuple[float, float]],
    node_ids: set[str] | None = None,
    *,
    wrap: bool = True,
    flow: Flow = DOWN,
    page: Page = PAGE,
) -> dict[str, Position]:
    """The top-left corners of the nodes, multiples of GRID; ``sizes`` holds (width, height) of each of them.

    Rows follow one another the way of the ``flow``; ``page`` is the room that it is to be seen in, in pixels at 100 %.

    The whole network is placed at the origin, in columns where it is long (`layout_wrap`),
    unless ``wrap`` is False. With ``node_ids`` only those nodes are placed, as if there were no
    others, and the top-left corner of their bounding box stays where it was (or goes to the nearest raster point).
    """
    return finished(arranging(graph, sizes, node_ids, wrap=wrap, flow=flow, page=page))


def arranging(
    graph: Graph,
    sizes: Mapping[str, tuple[float, float]],
    node_ids: set[str] | None = None,
    *,
    wrap: bool = True,
    flow: Flow = DOWN,
    page: Page = PAGE,
) -> Generator[None, None, dict[str, Position]]:
    """The same step by step, about `STEPS` for a node; nothing may change before the end."""
    names = [name for name in graph.order() if node_ids is None or name in node_ids]
    if not names:
        return {}
    boxes = {name: (*graph.positions[name], *sizes[name]) for name in names} if graph.frames else {}
    framed = [held(frame, boxes) for frame in graph.frames.values()]
    sizes = flow.turn_all(sizes)
    parts = [Layers(part) for part in (yield from components(graph, names))]
    for part in parts:
        yield from part.find(graph)
    tops = _tops(parts, sizes, flow)
    result: dict[str, Position] = {}
    lanes: list[Position] = []
    end = -PART_GAP
    for part in parts:
        widths = [sizes[name][0] for name in part.names] + [0.0] * (len(part.row) - len(part.names))
        columns = Columns(part, widths, (yield from order(part, widths)))
        yield from columns.find()
        lefts = [columns.left(item) for item in range(len(part.row))]
        shift = _up(end + PART_GAP - min(lefts))
        end = shift + max(left + width for left, width in zip(lefts, widths, strict=True))
        placed = [(left + shift, tops[row]) for left, row in zip(lefts, part.row, strict=True)]
        result |= zip(part.names, placed, strict=False)
        lanes = placed[len(part.names) :]
        yield
    if wrap and node_ids is None and len(parts) == 1 and len(parts[0].trunk) > ROWS:
        rows = dict(zip(parts[0].names, parts[0].row, strict=False))
        result = yield from wrapped(graph, rows, result, sizes, lanes, flow.turn(page), flow.gutter, framed)
    yield
    result = dict(flow.turn_all(result))
    yield
    here = _corner(result)
    goal = _corner({name: graph.positions[name] for name in names}) if node_ids is not None else (0.0, 0.0)
    dx, dy = (math.floor((new - old) / GRID + 0.5) * GRID for new, old in zip(goal, here, strict=True))
    return {name: (x + dx, y + dy) for name, (x, y) in result.items()}


def fitting(positions: Mapping[str, Position], sizes: Mapping[str, tuple[float, float]], page: Page = PAGE) -> float:
    """The scale at which an arrangement just fits a page, never above 1."""
    if not positions:
        return 1.0
    left, top = _corner(positions)
    right = max(x + sizes[name][0] for name, (x, _) in positions.items())
    bottom = max(y + sizes[name][1] for name, (_, y) in positions.items())
    return min(page[0] / max(right - left, 1.0), page[1] / max(bottom - top, 1.0), 1.0)


def _tops(parts: list[Layers], sizes: Mapping[str, tuple[float, float]], flow: Flow) -> list[float]:
    """Where the rows begin; all parts share them, so that the gap below a row is free from end to end."""
    heights = [0.0] * max(len(part.trunk) for part in parts)
    for part in parts:
        for name, row in zip(part.names, part.row, strict=False):
            heights[row] = max(heights[row], sizes[name][1])
    return list(accumulate((_up(height + flow.row_gap) for height in heights[:-1]), initial=0.0))


def _up(value: float) -> float:
    return math.ceil(value / GRID) * GRID


def _corner(positions: Mapping[str, Position]) -> Position:
    return min(x for x, _ in positions.values()), min(y for _, y in positions.values())
