"""Making room: what stands beyond a box that grows is pushed away, and comes back when it shrinks again."""

from __future__ import annotations

from collections.abc import Mapping

from engine.graph import Position
from gui.canvas.geometry import Box
from gui.canvas.layout.flow import Flow


def resized(
    positions: Mapping[str, Position], sizes: Mapping[str, Box], node_id: str, size: Box, flow: Flow
) -> dict[str, Position]:
    """Where nodes go when one of them takes another size; it keeps its beginning and its middle across the flow.

    Giving it its old size again takes everything back. Sizes differ by whole steps of the raster, twice that across.
    """
    (x, y), (wide, long) = flow.turn(positions[node_id]), flow.turn(sizes[node_id])
    across, along = flow.turn(size)
    aside, further = (across - wide) / 2, along - long
    found = {node_id: flow.turn((x - aside, y))}
    for other, position in positions.items():
        if other == node_id:
            continue
        left, top = flow.turn(position)
        after, before = left >= x + wide, left + flow.turn(sizes[other])[0] <= x
        place = left + aside * (after - before), top + further * (top >= y + long)
        if place != (left, top):
            found[other] = flow.turn(place)
    return found
