"""The items of one level: made for what is in sight or asked for, and what they show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsRectItem

from engine.graph import Edge, Graph, Position
from engine.problems import Problem
from engine.shapes import Report
from gui.canvas.courses import Courses
from gui.canvas.geometry import Box, End
from gui.canvas.in_place.badges import Badges, common
from gui.canvas.in_place.open_boxes import Path
from gui.canvas.node_item import NodeItem, node_look
from gui.canvas.painter import NodeLook
from gui.canvas.sight.items import Items
from gui.canvas.sight.node_boxes import NodeBoxes
from gui.canvas.style import OVERVIEW
from gui.canvas.ties import Ties
from gui.canvas.wire_item import WireItem
from gui.levels import Level, shapes_of

if TYPE_CHECKING:
    from gui.canvas.scene import Scene
    from gui.document import Document

FEW: Final = 200
"""Of a level of so many layers all items are made, be they in sight or not."""


class Stage:
    """Where the nodes and wires of a level are (`boxes`, `courses`), and the items of some of them.

    Coordinates are those of its graph; it lies on the sheet at `offset`.
    """

    def __init__(self, scene: Scene, level: Level, around: NodeItem | None = None) -> None:
        """``around`` is the box that it is drawn in; none for the level that the sheet is of."""
        self._scene, self.around = scene, around
        self.level, self.report = level, Report()
        """``report`` is what is known so far of the shapes there."""
        self.relearn(scene.document, level, changed=True)
        self.boxes = NodeBoxes()
        self.courses = Courses(self, self.boxes)
        self.nodes: Items[str, NodeItem] = Items(self.boxes, self._make_node)
        self.wires: Items[Edge, WireItem] = Items(self.courses.points, self._make_wire)
        self.badges = Badges(self, scene.live)
        self.selected: set[str] = set()
        self.altered: dict[str | Edge, None] | None = None
        """The nodes and wires that the overview has to look at again; None: all of them."""
        self._open: dict[str, Box] = {}
        """The sizes of the nodes whose blocks are open in place."""
        self._offered: dict[str, list[End]] | None = None
        self._offering: str | None = None
        self.inside: QGraphicsItem | None = None
        self.leads: QGraphicsPathItem | None = None
        """The wires between the ports of the box and the ends inside."""
        if around is not None:
            self.inside = QGraphicsRectItem(around)
            self.leads = QGraphicsPathItem(self.inside)
            self.leads.setPen(scene.styling.wires["known", False])
        self.ties = Ties(self, self.boxes, self.lay, scene.removeItem)

    @property
    def path(self) -> Path:
        """The nodes that lead to the level."""
        return self.level.block_path

    @property
    def graph(self) -> Graph:
        """What it shows."""
        return self.level.graph

    def relearn(self, document: Document, level: Level, *, changed: bool) -> None:
        """Take note of how it is used now; ``changed`` says that shapes inside may be others."""
        self.level = level
        if document.block_path == self.path and document.graph is level.graph:
            self.report = document.known
        elif changed:
            self.report = shapes_of(document.whole, level).report

    @property
    def positions(self) -> dict[str, Position]:
        """Where each node is shown."""
        return self.boxes.positions

    @property
    def problems(self) -> dict[str, list[Problem]]:
        """The errors and warnings of the nodes that have any."""
        return self.badges.problems

    @property
    def offset(self) -> QPointF:
        """Where the origin of its coordinates is on the sheet."""
        return self.inside.scenePos() if self.inside is not None else QPointF()

    def lay(self, item: QGraphicsItem) -> None:
        """Put an item on the sheet, in the coordinates of this level."""
        if self.inside is None:
            self._scene.addItem(item)
        else:
            item.setParentItem(self.inside)

    def is_open(self, node_id: str) -> bool:
        """Whether a block is drawn in place."""
        return node_id in self._open

    def _make_node(self, node_id: str) -> NodeItem:
        item = NodeItem(node_id, self._look(node_id), self._scene.styling)
        self.badges.put_on(item)
        item.setPos(*self.positions[node_id])
        self._raise(item)
        self.lay(item)
        return item

    def _make_wire(self, edge: Edge) -> WireItem:
        item = WireItem(edge, self._scene.styling)
        self.badges.tell_wire(item)
        self.color(item)
        item.route(self.courses.course(edge), self.courses.places[edge], self.courses.flow)
        self.lay(item)
        return item

    def _look(self, node_id: str) -> NodeLook:
        look = node_look(self.graph, self.report, node_id, self._open.get(node_id))
        look.selected = node_id in self.selected
        offered = self._offered
        look.offered = () if offered is None else offered.get(node_id, ())
        look.dim = offered is not None and node_id not in offered and node_id != self._offering
        return look

    def _dress(self, item: NodeItem) -> None:
        """Let a node look as it is now."""
        item.wear(self._look(item.id))
        self.badges.put_on(item)
        item.update()

    def height(self, node_id: str) -> float:
        """What a node lies over: those that are not selected, then those created before."""
        return (2 if node_id in self.selected else 1) + max(self.graph.created(node_id), 0) * 1e-8

    def _raise(self, item: NodeItem) -> None:
        item.setZValue(self.height(item.id))

    def color(self, wire: WireItem) -> None:
        """Show a wire as active that is chosen, or leads to or from a selected node."""
        edge, selected = wire.edge, self.selected
        chosen = self is self._scene.part and edge == self._scene.chosen_wire
        wire.set_active(chosen or edge.source in selected or edge.target in selected)

    def made_wires_at(self, node_ids: set[str]) -> list[Edge]:
        """The wires of these nodes that have items."""
        made, graph = self.wires.made, self.graph
        if len(node_ids) >= len(made):
            return [edge for edge in made if edge.source in node_ids or edge.target in node_ids]
        there = node_ids & graph.nodes.keys()
        found = {e: None for n in there for e in (*graph.outgoing[n], *graph.incoming[n].values()) if e in made}
        return [*found]

    def show_selected(self, selected: set[str]) -> None:
        """Let exactly these nodes look selected."""
        changed, self.selected = selected ^ self.selected, selected
        for node_id in common(changed, self.nodes.made):
            item = self.nodes.made[node_id]
            item.look.selected = node_id in selected
            self._raise(item)
            item.update()
        for edge in self.made_wires_at(changed):
            self.color(self.wires.made[edge])

    def offer(self, ends: Iterable[End] | None, source: str | None) -> None:
        """Ring these ports and dim the nodes without any; None ends that. ``source`` is never dimmed."""
        self._offered, self._offering = None if ends is None else {}, source
        for end in ends or ():
            assert self._offered is not None
            self._offered.setdefault(end.node, []).append(end)
        for item in self.nodes.made.values():
            self._dress(item)

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.altered = None
        self.ties.dress()
        if self.leads is not None:
            self.leads.setPen(self._scene.styling.wires["known", False])
        for node in self.nodes.made.values():
            node.freshen()
        for wire in self.wires.made.values():
            wire.restyle()

    def hide_content(self, hidden: bool) -> None:
        """Let its items paint nothing, for the overview paints everything."""
        for item in (*self.nodes.made.values(), *self.wires.made.values()):
            item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, hidden)
        if self.leads is not None:
            self.leads.setVisible(not hidden)

    # -- what is in sight ------------------------------------------------------------------------------------------

    def in_sight(self) -> tuple[list[str], list[Edge]]:
        """The nodes and wires that can be seen: all of a small level, none from so far that they have no items."""
        if len(self.boxes) <= FEW:
            return [*self.boxes], [*self.courses.points]
        sight = self._scene.sight.translated(-self.offset)
        if self._scene.styling.detail == OVERVIEW or sight.isEmpty():
            return [], []
        return self.boxes.within(sight), self.courses.within(sight)

    def fill(self, most: int) -> bool:
        """Make the items that can be seen, of a large level at most so many; whether none is missing any more."""
        nodes, wires = self.in_sight()
        missing = [node_id for node_id in nodes if node_id not in self.nodes.made]
        lines = [edge for edge in wires if edge not in self.wires.made]
        room = len(missing) + len(lines) if len(self.boxes) <= FEW else most
        for node_id in missing[:room]:
            self.nodes[node_id]
        for edge in lines[: max(room - len(missing), 0)]:
            self.wires[edge]
        return len(missing) + len(lines) <= room

    def thin_out(self) -> None:
        """Take items away that are far out of sight, except for the boxes of open blocks."""
        if len(self.boxes) <= FEW:
            return
        sight = self._scene.sight.translated(-self.offset)
        near = sight.adjusted(-sight.width(), -sight.height(), sight.width(), sight.height())
        nodes, wires = {*self.boxes.within(near), *self._open}, set(self.courses.within(near))
        for node_id in [each for each in self.nodes.made if each not in nodes]:
            self.nodes.drop(node_id)
        for edge in [each for each in self.wires.made if each not in wires]:
            self.wires.drop(edge)
