"""The frame of every node of a level: its size, its ports and where it is, without anything that is painted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF

from engine import ports
from engine.absent import Absent
from engine.blocks.use import Use
from engine.graph import Graph, Position
from engine.layers.layer import Layer
from engine.resolve import Fault
from engine.shapes import Report
from gui.canvas.geometry import Box, End, Side, nearest, node_size, port_points
from gui.canvas.layout.flow import DOWN, Flow, flow_of
from gui.canvas.node_item import has_spare
from gui.canvas.sight.tiles import Area, Tiles, enclosing

SIDES: tuple[Side, ...] = ("input", "output")


@dataclass(slots=True)
class NodeBox:
    """The size of a node and the names of its ports; ``spare`` says that the last input is free for one more wire."""

    size: Box
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    spare: bool = False
    flow: Flow = DOWN
    _points: dict[tuple[Side, str], Position] = field(default_factory=dict, init=False, repr=False, compare=False)

    def ports(self, side: Side) -> tuple[str, ...]:
        """The names of the ports of one side, in order."""
        return self.inputs if side == "input" else self.outputs

    def port(self, side: Side, name: str) -> Position:
        """Where a port is, from the upper left corner of the node."""
        if (side, name) not in self._points:
            names = self.ports(side)
            points = port_points(self.size, side, len(names), self.spare and side == "input", self.flow)
            self._points.update(((side, each), (at.x(), at.y())) for each, at in zip(names, points, strict=True))
        return self._points[side, name]


class NodeBoxes(Mapping[str, NodeBox]):
    """The frames by node, where each is shown, and who is in an area. Nodes with the same layer share theirs."""

    def __init__(self) -> None:
        self._boxes: dict[str, NodeBox] = {}
        self._layers: dict[str, Layer | Fault | None] = {}
        self.positions: dict[str, Position] = {}
        """Where each node is shown: while it is dragged not where the graph has it."""
        self.sizes: Mapping[str, Box] = Sizes(self._boxes)
        self.tiles: Tiles[str] = Tiles()
        self._known: dict[tuple[object, ...], tuple[object, NodeBox]] = {}

    def __getitem__(self, node_id: str) -> NodeBox:
        return self._boxes[node_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._boxes)

    def __len__(self) -> int:
        return len(self._boxes)

    def __contains__(self, node_id: object) -> bool:
        return node_id in self._boxes

    def refresh(self, graph: Graph, report: Report, node_id: str, inside: Box | None = None) -> None:
        """A node is there, as the graph has it now; one that was there stays where it is shown.

        ``inside`` is its size if its block is open in place.
        """
        layer = self._layers[node_id] = report.layers.get(node_id)
        self._boxes[node_id] = self._box(graph, layer, node_id, inside)
        self.place(node_id, self.positions.get(node_id) or graph.positions[node_id])

    def _box(self, graph: Graph, layer: Layer | Fault | None, node_id: str, inside: Box | None) -> NodeBox:
        if inside or graph.inside is not None or layer is None or isinstance(layer, (Fault, Use, Absent)):
            return _node_box(graph, layer, node_id, inside)
        key = id(layer), *graph.incoming[node_id], None, *sorted(graph.leaving(node_id))
        found = self._known.get(key)
        if found is None:  # the layer is kept, so that its id remains its own
            found = self._known[key] = layer, _node_box(graph, layer, node_id, None)
        return found[1]

    def outdated(self, report: Report, node_ids: Iterable[str]) -> set[str]:
        """Which of these nodes have another layer now than when they were last looked at."""
        layers, now = self._layers, report.layers
        return {node_id for node_id in node_ids if node_id in layers and layers[node_id] is not now.get(node_id)}

    def place(self, node_id: str, position: Position) -> None:
        """Show a node here."""
        (width, height), (x, y) = self._boxes[node_id].size, position
        self.positions[node_id] = position
        self.tiles.put(node_id, Area(x, y, x + width, y + height))

    def drop(self, node_id: str) -> None:
        """A node is gone."""
        del self._boxes[node_id], self._layers[node_id], self.positions[node_id]
        self.tiles.drop(node_id)

    # -- who is where ----------------------------------------------------------------------------------------------

    def box(self, node_id: str) -> QRectF:
        """The box of a node on the canvas, without ports and badges."""
        return _rect(self.tiles.areas[node_id])

    def port(self, end: End) -> QPointF:
        """The point of a port on the canvas."""
        (left, top), (x, y) = self.positions[end.node], self._boxes[end.node].port(end.side, end.port)
        return QPointF(left + x, top + y)

    def port_at(self, node_id: str, point: QPointF, reach: float, side: Side | None = None) -> End | None:
        """The port of a node near a point of the canvas, of one side if that is given."""
        sides = SIDES if side is None else (side,)
        ends = [End(node_id, each, name) for each in sides for name in self._boxes[node_id].ports(each)]
        index = nearest([self.port(end) for end in ends], point, reach)
        return None if index is None else ends[index]

    def within(self, box: QRectF) -> list[str]:
        """The nodes whose boxes touch an area."""
        return self.tiles.within(Area(box.left(), box.top(), box.right(), box.bottom()))

    def around(self, node_ids: Iterable[str]) -> QRectF:
        """The box around some of them."""
        areas = [self.tiles.areas[node_id] for node_id in node_ids]
        return _rect(enclosing(areas)) if areas else QRectF()

    def extent(self) -> QRectF:
        """The box around all of them."""
        area = self.tiles.extent()
        return QRectF() if area is None else _rect(area)


class Sizes(Mapping[str, Box]):
    """The sizes of the nodes by their frames, for the layout."""

    def __init__(self, boxes: Mapping[str, NodeBox]) -> None:
        self._boxes = boxes

    def __getitem__(self, node_id: str) -> Box:
        return self._boxes[node_id].size

    def __iter__(self) -> Iterator[str]:
        return iter(self._boxes)

    def __len__(self) -> int:
        return len(self._boxes)


def _node_box(graph: Graph, layer: Layer | Fault | None, node_id: str, inside: Box | None) -> NodeBox:
    inputs, outputs = ports.input_ports(graph, node_id), ports.output_ports(graph, node_id)
    spare, flow = has_spare(layer, len(inputs)), flow_of(graph)
    return NodeBox(inside or node_size(len(inputs), len(outputs), spare, flow), inputs, outputs, spare, flow)


def _rect(area: Area) -> QRectF:
    return QRectF(area.left, area.top, area.right - area.left, area.bottom - area.top)
