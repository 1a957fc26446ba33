"""A picture of the overview that is stretched at once while one zooms; what it does not show is painted beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

STRETCHED: Final = 1.8
"""How many times larger or smaller it is shown than it was taken; beyond that it is taken again."""
Paint = Callable[[QPainter, QRectF], None]


class Still:
    """Keeps one picture. What is to be seen is painted by ``paint``: at least what is in an area of the scene."""

    def __init__(self, paint: Paint) -> None:
        self._paint = paint
        self._picture, self._area = QPixmap(), QRectF()
        self._scale, self._of = 1.0, None  # type: tuple[float, object]

    def show(self, painter: QPainter, area: QRectF, scale: float, ratio: float, of: object) -> None:
        """Show what is in an area of the scene; another ``of`` says that it is no longer what the picture shows."""
        if of != self._of or not 1 / STRETCHED < scale / self._scale < STRETCHED or not self._area.intersects(area):
            self._take(area, scale, ratio, of)
        painter.drawPixmap(self._area, self._picture, QRectF(self._picture.rect()))
        for strip in _beside(area, self._area):
            painter.save()
            painter.setClipRect(strip, Qt.ClipOperation.IntersectClip)
            self._paint(painter, strip)
            painter.restore()

    def _take(self, area: QRectF, scale: float, ratio: float, of: object) -> None:
        self._area, self._scale, self._of = area, scale, of
        self._picture = QPixmap((area.size() * scale * ratio).toSize())
        self._picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._picture)
        painter.scale(self._picture.width() / area.width(), self._picture.height() / area.height())
        painter.translate(-area.topLeft())
        self._paint(painter, area)
        painter.end()


def _beside(area: QRectF, hole: QRectF) -> Iterator[QRectF]:
    """The parts of an area that are not in the hole: above, below, left and right of it."""
    inner = area & hole
    yield from (
        strip
        for strip in (
            QRectF(area.left(), area.top(), area.width(), inner.top() - area.top()),
            QRectF(area.left(), inner.bottom(), area.width(), area.bottom() - inner.bottom()),
            QRectF(area.left(), inner.top(), inner.left() - area.left(), inner.height()),
            QRectF(inner.right(), inner.top(), area.right() - inner.right(), inner.height()),
        )
        if strip.width() > 0 and strip.height() > 0
    )
