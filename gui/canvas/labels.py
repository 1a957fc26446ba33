"""Where the shapes stand beside the wires: on which wire of a port, how far down it, and on which side."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF

from engine.graph import Edge, Graph, Position
from gui.canvas.geometry import Side
from gui.canvas.layout.flow import Flow, Pair
from gui.canvas.sight.tiles import Area as Box

Ways = tuple[Position, ...]
MIDDLE = 0.5
NEAR = 8.0
"""How far from a node a shape stands that keeps clear of the wires beside its own."""
LONG = 240.0
"""A lane from this length on repeats the shape that another wire of its port says already."""
STRIP = 96.0
"""The height of the strips by which what is in the way is found."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a wire runs: from, to, and by way of."""

    start: QPointF
    end: QPointF
    points: Ways = ()

    def turned(self, flow: Flow) -> Course:
        """The same as if the network ran down, and back."""
        if not flow.turned:
            return self
        return Course(flow.turn_point(self.start), flow.turn_point(self.end), flow.turn_ways(self.points))

    def leg(self) -> tuple[float, float, float]:
        """The longest straight way down, or up, of a wire that has way points: where it is, its top and its bottom."""
        corners = [(self.start.x(), self.start.y()), *self.points, (self.end.x(), self.end.y())]
        return max(_legs(corners), key=lambda leg: leg[2] - leg[1], default=(*corners[0], corners[0][1]))


@dataclass(frozen=True, slots=True)
class LabelPlace:
    """``down`` is a share of the leg's height, ``beside`` 1 for the right of the wire and -1 for the left."""

    down: float = MIDDLE
    beside: int = 1


def label_places(
    graph: Graph, courses: Mapping[Edge, Course], others: Mapping[Edge, Ways], boxes: Iterable[Box], shape: Pair
) -> dict[Edge, LabelPlace | None]:
    """For each wire where its shape stands; None where a wire of the same port says it better.

    All is said as if the network ran down; a ``shape`` takes so much room (across, along).
    ``courses`` has all wires of the ports that it has any of, ``others`` the way points of the other wires.
    """
    ports: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in courses:
        ports[edge.source, edge.source_port].append(edge)
    ways = {**others, **{edge: course.points for edge, course in courses.items()}}
    crowded = _crowded(courses, ways)
    firsts = [
        min(edges, key=lambda edge: (bool(courses[edge].points), _aside(courses[edge]))) for edges in ports.values()
    ]
    starts: dict[str, list[float]] = defaultdict(list)
    for edge in firsts:
        starts[edge.source].append(courses[edge].start.x())
    result: dict[Edge, LabelPlace | None] = dict.fromkeys(courses)
    direct = [edge for edge in firsts if not courses[edge].points]
    for edge in direct:
        leaves, joined = len(ports[edge.source, edge.source_port]) > 1, len(graph.incoming[edge.target]) > 1
        right = crowded[edge.source, "output"] + crowded[edge.target, "input"]
        if len(starts[edge.source]) > 1:  # side by side
            right = 1 if courses[edge].start.x() == min(starts[edge.source]) else -1
        result[edge] = LabelPlace(_down(courses[edge], leaves, joined, shape[1] / 2 + NEAR), -1 if right > 0 else 1)
    lanes = [edge for edge, course in courses.items() if course.points]
    if lanes:
        room = Room(ways.values(), courses.values(), boxes, shape)
        needed = set(firsts)
        for edge in sorted(lanes, key=lambda edge: edge not in needed):
            result[edge] = room.beside(courses[edge], needed=edge in needed)
    return result


def _down(course: Course, leaves: bool, joined: bool, near: float) -> float:
    """Below its source where others join it, above its target where others leave with it."""
    height = course.end.y() - course.start.y()
    if leaves is joined or height < 2 * near:
        return MIDDLE
    return 1 - near / height if leaves else near / height


def _aside(course: Course) -> float:
    return abs(course.end.x() - course.start.x())


def _crowded(courses: Mapping[Edge, Course], ways: Mapping[Edge, Ways]) -> Counter[tuple[str, Side]]:
    """On which side of a node wires swing out or in, so that labels go to the other: > 0 on the right."""
    result: Counter[tuple[str, Side]] = Counter()
    starts = {edge.source: course.start.x() for edge, course in courses.items()}
    ends = {edge.target: course.end.x() for edge, course in courses.items()}
    for edge, points in ways.items():
        if points:
            if edge.source in starts:
                result[edge.source, "output"] += 1 if points[0][0] > starts[edge.source] else -1
            if edge.target in ends:
                result[edge.target, "input"] += 1 if points[-1][0] > ends[edge.target] else -1
    return result


class Room:
    """What is in the way of shapes beside lanes: other lanes, nodes, and shapes that stand there already."""

    def __init__(self, ways: Iterable[Ways], courses: Iterable[Course], boxes: Iterable[Box], shape: Pair) -> None:
        self._across, self._half = shape[0], shape[1] / 2
        self._strips: dict[int, list[Box]] = defaultdict(list)
        for box in boxes:
            self._take(box)
        for points in ways:
            for x, top, bottom in _legs(points):
                self._take(Box(x, top, x, bottom))
        for course in courses:
            if course.points:
                ends = (course.start.x(), course.start.y()), (course.end.x(), course.end.y())
                self._take(_around(ends[0], course.points[0]))
                self._take(_around(course.points[-1], ends[1]))

    def _take(self, box: Box) -> None:
        for strip in range(int(box.top // STRIP), int(box.bottom // STRIP) + 1):
            self._strips[strip].append(box)

    def _free(self, box: Box) -> bool:
        strips = range(int(box.top // STRIP), int(box.bottom // STRIP) + 1)
        return not any(_meet(box, other) for strip in strips for other in self._strips[strip])

    def beside(self, course: Course, *, needed: bool) -> LabelPlace | None:
        """Where there is room, outside rather than inside; None where there is none and no need for it."""
        x, top, bottom = course.leg()
        out = 1 if course.points[0][0] > course.start.x() else -1
        if not needed and bottom - top < LONG:
            return None
        for place in (LabelPlace(down, side) for side in (out, -out) for down in (MIDDLE, 0.25, 0.75)):
            middle = top + place.down * (bottom - top)
            left, right = sorted((x + 2 * place.beside, x + self._across * place.beside))
            box = Box(left, middle - self._half, right, middle + self._half)
            if self._free(box):
                self._take(box)
                return place
        return LabelPlace(MIDDLE, out) if needed else None


def _meet(one: Box, other: Box) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


def _around(one: Position, other: Position) -> Box:
    return Box(min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]))


def _legs(corners: Sequence[Position]) -> Iterator[tuple[float, float, float]]:
    return ((x, min(start, end), max(start, end)) for (x, start), (other, end) in pairwise(corners) if x == other)
