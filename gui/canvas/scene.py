"""The scene listens to the Document and keeps in step with it what is in sight; it changes nothing itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from PySide6.QtCore import QObject, QPointF, QRectF, QTimer, Signal
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsSceneHelpEvent, QToolTip

from engine.blocks.block import PREFIX
from engine.edits import Change
from engine.graph import Edge, Graph, Position
from engine.problems import Problem
from gui.canvas.finder import Finder
from gui.canvas.frames.frame_items import FrameItems
from gui.canvas.geometry import End
from gui.canvas.in_place.hovering import tip
from gui.canvas.in_place.open_boxes import Path, open_blocks
from gui.canvas.in_place.part import Part, innermost, problems_at
from gui.canvas.layout.flow import flow_of
from gui.canvas.live_marks import LiveMarks
from gui.canvas.node_item import NodeItem, natural_size
from gui.canvas.sight.items import Items
from gui.canvas.sight.node_boxes import NodeBoxes
from gui.canvas.style import OVERVIEW, Style
from gui.canvas.wire_item import WireItem
from gui.document import Document, change_of
from gui.levels import is_open, walk
from gui.theme import theme

SOME: Final = 80
"""So many items that come into sight are made at once; of more the rest follows, over the overview."""
MOST: Final = 1_500
"""Of more items those far out of sight are taken away again."""


class Scene(QGraphicsScene):
    """The levels on the sheet, badges from the document's problems, and who is where.

    The sheet has a `Part` for the level that it is of, and one for each block that is open in place. What is said of
    nodes, wires and positions without more is that of the part that is worked in, in its own coordinates. Items are
    made for what is in sight (`look`) and for what is asked for: who goes through all nodes does so by their `boxes`.
    """

    annotated = Signal()
    """Badges, shapes on wires and the course of the wires are up to date again."""

    came = Signal(QRectF)
    """Where on the sheet layers have just been added to the open level."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.styling = Style()
        self.find = Finder(lambda: self.part, self.styling)
        self.live = LiveMarks(document, self)
        self.sight = QRectF()
        """The part of the sheet that somebody looks at; empty while nobody does."""
        self.parts: dict[Path, Part] = {}
        self._flow = flow_of(document.project)
        self.part = Part(self, document.sheet)
        """The part that is worked in."""
        self.chosen_wire: Edge | None = None
        self.stamp = 0
        """Grows with everything the overview shows."""
        self.live.changed.connect(self._mark_all)
        document.inferred.connect(self._infer)
        document.checked.connect(self.touch)
        self.frames = FrameItems(self)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.flush)
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._go_on)
        document.sheet_edited.connect(self._follow_sheet)
        document.changed.connect(self._follow_part)
        document.replaced.connect(self._work_elsewhere)
        document.selection_changed.connect(self._show_selection)
        theme.changed.connect(self._restyle)
        self.rebuild()

    # -- the part that is worked in --------------------------------------------------------------------------------

    @property
    def nodes(self) -> Items[str, NodeItem]:
        """Its nodes."""
        return self.part.nodes

    @property
    def wires(self) -> Items[Edge, WireItem]:
        """Its wires."""
        return self.part.wires

    @property
    def boxes(self) -> NodeBoxes:
        """The boxes of its nodes."""
        return self.part.boxes

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
        """Begin with everything again."""
        for part in [part for part in self.parts.values() if part.around is None]:
            self._drop(part)
        self.chosen_wire, self._flow = None, flow_of(self.document.project)
        sheet = self._begin(Part(self, self.document.sheet))
        self.part = self.parts.get(self.document.block_path, sheet)
        self.part.relearn(self.document, self.document.level, changed=True)
        self.part.badges.doubt(self.part.graph.nodes)
        self.frames.follow()
        self._show_selection()
        self.flush()

    def _begin(self, part: Part) -> Part:
        """Let a part be on the sheet, with the parts within it."""
        self.parts[part.path] = part
        part.begin()
        part.reroute()
        return part

    def _drop(self, part: Part) -> None:
        """Take a part off the sheet, and the parts within it."""
        depth = len(part.path)
        self.frames.forget(path for path in self.parts if path[:depth] == part.path)
        self.parts = {path: other for path, other in self.parts.items() if path[:depth] != part.path}
        part.clear()

    def opens(self, graph: Graph, path: Path) -> bool:
        """Whether the block of the node of a graph that a path leads to is to be drawn in place."""
        node_id = path[-1]
        if not graph.nodes[node_id].type.startswith(PREFIX):
            return False
        return node_id in open_blocks(graph) and is_open(self.document.sheet, path)

    def inner(self, part: Part, node_id: str, *, opens: bool) -> Part | None:
        """The part inside a block that is open in place: made if there is none yet, taken away if it is not open."""
        inner = self.parts.get((*part.path, node_id))
        if inner is not None:
            block = part.graph.blocks.of_type(part.graph.nodes[node_id].type) if opens else None
            if block is None or inner.graph is not block.graph:
                self._drop(inner)
                inner = None
        if opens and inner is None:
            level = walk(self.document.whole, (*part.path, node_id))
            inner = self._begin(Part(self, level, part.nodes[node_id]))
        return inner

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
            each.badges.doubt(each.graph.nodes)
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
            part.follow(change_of(part.graph, change, other=other))

    def _follow_part(self, change: Change) -> None:
        """Follow an edit in the part that is worked in."""
        if self._turned:
            self.rebuild()
            return
        self.part.relearn(self.document, self.document.level, changed=True)
        new = self.part.follow(change)
        if self.chosen_wire is not None and self.chosen_wire not in self.wires:
            self.chosen_wire = None
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

    # -- badges and shapes -----------------------------------------------------------------------------------------

    def touch(self) -> None:
        """See to it that everything is up to date once the events at hand are done with."""
        self._stir()
        self._later.start()

    def _infer(self, node_ids: set[str]) -> None:
        """The shapes of these nodes of the network are known again."""
        for part in [part for part in self.parts.values() if part.graph is self.document.project]:
            part.infer(node_ids)
        self.touch()

    def _mark_all(self) -> None:
        """A training says something else of the layers, or other values flow along the wires."""
        for part in self.parts.values():
            part.badges.doubt_all()
        self.touch()

    def flush(self) -> None:
        """Bring badges, shapes and wires up to date now."""
        self._later.stop()
        self._mark()
        for part in sorted(self.parts.values(), key=lambda part: -len(part.path)):
            part.reroute()
            self._resize(part)
            part.ties.follow()
        self.frames.follow()
        self._fill()
        self._stir()
        self.annotated.emit()

    def _resize(self, part: Part) -> None:
        """Let the box around a part fit what is inside."""
        if part.around is None:
            return
        around = self.parts[part.path[:-1]]
        box = part.open_box(natural_size(around.graph, around.report, part.path[-1]))
        if box.size != part.around.look.size:
            around.refresh(part.path[-1])
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
                part.mark(None)
            elif part is self.part:
                part.mark(problems_at(self.document.problems(), ()))
            else:
                every = self.document.all_problems() if every is None else every
                part.mark(problems_at(every, part.path))

    def _show_selection(self) -> None:
        self.show_selected(set(self.document.selection))
        self.choose_wire(None)

    def show_selected(self, selected: set[str]) -> None:
        """Let exactly these nodes look selected (the document's selection, or what a box selection would give)."""
        self.part.show_selected(selected)
        self._stir()

    def choose_wire(self, edge: Edge | None) -> None:
        """Let one wire look selected."""
        before, self.chosen_wire = self.chosen_wire, edge
        for changed in (before, edge):
            if changed is not None and changed in self.wires:
                self.part.color(self.wires[changed])

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
        """Put nodes somewhere; their wires follow with the next `reroute`, others give way once all rest."""
        self.part.place(positions, dragging=dragging)
        self._stir()

    def reroute(self) -> None:
        """Lay all wires again whose ends have moved."""
        if self.part.reroute():
            self._stir()
        if self.part.courses.crooked:
            self._more.start()

    def settle(self) -> None:
        """Lay every wire now that is still to be laid, of however many."""
        while self.part.courses.crooked or self.sheet.courses.crooked:
            self._go_on()

    # -- looking ---------------------------------------------------------------------------------------------------

    def look(self, sight: QRectF) -> None:
        """See to it that what is in sight has items: at once if that is not much, else in pieces; others may go."""
        self.sight = sight
        parts = self.parts.values()
        if sum(len(part.nodes.made) + len(part.wires.made) for part in parts) > MOST:
            for part in parts:
                part.thin_out()
        self._fill()

    @property
    def filled(self) -> bool:
        """Whether everything that can be seen has its item."""
        return not self._more.isActive()

    def _fill(self) -> None:
        """Make some of the items that are missing."""
        missing = [part for part in self.parts.values() if not part.fill(SOME)]
        if missing or any(part.courses.crooked for part in self.parts.values()):
            self._more.start()
        else:
            self._more.stop()

    def _go_on(self) -> None:
        """Continue with what is still to be laid and made."""
        for part in self.parts.values():
            if part.reroute():
                self._stir()
        self._fill()
        if self.filled:
            self.update()

    def zoom(self, scale: float) -> None:
        """Take note of the zoom; in the overview the items paint nothing."""
        overview = self.styling.detail == OVERVIEW
        self.styling.zoom(scale)
        if overview != (self.styling.detail == OVERVIEW):
            for part in self.parts.values():
                part.hide_content(not overview)

    def offer(self, ends: Collection[End] | None, source: str | None = None) -> None:
        """Ring these ports and dim the nodes without any; None ends that. ``source`` is never dimmed."""
        self.part.offer(ends, source)

    def helpEvent(self, event: QGraphicsSceneHelpEvent) -> None:
        """Show the tooltip of what is under the mouse."""
        text = tip(self, event.scenePos())
        QToolTip.showText(event.screenPos(), text, event.widget())
        event.setAccepted(bool(text))
