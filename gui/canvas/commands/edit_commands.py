"""Add, delete, connect, arrange and select layers; undo and redo."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QPoint

from engine.bypassing import bypass
from engine.drawing import Direction
from engine.edits import Compound, Disconnect, Move
from engine.frames import RemoveFrame
from engine.graph import Edge, Position
from engine.problems.looking import above, below
from gui.canvas.commands import layer_commands as commands
from gui.canvas.commands.alignment import aligned
from gui.canvas.commands.arranging import Arranging, arrangement, directing, redirection
from gui.canvas.commands.reorder import move_along
from gui.canvas.geometry import HEIGHT, WIDTH, End, snap
from gui.canvas.layout.flow import flow_of
from gui.canvas.layout.layout import STEPS
from gui.canvas.layout.whole_project import WORDS
from gui.canvas.sheet import Sheet


class EditCommands:
    """What is done to the network of one sheet; each command is one undo step, a refusal becomes a message."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet, self._document = sheet, sheet.document
        self.arranging = Arranging(sheet.document, sheet)
        self.arranging.message.connect(sheet.message)

    def undo(self) -> None:
        """Undo the last step."""
        title = self._document.history.undo_title
        self._document.history.undo()
        if title:
            self._sheet.message.emit(f"Undone: {title}")

    def redo(self) -> None:
        """Do the step again."""
        title = self._document.history.redo_title
        self._document.history.redo()
        if title:
            self._sheet.message.emit(f"Redone: {title}")

    def add_layer(
        self, name: str, position: Position, wire: End | None = None, after: str | None = None, into: Edge | None = None
    ) -> None:
        """Add a layer and show it."""
        sheet, document = self._sheet, self._document
        if sheet.attempt(lambda: commands.add_layer(document, name, position, wire, after=after, into=into)):
            sheet.canvas.flush()
            sheet.camera.reveal(sheet.canvas.content(document.selection))

    def free_position(self) -> Position:
        """Where a new node goes when no position is given: in the middle of what is seen, beside others."""
        middle = self._sheet.point_at(self._sheet.viewport().rect().center())
        return commands.unoccupied(self._document.graph, snap(middle.x() - WIDTH / 2), snap(middle.y() - HEIGHT / 2))

    def select_all(self) -> None:
        """Select every node."""
        self._document.select(self._document.graph.nodes)

    def select_upstream(self) -> None:
        """Select as well what leads to the selected nodes."""
        self._select_more(above(self._document.graph, *self._document.selection))

    def select_downstream(self) -> None:
        """Select as well what the selected nodes lead to."""
        self._select_more(below(self._document.graph, *self._document.selection))

    def _select_more(self, found: set[str]) -> None:
        self._document.select([*self._document.selection, *self._document.graph.as_created(found)])

    def delete(self) -> None:
        """Delete the selected nodes, the wire that was clicked, or the selected frame without what is in it."""
        if wire := self._sheet.canvas.chosen_wire:
            self._sheet.apply(Disconnect(wire))
        elif (frame := self._document.frame) is not None:
            self._sheet.apply(RemoveFrame(frame.id))
        else:
            self._sheet.attempt(lambda: commands.delete(self._document, self._document.selection))

    def delete_and_reconnect(self) -> None:
        """Delete the selected nodes and close the gaps where that is clear."""

        def delete() -> None:
            if unclear := commands.delete_and_reconnect(self._document, self._document.selection):
                self._sheet.message.emit(unclear)

        self._sheet.attempt(delete)

    def bypass(self) -> None:
        """Let the selected nodes pass their input on, or take part again where all of them do so."""
        document = self._document
        self._sheet.attempt(lambda: document.apply(bypass(document.graph, document.selection)))

    def move_along(self, *, later: bool) -> None:
        """Exchange the one selected layer with the one behind it, or before it."""
        (node_id,) = self._document.selection
        self._sheet.attempt(lambda: move_along(self._document, node_id, later=later))

    def arrange(self, node_ids: Iterable[str] | None = None) -> None:
        """Lay out everything, or these nodes, as one step; the node in the middle of the view stays in sight."""
        document, page = self._document, self._sheet.page()
        chosen = None if node_ids is None else set(node_ids) & document.graph.nodes.keys()
        directs, sizes = chosen is None and directing(document), dict(self._sheet.canvas.boxes.sizes)
        work = redirection(document, None, page) if directs else arrangement(document, sizes, page, chosen)
        self.arranging.run(work, self._steps(2 if directs else 1), partial(self._arranged, chosen, directs))

    def _steps(self, times: int) -> int:
        """How many steps it takes to arrange everything so often."""
        return times * STEPS * len(self._document.graph.nodes)

    def _arranged(self, chosen: set[str] | None, directs: bool, edit: Compound | None) -> None:
        """Apply what arranges; the node in the middle of the view stays in sight."""
        sheet, canvas = self._sheet, self._sheet.canvas
        if edit is None:
            sheet.message.emit("Everything is arranged already.")
            return
        middle = sheet.point_at(sheet.viewport().rect().center())
        boxes = canvas.boxes
        near = min(boxes, key=lambda each: (boxes.box(each).center() - middle).manhattanLength(), default=None)
        at = sheet.view_point(boxes.box(near).topLeft()) if near is not None else QPoint()
        fitted, before = sheet.camera.fitted, flow_of(self._document.graph)
        if not sheet.attempt(lambda: self._document.apply(edit, edit.name, whole_project=directs)):
            return
        if chosen is None and (fitted or flow_of(self._document.graph) is not before):
            sheet.camera.fit(canvas.content())
        elif near is not None and chosen is None:
            sheet.camera.pin(boxes.box(near).topLeft() + canvas.part.offset, at)
        canvas.flush()

    def set_direction(self, direction: Direction | None) -> None:
        """Draw the network from top to bottom, from left to right, or as arranging finds best: one step."""
        work = redirection(self._document, direction, self._sheet.page())
        self.arranging.run(work, self._steps(2 if direction is None else 1), partial(self._directed, direction))

    def _directed(self, direction: Direction | None, edit: Compound | None) -> None:
        sheet = self._sheet
        words = "Arranging chooses the direction that fits best" if direction is None else f"It runs {WORDS[direction]}"
        if edit is None:
            sheet.message.emit(f"{words} already.")
        if edit is None or not sheet.attempt(lambda: self._document.apply(edit, whole_project=True)):
            return
        sheet.canvas.flush()
        sheet.camera.fit(sheet.canvas.content())

    def align(self, way: str) -> None:
        """Align or distribute the selected nodes (`alignment.WAYS`)."""
        sizes, positions = self._sheet.canvas.boxes.sizes, self._document.graph.positions
        boxes = {node_id: (positions[node_id], sizes[node_id]) for node_id in self._document.selection}
        moved = {name: at for name, at in aligned(boxes, way).items() if at != positions[name]}
        if moved:
            self._sheet.attempt(lambda: self._document.apply(Move(moved), f"Align {len(boxes)} layers"))
            self._sheet.canvas.flush()
        else:
            self._sheet.message.emit("They are aligned already.")

    def arrange_selection(self) -> None:
        """Lay out the selected nodes."""
        self.arrange(self._document.selection)
