"""The view: what people look at and work with. It starts gestures and answers keys; command objects do the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QWidget

from engine.edits import Change, Edit
from engine.graph import Edge
from gui.canvas import walking
from gui.canvas.commands import layer_commands as commands
from gui.canvas.commands.block_commands import BlockCommands
from gui.canvas.commands.clipboard_commands import ClipboardCommands
from gui.canvas.commands.edit_commands import EditCommands
from gui.canvas.commands.fine_tuning_commands import FineTuningCommands
from gui.canvas.commands.zoom_commands import ZoomCommands
from gui.canvas.drops import PaletteDrop
from gui.canvas.fix_menu import FixMenu
from gui.canvas.frames.frame_commands import FrameCommands
from gui.canvas.frames.frame_item import CURSORS
from gui.canvas.geometry import GRID, HEIGHT, WIDTH, End
from gui.canvas.gestures import GESTURES, Gesture, Pointer
from gui.canvas.searching.adder import Adder
from gui.canvas.searching.layer_popup import LayerPopup
from gui.canvas.searching.node_finder import NodeFinder
from gui.canvas.searching.wirer import Wirer
from gui.canvas.sheet import Sheet
from gui.document import Document
from gui.keys.keymap import keymap

ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
MENU = QPointF(WIDTH / 2, HEIGHT / 2)
"""Where on a box its menu opens by key."""
ARROWS: dict[int, walking.Direction] = {
    Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down", Qt.Key.Key_Left: "left", Qt.Key.Key_Right: "right",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MenuTarget:
    """What a context menu is about, at a point of the view; ``wire`` and ``end`` say which wire and which port."""

    kind: Literal["layer", "selection", "wire", "port", "frame", "background"]
    at: QPoint
    wire: Edge | None = None
    end: End | None = None


class View(Sheet):
    """The canvas of one document."""

    node_activated = Signal(str)
    """A node was double-clicked, or Enter was pressed on it."""
    tools_wanted = Signal()
    """The keyboard is to go to the small toolbar of the selection."""
    busy_changed = Signal()
    """A gesture has begun or ended."""
    menu_wanted = Signal(object, QPoint)
    """A context menu is wanted, with its `MenuTarget` and the point of the screen."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.gesture: Gesture | None = None
        self._button = Qt.MouseButton.NoButton
        self._space = False
        self.editing, self.clipboard = EditCommands(self), ClipboardCommands(self)
        self.blocks, self.zooming = BlockCommands(self), ZoomCommands(self)
        self.fine_tuning = FineTuningCommands(self)
        self.adder, self._palette = Adder(self, self.editing), PaletteDrop(self, self.editing)
        self.frames = FrameCommands(self)
        self.node_finder, self.wirer = NodeFinder(self, self.frames), Wirer(self)
        self.fix_menu = FixMenu(self)
        self.layer_wanted.connect(self.adder.open)
        self.setAcceptDrops(True)
        self.viewport().setMouseTracking(True)
        document.replaced.connect(self._break_off)
        document.changed.connect(self._yield)

    def _yield(self, change: Change) -> None:
        if change.nodes or change.edges or change.moved or change.frames:
            self._break_off()

    def _break_off(self) -> None:
        """End gesture and popup when the network is changed from elsewhere, by an undo key or another panel."""
        self.cancel()
        self.adder.close()
        self.node_finder.close()
        self.wirer.close()

    # -- what is seen and asked for --------------------------------------------------------------------------------

    def preview(self, edit: Edit, *, of_project: bool = False) -> None:
        """Show what an edit of the open level, or of the project, would do here, and bring it into sight."""
        self.cancel()
        area = self.ghosts.show(edit, of_project=of_project)
        if not area.isNull():
            self.camera.reveal(area.translated(self.canvas.part.offset))

    def activate(self, node_id: str) -> None:
        """Open a block; for other nodes somebody else may know what to do."""
        if not self.blocks.open(node_id):
            self.node_activated.emit(node_id)

    @property
    def popup(self) -> LayerPopup | None:
        """The search popup while it is open."""
        return self.adder.popup

    # -- gestures --------------------------------------------------------------------------------------------------

    def begin(self, gesture: Gesture, button: Qt.MouseButton) -> None:
        """Start a gesture that lasts until the button is released."""
        self.end_preview()
        self.forget_refusal()
        self.gesture, self._button = gesture, button
        gesture.start()
        self._show_cursor()
        self.busy_changed.emit()

    def cancel(self) -> None:
        """Break off the gesture at hand, as if it had never been."""
        if self.gesture is not None:
            gesture, self.gesture = self.gesture, None
            gesture.cancel()
            self._show_cursor()
            self.busy_changed.emit()

    def _pointer(self, event: QMouseEvent) -> Pointer:
        at = event.position().toPoint()
        return Pointer(self.point_at(at), at, event.modifiers(), event.button(), self._space)

    def _show_cursor(self) -> None:
        shape = self.gesture.cursor if self.gesture is not None else None
        if shape is None and self._space:
            shape = Qt.CursorShape.OpenHandCursor
        if shape is None:
            shape = self._over_edge()
        if shape is None:
            self.viewport().unsetCursor()
        else:
            self.viewport().setCursor(shape)

    def _over_edge(self) -> Qt.CursorShape | None:
        """The cursor over an edge of a frame, where no layer lies."""
        if self.mouse is None or not self.canvas.frames.items:
            return None
        point = self.point_at(self.mouse)
        found = self.canvas.frames.edge_at(point) if self.canvas.find.node(point) is None else None
        return None if found is None else CURSORS[found[1].across, found[1].down]

    # -- events: mouse ---------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self.gesture is not None:
            return
        if event.button() != Qt.MouseButton.MiddleButton and not self._space:
            self.work_at(event.position().toPoint())
        at = self._pointer(event)
        if event.button() == Qt.MouseButton.LeftButton and not self._space and self._fold(at):
            return
        gesture = next(filter(None, (kind.starting(self, at) for kind in GESTURES)), None)
        if gesture is not None:
            self.begin(gesture, event.button())
        elif event.button() == Qt.MouseButton.RightButton:
            node_id = self.canvas.find.node(at.scene)
            if node_id is not None and node_id not in self.document.selection:
                self.document.select([node_id])

    def _fold(self, at: Pointer) -> bool:
        """Open or close the block in place whose mark was pressed; whether one was."""
        node_id = self.canvas.find.mark(at.scene)
        if node_id is not None:
            self.blocks.fold([node_id])
        return node_id is not None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._pointer(event)
        self.mouse = at.view
        if self.gesture is not None:
            self.gesture.move(at)
        elif self.canvas.frames.items:
            self._show_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.gesture is not None and event.button() == self._button:
            gesture, self.gesture = self.gesture, None
            gesture.finish(self._pointer(event))
            self.canvas.reroute()
            self._show_cursor()
            self.busy_changed.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self._pointer(event)
        if event.button() != Qt.MouseButton.LeftButton or self._space or self.canvas.find.mark(at.scene):
            self.mousePressEvent(event)
        elif (node_id := self.canvas.find.node(at.scene)) is not None:
            self.activate(node_id)
        elif (frame := self.canvas.frames.title_at(at.scene)) is not None:
            self.document.select_frame(frame.id)
            self.frames.rename()
        elif self.canvas.find.grip(at.scene) is None:
            self.adder.open(at.view, into=self.canvas.find.wire(at.scene))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of what is under the mouse; by key that of the selection."""
        if event.reason() == QContextMenuEvent.Reason.Mouse and event.modifiers() & CTRL:
            return  # that button and Ctrl cut wires
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        at = self._menu_point() if by_key else event.pos()
        if not by_key:
            self.work_at(at)
        self.cancel()
        self.adder.close()
        event.accept()
        target = MenuTarget("frame", at) if by_key and self.document.frame is not None else self._target(at)
        self.menu_wanted.emit(target, self.viewport().mapToGlobal(at))

    def _menu_point(self) -> QPoint:
        """Where the menu opens that is asked for by key: at what is selected, as far as that is in sight."""
        center, frame = self.viewport().rect().center(), self.document.frame
        at = center
        if self.document.selection:
            at = self.view_point(self.canvas.boxes.box(self.document.selection[-1]).topLeft() + MENU)
        elif frame is not None:
            at = self.view_point(self.canvas.frames.items[frame.id].strip.bottomLeft())
        return at if self.viewport().rect().contains(at) else center

    def _target(self, at: QPoint) -> MenuTarget:
        """What a menu at a point of the view is about; that is selected then."""
        point, find, document = self.point_at(at), self.canvas.find, self.document
        if (end := find.grip(point)) is not None:
            return MenuTarget("port", at, end=end)
        if (node_id := find.node(point)) is not None:
            if node_id not in document.selection:
                document.select([node_id])
            return MenuTarget("layer" if len(document.selection) == 1 else "selection", at)
        if (wire := find.wire(point)) is not None:
            document.select([])
            self.canvas.choose_wire(wire)
            return MenuTarget("wire", at, wire=wire)
        if (frame := self.canvas.frames.title_at(point)) is not None:
            document.select_frame(frame.id)
            return MenuTarget("frame", at)
        return MenuTarget("background", at)

    def leaveEvent(self, event: QEvent) -> None:
        self.mouse = None
        super().leaveEvent(event)

    # -- events: keys ----------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, ctrl = event.key(), bool(event.modifiers() & CTRL)
        if key == Qt.Key.Key_Escape and self.gesture is not None:
            self.cancel()
        elif key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space = True
                self._show_cursor()
        elif keymap.means("canvas.add", event.keyCombination()):
            self.adder.open()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and len(self.document.selection) == 1:
            self.activate(self.document.selection[0])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.document.frame is not None:
            self.frames.rename()
        elif key in ARROWS and self.gesture is None:
            self._nudge(ARROWS[key]) if ctrl else self._walk(ARROWS[key], extend=bool(event.modifiers() & SHIFT))
        else:
            event.ignore()
            return
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab searches a layer, unless that has other keys; Shift+Tab leads out of the canvas."""
        searches = "Tab" in keymap.keys("canvas.add")
        return not (forward and searches) and super().focusNextPrevChild(forward)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        if event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            self.cancel()
        super().focusOutEvent(event)

    def _walk(self, direction: walking.Direction, *, extend: bool) -> None:
        """Select the next layer that way; with ``extend`` as well, or no longer where the step goes back.

        From a frame every way leads to the first layer inside.
        """
        selection = self.document.selection
        found = self.frames.first_inside() or walking.step(
            self.document.graph, self.canvas.positions, selection[-1] if selection else None, direction
        )
        if found is not None:
            self.document.select(walking.extended(selection, found) if extend else [found])
            self.camera.reveal(self.canvas.content([found]))

    def _nudge(self, direction: walking.Direction) -> None:
        dx, dy = {"up": (0, -GRID), "down": (0, GRID), "left": (-GRID, 0), "right": (GRID, 0)}[direction]
        self.frames.nudge(dx, dy)
        self.attempt(lambda: commands.move(self.document, self.document.selection, dx, dy))

    # -- events: the palette, the window ---------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        splices = not event.modifiers() & ALT
        self.work_at(event.position().toPoint())
        event.setAccepted(self._palette.move(event.mimeData(), event.position().toPoint(), splices=splices))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._palette.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        splices = not event.modifiers() & ALT
        event.setAccepted(self._palette.drop(event.mimeData(), event.position().toPoint(), splices=splices))
        self.setFocus(Qt.FocusReason.MouseFocusReason)
