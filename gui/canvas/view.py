"""The view: what people look at and work with. It starts gestures, zooms, and offers what menus and keys call."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QInputDialog, QWidget

from engine.edits import Change, Disconnect, Edit
from engine.graph import Edge, GraphError, Position
from engine.project import ProjectError
from gui.canvas import blocks, clipboard, commands, walking
from gui.canvas.adder import Adder
from gui.canvas.drops import PaletteDrop
from gui.canvas.fix_menu import FixMenu
from gui.canvas.geometry import GRID, HEIGHT, WIDTH, End, snap
from gui.canvas.gestures import DragWire, Gesture, MoveNodes, Pan, Pointer, RubberBand
from gui.canvas.popup import LayerPopup
from gui.canvas.sheet import Sheet
from gui.document import Document

ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ARROWS: dict[int, walking.Direction] = {
    Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down", Qt.Key.Key_Left: "left", Qt.Key.Key_Right: "right",
}  # fmt: skip


class View(Sheet):
    """The canvas of one document."""

    message = Signal(str)
    """A sentence for the status line."""
    node_activated = Signal(str)
    """A node was double-clicked, or Enter was pressed on it."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.gesture: Gesture | None = None
        self._button = Qt.MouseButton.NoButton
        self._space = False
        self.mouse: QPoint | None = None
        """Where the mouse is, while it is over the canvas."""
        self._palette, self._adder = PaletteDrop(self), Adder(self)
        self.fix_menu = FixMenu(self)
        self.setAcceptDrops(True)
        self.viewport().setMouseTracking(True)
        document.replaced.connect(self._break_off)
        document.changed.connect(self._yield)

    def _yield(self, change: Change) -> None:
        if change.nodes or change.edges or change.moved:
            self._break_off()

    def _break_off(self) -> None:
        """End gesture and popup when the network is changed from elsewhere, by an undo key or another panel."""
        self.cancel()
        self._adder.close()

    # -- edits -----------------------------------------------------------------------------------------------------

    def apply(self, edit: Edit) -> bool:
        """Apply an edit as one step; a refusal becomes a message."""
        return self.attempt(lambda: self.document.apply(edit))

    def attempt(self, command: Callable[[], object]) -> bool:
        """Run a command of the canvas; whether it was done, a refusal becomes a message."""
        try:
            command()
        except (GraphError, ProjectError) as error:
            self.message.emit(str(error))
            return False
        return True

    def add_layer(
        self, name: str, place: Position, wire: End | None = None, after: str | None = None, into: Edge | None = None
    ) -> None:
        """Add a layer and show it."""
        if self.attempt(lambda: commands.add_layer(self.document, name, place, wire, after=after, into=into)):
            self.canvas.flush()
            self.camera.reveal(self.canvas.content(self.document.selection))

    def select_all(self) -> None:
        """Select every node."""
        self.document.select(self.document.graph.nodes)

    def delete_selection(self) -> None:
        """Delete the selected nodes, or the wire that was clicked."""
        if wire := self.canvas.chosen_wire:
            self.apply(Disconnect(wire))
        else:
            self.attempt(lambda: commands.delete(self.document, self.document.selection))

    def delete_and_reconnect(self) -> None:
        """Delete the selected nodes and close the gaps where that is clear."""
        unclear: list[str] = []
        self.attempt(lambda: unclear.append(commands.delete_and_reconnect(self.document, self.document.selection)))
        if any(unclear):
            self.message.emit(unclear[0])

    def connect_selection(self) -> None:
        """Wire the two selected nodes."""
        self.attempt(lambda: commands.connect_selection(self.document))

    def arrange(self, node_ids: Iterable[str] | None = None) -> None:
        """Lay out everything, or these nodes, as one step; the node in the middle of the view stays in sight."""
        chosen = None if node_ids is None else set(node_ids) & self.canvas.nodes.keys()
        middle = self.mapToScene(self.viewport().rect().center())
        near = min(
            (item for item in self.canvas.nodes.values()),
            key=lambda item: (item.box.center() - middle).manhattanLength(),
            default=None,
        )
        at = self.mapFromScene(near.pos()) if near is not None else QPoint()
        if not commands.arrange(self.document, self.canvas.sizes, chosen):
            self.message.emit("Everything is in its place already.")
        elif near is not None and chosen is None:
            self.camera.pin(near.pos(), at)
        self.canvas.flush()

    def arrange_selection(self) -> None:
        """Lay out the selected nodes."""
        self.arrange(self.document.selection)

    def free_place(self) -> Position:
        """Where a new node may stand when nobody has said a place: in the middle of what is seen, beside others."""
        middle = self.mapToScene(self.viewport().rect().center())
        return commands.unoccupied(self.document.graph, snap(middle.x() - WIDTH / 2), snap(middle.y() - HEIGHT / 2))

    # -- fixes -----------------------------------------------------------------------------------------------------

    def preview(self, edit: Edit, *, of_project: bool = False) -> None:
        """Show what an edit of the open level, or of the project, would do here, and bring it into sight."""
        self.cancel()
        area = self.ghosts.show(edit, of_project=of_project)
        if not area.isNull():
            self.camera.reveal(area)

    def show_fixes(self) -> None:
        """Offer what mends the selected layer."""
        self.fix_menu.open()

    # -- blocks ----------------------------------------------------------------------------------------------------

    def activate(self, node_id: str) -> None:
        """Open a block; for other nodes somebody else may know what to do."""
        document = self.document
        if document.graph.blocks.of_type(document.graph.node(node_id).type) is not None:
            document.open_block((*document.way, node_id))
        else:
            self.node_activated.emit(node_id)

    def open_selected(self) -> None:
        """Open the selected block."""
        if len(self.document.selection) == 1:
            self.activate(self.document.selection[0])

    def leave_block(self) -> None:
        """Show what is around the open block, and select it there."""
        if self.document.graph.inside is not None:
            self.document.open_block(self.document.way[:-1], self.document.way[-1:])

    def make_block(self) -> None:
        """Ask for a name and make a block of the selected nodes."""
        dialog = QInputDialog(self)
        dialog.setWindowTitle("Make Block")
        dialog.setLabelText("Name of the block:")
        dialog.setTextValue(self.document.graph.blocks.fresh_name("Block"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(lambda name: self.attempt(lambda: blocks.make(self.document, name.strip())))
        dialog.open()

    def dissolve_block(self) -> None:
        """Put what is inside the selected block in its place."""
        self.attempt(lambda: blocks.dissolve_selected(self.document))

    def keep_block(self) -> None:
        """Keep the selected block, or the open one, in the user's library."""
        kept: list[str] = []
        if self.attempt(lambda: kept.append(blocks.keep(self.document))):
            self.message.emit(kept[0])

    # -- clipboard -------------------------------------------------------------------------------------------------

    def copy(self) -> None:
        """Put the selected nodes into the clipboard as text."""
        if self.document.selection:
            fragment = clipboard.take(self.document.graph, self.document.selection)
            QGuiApplication.clipboard().setText(clipboard.to_text(fragment))

    def cut(self) -> None:
        """Copy, then delete."""
        if self.document.selection:
            self.copy()
            self.attempt(lambda: commands.delete(self.document, self.document.selection))

    def paste_with_wires(self) -> None:
        """Paste, and wire it to where it came from."""
        self.paste(keep_wires=True)

    def paste(self, *, keep_wires: bool = False) -> None:
        """Put what the clipboard holds under the mouse; ``keep_wires`` wires it to where it came from."""
        text = QGuiApplication.clipboard().text()
        at = self.mapToScene(self.mouse).toTuple() if self.mouse is not None else None
        self.attempt(lambda: clipboard.paste(self.document, text, at, incoming=keep_wires))

    def duplicate(self) -> None:
        """Copy the selected nodes a little aside."""
        if chosen := self.document.selection:
            fragment = clipboard.take(self.document.graph, chosen)
            self.attempt(lambda: clipboard.insert(self.document, fragment, clipboard.ASIDE, "Duplicate"))

    # -- the search popup ------------------------------------------------------------------------------------------

    def open_popup(self, at: QPoint | None = None, wire: End | None = None, into: Edge | None = None) -> None:
        """Search a layer to be added at a place of the view, by default at the mouse.

        ``wire`` is a port that waits for it; otherwise, called by key, it follows the one selected node if that has
        a free output. ``into`` is a wire that it is to be spliced into.
        """
        self._adder.open(at, wire, into)

    @property
    def popup(self) -> LayerPopup | None:
        """The search popup while it is open."""
        return self._adder.popup

    # -- gestures --------------------------------------------------------------------------------------------------

    def begin(self, gesture: Gesture, button: Qt.MouseButton) -> None:
        """Start a gesture that lasts until the button is released."""
        self.end_preview()
        self.gesture, self._button = gesture, button
        gesture.start()
        self._show_cursor()

    def cancel(self) -> None:
        """Break off the gesture at hand, as if it had never been."""
        if self.gesture is not None:
            gesture, self.gesture = self.gesture, None
            gesture.cancel()
            self._show_cursor()

    def _choose(self, at: Pointer) -> Gesture:
        """The gesture for a press of the left button, by what lies under it."""
        find = self.canvas.find
        if self._space:
            return Pan(self, at)
        if (end := find.grip(at.scene)) is not None:
            return DragWire(self, at, end)
        if (node_id := find.node(at.scene)) is not None:
            return MoveNodes(self, at, node_id)
        return RubberBand(self, at)

    def _pointer(self, event: QMouseEvent) -> Pointer:
        at = event.position().toPoint()
        return Pointer(self.mapToScene(at), at, event.modifiers())

    def _show_cursor(self) -> None:
        shape = self.gesture.cursor if self.gesture is not None else None
        if shape is None and self._space:
            shape = Qt.CursorShape.OpenHandCursor
        if shape is None:
            self.viewport().unsetCursor()
        else:
            self.viewport().setCursor(shape)

    # -- events: mouse ---------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self.gesture is not None:
            return
        at = self._pointer(event)
        if event.button() == Qt.MouseButton.MiddleButton:
            self.begin(Pan(self, at), event.button())
        elif event.button() == Qt.MouseButton.LeftButton:
            self.begin(self._choose(at), event.button())
        elif event.button() == Qt.MouseButton.RightButton:
            node_id = self.canvas.find.node(at.scene)
            if node_id is not None and node_id not in self.document.selection:
                self.document.select([node_id])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._pointer(event)
        self.mouse = at.view
        if self.gesture is not None:
            self.gesture.move(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.gesture is not None and event.button() == self._button:
            gesture, self.gesture = self.gesture, None
            gesture.finish(self._pointer(event))
            self.canvas.reroute()
            self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self._pointer(event)
        if event.button() != Qt.MouseButton.LeftButton or self._space:
            self.mousePressEvent(event)
        elif (node_id := self.canvas.find.node(at.scene)) is not None:
            self.activate(node_id)
        elif self.canvas.find.grip(at.scene) is None:
            self.open_popup(at.view, into=self.canvas.find.wire(at.scene))

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
        elif key == Qt.Key.Key_Tab or (key == Qt.Key.Key_A and event.modifiers() == SHIFT):
            self.open_popup()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and len(self.document.selection) == 1:
            self.activate(self.document.selection[0])
        elif key in ARROWS and self.gesture is None:
            (self._nudge if ctrl else self._walk)(ARROWS[key])
        else:
            event.ignore()
            return
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab searches a layer; Shift+Tab leads out of the canvas."""
        return not forward and super().focusNextPrevChild(forward)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        if event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            self.cancel()
        super().focusOutEvent(event)

    def _walk(self, direction: walking.Direction) -> None:
        selection = self.document.selection
        found = walking.step(
            self.document.graph, self.canvas.positions, selection[-1] if selection else None, direction
        )
        if found is not None:
            self.document.select([found])
            self.camera.reveal(self.canvas.nodes[found].box)

    def _nudge(self, direction: walking.Direction) -> None:
        dx, dy = {"up": (0, -GRID), "down": (0, GRID), "left": (-GRID, 0), "right": (GRID, 0)}[direction]
        self.attempt(lambda: commands.move(self.document, self.document.selection, dx, dy))

    # -- events: the palette, the window ---------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        splices = not event.modifiers() & ALT
        event.setAccepted(self._palette.move(event.mimeData(), event.position().toPoint(), splices=splices))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._palette.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        splices = not event.modifiers() & ALT
        event.setAccepted(self._palette.drop(event.mimeData(), event.position().toPoint(), splices=splices))
        self.setFocus(Qt.FocusReason.MouseFocusReason)
