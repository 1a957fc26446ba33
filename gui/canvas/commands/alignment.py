"""Aligning and distributing nodes: pure functions from boxes to the positions that they get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from engine.graph import Position
from gui.canvas.geometry import Box, snap

Boxes = Mapping[str, tuple[Position, Box]]
"""Top left corner and size of each node."""


def _edge(axis: int, share: float) -> Callable[[Boxes], dict[str, float]]:
    """Where nodes begin along an axis when their edges (0), middles (½) or far edges (1) lie on one line.

    The line is that of the outermost edge, for middles the mean of all.
    """

    def places(boxes: Boxes) -> dict[str, float]:
        points = {name: at[axis] + share * size[axis] for name, (at, size) in boxes.items()}
        line = {0.0: min, 1.0: max}.get(share, lambda values: sum(values) / len(boxes))(points.values())
        return {name: line - share * size[axis] for name, (_, size) in boxes.items()}

    return places


def _spread(axis: int) -> Callable[[Boxes], dict[str, float]]:
    """Where nodes begin along an axis with the same room between neighbours; the first and the last stay."""

    def places(boxes: Boxes) -> dict[str, float]:
        order = sorted(boxes, key=lambda name: boxes[name][0][axis] + boxes[name][1][axis] / 2)
        first, last = boxes[order[0]], boxes[order[-1]]
        room = last[0][axis] + last[1][axis] - first[0][axis] - sum(size[axis] for _, size in boxes.values())
        found, place = {}, first[0][axis]
        for name in order:
            found[name] = place
            place += boxes[name][1][axis] + room / (len(order) - 1)
        return found

    return places


WAYS: Final[dict[str, tuple[int, Callable[[Boxes], dict[str, float]]]]] = {
    "left": (0, _edge(0, 0.0)),
    "center": (0, _edge(0, 0.5)),
    "right": (0, _edge(0, 1.0)),
    "top": (1, _edge(1, 0.0)),
    "middle": (1, _edge(1, 0.5)),
    "bottom": (1, _edge(1, 1.0)),
    "across": (0, _spread(0)),
    "down": (1, _spread(1)),
}
"""The axis along which nodes are moved, and where to."""


def aligned(boxes: Boxes, way: str) -> dict[str, Position]:
    """The positions of two nodes or more after aligning or distributing them, on the raster."""
    axis, places = WAYS[way]
    found = {name: snap(place) for name, place in places(boxes).items()}
    return {name: (at, y) if axis == 0 else (x, at) for name, at in found.items() for x, y in [boxes[name][0]]}
