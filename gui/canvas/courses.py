"""The course of every wire: which ones have to be laid again, and how they run around nodes. Laid once a frame."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice

from PySide6.QtCore import QPointF, QRectF

from engine.graph import Edge, Graph, Position
from gui.canvas.labels import Course, LabelPlace, Ways, label_places
from gui.canvas.layout import layout
from gui.canvas.layout.flow import flow_of
from gui.canvas.layout.layout_lanes import Ground, Wire, turned
from gui.canvas.sight.node_boxes import NodeBoxes
from gui.canvas.sight.tiles import Area, Tiles
from gui.levels import Shown

LONG = 140.0
"""Wires that reach further than this may have nodes in their way."""
MANY = 120
"""So many wires are laid at once; of more the rest follows later, and runs straight until then."""
SWING = 130.0
"""How far a wire swings out above and below its ends."""
LABEL = 260.0
"""How far a shape reaches to the side of its wire."""


class Courses:
    """The way points of all wires of a level, and where their shapes are. Collects crooked wires until they are laid.

    What it costs to lay some wires again depends on what is beside them, not on the size of the network.
    """

    def __init__(self, level: Shown, boxes: NodeBoxes) -> None:
        self._level, self._boxes = level, boxes
        self.points: dict[Edge, Ways] = {}
        self.places: dict[Edge, LabelPlace | None] = {}
        self.tiles: Tiles[Edge] = Tiles()
        """The areas that the wires take, with their shapes."""
        self._long: Tiles[Edge] = Tiles()
        """Those of the long ones, without what lies far aside."""
        self.flow = flow_of(level.graph)
        self._room = self.flow.turn(self.flow.shape)
        self._ground = Ground(flow=self.flow, nodes=boxes.tiles)
        self._lanes: dict[Edge, int] = {}
        """Of the wires that other wires keep away from, how many legs they have."""
        self.crooked: dict[Edge, None] = {}

    def add(self, edge: Edge) -> None:
        """A wire is there, and to be laid."""
        self.points[edge] = ()
        self.places[edge] = LabelPlace()
        self.crooked[edge] = None
        self._enter(edge)

    def drop(self, edge: Edge) -> None:
        """A wire is gone."""
        del self.points[edge], self.places[edge]
        self.crooked.pop(edge, None)
        self.tiles.drop(edge)
        self._long.drop(edge)
        self._free(edge)

    def bend(self, node_ids: Iterable[str], carried: Collection[Edge] = (), *, at_once: bool = False) -> None:
        """The wires of nodes no longer meet their ports, but for those that were ``carried`` along.

        What is laid ``at_once`` need not be found until then.
        """
        edges = dict.fromkeys(edge for node_id in node_ids for edge in self._at(node_id) if edge in self.points)
        for edge in carried:
            edges.pop(edge, None)
        self.crooked |= edges
        for edge in () if at_once else edges:
            self._enter(edge)

    def carry(self, node_ids: Collection[str], by: Position, *, at_once: bool = False) -> list[Edge]:
        """Nodes have moved, all by the same way: the wires between them go with them; these wires.

        Long ones are laid again, for there they may meet other nodes; but not while all of it is laid ``at_once``, and
        may move on.
        """
        carried = dict.fromkeys(edge for node_id in node_ids for edge in self._level.graph.outgoing[node_id])
        found = [e for e in carried if e.target in node_ids and e in self.points and e not in self.crooked]
        dx, dy = by
        for edge in found:
            if points := self.points[edge]:
                self.points[edge] = tuple((x + dx, y + dy) for x, y in points)
            if not at_once:
                self._enter(edge)
                self._free(edge)
                if points or edge in self._long:
                    self.crooked[edge] = None
                else:
                    self._use(edge)
        return found

    def _at(self, node_id: str) -> Iterator[Edge]:
        graph = self._level.graph
        yield from graph.incoming.get(node_id, {}).values()
        yield from graph.outgoing.get(node_id, ())

    def disturb(self, areas: Iterable[Area]) -> None:
        """Wires that may have to get out of the way of something in these areas, or may run straight again."""
        for area in areas:
            self.crooked |= dict.fromkeys(self._long.within(area))

    def _wire(self, edge: Edge) -> Wire:
        """The ends of a wire for its route, as if everything ran down."""
        corners, turn = self._corners(edge), self.flow.turn
        return Wire(*turn(corners[0]), *turn(corners[-1]))

    def _corners(self, edge: Edge) -> tuple[Position, ...]:
        """From the middle of one node to that of the other, by the way points."""
        one, other = self._boxes.tiles.areas[edge.source], self._boxes.tiles.areas[edge.target]
        if self.flow.turned:
            ends = (one.right, (one.top + one.bottom) / 2), (other.left, (other.top + other.bottom) / 2)
        else:
            ends = ((one.left + one.right) / 2, one.bottom), ((other.left + other.right) / 2, other.top)
        return ends[0], *self.points[edge], ends[1]

    def within(self, box: QRectF) -> list[Edge]:
        """The wires that may be seen in an area."""
        return self.tiles.within(_area(box))

    def corners(self, edge: Edge) -> tuple[Position, ...]:
        """From port to port by the way points."""
        boxes, positions = self._boxes, self._boxes.positions
        (left, top), (x, y) = positions[edge.source], boxes[edge.source].port("output", edge.source_port)
        (right, low), (u, v) = positions[edge.target], boxes[edge.target].port("input", edge.target_port)
        return (left + x, top + y), *self.points[edge], (right + u, low + v)

    def course(self, edge: Edge) -> Course:
        """How a wire runs: from port to port by its way points."""
        start, *points, end = self.corners(edge)
        return Course(QPointF(*start), QPointF(*end), tuple(points))

    def straighten(self, first: Callable[[], Iterable[Edge]] | None = None) -> list[Edge]:
        """Lay crooked wires again; returns those that are laid now.

        Of very many only some are laid, beginning with those that `first` gives, if that is given.
        """
        if not self.crooked:
            return []
        graph, crooked = self._level.graph, list(self.crooked)
        if first is not None and len(crooked) > MANY:
            near = [edge for edge in first() if edge in self.crooked]
            crooked = list(islice(near or crooked, MANY))
        ports = dict.fromkeys((edge.source, edge.source_port) for edge in crooked)
        for edge in [edge for source, port in ports for edge in _leaving(graph, source, port)]:
            self._free(edge)  # they share lanes, so all of a port are laid
        ways = layout.routes(
            graph, self._boxes.positions, self._boxes.sizes, crooked, flow=self.flow, ground=self._ground
        )
        self.points.update(ways)
        for edge in ways:
            self.crooked.pop(edge, None)
        courses = {edge: self.course(edge).turned(self.flow) for edge in ways}
        others, boxes = self._beside(courses)
        self.places.update(label_places(graph, courses, others, boxes, self.flow.shape))
        for edge in ways:
            self._enter(edge)
            self._use(edge)
        return [*ways]

    def _enter(self, edge: Edge) -> None:
        """Take note of where a wire runs."""
        corners, sizes, (beside, along) = self._corners(edge), self._boxes.sizes, self._room
        xs, ys = zip(*corners, strict=True)
        left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
        reach = max(sizes[edge.source][0], sizes[edge.target][0]) / 2 + LABEL
        self.tiles.put(edge, Area(left - reach, top - SWING, right + reach, bottom + SWING))
        (start, end), turned = (corners[0], corners[-1]), self.flow.turned
        if (end[0] - start[0] if turned else end[1] - start[1]) > LONG:
            self._long.put(edge, Area(left - beside, top - along, right + beside, bottom + along))
        else:
            self._long.drop(edge)

    def _use(self, edge: Edge) -> None:
        """Other wires are to give way to it."""
        points = self.flow.turn_ways(self.points[edge])
        self._ground.use(edge, self._wire(edge), points)
        self._lanes[edge] = len(points) + 1

    def _free(self, edge: Edge) -> None:
        """No other wire need give way to it any more."""
        for number in range(self._lanes.pop(edge, 0)):
            self._ground.lanes.drop((edge, number))

    def _beside(self, courses: Mapping[Edge, Course]) -> tuple[dict[Edge, Ways], list[Area]]:
        """The other wires and the nodes that shapes beside these wires have to mind; all as if everything ran down."""
        nodes = {node_id for edge in courses for node_id in (edge.source, edge.target)}
        found = {edge for node_id in nodes for edge in self._at(node_id)}
        boxes: dict[str, None] = {}
        for course in courses.values():
            if course.points:
                x, top, bottom = course.leg()
                room = self.flow.shape[0]
                area = turned(Area(x - room, top - SWING, x + room, bottom + SWING), self.flow)
                found.update(self.tiles.within(area))
                boxes.update(dict.fromkeys(self._boxes.tiles.within(area)))
        beside = [edge for edge in found if edge not in courses and self.points.get(edge)]
        others = {edge: self.flow.turn_ways(self.points[edge]) for edge in beside}
        return others, [turned(self._boxes.tiles.areas[node_id], self.flow) for node_id in boxes]


def _leaving(graph: Graph, source: str, port: str) -> Iterator[Edge]:
    return (edge for edge in graph.outgoing.get(source, ()) if edge.source_port == port)


def _area(box: QRectF) -> Area:
    return Area(box.left(), box.top(), box.right(), box.bottom())
