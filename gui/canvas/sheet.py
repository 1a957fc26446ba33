"""The sheet the network lies on: a view that zooms, scrolls, paints its background and says why an edit is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QNativeGestureEvent, QPainter, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from engine.edits import Edit
from engine.fine_tuning.failure import FineTuningError
from engine.graph import GraphError
from engine.project import ProjectError
from gui.canvas.camera import STEP, Camera
from gui.canvas.geometry import HEIGHT, WIDTH
from gui.canvas.ghosts import Ghosts
from gui.canvas.grid import Grid
from gui.canvas.in_place.growing import making_room
from gui.canvas.layout.flow import Flow, flow_of
from gui.canvas.layout.layout import PAGE, Page
from gui.canvas.minimap import Minimap
from gui.canvas.overlays import FocusRing, Hint, MouseNote
from gui.canvas.overview import Overview
from gui.canvas.scene import Scene
from gui.canvas.sight.still import Still
from gui.canvas.style import OVERVIEW
from gui.document import Document
from gui.theme import theme

READABLE = 0.6
"""Below this scale a node that is led to is shown larger."""
FAR = 262_144.0
"""How far the sheet reaches in each direction."""
BESIDE = 160.0
"""How far around what is seen layers are made ready."""
SETTLED = 120
"""After so many milliseconds without a turn of the wheel wires are painted smoothly again."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How the canvas is to look and answer, as people prefer it: ``step`` is the zoom of one notch of the wheel."""

    grid: bool = True
    snap: bool = True
    scrolls: bool = False
    step: float = STEP


class Sheet(QGraphicsView):
    """Shows the scene of one document; gestures and commands work on it."""

    message = Signal(str)
    """A sentence for the status line."""
    looked = Signal()
    """Another part is seen, or at another zoom."""
    layer_wanted = Signal(object, object)
    """A layer is to be searched at a point of the view, for the end of a wire."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.canvas = Scene(document, self)  # setScene alone keeps no scene alive
        self.canvas.look(QRectF(0, 0, WIDTH, HEIGHT))  # while it is not shown either, not everything is made at once
        self.camera = Camera(self, self.canvas.zoom, self.looked.emit)
        self.ghosts = Ghosts(self.canvas)
        self.mouse: QPoint | None = None
        """Where the mouse is, while it is over the canvas."""
        self.habits = Habits()
        self._opened = self._refused = self._seen = False
        self._grid, self._overview = Grid(), Overview(self.canvas)
        self._still = Still(lambda painter, area: self._overview.paint(painter, self.camera.scale, area))
        self._hint, self._note = Hint(self), MouseNote(self)
        self.ring = FocusRing(self)
        self.minimap = Minimap(self, self.canvas, self._overview)
        self._settle = QTimer(self, singleShot=True, interval=SETTLED)
        self._settle.timeout.connect(lambda: self.be_fast(False))
        self._set_up()
        document.follow_up = partial(making_room, self.canvas)
        document.replaced.connect(self.zoom_open)
        document.changed.connect(self._describe)
        document.replaced.connect(self.end_preview)
        document.changed.connect(self.end_preview)
        document.selection_changed.connect(self._describe)
        theme.changed.connect(self.viewport().update)
        self.canvas.came.connect(self._show_new)
        self.looked.connect(self._look)
        self._describe()

    def _set_up(self) -> None:
        self.setScene(self.canvas)
        self.setSceneRect(-FAR, -FAR, 2 * FAR, 2 * FAR)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Network canvas")

    def take(self, habits: Habits) -> None:
        """Look and answer like this from now on."""
        self.habits = habits
        self._grid.dotted = habits.grid
        self._grid.forget()
        self.viewport().update()

    def page(self) -> Page:
        """The room in which a network is to be seen, in pixels at 100 %; before it was ever shown a usual one."""
        return self.camera.room if self._seen else PAGE

    def zoom_open(self) -> None:
        """Show a network as one that was just opened: whole if it can be read then, else from its beginning on."""
        if self.document.same_sheet:
            self._describe()
            return
        self._opened = self.isVisible()
        if self._opened and self.canvas.sheet.nodes:
            box, inputs = self.canvas.content(), self.canvas.sheet.graph.of_type("Input")
            head = self.canvas.sheet.boxes.box(inputs[0].id) if inputs else box
            flow = flow_of(self.document.graph)
            self.camera.begin(box, _start(box, head, flow), flow)
            self._look()
        self._describe()

    def _describe(self, _change: object = None) -> None:
        """Say in words what is here, for screen readers; say what to do while nothing is."""
        graph = self.document.graph
        selection = [node_id for node_id in self.document.selection if node_id in graph.nodes]
        words, frame = f"{len(graph.nodes)} layers", self.document.frame
        if frame is not None:
            words += f"; selected: frame {frame.title}".rstrip()
        if selection:
            names = ", ".join(graph.nodes[node_id].name for node_id in selection[:5])
            words += f"; selected: {names}" + (f" and {len(selection) - 5} more" if len(selection) > 5 else "")
        self.setAccessibleDescription(words)
        self._hint.setVisible(not graph.nodes)

    # -- edits -----------------------------------------------------------------------------------------------------

    def apply(self, edit: Edit) -> bool:
        """Apply an edit as one step; a refusal becomes a message."""
        return self.attempt(lambda: self.document.apply(edit))

    def attempt(self, command: Callable[[], object]) -> bool:
        """Run a command of the canvas; whether it was done, a refusal becomes a message."""
        try:
            command()
        except (GraphError, ProjectError, FineTuningError) as error:
            self.message.emit(str(error))
            self._refused = True
            return False
        return True

    def forget_refusal(self) -> None:
        """The user does something else: why the last thing was refused is of no use any more."""
        if self._refused:
            self._refused = False
            self.message.emit("")

    # -- looking ---------------------------------------------------------------------------------------------------

    def zoom_selection(self) -> None:
        """Show the selected nodes, or everything without any."""
        chosen = self.document.selection
        self.camera.fit(self.canvas.content(chosen or None), part=bool(chosen))

    def show_node(self, node_id: str) -> None:
        """Bring a node into sight, from too far away closer, too."""
        if self.camera.scale < READABLE:
            self.zoom_selection()
        else:
            self.camera.reveal(self.canvas.content([node_id]))

    def point_at(self, at: QPoint) -> QPointF:
        """A point of the view in the coordinates of the level that is worked in."""
        return self.mapToScene(at) - self.canvas.part.offset

    def view_point(self, point: QPointF) -> QPoint:
        """Where a point of the level that is worked in is in the view."""
        return self.mapFromScene(point + self.canvas.part.offset)

    def work_at(self, at: QPoint) -> None:
        """Work in the level that lies at a point of the view: the sheet's, or that of a block open in place there."""
        path = self.canvas.part_at(self.mapToScene(at))
        if path != self.document.block_path:
            self.document.open_block(path)

    def _show_new(self, area: QRectF) -> None:
        """Bring new layers into sight, wherever they come from: a fix, a command, an undo."""
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        if seen.contains(area):
            return
        if area.width() <= seen.width() and area.height() <= seen.height():
            self.camera.reveal(area)
        elif not seen.intersects(area):
            self.centerOn(area.center())

    def end_preview(self, _change: object = None) -> None:
        """Show the network as it is, without what a fix would do."""
        self.ghosts.clear()

    def zoom_by(self, factor: float, at: QPoint | None = None) -> None:
        """Zoom in or out around a point of the view."""
        if factor != 1.0:
            self.be_fast(True)
            self.camera.zoom(self.camera.scale * factor, at)
            self._settle.start()

    def be_fast(self, fast: bool) -> None:
        """Paint wires without antialiasing while things move."""
        self._settle.stop()
        if fast != self.canvas.styling.fast:
            self.canvas.styling.fast = fast
            if not fast:
                self.viewport().update()

    def explain(self, text: str, at: QPoint, *, bad: bool = False) -> None:
        """Show a note beside the mouse, or none for no text."""
        self._note.say(text, at, bad=bad)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """The dotted sheet, and from afar the whole network."""
        self._grid.paint(painter, QRectF(rect), self.canvas.styling.scale, self.devicePixelRatioF())
        scale, area = self.canvas.styling.scale, QRectF(rect)
        if self.canvas.styling.detail != OVERVIEW and self.canvas.filled:
            return
        if self._settle.isActive():
            self._still.show(painter, area, scale, self.devicePixelRatioF(), (self.canvas.stamp, theme.name))
        else:
            self._overview.paint(painter, scale, area)

    # -- events ----------------------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom, or scroll where that is preferred; Ctrl always zooms, Shift scrolls to the side."""
        held, turned = event.modifiers(), event.angleDelta()
        if held & Qt.KeyboardModifier.ShiftModifier:
            self.camera.offset -= QPoint(turned.y() or turned.x(), 0)
        elif self.habits.scrolls and not held & Qt.KeyboardModifier.ControlModifier:
            self.camera.offset -= event.pixelDelta() if not event.pixelDelta().isNull() else turned
        else:
            self.zoom_by(self.habits.step ** (turned.y() / 120), event.position().toPoint())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_by(1.0 + event.value(), event.position().toPoint())
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        fitted = self.camera.fitted
        super().resizeEvent(event)
        if fitted and self.canvas.sheet.nodes:
            self.camera.fit(self.canvas.content())
        self._hint.setGeometry(self.viewport().geometry())
        self.minimap.place()
        self.looked.emit()

    def _look(self) -> None:
        """What is in sight now, and a little more, gets its items."""
        if self.isVisible():
            seen = self.mapToScene(self.viewport().rect()).boundingRect()
            self.canvas.look(seen.adjusted(-BESIDE, -BESIDE, BESIDE, BESIDE))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.minimap.update()
        self.looked.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._seen = True
        if not self._opened:
            self.zoom_open()
        self._look()


def _start(box: QRectF, head: QRectF, flow: Flow) -> QPointF:
    """Where a network begins to be seen: at its edge, in line with its head."""
    return flow.turn_point(QPointF(flow.turn_rect(head).center().x(), flow.turn_rect(box).top()))
