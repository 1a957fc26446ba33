"""Way points for the wires that would run through a node, found from positions alone.

All is said as if the network ran down; a `Flow` turns it. A wire is drawn from the middle of its source's bottom to
the middle of its target's top in legs with vertical tangents: cubics whose handles are half the leg's height. A wire
whose single leg meets a node gets a lane: it swings out below its source, runs straight down, and swings in above its
target. Wires from one port share a lane. A wire to a node further up runs up in a lane that it enters and leaves in an
arc.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.graph import Edge, Graph, Position
from gui.canvas.layout.flow import DOWN, Flow
from gui.canvas.layout.layout_lanes import MARGIN, Ground, Lanes, Wire
from gui.canvas.layout.layout_layers import NODE_GAP, lean
from gui.canvas.sight.tiles import Area as Box

Sizes = Mapping[str, tuple[float, float]]
UPWARDS = 96.0
"""A wire that leads further up takes a lane between the nodes, as from the foot of a column to the head of the next."""


def routes(
    graph: Graph,
    positions: Mapping[str, Position],
    sizes: Sizes,
    edges: Iterable[Edge] | None = None,
    known: Mapping[Edge, tuple[Position, ...]] | None = None,
    flow: Flow = DOWN,
    ground: Ground | None = None,
) -> dict[Edge, tuple[Position, ...]]:
    """The way points of each wire from its source on, in scene coordinates; none for a wire that may run freely.

    ``edges`` asks for these wires only; those that leave the same ports are answered too, for they share lanes.
    ``known`` are earlier answers, whose lanes are kept clear; wires among them that are gone do no harm.
    Who keeps a ``ground`` with all nodes and lanes, but for those of the wires asked for, pays for these wires alone.
    """
    if ground is None:
        ground = Ground(turned_box(name, positions, sizes, flow) for name in positions)
    lanes = Lanes(ground)
    ports = None if edges is None else dict.fromkeys((edge.source, edge.source_port) for edge in edges)
    if ports is not None and known is not None:
        for edge, points in known.items():
            if (edge.source, edge.source_port) not in ports and edge.source in positions and edge.target in positions:
                lanes.use(wire_of(edge, positions, sizes, flow), flow.turn_ways(points))
    result: dict[Edge, tuple[Position, ...]] = {}
    bundles: dict[tuple[str, str], dict[Edge, Wire]] = {}
    for edge in graph.edges if ports is None else _leaving(graph, ports):
        wire = wire_of(edge, positions, sizes, flow)
        result[edge] = ()
        if wire.sy - wire.ty > UPWARDS:
            result[edge] = tuple(lanes.back(wire))
        elif _free(wire, lanes):
            lanes.use(wire, ())
        else:
            side = lean(graph.incoming[edge.target])[edge]
            comes_across = side * (wire.tx - wire.sx) > NODE_GAP  # from the other side: it crosses in any case
            bundle = bundles.setdefault((edge.source, edge.source_port), {})
            bundle[edge] = wire._replace(lean=0.0 if comes_across else side)
    for bundle in sorted(bundles.values(), key=lambda bundle: max(wire.ty - wire.sy for wire in bundle.values())):
        result |= zip(bundle, map(tuple, lanes.lay([*bundle.values()])), strict=True)
    return {edge: flow.turn_ways(points) for edge, points in result.items()} if flow.turned else result


def _leaving(graph: Graph, ports: Iterable[tuple[str, str]]) -> Iterator[Edge]:
    for source, port in ports:
        yield from (edge for edge in graph.outgoing.get(source, ()) if edge.source_port == port)


def wire_of(edge: Edge, positions: Mapping[str, Position], sizes: Sizes, flow: Flow) -> Wire:
    """Where a wire starts and ends for its route, as if everything ran down: in the middle of its nodes."""
    source, target = turned_box(edge.source, positions, sizes, flow), turned_box(edge.target, positions, sizes, flow)
    return Wire((source.left + source.right) / 2, source.bottom, (target.left + target.right) / 2, target.top)


def turned_box(name: str, positions: Mapping[str, Position], sizes: Sizes, flow: Flow) -> Box:
    """The rectangle of a node as if everything ran down."""
    (x, y), (width, height) = flow.turn(positions[name]), flow.turn(sizes[name])
    return Box(x, y, x + width, y + height)


def _free(wire: Wire, lanes: Lanes) -> bool:
    """Whether a single leg passes all nodes; a wire that runs a little upwards is left alone."""
    if wire.ty <= wire.sy:
        return True
    left, right = min(wire.sx, wire.tx) - MARGIN, max(wire.sx, wire.tx) + MARGIN
    return not any(
        box.left < right and left < box.right and _meets(wire, box)
        for box in lanes.between(wire.sy, wire.ty, left, right)
    )


def _meets(wire: Wire, box: Box) -> bool:
    """Whether the curve comes near the sides of a box while it is at the heights of the box."""
    height, way = wire.ty - wire.sy, wire.tx - wire.sx
    sides = [wire.sx + way * across((level - wire.sy) / height) for level in (box.top, box.bottom)]
    return min(sides) < box.right + MARGIN and box.left - MARGIN < max(sides)


def across(down: float) -> float:
    """How far a leg has gone sideways (0 … 1) when it has gone ``down`` of its height."""
    if not 0 < down < 1:
        return min(max(down, 0.0), 1.0)
    low, high = 0.0, 1.0
    for _ in range(12):
        t = (low + high) / 2
        low, high = (t, high) if 1.5 * t * (1 - t) + t**3 < down else (low, t)
    return low * low * (3 - 2 * low)
