"""How the canvas is looked at: the zoom, and which part of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QGraphicsView

from gui.canvas.layout.flow import Flow

LOWEST, HIGHEST, STEP = 0.05, 3.0, 1.15
READABLE = 0.5
"""The zoom from which names and shapes can be read; a freshly opened network is not shown smaller."""
EDGE = 32
"""The margin around what is fitted, in pixels."""


class Camera:
    """Zoom and scroll of one view; ``zoomed`` is called with the new zoom before the view takes it, ``looked`` then."""

    def __init__(
        self, view: QGraphicsView, zoomed: Callable[[float], None], looked: Callable[[], None] = lambda: None
    ) -> None:
        self._view, self._zoomed, self._looked = view, zoomed, looked
        self._fitted: tuple[float, QPoint] | None = None

    @property
    def scale(self) -> float:
        """The zoom; 1 is 100 %."""
        return self._view.transform().m11()

    @property
    def offset(self) -> QPoint:
        """How far the sheet is scrolled, in pixels."""
        return QPoint(self._view.horizontalScrollBar().value(), self._view.verticalScrollBar().value())

    @offset.setter
    def offset(self, value: QPoint) -> None:
        self._view.horizontalScrollBar().setValue(value.x())
        self._view.verticalScrollBar().setValue(value.y())

    def pin(self, point: QPointF, at: QPoint) -> None:
        """Scroll so that a point of the canvas comes to lie at a point of the view."""
        self.offset += self._view.mapFromScene(point) - at

    def zoom(self, scale: float, at: QPoint | None = None) -> None:
        """Set the zoom, within bounds; what lies at ``at`` (by default the middle) stays there."""
        scale = min(max(scale, LOWEST), HIGHEST)
        at = self._view.viewport().rect().center() if at is None else at
        point = self._view.mapToScene(at)
        self._zoomed(scale)
        self._view.setTransform(QTransform.fromScale(scale, scale))
        self.pin(point, at)
        self._looked()

    @property
    def room(self) -> tuple[float, float]:
        """The width and height in which everything is to fit, in pixels."""
        size = self._view.viewport().size()
        return max(size.width() - 2.0 * EDGE, 1.0), max(size.height() - 2.0 * EDGE, 1.0)

    def fitting(self, box: QRectF) -> float:
        """The zoom at which a box just fits, never above 100 %."""
        wide, high = self.room
        return min(wide / max(box.width(), 1.0), high / max(box.height(), 1.0), 1.0)

    def fit(self, box: QRectF, *, part: bool = False) -> None:
        """Show a whole box: that of everything, or of a ``part``."""
        if not box.isNull():
            self.zoom(self.fitting(box))
            self._view.centerOn(box.center())
            self._fitted = None if part else (self.scale, self.offset)

    @property
    def fitted(self) -> bool:
        """Whether it shows everything, as it was fitted: nobody has zoomed or scrolled since."""
        return self._fitted == (self.scale, self.offset)

    def begin(self, box: QRectF, head: QPointF, flow: Flow) -> None:
        """Show a network that was just opened: whole if it can be read then, else from its head on."""
        scale = self.fitting(box)
        if scale >= READABLE or box.isNull():
            self.fit(box)
        else:
            self.zoom(READABLE)
            room = self._view.viewport().size()
            self.pin(head, QPoint(EDGE, room.height() // 2) if flow.turned else QPoint(room.width() // 2, EDGE))

    def reveal(self, box: QRectF) -> None:
        """Scroll as little as needed to show a box."""
        self._view.ensureVisible(box, EDGE, EDGE)
