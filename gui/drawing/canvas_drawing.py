"""The drawing as it is on the canvas: taken from the items of a scene and painted by the painter of the canvas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter, QPainterPath

from engine.frames import Frame
from engine.graph import Graph
from gui.canvas.frames.frame_item import paint_frame
from gui.canvas.geometry import MARGIN
from gui.canvas.in_place.part import Part
from gui.canvas.layout import layout
from gui.canvas.layout.flow import flow_of
from gui.canvas.painter import NO_BRUSH, NodeLook, paint_label, paint_node, paint_wire
from gui.canvas.scene import Scene
from gui.canvas.style import Style, Text
from gui.canvas.ties import tie_pen
from gui.document import Document
from gui.drawing.drawing import Options
from gui.levels import first_use
from gui.theme import Colors

EDGE = 24.0
"""The room around the picture."""
HEAD = 40.0
"""The room for the name of a block above what is inside it."""
APART = 72.0
"""The room between the network and its blocks."""


@dataclass(frozen=True, slots=True)
class _Wire:
    """A wire with its shape and where that stands."""

    path: QPainterPath
    kind: str
    label: tuple[QRectF, Text] | None


@dataclass(frozen=True, slots=True)
class _Level:
    """The nodes and wires of a level as they are on the canvas, and where its origin is there."""

    origin: QPointF
    nodes: tuple[tuple[QPointF, NodeLook], ...]
    wires: tuple[_Wire, ...]
    ties: QPainterPath
    leads: QPainterPath
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A sheet: the level that it is of, those of the blocks that are open in place, and the box around all."""

    title: str
    levels: tuple[_Level, ...]
    box: QRectF


class CanvasDrawing:
    """The picture of what is open on the canvas. It does not know the scene once it is made."""

    def __init__(self, title: str, parts: list[_Part], style: Style, options: Options) -> None:
        self.title = title
        self._parts, self._style, self._options = parts, style, options
        self._head = HEAD if len(parts) > 1 else 0.0

    @property
    def size(self) -> QSizeF:
        """The parts run side by side."""
        wide = sum(part.box.width() for part in self._parts) + APART * (len(self._parts) - 1)
        high = max(part.box.height() for part in self._parts) + self._head
        return QSizeF(wide + 2 * EDGE, high + 2 * EDGE)

    @property
    def origin(self) -> QPointF:
        """Where the origin of the canvas of the first part is in the picture."""
        return QPointF(EDGE, EDGE + self._head) - self._parts[0].box.topLeft()

    def paint(self, painter: QPainter) -> None:
        size = self.size
        if not self._options.transparent:
            painter.fillRect(QRectF(QPointF(), size), self._style.canvas)
        left = EDGE
        for part in self._parts:
            painter.save()
            painter.translate(left, EDGE)
            if self._head:
                text = self._style.static(part.title, "name")
                painter.setPen(self._style.text)
                painter.setFont(self._style.fonts["name"])
                text.paint(painter, QPointF(0, 0))
            painter.translate(-part.box.left(), self._head - part.box.top())
            self._paint(painter, part)
            painter.restore()
            left += part.box.width() + APART

    def _paint(self, painter: QPainter, part: _Part) -> None:
        for level in part.levels:
            painter.translate(level.origin)
            self._paint_level(painter, level)
            painter.translate(-level.origin)

    def _paint_level(self, painter: QPainter, level: _Level) -> None:
        style = self._style
        for frame in level.frames:
            paint_frame(painter, frame, style)
        if not level.ties.isEmpty():
            painter.setPen(tie_pen(style.color("node_muted")))
            painter.setBrush(NO_BRUSH)
            painter.drawPath(level.ties)
        if not level.leads.isEmpty():
            paint_wire(painter, level.leads, "known", style)
        for wire in level.wires:
            paint_wire(painter, wire.path, wire.kind, style)
        for wire in level.wires:
            if wire.label is not None:
                paint_label(painter, *wire.label, style)
        for point, look in level.nodes:
            painter.translate(point)
            paint_node(painter, look, style)
            painter.setOpacity(1.0)
            painter.translate(-point)


def canvas_drawing(scene: Scene, options: Options) -> CanvasDrawing:
    """The picture of a scene: of the level that is open there, without selection and marks."""
    style, document = Style(Colors(options.theme), prepares=False), scene.document
    title = document.titles()[-1][0]
    parts = [_part(title, scene, style, options)]
    if options.blocks:
        inner = Document(document.project)
        for name, path in _uses(document.graph, document.project):
            inner.open_block(path)
            parts.append(_part(name, arranged(Scene(inner)), style, options))
    return CanvasDrawing(title, parts, style, options)


def _uses(graph: Graph, project: Graph) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name of each block that a level uses, itself or within its blocks, and the path to its first use."""
    seen: set[str] = set()
    queue = [graph]
    for level in queue:
        for node in level.nodes.values():
            block = level.blocks.of_type(node.type)
            if block is not None and block.id not in seen:
                seen.add(block.id)
                queue.append(block.graph)
                path = first_use(project, block.id)
                if path is not None:
                    yield block.name, path


def _part(title: str, scene: Scene, style: Style, options: Options) -> _Part:
    levels, box = [], QRectF()
    for part in sorted(scene.parts.values(), key=lambda part: len(part.path)):
        level, area = _level(part, style, options)
        levels.append(level)
        box |= area.translated(level.origin)
    return _Part(title, tuple(levels), box)


def _level(part: Part, style: Style, options: Options) -> tuple[_Level, QRectF]:
    """A level, and the box around it in its own coordinates."""
    nodes, wires = [], []
    box = QRectF()
    for item in part.nodes.values():
        look = replace(item.look, selected=False, severity="", health="", guilty=(), dim=False, offered=(), ready=False)
        nodes.append((item.pos(), look))
        box |= item.box.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
    for wire in part.wires.values():
        label = None
        if options.shapes and wire.spec is not None and wire.label_place is not None:
            text = style.static(str(wire.spec), "label", 240.0)
            label = (wire.label_box(text), text)
            box |= label[0]
        box |= wire.path.boundingRect()
        wires.append(_Wire(QPainterPath(wire.path), "unknown" if wire.spec is None else "known", label))
    ties = QPainterPath(part.ties.path()) if part.ties.scene() is not None else QPainterPath()
    leads = QPainterPath(part.leads.path()) if part.leads is not None else QPainterPath()
    frames = sorted(part.graph.frames.values(), key=lambda frame: -frame.box[2] * frame.box[3])
    for frame in frames:
        box |= QRectF(*frame.box).adjusted(-2, -2, 2, 2)
    level = _Level(part.offset, tuple(nodes), tuple(wires), ties, leads, tuple(frames))
    return level, box | ties.boundingRect()


def arranged(scene: Scene) -> Scene:
    """A scene whose layers are laid out, if they never were: then wires run against the flow."""
    graph = scene.document.graph
    flow = flow_of(graph)
    courses = map(scene.part.courses.course, scene.wires)
    if any(flow.turn_point(course.end - course.start).y() < 0 for course in courses):
        scene.place(layout.arrange(graph, scene.boxes.sizes, flow=flow))
        scene.reroute()
    return scene
