"""The scene listens to the Document and keeps its items in step with it; it changes nothing itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from PySide6.QtCore import QObject, QPointF, QRectF, QTimer, Signal
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsSceneHelpEvent, QToolTip

from engine.edits import Change
from engine.graph import Edge, Position
from engine.problems import Problem
from gui.canvas.finder import Finder
from gui.canvas.frames.frame_items import FrameItems
from gui.canvas.geometry import End
from gui.canvas.in_place.hovering import tip
from gui.canvas.in_place.open_boxes import Path, open_blocks
from gui.canvas.in_place.part import Part, innermost, problems_at
from gui.canvas.layout.flow import flow_of
from gui.canvas.live_marks import LiveMarks
from gui.canvas.node_item import NodeItem, natural_size, node_look
from gui.canvas.style import OVERVIEW, Style
from gui.canvas.wire_item import WireItem
from gui.document import Document, change_of
from gui.levels import is_open, walk
from gui.theme import theme


class Scene(QGraphicsScene):
    """Items by id, badges from the document's problems, and who is where.

    The sheet has a `Part` for the level that it is of, and one for each block that is open in place. What is said of
    nodes, wires and positions without more is that of the part that is worked in, in its own coordinates.
    """

    annotated = Signal()
    """Badges, shapes on wires and the course of the wires are up to date again."""
    came = Signal(QRectF)
    """Where on the sheet layers have just been added to the open level."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.styling = Style()
        self.find = Finder(self, lambda: self.part, self.styling)
        self.parts: dict[Path, Part] = {}
        self._flow = flow_of(document.project)
        self.part = Part(self, document.sheet)
        """The part that is worked in."""
        self.chosen_wire: Edge | None = None
        self.stamp = 0
        """Grows with everything the overview shows."""
        self.live = LiveMarks(document, self)
        for signal in (self.live.changed, document.inferred, document.checked):
            signal.connect(self.touch)
        self.frames = FrameItems(self)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.flush)
        document.sheet_edited.connect(self._follow_sheet)
        document.changed.connect(self._follow_part)
        document.replaced.connect(self._work_elsewhere)
        document.selection_changed.connect(self._show_selection)
        theme.changed.connect(self._restyle)
        self.rebuild()

    # -- the part that is worked in --------------------------------------------------------------------------------

    @property
    def nodes(self) -> dict[str, NodeItem]:
        """Its nodes."""
        return self.part.nodes

    @property
    def wires(self) -> dict[Edge, WireItem]:
        """Its wires."""
        return self.part.wires

    @property
    def positions(self) -> dict[str, Position]:
        """Where its nodes are."""
        return self.part.positions

    @property
    def sheet(self) -> Part:
        """The part that all others lie in."""
        return self.parts[self.document.sheet.block_path]

    def lay(self, item: QGraphicsItem) -> None:
        """Put an item on the sheet, in the coordinates of the part that is worked in."""
        self.part.lay(item)

    def part_at(self, point: QPointF) -> Path:
        """The way to the innermost level that a point of the sheet lies in."""
        return innermost(self.parts, self.document.sheet.block_path, point)

    # -- following the document ------------------------------------------------------------------------------------

    def rebuild(self) -> None:
        """Make every item again."""
        for part in [part for part in self.parts.values() if part.around is None]:
            self._drop(part)
        self.chosen_wire, self._flow = None, flow_of(self.document.project)
        sheet = self._fill(Part(self, self.document.sheet))
        self.part = self.parts.get(self.document.block_path, sheet)
        self.part.relearn(self.document, self.document.level, changed=True)
        self.frames.follow()
        self._show_selection()
        self.flush()

    def _fill(self, part: Part) -> Part:
        """Make the items of a part, and the parts within it."""
        self.parts[part.path] = part
        for node_id in part.graph.nodes:
            self._create(part, node_id)
        for edge in part.graph.edges:
            self._connect(part, edge)
        part.courses.straighten()
        return part

    def _drop(self, part: Part) -> None:
        """Take the items of a part away, and the parts within it."""
        depth = len(part.path)
        self.frames.forget(path for path in self.parts if path[:depth] == part.path)
        self.parts = {path: other for path, other in self.parts.items() if path[:depth] != part.path}
        part.clear()

    def _work_elsewhere(self) -> None:
        """Another level is worked in: of this sheet, or of another one."""
        document, before = self.document, self.part
        part = self.parts.get(document.block_path)
        if not document.same_sheet or part is None or part.graph is not document.graph or self._turned:
            self.rebuild()
            return
        if before.path in self.parts:
            self.choose_wire(None)
            self.show_selected(set())
        self.part = part
        for each in (before, part):
            each.relearn(document, each.level, changed=True)
        self.frames.follow()
        self._show_selection()
        self.touch()

    @property
    def _turned(self) -> bool:
        """Whether the drawing runs another way than the items do."""
        return self._flow is not flow_of(self.document.project)

    def _follow_sheet(self, change: Change) -> None:
        """Follow an edit in the parts that are not worked in; `_follow_part` or `_work_elsewhere` follows."""
        if self._turned:
            return
        for path in sorted(self.parts, key=len):
            part = self.parts.get(path)
            if part is None or part is self.part or not is_open(self.document.sheet, path):
                continue  # what is gone goes with the box around it
            other = self._learn(part, change)
            self._follow(part, change_of(part.graph, change, other=other))

    def _follow_part(self, change: Change) -> None:
        """Follow an edit in the part that is worked in."""
        if self._turned:
            self.rebuild()
            return
        self.part.relearn(self.document, self.document.level, changed=True)
        new = self._follow(self.part, change)
        self.frames.follow()
        self.touch()
        if new:
            self.came.emit(self.content(new))

    def _learn(self, part: Part, change: Change) -> bool:
        """Look again at how a part is used that is not worked in; whether that is another way than before."""
        if not (change.nodes or change.edges or change.blocks or change.settings):
            return False
        before = part.level
        level = self.document.sheet if part.around is None else walk(self.document.whole, part.path)
        other = level != before
        part.relearn(self.document, level, changed=other or part.graph.inside in change.blocks)
        return other

    def _follow(self, part: Part, change: Change) -> list[str]:
        """Follow a change of the graph of a part; the nodes that have come."""
        graph = part.graph
        for edge in change.edges:
            if edge in graph.outgoing.get(edge.source, ()):
                if edge not in part.wires:
                    self._connect(part, edge)
            elif edge in part.wires:
                self.removeItem(part.wires.pop(edge))
                part.courses.crooked.discard(edge)
                if part is self.part and self.chosen_wire == edge:
                    self.chosen_wire = None
        touched = change.nodes.union(*((edge.source, edge.target) for edge in change.edges))
        if change.drawing:
            are_open = {path[-1] for path in self.parts if path[:-1] == part.path and path != part.path}
            touched |= are_open ^ {node_id for node_id in open_blocks(graph) if self._opens(part, node_id)}
        area, new = QRectF(), []
        for node_id in touched:
            if node_id in graph.nodes:
                if node_id in part.nodes:
                    self._refresh(part, node_id)
                else:
                    area |= self._create(part, node_id).box
                    new.append(node_id)
            elif item := part.nodes.pop(node_id, None):
                area |= item.box
                if (inner := self.parts.get((*part.path, node_id))) is not None:
                    self._drop(inner)
                self.removeItem(item)
                del part.positions[node_id]
                part.selected.discard(node_id)
        if not area.isNull():
            part.courses.disturb(area)
        self._place(part, {node_id: graph.positions[node_id] for node_id in change.moved if node_id in graph.nodes})
        return new

    def _create(self, part: Part, node_id: str) -> NodeItem:
        item = NodeItem(node_id, node_look(part.graph, part.report, node_id), self.styling)
        position = part.positions[node_id] = part.graph.positions[node_id]
        item.setPos(*position)
        part.nodes[node_id] = item
        part.lay(item)
        if self._opens(part, node_id):
            self._refresh(part, node_id)
        return item

    def _refresh(self, part: Part, node_id: str) -> None:
        item, inner = part.nodes[node_id], self.parts.get((*part.path, node_id))
        old, look = item.look, node_look(part.graph, part.report, node_id)
        opens = self._opens(part, node_id)
        block = part.graph.blocks.of_type(part.graph.nodes[node_id].type)
        if inner is not None and not (opens and block is not None and inner.graph is block.graph):
            self._drop(inner)
            inner = None
        if opens:
            if inner is None:
                inner = self._fill(Part(self, walk(self.document.whole, (*part.path, node_id)), item))
            box = inner.open_box(look.size)
            look = node_look(part.graph, part.report, node_id, box.size)
        look.selected, look.severity, look.guilty, look.health = old.selected, old.severity, old.guilty, old.health
        item.wear(look)
        if opens and inner is not None:
            inner.settle(box)
        item.update()
        part.courses.bend(node_id)

    def _opens(self, part: Part, node_id: str) -> bool:
        """Whether the block of a node is to be drawn in place."""
        return node_id in open_blocks(part.graph) and is_open(self.document.sheet, (*part.path, node_id))

    def _connect(self, part: Part, edge: Edge) -> None:
        item = WireItem(edge, self.styling)
        part.wires[edge] = item
        part.courses.crooked.add(edge)
        part.lay(item)

    # -- badges and shapes -----------------------------------------------------------------------------------------

    def touch(self, _news: object = None) -> None:
        """See to it that everything is up to date once the events at hand are done with."""
        self._stir()
        self._later.start()

    def flush(self) -> None:
        """Bring badges, shapes and wires up to date now."""
        self._later.stop()
        self._mark()
        for part in sorted(self.parts.values(), key=lambda part: -len(part.path)):
            part.courses.straighten()
            self._resize(part)
            part.ties.follow()
        self.frames.follow()
        self._stir()
        self.annotated.emit()

    def _resize(self, part: Part) -> None:
        """Let the box around a part fit what is inside."""
        if part.around is None:
            return
        around = self.parts[part.path[:-1]]
        box = part.open_box(natural_size(around.graph, around.report, part.path[-1]))
        if box.size != part.around.look.size:
            self._refresh(around, part.path[-1])
        else:
            part.settle(box)

    def _stir(self) -> None:
        """Something has changed that the overview shows; it is painted as a whole."""
        self.stamp += 1
        if self.styling.detail == OVERVIEW:
            self.update()

    def _mark(self) -> None:
        """Update the nodes whose problems, and the wires whose shapes have changed."""
        every: list[Problem] | None = None
        for part in self.parts.values():
            if self.document.checking:  # what is known of problems belongs to two states of the network
                part.mark(part.problems, self.live)
            elif part is self.part:
                part.mark(problems_at(self.document.problems(), ()), self.live)
            else:
                every = self.document.all_problems() if every is None else every
                part.mark(problems_at(every, part.path), self.live)

    def _show_selection(self) -> None:
        selected = set(self.document.selection)
        self.show_selected(selected)
        self.choose_wire(None)

    def show_selected(self, selected: set[str]) -> None:
        """Let exactly these nodes look selected (the document's selection, or what a box selection would give)."""
        part, graph = self.part, self.part.graph
        for node_id in selected ^ part.selected:
            item = part.nodes.get(node_id)
            if item is not None:
                item.look.selected = node_id in selected
                item.setZValue(2 if item.look.selected else 1)
                item.update()
        changed, part.selected = selected ^ part.selected, selected
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
        part = self.part
        if wire := part.wires.get(edge):
            wire.set_active(edge == self.chosen_wire or edge.source in part.selected or edge.target in part.selected)

    def _restyle(self) -> None:
        self.styling.rebuild()
        for part in self.parts.values():
            part.dress()
        self.stamp += 1
        self.update()

    # -- positions and wires ---------------------------------------------------------------------------------------

    def content(self, node_ids: Iterable[str] | None = None) -> QRectF:
        """On the sheet, the box around these nodes of the part worked in, or around all and the comment frames."""
        return self.sheet.content() | self.frames.area() if node_ids is None else self.part.content(node_ids)

    def place(self, positions: Mapping[str, Position], *, dragging: bool = False) -> None:
        """Put items somewhere; their wires follow with the next `reroute`, others give way once all rest."""
        self._place(self.part, positions, dragging=dragging)
        self._stir()

    def _place(self, part: Part, positions: Mapping[str, Position], *, dragging: bool = False) -> None:
        swept = QRectF()
        for node_id, position in positions.items():
            item = part.nodes[node_id]
            if not dragging:
                swept |= item.box
            item.setPos(*position)
            part.positions[node_id] = position
            part.courses.bend(node_id)
            if not dragging:
                swept |= item.box
        if not swept.isNull():
            part.courses.disturb(swept)
        part.ties.follow()

    def reroute(self) -> None:
        """Lay all wires again whose ends have moved."""
        if self.part.courses.straighten():
            self._stir()

    # -- looking ---------------------------------------------------------------------------------------------------

    def zoom(self, scale: float) -> None:
        """Take note of the zoom; in the overview the items paint nothing."""
        overview = self.styling.detail == OVERVIEW
        self.styling.zoom(scale)
        if overview != (self.styling.detail == OVERVIEW):
            for part in self.parts.values():
                part.hide_content(not overview)

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
        text = tip(self, event.scenePos())
        QToolTip.showText(event.screenPos(), text, event.widget())
        event.setAccepted(bool(text))
