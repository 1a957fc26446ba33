"""Draw a frame, rename, color and nudge it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, QRect, QRectF

from engine.edits import Compound
from engine.frames import AddFrame, Box, Frame, FrameColor, SetFrame, fresh_frame_id, moves
from gui.canvas.frames.frame_item import STRIP
from gui.canvas.frames.title_editor import TitleEditor
from gui.canvas.geometry import snap, snap_down
from gui.canvas.sheet import Sheet

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
            self._sheet.camera.reveal(QRectF(*frame.box))
            self.rename()

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
        frame, sheet = self._document.frame, self._sheet
        if frame is None:
            return
        strip = sheet.canvas.frames.items[frame.id].strip.translated(sheet.canvas.part.offset)
        sheet.camera.reveal(strip)
        place = sheet.mapFromScene(strip).boundingRect().adjusted(2, 0, -2, 0)
        width = min(max(place.width(), 160), sheet.viewport().width())
        self.editor = TitleEditor(sheet, frame.title, lambda text: self.set_title(frame.id, text))
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
