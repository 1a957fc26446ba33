"""One wire on the canvas, with the shape of what flows along it beside its middle."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from engine.graph import Edge, Position
from engine.spec import Spec
from gui.canvas.geometry import wire_path
from gui.canvas.labels import Course, LabelPlace
from gui.canvas.layout.flow import DOWN, Flow
from gui.canvas.layout.layout_routes import across
from gui.canvas.painter import paint_label, paint_wire
from gui.canvas.style import FULL, OVERVIEW, Style, Text

if TYPE_CHECKING:
    from engine.training.values import Value

BESIDE = 7.0
"""The distance between a wire and its label."""


class WireItem(QGraphicsRectItem):
    """The item of one wire. ``kind`` says in which pen it is drawn: known, unknown or guilty."""

    def __init__(self, edge: Edge, style: Style) -> None:
        super().__init__()
        self.edge = edge
        self.style = style
        self.start, self.end = QPointF(), QPointF()
        self.points: tuple[Position, ...] = ()
        self.flow = DOWN
        self.path = QPainterPath()
        self.spec: Spec | None = None
        self.value: Value | None = None
        self.kind = "unknown"
        self.active = False
        self.glowing = False
        self._label: Text | None = None
        self._label_box = QRectF()
        self.label_place: LabelPlace | None = LabelPlace()
        if style.detail == OVERVIEW:
            self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)

    def route(self, course: Course, label_place: LabelPlace | None, flow: Flow) -> None:
        """Lay the wire again, with its shape there, or without where another wire of its port says it."""
        self.flow = flow
        self.start, self.end, self.points = course.start, course.end, course.points
        self.label_place = label_place
        self.path = wire_path(self.start, self.end, self.points, flow)
        self.place()

    def shift(self, by: Position) -> None:
        """Lie elsewhere, as it is."""
        way = QPointF(*by)
        self.start, self.end = self.start + way, self.end + way
        self.points = tuple((x + by[0], y + by[1]) for x, y in self.points)
        self.path.translate(way)
        self._label_box.translate(way)
        self.setRect(self.rect().translated(way))

    def tell(self, spec: Spec | None, guilty: bool, value: Value | None = None) -> bool:
        """What flows along it, and whether its target takes offence; True if it is to be placed again for that."""
        kind = "guilty" if guilty else "unknown" if spec is None else "known"
        if spec is self.spec and kind == self.kind and value is self.value:
            return False
        if spec != self.spec or value is not self.value:
            self._label = None
        self.spec, self.kind, self.value = spec, kind, value
        return True

    def set_active(self, active: bool) -> None:
        """Show it in the colour of the selection."""
        if active != self.active:
            self.active = active
            self._rise()

    def set_glowing(self, glowing: bool) -> None:
        """Let it glow: what is dropped now is spliced into it."""
        if glowing != self.glowing:
            self.glowing = glowing
            self._rise()

    def _rise(self) -> None:
        """An active wire lies above the others, a glowing one above the node that is held over it."""
        self.setZValue(6 if self.glowing else 0.5 if self.active else 0)
        self.update()

    def restyle(self) -> None:
        """Prepare its text again, after a change of the theme."""
        self._label = None
        self.place()

    def lines(self) -> list[QLineF]:
        """The wire in a few straight lines, for the overview."""
        corners = [self.start, *(QPointF(x, y) for x, y in self.points), self.end]
        return [QLineF(one, other) for one, other in pairwise(corners)]

    def place(self) -> None:
        """Keep the label beside the wire's longest leg, and the bounding box around both."""
        box = self.path.controlPointRect()
        if self.spec is None or self.label_place is None:
            self._label = None
        else:
            label = self._label = self._label or self.style.static(self._text(), "label", 240.0)
            self._label_box = self.label_box(label)
            box |= self._label_box
        self.setRect(box.adjusted(-6, -6, 6, 6))
        self.update()

    def label_box(self, label: Text) -> QRectF:
        """Where a text stands beside it."""
        place, turn = self.label_place or LabelPlace(), self.flow.turn_point
        corners = [turn(self.start), *(turn(QPointF(x, y)) for x, y in self.points), turn(self.end)]
        legs = [QLineF(one, other) for one, other in pairwise(corners)]
        leg = max(legs, key=lambda line: abs(line.dy())) if self.points else legs[0]
        x, y = leg.x1() + across(place.down) * leg.dx(), leg.y1() + place.down * leg.dy()
        width, height = self.flow.turn((label.width, label.height))
        beside = 0 if abs(leg.dx()) > self.flow.slanted else place.beside
        left = {1: BESIDE, 0: -width / 2, -1: -BESIDE - width}[beside]
        return self.flow.turn_rect(QRectF(x + left, y - height / 2, width, height))

    def _text(self) -> str:
        """The shape, and what flowed along it in a batch."""
        return f"{self.spec}   {self.value}" if self.value is not None else str(self.spec)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        style = self.style
        if style.detail == OVERVIEW:
            return
        kind = "loose" if self.glowing else "active" if self.active and self.kind == "known" else self.kind
        paint_wire(painter, self.path, kind, style, glow=self.glowing)
        if style.detail == FULL and self._label is not None and not self.glowing:
            paint_label(painter, self._label_box, self._label, style)
