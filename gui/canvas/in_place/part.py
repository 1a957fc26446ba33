"""One level on the sheet: the open one, or the inside of a block that is open in place; with its items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsRectItem

from engine.graph import Edge, Graph, Position
from engine.problems import Problem
from engine.shapes import Report
from gui.canvas.courses import Courses
from gui.canvas.geometry import HEIGHT, wire_path
from gui.canvas.in_place.open_boxes import OpenBox, Path, box_around
from gui.canvas.layout.flow import flow_of
from gui.canvas.node_item import NodeItem, sizes
from gui.canvas.ties import Ties
from gui.canvas.wire_item import WireItem
from gui.levels import Level, shapes_of

if TYPE_CHECKING:
    from gui.canvas.live_marks import LiveMarks
    from gui.canvas.scene import Scene
    from gui.document import Document

GRASP = 16.0
"""So near to its edges a box is taken hold of itself, and not what is inside."""


class Part:
    """The items of one level, by id. Coordinates are those of its graph; it lies on the sheet at `offset`."""

    def __init__(self, scene: Scene, level: Level, around: NodeItem | None = None) -> None:
        """``around`` is the box that it is drawn in; none for the level that the sheet is of."""
        self._scene, self.around = scene, around
        self.level = level
        self.report: Report
        """What is known so far of the shapes there."""
        self.relearn(scene.document, level, changed=True)
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Edge, WireItem] = {}
        self.positions: dict[str, Position] = {}
        self.problems: dict[str, list[Problem]] = {}
        self.selected: set[str] = set()
        self.inside: QGraphicsItem | None = None
        self.leads: QGraphicsPathItem | None = None
        """The wires between the ports of the box and the ends inside."""
        if around is not None:
            self.inside = QGraphicsRectItem(around)
            self.leads = QGraphicsPathItem(self.inside)
            self.leads.setPen(scene.styling.wires["known", False])
        self.courses = Courses(self, self.nodes, self.wires, self.positions)
        self.ties = Ties(self, self.nodes, self.lay, scene.removeItem)

    @property
    def path(self) -> Path:
        """The nodes that lead to the level."""
        return self.level.block_path

    @property
    def graph(self) -> Graph:
        """What it shows."""
        return self.level.graph

    @property
    def offset(self) -> QPointF:
        """Where the origin of its coordinates is on the sheet."""
        return self.inside.scenePos() if self.inside is not None else QPointF()

    @property
    def area(self) -> QRectF:
        """On the sheet, where a press means what is inside and not the box around."""
        if self.around is None:
            return QRectF()
        width, height = self.around.look.size
        return QRectF(GRASP, HEIGHT, width - 2 * GRASP, height - HEIGHT - GRASP).translated(self.around.scenePos())

    def relearn(self, document: Document, level: Level, *, changed: bool) -> None:
        """Take note of how it is used now; ``changed`` says that shapes inside may be others."""
        self.level = level
        if document.block_path == self.path and document.graph is level.graph:
            self.report = document.known
        elif changed:
            self.report = shapes_of(document.whole, level).report

    def lay(self, item: QGraphicsItem) -> None:
        """Put an item on the sheet, in the coordinates of this level."""
        if self.inside is None:
            self._scene.addItem(item)
        else:
            item.setParentItem(self.inside)

    def content(self, node_ids: Iterable[str] | None = None) -> QRectF:
        """On the sheet, the box around these nodes, or around all."""
        box = QRectF()
        for node_id in self.nodes if node_ids is None else node_ids:
            box |= self.nodes[node_id].box
        return box.translated(self.offset) if not box.isNull() else box

    def mark(self, found: Mapping[str, list[Problem]], live: LiveMarks) -> None:
        """Update the nodes whose problems, and the wires whose shapes have changed."""
        grave = {node_id: [p for p in problems if p.severity != "hint"] for node_id, problems in found.items()}
        for node_id in grave.keys() | self.problems.keys():
            item, problems = self.nodes.get(node_id), grave.get(node_id, [])
            if item is None:
                continue
            severity = problems[0].severity if problems else ""
            guilty = {problem.port for problem in problems if problem.port and problem.severity == severity}
            if (severity, guilty) != (item.look.severity, item.look.guilty):
                item.look.severity, item.look.guilty = severity, guilty
                item.freshen()
        self.problems = grave
        report, level = self.report, (self.path, self.report)
        for node_id, item in self.nodes.items():
            shown = item.look.shown
            item.tell(report.spec(*shown) if shown else None, live.value_of(*shown, level) if shown else None)
            health = live.mark(node_id, self.path)
            if health != item.look.health:
                item.look.health = health
                item.freshen()
        for edge, wire in self.wires.items():
            look = self.nodes[edge.target].look
            guilty_target = look.severity == "error" and edge.target_port in look.guilty
            value = live.value(edge, level)
            told = wire.tell(report.spec(edge.source, edge.source_port), guilty_target, value)
            if told and edge not in self.courses.crooked:
                wire.place()

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.ties.dress()
        if self.leads is not None:
            self.leads.setPen(self._scene.styling.wires["known", False])
        for node in self.nodes.values():
            node.freshen()
        for wire in self.wires.values():
            wire.restyle()

    def hide_content(self, hidden: bool) -> None:
        """Let its items paint nothing, for the overview paints everything."""
        for item in (*self.nodes.values(), *self.wires.values()):
            item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, hidden)
        if self.leads is not None:
            self.leads.setVisible(not hidden)

    def clear(self) -> None:
        """Take its items off the sheet."""
        for item in (*self.wires.values(), *self.nodes.values()):
            self._scene.removeItem(item)
        self.ties.clear()
        if self.inside is not None:
            self._scene.removeItem(self.inside)

    # -- the box around --------------------------------------------------------------------------------------------

    def open_box(self, natural: tuple[float, float]) -> OpenBox:
        """The box around what is inside, as it stands now."""
        ways = [point for wire in self.wires.values() for point in wire.points]
        return box_around(self.positions, sizes(self.nodes), ways, natural, flow_of(self.graph))

    def settle(self, box: OpenBox) -> None:
        """Lie in the box around as it says, with wires to its ports."""
        if self.inside is None or self.leads is None or self.around is None:
            return
        self.inside.setPos(*box.origin)
        flow, path, origin = flow_of(self.graph), QPainterPath(), QPointF(*box.origin)
        below_head = QPointF(0.0, 0.0 if flow.turned else HEIGHT)
        for name, port in self.around.look.inputs.items():
            if (item := self.nodes.get(name)) is not None and item.look.outputs:
                end = _middle(item.box, flow.turned, start=True)
                path.addPath(wire_path(port.point + below_head - origin, end, flow=flow))
        for name, port in self.around.look.outputs.items():
            if (item := self.nodes.get(name)) is not None and item.look.inputs:
                start = _middle(item.box, flow.turned, start=False)
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
