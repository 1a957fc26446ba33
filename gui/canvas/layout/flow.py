"""Which way a network is drawn: from top to bottom, or from left to right.

Layout, routes, labels and the walk of the arrow keys are written as if everything ran down; a `Flow` turns what they
get and what they give. Turning exchanges x and y, so it is its own inverse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QTransform

from engine import drawing
from engine.drawing import Direction
from engine.graph import Graph

Pair = tuple[float, float]
TURN: Final = QTransform(0, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Flow:
    """``row_gap`` is the least room between two layers that are wired, so that a shape fits there, and ``gap`` that of
    a new one; ``gutter`` the room between two columns, in which a wire leads back with its shape; ``shape`` the room
    that a shape takes beside a wire, as (across, along). ``pitch`` is the distance of neighbouring ports, and that of
    many; ``rim`` how near they come to a corner; a leg that leads further aside than ``slanted`` has its shape on it.
    """

    direction: Direction
    row_gap: float
    gap: float
    gutter: float
    shape: Pair
    pitch: Pair
    rim: float
    slanted: float

    @property
    def turned(self) -> bool:
        """Whether x and y change places."""
        return self.direction == "right"

    def turn(self, pair: Pair) -> Pair:
        """A point or a size as if everything ran down, and back."""
        return pair[::-1] if self.turned else pair

    def turn_all(self, pairs: Mapping[str, Pair]) -> Mapping[str, Pair]:
        """The same for those of many nodes."""
        return {name: pair[::-1] for name, pair in pairs.items()} if self.turned else pairs

    def turn_ways(self, points: Iterable[Pair]) -> tuple[Pair, ...]:
        """The same for the points that a wire runs through."""
        return tuple(point[::-1] for point in points) if self.turned else tuple(points)

    def turn_point(self, point: QPointF) -> QPointF:
        """The same for a point of Qt's."""
        return point.transposed() if self.turned else point

    def turn_rect(self, rect: QRectF) -> QRectF:
        """The same for a rectangle of Qt's."""
        return rect.transposed().translated(rect.y() - rect.x(), rect.x() - rect.y()) if self.turned else rect

    def turn_path(self, path: QPainterPath) -> QPainterPath:
        """The same for a path."""
        return TURN.map(path) if self.turned else path


DOWN: Final = Flow(
    "down", row_gap=40.0, gap=44.0, gutter=144.0, shape=(110.0, 16.0), pitch=(32.0, 24.0), rim=20.0, slanted=64.0
)
RIGHT: Final = Flow(
    "right", row_gap=112.0, gap=112.0, gutter=64.0, shape=(20.0, 104.0), pitch=(20.0, 20.0), rim=12.0, slanted=8.0
)
FLOWS: Final[Mapping[Direction, Flow]] = {flow.direction: flow for flow in (DOWN, RIGHT)}


def flow_of(graph: Graph) -> Flow:
    """Which way the project of a graph is drawn."""
    return FLOWS[drawing.direction(graph)]
