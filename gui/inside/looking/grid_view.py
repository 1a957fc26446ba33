"""Maps beside each other, each with its title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from gui.inside.looking.drawing import Drawn
from gui.inside.looking.legend import Legend
from gui.theme import theme
from gui.widgets import Label

if TYPE_CHECKING:
    from engine.inside.looking.results import Grid

GAP, TITLE, NAMES = 12, 18, 110
SMALLEST, LARGEST = 64, 420
LETTER = 16
"""The width of a column that one letter names."""


class GridView(QWidget):
    """Shows a `Grid`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said, self.legend = Label(), Legend()
        self.tiles = _Tiles(self.said)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(self.tiles)
        area.setAccessibleName("Maps")
        area.setToolTip("All maps; scroll to see more")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area, 1)
        column.addWidget(self.said)
        column.addWidget(self.legend)

    def show_result(self, result: Grid, shown: Drawn) -> None:
        """Show these."""
        in_colors = result.maps.ndim == 4
        self.tiles.show_maps(result, shown.images)
        self.legend.setVisible(not in_colors)
        self.legend.show_scale(shown.limits, result.signed, result.unit)
        self.said.setText(result.unit if in_colors else "")


class _Tiles(QWidget):
    """The maps in rows; small ones have sharp pixels."""

    def __init__(self, said: Label) -> None:
        super().__init__()
        self._said = said
        self._grid: Grid | None = None
        self._images: list[QImage] = []
        self.setMouseTracking(True)
        self.setAccessibleName("Maps")
        self.setToolTip("Point at a map to read its value there")
        theme.changed.connect(self.update)

    def show_maps(self, grid: Grid, images: list[QImage]) -> None:
        self._grid, self._images = grid, images
        self.setAccessibleDescription(f"{len(self._images)} maps: {', '.join(grid.titles[:20])}")
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        tile, columns = self._layout()
        rows = -(-len(self._images) // max(columns, 1))
        self.setMinimumHeight(int(rows * (tile.height() + TITLE + GAP)) + (TITLE if self._named() else 0))

    def _named(self) -> bool:
        return self._grid is not None and bool(self._grid.rows or self._grid.columns)

    def _layout(self) -> tuple[QSize, int]:
        """The size of a map, and how many are in a row."""
        if not self._images:
            return QSize(1, 1), 1
        wide, high = self._images[0].width(), self._images[0].height()
        count, room = len(self._images), max(self.width(), SMALLEST)
        best = SMALLEST
        for columns in range(1, count + 1):  # the largest size with which all are seen, else the smallest
            size = min((room - columns * GAP) // columns, LARGEST)
            if size < SMALLEST:
                break
            rows = -(-count // columns)
            if rows * (size * high / max(wide, high) + TITLE + GAP) <= self._seen_height():
                best = max(best, size)
        if self._named():
            most = max(LARGEST + 120, LETTER * wide)  # a long text has room for each of its letters
            seen = max(240, LETTER * wide, self._seen_height() - 2 * TITLE - GAP)  # the names below it, too
            best = min(most, room - NAMES - GAP, seen) if count == 1 else max(best, 240)
        scale = best / max(wide, high)
        least = min(SMALLEST, max(8, 8 * wide))  # a strip of few steps gets the room that its title has anyway
        tile = QSize(max(int(wide * scale), least), max(int(high * scale), 8))
        if self._named() and self._grid is not None and self._grid.rows and count == 1:
            tile.setHeight(max(tile.height(), min(16 * high, 3000)))
        width = tile.width() + (NAMES if self._named() and count == 1 else 0)
        return tile, max(1, (room + GAP) // (max(width, SMALLEST) + GAP))

    def _seen_height(self) -> int:
        parent = self.parentWidget()
        return max(parent.height() if parent is not None else self.height(), 100)

    def _frames(self) -> list[QRectF]:
        tile, columns = self._layout()
        left = NAMES if self._named() and len(self._images) == 1 else 0
        return [
            QRectF(
                left + (index % columns) * (max(tile.width(), SMALLEST) + GAP),
                (index // columns) * (tile.height() + TITLE + GAP) + TITLE,
                tile.width(),
                tile.height(),
            )
            for index in range(len(self._images))
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._grid is None:
            return
        painter = QPainter(self)
        metrics = painter.fontMetrics()
        for frame, image, title in zip(self._frames(), self._images, self._grid.titles, strict=True):
            if not frame.adjusted(-NAMES, -TITLE, 0, GAP).toAlignedRect().intersects(event.rect()):
                continue
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > frame.width())
            painter.drawImage(frame, image)
            painter.setPen(theme.color("muted"))
            text = metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, max(int(frame.width()), SMALLEST))
            painter.drawText(QPointF(frame.left(), frame.top() - 5), text)
            if len(self._images) == 1:
                self._name_axes(painter, frame)

    def _name_axes(self, painter: QPainter, frame: QRectF) -> None:
        """The names of rows and columns of the one map, where there is room for each."""
        grid = self._grid
        if grid is None:
            return
        wide = frame.width() / max(len(grid.columns), 1)
        metrics = painter.fontMetrics()
        fits = wide >= 44 or all(metrics.horizontalAdvance(name) <= wide for name in grid.columns)
        for index, name in enumerate(grid.columns if fits else ()):
            room = QRectF(frame.left() + index * wide, frame.bottom() + 2, wide - (4 if wide >= 44 else 0), TITLE)
            text = name if wide < 44 else metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, int(room.width()))
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, text)
        if not grid.rows:
            return
        high = frame.height() / len(grid.rows)
        if high < painter.fontMetrics().height() * 0.8:
            return
        for index, name in enumerate(grid.rows):
            room = QRectF(0, frame.top() + index * high, NAMES - 8, high)
            text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, int(room.width()))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        grid = self._grid
        if grid is None or grid.maps.ndim == 4:
            return
        for index, frame in enumerate(self._frames()):
            if frame.contains(event.position()):
                high, wide = grid.maps[index].shape
                row = min(int((event.position().y() - frame.top()) / frame.height() * high), high - 1)
                column = min(int((event.position().x() - frame.left()) / frame.width() * wide), wide - 1)
                at = f"row {_named(grid.rows, row)}, column {_named(grid.columns, column)}"
                self._said.setText(f"{grid.titles[index]}, {at}: {float(grid.maps[index, row, column]):.4g}")
                return


def _named(names: tuple[str, ...], index: int) -> str:
    return f"{index} ({names[index]})" if index < len(names) else str(index)
