"""What a fix would do, shown on the canvas before it is done: new layers and wires dashed, gone ones struck out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from engine.blocks.block_edits import Within
from engine.edits import Compound, Edit
from engine.graph import Edge, Graph, GraphError, Position
from engine.problems.trial import Trial
from gui.canvas.geometry import MARGIN, Side, port_points, wire_path
from gui.canvas.layout.flow import flow_of
from gui.canvas.node_item import node_look
from gui.canvas.painter import NodeLook, paint_label, paint_node
from gui.canvas.style import Style
from gui.theme import theme

if TYPE_CHECKING:
    from gui.canvas.scene import Scene

ABOVE = 8.0
"""Higher than everything that is really there."""


@dataclass(slots=True)
class Picture:
    """What is to be painted, in coordinates of the canvas."""

    made: list[tuple[QPointF, NodeLook]] = field(default_factory=list)
    changed: list[tuple[QPointF, NodeLook]] = field(default_factory=list)
    gone: list[QRectF] = field(default_factory=list)
    wires: list[QPainterPath] = field(default_factory=list)
    cut: list[QPointF] = field(default_factory=list)
    results: list[tuple[QPointF, str]] = field(default_factory=list)

    def box(self) -> QRectF:
        """The room it takes."""
        box = QRectF()
        for point, look in (*self.made, *self.changed):
            box |= QRectF(point.x(), point.y(), *look.size)
        for area in self.gone:
            box |= area
        for path in self.wires:
            box |= path.controlPointRect()
        for point, _ in self.results:
            box |= QRectF(point.x() - 10, point.y() - 10, 260, 30)
        for point in self.cut:
            box |= QRectF(point.x() - 8, point.y() - 8, 16, 16)
        return box.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)


class Ghosts:
    """One preview at a time; nodes that would move are shown at their new positions meanwhile."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._item: _GhostItem | None = None
        self._positions: dict[str, Position] = {}
        self._dimmed: list[QGraphicsItem] = []

    @property
    def shown(self) -> bool:
        """Whether a preview is on the canvas."""
        return self._item is not None

    @property
    def picture(self) -> Picture:
        """What is shown."""
        return self._item.picture if self._item is not None else Picture()

    def show(self, edit: Edit, *, of_project: bool) -> QRectF:
        """Show what an edit would do to the open level, be it one of the project's; the area to be in sight."""
        self.clear()
        scene, document = self._scene, self._scene.document
        trial = Trial(document.checker)
        try:
            for part in local(edit, document.graph, of_project=of_project):
                trial.apply(part)
        except GraphError:  # the network has changed since: there is nothing to show
            return QRectF()
        before, after = document.graph, trial.graph
        moved = {n: p for n, p in after.positions.items() if n in before.positions and before.positions[n] != p}
        self._positions = {node_id: scene.positions[node_id] for node_id in moved if node_id in scene.nodes}
        if self._positions:
            scene.place({node_id: moved[node_id] for node_id in self._positions})
            scene.reroute()
        picture = _picture(scene, before, after, trial)
        self._strike(before, after)
        self._item = _GhostItem(picture, scene.styling)
        scene.lay(self._item)
        return picture.box()

    def _strike(self, before: Graph, after: Graph) -> None:
        """Let what would be gone fade."""
        scene, kept = self._scene, set(after.edges)
        for edge, wire in scene.wires.made.items():
            if edge not in kept:
                wire.setOpacity(0.25)
                self._dimmed.append(wire)
        for node_id in before.nodes.keys() - after.nodes.keys():
            item = scene.nodes.made.get(node_id)
            if item is not None:
                item.setOpacity(0.35)
                self._dimmed.append(item)

    def clear(self) -> None:
        """Show the network as it is."""
        for item in self._dimmed:
            item.setOpacity(1.0)
        self._dimmed = []
        if self._item is not None:
            self._scene.removeItem(self._item)
            self._item = None
        positions = {n: p for n, p in self._positions.items() if n in self._scene.nodes}
        self._positions = {}
        if positions:
            now = self._scene.document.graph.positions
            self._scene.place({node_id: now.get(node_id, position) for node_id, position in positions.items()})
            self._scene.reroute()


def local(edit: Edit, graph: Graph, *, of_project: bool) -> list[Edit]:
    """The parts of an edit of this graph, or of the project, that change this graph."""
    if isinstance(edit, Compound):
        return [part for inner in edit.edits for part in local(inner, graph, of_project=of_project)]
    if graph.inside is None or not of_project:
        return [edit]
    return [edit.edit] if isinstance(edit, Within) and edit.block_id == graph.inside else []


def _picture(scene: Scene, before: Graph, after: Graph, trial: Trial) -> Picture:
    picture, looks = Picture(), {}
    report, old = trial.report, scene.document.report
    for node_id, node in after.nodes.items():
        new = node_id not in before.nodes
        block = after.blocks.of_type(node.type)
        inner = block is not None and not new and _differ(before, after, node.type)
        if not new and node is before.nodes[node_id] and not inner:
            continue
        look = looks[node_id] = node_look(after, report, node_id)
        point = QPointF(*after.positions[node_id])
        (picture.made if new else picture.changed).append((point, look))
        spec = report.spec(node_id, next(iter(report.outputs.get(node_id, {})), "output"))
        if spec is not None and (new or spec != old.spec(node_id)):
            width, height = look.size
            beside = QPointF(0, height + 10) if flow_of(after).turned else QPointF(width + 14, height / 2 - 8)
            picture.results.append((point + beside, f"→ {spec}"))
    picture.gone = [scene.boxes.box(node_id) for node_id in before.nodes.keys() - after.nodes.keys()]
    edges = set(before.edges)
    for edge in after.edges:
        if edge not in edges:
            picture.wires.append(wire_path(*_ends(scene, after, looks, edge), flow=flow_of(after)))
    gone = [edge for edge in edges - set(after.edges) if edge.target_port not in after.incoming.get(edge.target, ())]
    picture.cut = [scene.wires[edge].path.pointAtPercent(0.5) for edge in gone if edge in scene.wires]
    return picture


def _differ(before: Graph, after: Graph, node_type: str) -> bool:
    """Whether the block of this type is another one afterwards."""
    one, other = before.blocks.of_type(node_type), after.blocks.of_type(node_type)
    return one is not None and other is not None and one.graph.nodes != other.graph.nodes


def _ends(scene: Scene, after: Graph, looks: dict[str, NodeLook], edge: Edge) -> tuple[QPointF, QPointF]:
    points = []
    ends: tuple[tuple[str, str, Side], ...] = (
        (edge.source, edge.source_port, "output"),
        (edge.target, edge.target_port, "input"),
    )
    for node_id, port, side in ends:
        look = looks.get(node_id) or scene.nodes[node_id].look
        ports = look.ports(side)
        inside = ports[port].point if port in ports else port_points(look.size, side, 1, flow=flow_of(after))[0]
        points.append(QPointF(*after.positions[node_id]) + inside)
    return points[0], points[1]


class _GhostItem(QGraphicsItem):
    """Paints a picture; mice look through it."""

    def __init__(self, picture: Picture, style: Style) -> None:
        super().__init__()
        self.picture, self.style = picture, style
        self._box = picture.box()
        self.setZValue(ABOVE)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setEnabled(False)

    def boundingRect(self) -> QRectF:
        return self._box

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        style, picture = self.style, self.picture
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dashed = QPen(theme.color("accent"), 2, Qt.PenStyle.DashLine)
        for path in picture.wires:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(dashed)
            painter.drawPath(path)
        for point, look in (*picture.made, *picture.changed):
            painter.save()
            painter.translate(point)
            paint_node(painter, look, style)
            painter.setOpacity(1.0)
            painter.setPen(dashed)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(-3, -3, look.size[0] + 6, look.size[1] + 6), 7, 7)
            painter.restore()
        painter.setPen(QPen(theme.color("error"), 2, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for area in picture.gone:
            painter.drawRoundedRect(area.adjusted(-3, -3, 3, 3), 7, 7)
            painter.drawLine(area.topLeft(), area.bottomRight())
            painter.drawLine(area.topRight(), area.bottomLeft())
        painter.setPen(QPen(theme.color("error"), 2))
        for point in picture.cut:
            painter.drawLine(point + QPointF(-5, -5), point + QPointF(5, 5))
            painter.drawLine(point + QPointF(5, -5), point + QPointF(-5, 5))
        for point, text in picture.results:
            label = style.static(text, "label", 240.0)
            paint_label(painter, QRectF(point.x(), point.y(), label.width, label.height), label, style)
