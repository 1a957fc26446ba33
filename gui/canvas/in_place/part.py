"""One level on the sheet: the open one, or the inside of a block that is open in place. It follows its graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from engine.edits import Change
from engine.graph import Edge, Position
from engine.problems import Problem
from gui.canvas.geometry import HEIGHT, Box, wire_path
from gui.canvas.in_place.open_boxes import OpenBox, Path, box_around, open_blocks
from gui.canvas.in_place.stage import Stage
from gui.canvas.sight.tiles import Area

GRASP = 16.0
"""So near to its edges a box is taken hold of itself, and not what is inside."""


class Part(Stage):
    """One level, in step with its graph."""

    @property
    def area(self) -> QRectF:
        """On the sheet, where a press means what is inside and not the box around."""
        if self.around is None:
            return QRectF()
        width, height = self.around.look.size
        return QRectF(GRASP, HEIGHT, width - 2 * GRASP, height - HEIGHT - GRASP).translated(self.around.scenePos())

    def content(self, node_ids: Iterable[str] | None = None) -> QRectF:
        """On the sheet, the box around these nodes, or around all."""
        box = self.boxes.extent() if node_ids is None else self.boxes.around(node_ids)
        return box.translated(self.offset) if not box.isNull() else box

    # -- following its graph ---------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Take up everything that there is."""
        for node_id in self.graph.nodes:
            self.refresh(node_id)
        for edge in self.graph.edges:
            self.courses.add(edge)

    def follow(self, change: Change) -> list[str]:
        """Follow a change of the graph; the nodes that have come."""
        graph, points = self.graph, self.courses.points
        there = {edge: graph.incoming.get(edge.target, {}).get(edge.target_port) == edge for edge in change.edges}
        for edge, now in there.items():
            self._alter(edge)
            if not now and edge in points:
                self.wires.drop(edge)
                self.courses.drop(edge)
        ends = {node_id for edge in change.edges for node_id in (edge.source, edge.target)}
        touched = change.nodes | ends | self.boxes.outdated(self.report, change.inferred)
        if change.drawing:
            touched |= self._open.keys() ^ {node_id for node_id in open_blocks(graph) if self._opens(node_id)}
        areas, new = list[Area](), list[str]()
        for node_id in touched:
            known = node_id in self.boxes
            if known and node_id not in graph.nodes:
                areas.append(self.boxes.tiles.areas[node_id])
                self._drop(node_id)
            elif node_id in graph.nodes:
                self.refresh(node_id, bend=node_id in ends)
                if not known:
                    areas.append(self.boxes.tiles.areas[node_id])
                    new.append(node_id)
        for edge, now in there.items():
            if now and edge not in points:
                self.courses.add(edge)
        self.courses.disturb(areas)
        self.badges.doubt(change.inferred | touched)
        self.place({node_id: graph.positions[node_id] for node_id in change.moved if node_id in graph.nodes})
        return new

    def infer(self, node_ids: Set[str]) -> None:
        """The shapes of these nodes are known again."""
        for node_id in self.boxes.outdated(self.report, node_ids):
            self.refresh(node_id)
        self.badges.doubt(node_ids)

    def refresh(self, node_id: str, *, bend: bool = False) -> None:
        """A node is there as the graph has it now, with what is inside if its block is open in place.

        Its wires are laid again where its ports are elsewhere now, and if they are to ``bend``.
        """
        boxes, before = self.boxes, self.boxes.get(node_id)
        self._alter(node_id)
        self._open.pop(node_id, None)
        boxes.refresh(self.graph, self.report, node_id)
        inner = self._scene.inner(self, node_id, opens=self._opens(node_id))
        if inner is not None:
            box = inner.open_box(boxes[node_id].size)
            self._open[node_id] = box.size
            boxes.refresh(self.graph, self.report, node_id, box.size)
        if item := self.nodes.made.get(node_id):
            self._dress(item)
        if inner is not None:
            inner.settle(box)
        if bend or boxes[node_id] != before:
            self.courses.bend([node_id])

    def _opens(self, node_id: str) -> bool:
        """Whether the block of a node is to be drawn in place."""
        return self._scene.opens(self.graph, (*self.path, node_id))

    def _drop(self, node_id: str) -> None:
        self._alter(node_id)
        self._scene.inner(self, node_id, opens=False)
        self.nodes.drop(node_id)
        self.boxes.drop(node_id)
        self.badges.forget(node_id)
        self._open.pop(node_id, None)
        self.selected.discard(node_id)

    def _alter(self, thing: str | Edge) -> None:
        if self.altered is not None:
            self.altered[thing] = None

    def mark(self, found: Mapping[str, list[Problem]] | None) -> None:
        """Update the nodes whose problems, and the wires whose shapes have changed; None: the problems have not."""
        for node_id in self.badges.mark(found):
            self._alter(node_id)

    def clear(self) -> None:
        """Take its items off the sheet."""
        for item in (*self.wires.made.values(), *self.nodes.made.values()):
            self._scene.removeItem(item)
        self.ties.clear()
        if self.inside is not None:
            self._scene.removeItem(self.inside)

    # -- positions and wires ---------------------------------------------------------------------------------------

    def place(self, positions: Mapping[str, Position], *, dragging: bool = False) -> None:
        """Put nodes somewhere; their wires follow with the next `reroute`, others give way once all rest."""
        areas, boxes, ways = list[Area](), self.boxes, set[Position]()
        for node_id, position in positions.items():
            before = boxes.tiles.areas[node_id]
            ways.add((position[0] - before.left, position[1] - before.top))
            boxes.place(node_id, position)
            if item := self.nodes.made.get(node_id):
                item.setPos(*position)
            self._alter(node_id)
            if not dragging:
                areas += [before, boxes.tiles.areas[node_id]]
        carried = self.courses.carry(positions, *ways, at_once=dragging) if len(ways) == 1 else []
        for edge in carried:
            self._alter(edge)
            if wire := self.wires.made.get(edge):
                wire.shift(*ways)
        self.courses.bend(positions, carried, at_once=dragging)
        self.courses.disturb(areas)
        self.ties.follow()

    def reroute(self) -> bool:
        """Lay wires again whose ends have moved; whether there were any.

        Of very many that somebody looks at, those in sight are laid first, and the others with the next calls.
        """
        sliced = self.around is None and not self._scene.sight.isEmpty()
        laid = self.courses.straighten((lambda: self.in_sight()[1]) if sliced else None)
        for edge in laid:
            self._alter(edge)
            if item := self.wires.made.get(edge):
                item.route(self.courses.course(edge), self.courses.places[edge], self.courses.flow)
        return bool(laid)

    # -- the box around --------------------------------------------------------------------------------------------

    def open_box(self, natural: Box) -> OpenBox:
        """The box around what is inside, as it is now."""
        ways = [point for points in self.courses.points.values() for point in points]
        return box_around(self.positions, self.boxes.sizes, ways, natural, self.courses.flow)

    def settle(self, box: OpenBox) -> None:
        """Lie in the box around as it says, with wires to its ports."""
        if self.inside is None or self.leads is None or self.around is None:
            return
        self.inside.setPos(*box.origin)
        flow, path, origin, boxes = self.courses.flow, QPainterPath(), QPointF(*box.origin), self.boxes
        below_head = QPointF(0.0, 0.0 if flow.turned else HEIGHT)
        for name, port in self.around.look.inputs.items():
            if name in boxes and boxes[name].outputs:
                end = _middle(boxes.box(name), flow.turned, start=True)
                path.addPath(wire_path(port.point + below_head - origin, end, flow=flow))
        for name, port in self.around.look.outputs.items():
            if name in boxes and boxes[name].inputs:
                start = _middle(boxes.box(name), flow.turned, start=False)
                path.addPath(wire_path(start, port.point - origin, flow=flow))
        self.leads.setPath(path)


def _middle(box: QRectF, turned: bool, *, start: bool) -> QPointF:
    """The middle of the edge at which a layer begins, or ends."""
    if turned:
        return QPointF(box.left() if start else box.right(), box.center().y())
    return QPointF(box.center().x(), box.top() if start else box.bottom())


def problems_at(problems: Iterable[Problem], path: Path) -> Mapping[str, list[Problem]]:
    """Of the problems of a network those of the nodes of a level, or within them, by node."""
    found: dict[str, list[Problem]] = {}
    depth = len(path)
    for problem in problems:
        where = (problem.node, *problem.inside) if problem.node is not None else ()
        if len(where) > depth and where[:depth] == path:
            found.setdefault(str(where[depth]), []).append(problem)
    return found


def innermost(parts: Mapping[Path, Part], sheet: Path, point: QPointF) -> Path:
    """The way to the innermost of these parts that a point of the sheet lies in; ``sheet`` leads to the outermost."""
    for path in sorted(parts, key=len):
        if path[:-1] == sheet and path != sheet and parts[path].area.contains(point):
            sheet = path
    return sheet
