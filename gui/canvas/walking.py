"""Where the arrow keys lead: with the flow and against it along wires, across it to the neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from engine.graph import Graph, Position
from gui.canvas.layout.flow import flow_of

Direction = Literal["up", "down", "left", "right"]
TURNED: Final[dict[Direction, Direction]] = {"up": "left", "left": "up", "down": "right", "right": "down"}


def step(graph: Graph, positions: Mapping[str, Position], node_id: str | None, direction: Direction) -> str | None:
    """The node one step away from ``node_id``, or None at the end of the way; from nowhere it leads to the first."""
    if node_id is None or node_id not in graph.nodes:
        order = graph.order()
        return order[0] if order else None
    flow = flow_of(graph)
    positions, direction = flow.turn_all(positions), TURNED[direction] if flow.turned else direction
    x, y = positions[node_id]
    if direction == "down":
        return _nearest(positions, x, [edge.target for edge in graph.outgoing[node_id]])
    if direction == "up":
        return _nearest(positions, x, [edge.source for edge in graph.incoming[node_id].values()])
    sign = 1 if direction == "right" else -1
    aside = [
        (abs(other_y - y) * 2 + abs(other_x - x), other)
        for other, (other_x, other_y) in positions.items()
        if other != node_id and (other_x - x) * sign > abs(other_y - y)
    ]
    return min(aside, default=(0.0, None))[1]


def extended(selection: Sequence[str], node_id: str) -> list[str]:
    """The selection with a node as its last; a step back to the one before the last gives the last up."""
    if list(selection[-2:-1]) == [node_id]:
        return list(selection[:-1])
    return [*(other for other in selection if other != node_id), node_id]


def _nearest(positions: Mapping[str, Position], x: float, nodes: list[str]) -> str | None:
    return min(nodes, key=lambda node_id: abs(positions[node_id][0] - x), default=None)
