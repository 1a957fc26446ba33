"""Draw a frame, go to it, rename, color and nudge it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPoint, QRect

from engine.edits import Compound
from engine.frames import AddFrame, Box, Frame, FrameColor, SetFrame, fresh_frame_id, moves
from gui.canvas.frames.frame_item import STRIP
from gui.canvas.frames.title_editor import TitleEditor
from gui.canvas.geometry import snap, snap_down
from gui.canvas.sheet import READABLE, Sheet
from gui.undo_history import UndoStep

ROOM = 8.0
"""The least room between a new frame and what it is drawn around: two in a chain have room between the layers."""
SIZE = (320.0, 192.0)
"""The size of one around nothing."""


class FrameCommands:
    """What is done with the frames of one sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet, self._document = sheet, sheet.document
        self.editor: TitleEditor | None = None
        """Where a title is being edited, while it is."""

    def add(self) -> None:
        """Draw a frame around the selected layers, or at the cursor, and ask for its title."""
        frame = Frame(fresh_frame_id(self._document.graph), self._box())
        if self._sheet.apply(AddFrame(frame)):
            self._document.select_frame(frame.id)
            self.reveal(frame)
            added = self._document.history.last
            self._edit_title(frame, lambda title: self._add_titled(frame, title, added))

    def _add_titled(self, frame: Frame, title: str, added: UndoStep | None) -> None:
        """The title of a new frame belongs to the step that drew it, unless something else was done since."""
        if title and self._document.history.last is added:
            self._document.history.undo()
            self._sheet.apply(AddFrame(replace(frame, title=title)))
            self._document.select_frame(frame.id)
        else:
            self.set_title(frame.id, title)

    def reveal(self, frame: Frame) -> None:
        """Bring a frame of the level that is worked in into sight: all of it, or its title where it is too large."""
        canvas, view = self._sheet.canvas, self._sheet
        box, seen = canvas.frames.items[frame.id].box, view.mapToScene(view.viewport().rect()).boundingRect()
        fits = box.width() <= seen.width() and box.height() <= seen.height()
        view.camera.reveal((box if fits else canvas.frames.items[frame.id].strip).translated(canvas.part.offset))

    def show(self, frame: Frame) -> None:
        """Bring a frame into sight, from too far away closer, too."""
        if self._sheet.camera.scale < READABLE:
            item = self._sheet.canvas.frames.items[frame.id]
            self._sheet.camera.fit(item.box.translated(self._sheet.canvas.part.offset), part=True)
        else:
            self.reveal(frame)

    def next(self) -> None:
        """Select the next frame of the level; from a layer the smallest one around it."""
        document, canvas = self._document, self._sheet.canvas
        frames, chosen = list(document.graph.frames.values()), document.selection
        around = [frame for frame in frames if chosen and chosen[-1] in canvas.frames.content(frame)[0]]
        if around:
            found = min(around, key=lambda frame: frame.box[2] * frame.box[3])
        elif frames:
            here = document.frame
            found = frames[0 if here is None else (frames.index(here) + 1) % len(frames)]
        else:
            self._sheet.message.emit("There is no frame here.")
            return
        document.select_frame(found.id)
        self.show(found)

    def first_inside(self) -> str | None:
        """The first layer inside the selected frame, in the order of the forward pass."""
        frame = self._document.frame
        inside = self._sheet.canvas.frames.content(frame)[0] if frame is not None else ()
        return next((node_id for node_id in self._document.graph.order() if node_id in inside), None)

    def _box(self) -> Box:
        chosen = [node_id for node_id in self._document.selection if node_id in self._sheet.canvas.nodes]
        if chosen:
            box = self._sheet.canvas.content(chosen).translated(-self._sheet.canvas.part.offset)
            left, top = -snap_down(2 * ROOM - box.left()), -snap_down(STRIP - box.top())
            right, bottom = snap_down(box.right() + 2 * ROOM), snap_down(box.bottom() + ROOM)
            return left, top, right - left, bottom - top
        mouse = self._sheet.mouse
        at = self._sheet.point_at(mouse if mouse is not None else self._sheet.viewport().rect().center())
        return (snap(at.x()), snap(at.y()), *SIZE) if mouse is not None else (*_around(at.x(), at.y()), *SIZE)

    def rename(self) -> None:
        """Edit the title of the chosen frame in place."""
        frame = self._document.frame
        if frame is not None:
            self._edit_title(frame, lambda title: self.set_title(frame.id, title))

    def _edit_title(self, frame: Frame, said: Callable[[str], object]) -> None:
        sheet = self._sheet
        strip = sheet.canvas.frames.items[frame.id].strip.translated(sheet.canvas.part.offset)
        sheet.camera.reveal(strip)
        place = sheet.mapFromScene(strip).boundingRect().adjusted(2, 0, -2, 0)
        width = min(max(place.width(), 160), sheet.viewport().width())
        self.editor = TitleEditor(sheet, frame.title, said)
        self.editor.destroyed.connect(self._forget)
        height = max(place.height(), self.editor.sizeHint().height())
        self.editor.show_at(QRect(QPoint(max(place.left(), 0), max(place.top(), 0)), place.size()))
        self.editor.resize(width, height)

    def _forget(self) -> None:
        self.editor = None

    def set_title(self, frame_id: str, title: str) -> None:
        """Give a frame another title."""
        frame = self._document.graph.frames.get(frame_id)
        if frame is not None and title != frame.title:
            self._sheet.apply(SetFrame(replace(frame, title=title)))

    def set_color(self, color: FrameColor) -> None:
        """Give the chosen frame another colour."""
        frame = self._document.frame
        if frame is not None and color != frame.color:
            self._sheet.apply(SetFrame(replace(frame, color=color)))

    def nudge(self, dx: float, dy: float) -> None:
        """Move the chosen frame with what is in it."""
        frame, graph = self._document.frame, self._document.graph
        if frame is not None:
            nodes, _ = self._sheet.canvas.frames.content(frame)
            title = SetFrame(frame.moved(dx, dy)).title(graph)
            self._sheet.apply(Compound(tuple(moves(graph, frame, nodes, (dx, dy))), title))


def _around(x: float, y: float) -> tuple[float, float]:
    """The upper left corner of a frame of the usual size with its middle there."""
    return snap(x - SIZE[0] / 2), snap(y - SIZE[1] / 2)
