"""Lanes: straight ways down between the nodes for wires that a single leg cannot draw."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import pairwise
from math import inf
from typing import NamedTuple

from engine.graph import Position
from gui.canvas.layout.layout_layers import CROSSING, LANE_GAP, NODE_GAP, ROW_GAP

MARGIN = 8.0
"""How near a wire may come to a node."""
TIGHT = 16.0
"""The height in which a wire swings aside where nodes stand too close for ROW_GAP."""


class Box(NamedTuple):
    """The rectangle of a node."""

    left: float
    top: float
    right: float
    bottom: float


class Wire(NamedTuple):
    """Where a wire starts and ends, and the side from which it should come (−1 … 1)."""

    sx: float
    sy: float
    tx: float
    ty: float
    lean: float = 0.0


class Lanes:
    """The nodes by their tops, and the lanes (x, from, to) in use."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._boxes = sorted(boxes, key=lambda box: box.top)
        self._tops = [box.top for box in self._boxes]
        self._tallest = max((box.bottom - box.top for box in self._boxes), default=0.0)
        self._used: dict[tuple[float, float, float], None] = {}

    def between(self, top: float, bottom: float) -> Iterator[Box]:
        """The nodes that reach into a horizontal strip."""
        first = bisect_right(self._tops, top - self._tallest)
        for box in self._boxes[first : bisect_left(self._tops, bottom, first)]:
            if box.bottom > top:
                yield box

    def use(self, wire: Wire, path: Iterable[Position]) -> None:
        """Keep other wires away from where this one runs straight down (short wires between two rows are no lanes)."""
        for (x, y), (below, end) in pairwise([(wire.sx, wire.sy), *path, (wire.tx, wire.ty)]):
            if abs(x - below) < MARGIN and end - y > ROW_GAP + TIGHT:
                self._used[x, y, end] = None

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
        taken = [(box.left - NODE_GAP, box.right + NODE_GAP) for box in self.between(top, bottom)]
        lane = min(_gaps(taken, (wire.sx,)), key=lambda x: abs(x - wire.sx) + abs(x - wire.tx))
        return [(lane, wire.sy), (lane, wire.ty)]

    def _search(self, wire: Wire, bundle: list[Wire]) -> tuple[float, list[Position]]:
        """The best lane in which the wire meets no node, clear of other lanes if that is possible."""
        lane, top, bottom = wire.sx, wire.sy, wire.ty
        for clearance, turn in ((NODE_GAP, ROW_GAP), (MARGIN, TIGHT)):
            top, bottom = wire.sy + turn, wire.ty - turn
            taken = [(box.left - clearance, box.right + clearance) for box in self.between(top, bottom)]
            if clearance == NODE_GAP:
                taken += [(x - LANE_GAP, x + LANE_GAP) for x, y, end in self._used if y < bottom and end > top]
            choices = sorted(_gaps(taken, (wire.sx, wire.tx)), key=lambda x: (_cost(bundle, x), x != wire.sx, -x))
            low, high = -inf, inf  # what bars the way to a lane beside both ends bars it to those beyond
            for lane in choices:
                if not low < lane < high:
                    continue
                if (path := self._path(wire, lane, turn)) is not None:
                    return lane, path
                if lane < min(wire.sx, wire.tx):
                    low = lane
                elif lane > max(wire.sx, wire.tx):
                    high = lane
            lane = choices[0]
        return lane, [(lane, top), (lane, bottom)] if top < bottom else []

    def _clear(self, x: float, wire: Wire) -> bool:
        """Whether a lane for the wire would keep its distance from nodes and other lanes."""
        top, bottom = wire.sy + ROW_GAP, wire.ty - ROW_GAP
        return not (
            any(box.left - NODE_GAP < x < box.right + NODE_GAP for box in self.between(top, bottom))
            or any(abs(x - lane) < LANE_GAP and y < bottom and end > top for lane, y, end in self._used)
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
        return [box for box in self.between(top, bottom) if box.left < right and left < box.right]


def _cost(bundle: list[Wire], x: float) -> float:
    """How far these wires go out of their way through a lane; coming from the wrong side costs a crossing."""
    wrong = sum(max(0.0, -wire.lean * ((x > wire.tx) - (x < wire.tx))) for wire in bundle)
    ways = sum(abs(x - wire.sx) + abs(x - wire.tx) for wire in bundle) / 2
    turns = sum((x != wire.sx) + (x != wire.tx) for wire in bundle)
    return CROSSING * wrong + (ways + LANE_GAP * turns) / len(bundle)


def _gaps(taken: list[tuple[float, float]], wishes: tuple[float, ...]) -> dict[float, None]:
    """In each gap between the taken intervals the positions nearest to the wishes."""
    positions: dict[float, None] = {}
    end = float("-inf")
    for left, right in [*sorted(taken), (float("inf"), float("inf"))]:
        if left >= end:
            positions |= dict.fromkeys(min(max(wish, end), left) for wish in wishes)
        end = max(end, right)
    return positions
