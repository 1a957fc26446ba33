"""The scene listens to the Document and keeps its items in step with it; it changes nothing itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from PySide6.QtCore import QObject, QRectF, QTimer, Signal
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsSceneHelpEvent, QToolTip

from engine.edits import Change
from engine.graph import Edge, Position
from engine.problems import Problem
from gui.canvas import tooltips
from gui.canvas.courses import Courses
from gui.canvas.finder import Finder
from gui.canvas.frames.frame_items import FrameItems
from gui.canvas.geometry import End
from gui.canvas.live_marks import LiveMarks
from gui.canvas.node_item import NodeItem, node_look
from gui.canvas.style import OVERVIEW, Style
from gui.canvas.ties import Ties
from gui.canvas.wire_item import WireItem
from gui.document import Document
from gui.theme import theme


class Scene(QGraphicsScene):
    """Items by id, badges from the document's problems, and who is where."""

    annotated = Signal()
    """Badges, shapes on wires and the course of the wires are up to date again."""

    came = Signal(QRectF)
    """Where layers have just been added to the open level."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.styling = Style()
        self.find = Finder(self, self.styling)
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Edge, WireItem] = {}
        self.positions: dict[str, Position] = {}
        self.chosen_wire: Edge | None = None
        self.stamp = 0
        """Grows with everything the overview shows."""
        self._problems: dict[str, list[Problem]] = {}
        self._selected: set[str] = set()
        self._courses = Courses(document, self.nodes, self.wires, self.positions)
        self.ties = Ties(document, self.nodes, self)
        self.frames = FrameItems(self)
        self.live = LiveMarks(document, self)
        self.live.changed.connect(self.touch)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.flush)
        document.changed.connect(self._follow)
        document.replaced.connect(self.rebuild)
        document.selection_changed.connect(self._show_selection)
        theme.changed.connect(self._restyle)
        self.rebuild()

    # -- following the document ------------------------------------------------------------------------------------

    def rebuild(self) -> None:
        """Make every item again."""
        for item in (*self.wires.values(), *self.nodes.values()):
            self.removeItem(item)
        for kept in (self.nodes, self.wires, self.positions, self._courses.crooked):
            kept.clear()
        self.chosen_wire, self._problems, self._selected = None, {}, set()
        for node_id in self.document.graph.nodes:
            self._create(node_id)
        for edge in self.document.graph.edges:
            self._connect(edge)
        self._show_selection()
        self.flush()

    def _follow(self, change: Change) -> None:
        if change.drawing:  # all ports are elsewhere
            self.rebuild()
            return
        graph = self.document.graph
        for edge in change.edges:
            if edge in graph.outgoing.get(edge.source, ()):
                if edge not in self.wires:
                    self._connect(edge)
            elif edge in self.wires:
                self.removeItem(self.wires.pop(edge))
                self._courses.crooked.discard(edge)
                self.chosen_wire = None if self.chosen_wire == edge else self.chosen_wire
        ends = {node_id for edge in change.edges for node_id in (edge.source, edge.target)}
        area, new = QRectF(), []
        for node_id in change.nodes | ends:
            if node_id in graph.nodes:
                if node_id in self.nodes:
                    self._refresh(node_id)
                else:
                    area |= self._create(node_id).box
                    new.append(node_id)
            elif item := self.nodes.pop(node_id, None):
                area |= item.box
                self.removeItem(item)
                del self.positions[node_id]
                self._selected.discard(node_id)
        if not area.isNull():
            self._courses.disturb(area)
        self.place({node_id: graph.positions[node_id] for node_id in change.moved if node_id in graph.nodes})
        self.touch()
        if new:
            self.came.emit(self.content(new))

    def _create(self, node_id: str) -> NodeItem:
        graph = self.document.graph
        item = NodeItem(node_id, node_look(graph, self.document.report, node_id), self.styling)
        position = self.positions[node_id] = graph.positions[node_id]
        item.setPos(*position)
        self.nodes[node_id] = item
        self.addItem(item)
        return item

    def _refresh(self, node_id: str) -> None:
        item = self.nodes[node_id]
        old, look = item.look, node_look(self.document.graph, self.document.report, node_id)
        look.selected, look.severity, look.guilty, look.health = old.selected, old.severity, old.guilty, old.health
        item.wear(look)
        item.update()
        self._courses.bend(node_id)

    def _connect(self, edge: Edge) -> None:
        item = WireItem(edge, self.styling)
        self.wires[edge] = item
        self._courses.crooked.add(edge)
        self.addItem(item)

    # -- badges and shapes -----------------------------------------------------------------------------------------

    def touch(self) -> None:
        """See to it that everything is up to date once the events at hand are done with."""
        self._stir()
        self._later.start()

    def flush(self) -> None:
        """Bring badges, shapes and wires up to date now."""
        self._later.stop()
        self._mark()
        self.reroute()
        self.ties.follow()
        self._stir()
        self.annotated.emit()

    def _stir(self) -> None:
        """Something has changed that the overview shows; it is painted as a whole."""
        self.stamp += 1
        if self.styling.detail == OVERVIEW:
            self.update()

    def _mark(self) -> None:
        """Update the nodes whose problems, and the wires whose shapes have changed."""
        found: dict[str, list[Problem]] = {}
        for problem in self.document.problems():
            if problem.node is not None and problem.severity != "hint":
                found.setdefault(problem.node, []).append(problem)
        for node_id in found.keys() | self._problems.keys():
            item, problems = self.nodes.get(node_id), found.get(node_id, [])
            if item is None:
                continue
            severity = problems[0].severity if problems else ""
            guilty = {problem.port for problem in problems if problem.port and problem.severity == severity}
            if (severity, guilty) != (item.look.severity, item.look.guilty):
                item.look.severity, item.look.guilty = severity, guilty
                item.freshen()
        self._problems = found
        report = self.document.report
        for node_id, item in self.nodes.items():
            shown = item.look.shown
            item.tell(report.spec(*shown) if shown else None, self.live.value_of(*shown) if shown else None)
            health = self.live.mark(node_id)
            if health != item.look.health:
                item.look.health = health
                item.freshen()
        for edge, wire in self.wires.items():
            look = self.nodes[edge.target].look
            guilty_target = look.severity == "error" and edge.target_port in look.guilty
            if (
                wire.tell(report.spec(edge.source, edge.source_port), guilty_target, self.live.value(edge))
                and edge not in self._courses.crooked
            ):
                wire.place()

    def problems_of(self, node_id: str) -> list[Problem]:
        """The errors and warnings of a node, gravest first."""
        return self._problems.get(node_id, [])

    def _show_selection(self) -> None:
        selected = set(self.document.selection)
        self.show_selected(selected)
        self.choose_wire(None)

    def show_selected(self, selected: set[str]) -> None:
        """Let exactly these nodes look selected (the document's selection, or what a box selection would give)."""
        graph = self.document.graph
        for node_id in selected ^ self._selected:
            item = self.nodes.get(node_id)
            if item is not None:
                item.look.selected = node_id in selected
                item.setZValue(2 if item.look.selected else 1)
                item.update()
        changed, self._selected = selected ^ self._selected, selected
        for node_id in changed & graph.nodes.keys():
            for edge in (*graph.incoming[node_id].values(), *graph.outgoing[node_id]):
                self._color(edge)
        self._stir()

    def choose_wire(self, edge: Edge | None) -> None:
        """Let one wire look selected."""
        before, self.chosen_wire = self.chosen_wire, edge
        for changed in (before, edge):
            if changed is not None:
                self._color(changed)

    def _color(self, edge: Edge) -> None:
        if wire := self.wires.get(edge):
            wire.set_active(edge == self.chosen_wire or edge.source in self._selected or edge.target in self._selected)

    def _restyle(self) -> None:
        self.styling.rebuild()
        self.ties.dress()
        for node in self.nodes.values():
            node.freshen()
        for wire in self.wires.values():
            wire.restyle()
        self.stamp += 1
        self.update()

    # -- positions and wires ---------------------------------------------------------------------------------------

    def content(self, node_ids: Iterable[str] | None = None) -> QRectF:
        """The box around these nodes, or around all and the frames."""
        box = self.frames.area() if node_ids is None else QRectF()
        for node_id in self.nodes if node_ids is None else node_ids:
            box |= self.nodes[node_id].box
        return box

    def place(self, positions: Mapping[str, Position], *, dragging: bool = False) -> None:
        """Put items somewhere; their wires follow with the next `reroute`, others give way once all rest."""
        swept = QRectF()
        for node_id, position in positions.items():
            item = self.nodes[node_id]
            if not dragging:
                swept |= item.box
            item.setPos(*position)
            self.positions[node_id] = position
            self._courses.bend(node_id)
            if not dragging:
                swept |= item.box
        if not swept.isNull():
            self._courses.disturb(swept)
        self.ties.follow()
        self._stir()

    def reroute(self) -> None:
        """Lay all wires again whose ends have moved."""
        if self._courses.straighten():
            self._stir()

    # -- looking ---------------------------------------------------------------------------------------------------

    def zoom(self, scale: float) -> None:
        """Take note of the zoom; in the overview the items paint nothing."""
        overview = self.styling.detail == OVERVIEW
        self.styling.zoom(scale)
        if overview != (self.styling.detail == OVERVIEW):
            for item in (*self.nodes.values(), *self.wires.values()):
                item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, not overview)

    def offer(self, ends: Collection[End] | None, source: str | None = None) -> None:
        """Ring these ports and dim the nodes without any; None ends that. ``source`` is never dimmed."""
        by_node: dict[str, list[End]] = {}
        for end in ends or ():
            by_node.setdefault(end.node, []).append(end)
        for node_id, item in self.nodes.items():
            item.look.offered = by_node.get(node_id, ())
            item.look.dim = ends is not None and node_id not in by_node and node_id != source
            item.freshen()

    def helpEvent(self, event: QGraphicsSceneHelpEvent) -> None:
        """Show the tooltip of what is under the mouse."""
        point, text = event.scenePos(), ""
        if end := self.find.grip(point):
            text = tooltips.port_text(self.document, end, self.problems_of(end.node))
        elif node_id := self.find.node(point):
            text = tooltips.node_text(self.document, node_id, self.problems_of(node_id), self.live.lines(node_id))
        elif edge := self.find.wire(point):
            text = tooltips.wire_tip(self.document, edge, self.live.value(edge))
        QToolTip.showText(event.screenPos(), text, event.widget())
        event.setAccepted(bool(text))
