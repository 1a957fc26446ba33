"""Lanes: straight ways down between the nodes for wires that a single leg cannot draw."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from functools import partial
from itertools import pairwise
from math import inf
from typing import NamedTuple

from engine.graph import Position
from gui.canvas.layout.flow import DOWN, Flow
from gui.canvas.layout.layout_layers import CROSSING, LANE_GAP, NODE_GAP, ROW_GAP
from gui.canvas.sight.tiles import Area as Box
from gui.canvas.sight.tiles import Tiles

MARGIN = 8.0
"""How near a wire may come to a node."""
NEAR = 1024.0
"""How far beside a wire its lane is looked for at first."""
TIGHT = 16.0
"""The height in which a wire swings aside where nodes stand too close for ROW_GAP."""


class Wire(NamedTuple):
    """Where a wire starts and ends, and the side from which it should come (−1 … 1)."""

    sx: float
    sy: float
    tx: float
    ty: float
    lean: float = 0.0


class Ground:
    """The nodes, and the lanes that are in use already, by where they are.

    What it gives is as if everything ran down; its `boxes` are as they are shown where that is with a ``flow``.
    """

    def __init__(self, boxes: Iterable[Box] = (), flow: Flow = DOWN, nodes: Tiles[str] | None = None) -> None:
        """``nodes`` are those of who keeps them up to date; without, there are these ``boxes``."""
        self.flow = flow
        self.boxes: Tiles[str] = Tiles() if nodes is None else nodes
        self.lanes: Tiles[Hashable] = Tiles()
        """Lanes as boxes without a width."""
        for number, box in enumerate(boxes):
            self.boxes.put(str(number), box)

    def near(self, area: Box) -> Iterator[Box]:
        """The nodes that reach into an area."""
        for key in self.boxes.within(turned(area, self.flow)):
            yield turned(self.boxes.areas[key], self.flow)

    def use(self, key: Hashable, wire: Wire, path: Iterable[Position]) -> None:
        """Keep other wires away from where this one runs straight down (short wires between two rows are no lanes)."""
        for number, ((x, y), (below, end)) in enumerate(pairwise([(wire.sx, wire.sy), *path, (wire.tx, wire.ty)])):
            if abs(x - below) < MARGIN and end - y > ROW_GAP + TIGHT:
                self.lanes.put((key, number), Box(x, y, x, end))


def turned(box: Box, flow: Flow) -> Box:
    """A rectangle as if everything ran down, and back."""
    return Box(box.top, box.left, box.bottom, box.right) if flow.turned else box


class Lanes:
    """Finds lanes between the nodes of a ground; those that it has found itself are kept clear, too."""

    def __init__(self, ground: Ground) -> None:
        self._ground, self._own = ground, Ground()

    def between(self, top: float, bottom: float, left: float = -inf, right: float = inf) -> Iterator[Box]:
        """The nodes that reach into an area, by default a horizontal strip."""
        for box in self._ground.near(Box(left, top, right, bottom)):
            if box.bottom > top and box.top < bottom:
                yield box

    def _used(self, top: float, bottom: float, left: float, right: float) -> Iterator[float]:
        """Where lanes in use run down between two heights."""
        for lanes in (self._ground.lanes, self._own.lanes):
            for lane in map(lanes.areas.__getitem__, lanes.within(Box(left, top, right, bottom))):
                if lane.bottom > top and lane.top < bottom:
                    yield lane.left

    def use(self, wire: Wire, path: Iterable[Position]) -> None:
        """Keep other wires away from this one."""
        self._own.use(len(self._own.lanes), wire, path)

    def lay(self, wires: list[Wire]) -> list[list[Position]]:
        """Way points for wires from one port: in one lane, except where a wire is better off straight at its ends."""
        longest = max(wires, key=lambda wire: wire.ty)
        lane, longest_path = self._search(longest, wires)
        paths = []
        for wire in wires:
            path = longest_path if wire is longest else None
            for x in sorted((lane, wire.sx, wire.tx), key=partial(_cost, [wire])):
                if path is None and (x == lane or self._clear(x, wire)):
                    path = self._path(wire, x, ROW_GAP)
            paths.append(self._search(wire, [wire])[1] if path is None else path)
        for wire, path in zip(wires, paths, strict=True):
            self.use(wire, path)
        return paths

    def back(self, wire: Wire) -> list[Position]:
        """Way points for a wire to a target further up: a lane clear of nodes, beside the source if there is one."""
        top, bottom = wire.ty - TIGHT, wire.sy + TIGHT
        for left, right in _windows(wire):
            boxes = self.between(top, bottom, left, right)
            taken = [(box.left - NODE_GAP, box.right + NODE_GAP) for box in boxes]
            lane = min(_gaps(taken, (wire.sx,)), key=lambda x: abs(x - wire.sx) + abs(x - wire.tx))
            if left <= lane <= right:
                break
        return [(lane, wire.sy), (lane, wire.ty)]

    def _search(self, wire: Wire, bundle: list[Wire]) -> tuple[float, list[Position]]:
        """The best lane in which the wire meets no node, clear of other lanes if that is possible."""
        lane, top, bottom = wire.sx, wire.sy, wire.ty
        for clearance, turn in ((NODE_GAP, ROW_GAP), (MARGIN, TIGHT)):
            top, bottom = wire.sy + turn, wire.ty - turn
            tried: set[float] = set()
            low, high = -inf, inf  # what bars the way to a lane beside both ends bars it to those beyond
            for left, right in _windows(wire):
                choices = self._choices(wire, bundle, (top, bottom, left, right), clearance)
                sure = min(_way(bundle, left), _way(bundle, right))  # what is outside the window costs more
                for lane in choices:
                    if _cost(bundle, lane) > sure:
                        break
                    if lane in tried or not low < lane < high:
                        continue
                    if (path := self._path(wire, lane, turn)) is not None:
                        return lane, path
                    tried.add(lane)
                    if lane < min(wire.sx, wire.tx):
                        low = lane
                    elif lane > max(wire.sx, wire.tx):
                        high = lane
                left_over = any(low < lane < high and lane not in tried for lane in choices)
                if left < low and high < right and not left_over and _cost(bundle, choices[0]) <= sure:
                    break
            lane = choices[0]
        return lane, [(lane, top), (lane, bottom)] if top < bottom else []

    def _choices(
        self, wire: Wire, bundle: list[Wire], area: tuple[float, float, float, float], clearance: float
    ) -> list[float]:
        """Where a lane could run between top and bottom, left and right, the best first."""
        taken = [(box.left - clearance, box.right + clearance) for box in self.between(*area)]
        if clearance == NODE_GAP:
            taken += [(x - LANE_GAP, x + LANE_GAP) for x in self._used(*area)]
        return sorted(_gaps(taken, (wire.sx, wire.tx)), key=lambda x: (_cost(bundle, x), x != wire.sx, -x))

    def _clear(self, x: float, wire: Wire) -> bool:
        """Whether a lane for the wire would keep its distance from nodes and other lanes."""
        top, bottom = wire.sy + ROW_GAP, wire.ty - ROW_GAP
        return not (
            any(
                box.left - NODE_GAP < x < box.right + NODE_GAP
                for box in self.between(top, bottom, x - NODE_GAP, x + NODE_GAP)
            )
            or any(abs(x - lane) < LANE_GAP for lane in self._used(top, bottom, x - LANE_GAP, x + LANE_GAP))
        )

    def _path(self, wire: Wire, lane: float, turn: float) -> list[Position] | None:
        """The way points through a lane, or None where there is no room to swing out or in."""
        leave, arrive = wire.sy, wire.ty
        start, end = leave, arrive
        if lane != wire.sx:
            while hits := self._within(wire.sx, lane, leave, leave + turn):
                leave = max(box.bottom for box in hits)
                if leave + turn > arrive:
                    return None
            start = leave + turn
        if lane != wire.tx:
            while hits := self._within(wire.tx, lane, arrive - turn, arrive):
                arrive = min(box.top for box in hits)
                if arrive - turn < start:
                    return None
            end = arrive - turn
        ends = self._within(wire.sx, wire.sx, wire.sy, leave) or self._within(wire.tx, wire.tx, arrive, wire.ty)
        if ends or start > end:
            return None
        points = [(wire.sx, leave), (lane, start), (lane, end), (wire.tx, arrive)]
        return [point for point in dict.fromkeys(points) if point not in ((wire.sx, wire.sy), (wire.tx, wire.ty))]

    def _within(self, start: float, end: float, top: float, bottom: float) -> list[Box]:
        left, right = min(start, end) - 1, max(start, end) + 1
        return [box for box in self.between(top, bottom, left, right) if box.left < right and left < box.right]


def _cost(bundle: list[Wire], x: float) -> float:
    """How far these wires go out of their way through a lane; coming from the wrong side costs a crossing."""
    wrong = sum(max(0.0, -wire.lean * ((x > wire.tx) - (x < wire.tx))) for wire in bundle)
    turns = sum((x != wire.sx) + (x != wire.tx) for wire in bundle)
    return CROSSING * wrong + _way(bundle, x) + LANE_GAP * turns / len(bundle)


def _way(bundle: list[Wire], x: float) -> float:
    """The same without turns and crossings."""
    return sum(abs(x - wire.sx) + abs(x - wire.tx) for wire in bundle) / 2 / len(bundle)


def _windows(wire: Wire) -> Iterator[tuple[float, float]]:
    """How far to the left and to the right a lane is looked for: near the wire first, everywhere at last."""
    left, right = min(wire.sx, wire.tx), max(wire.sx, wire.tx)
    for reach in (NEAR, 8 * NEAR, inf):
        yield left - reach, right + reach


def _gaps(taken: list[tuple[float, float]], wishes: tuple[float, ...]) -> dict[float, None]:
    """In each gap between the taken intervals the positions nearest to the wishes."""
    positions: dict[float, None] = {}
    end = float("-inf")
    for left, right in [*sorted(taken), (float("inf"), float("inf"))]:
        if left >= end:
            positions |= dict.fromkeys(min(max(wish, end), left) for wish in wishes)
        end = max(end, right)
    return positions
