"""A level of a network as it is drawn, with marks: a sign, a hatched frame and a colour for what is different."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QFont, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from engine.graph import Graph
from gui.canvas.scene import Scene
from gui.document import Document
from gui.drawing.canvas_drawing import CanvasDrawing, arranged, canvas_drawing
from gui.drawing.drawing import Options
from gui.levels import first_use
from gui.theme import theme

SIGNS = {"added": "+", "removed": "−", "changed": "≠", "renamed": "A", "rewired": "↝"}
TOKENS = {"added": "ok", "removed": "error", "changed": "warning", "renamed": "hint", "rewired": "accent"}
PATTERNS = {
    "added": Qt.BrushStyle.FDiagPattern,
    "removed": Qt.BrushStyle.BDiagPattern,
    "changed": Qt.BrushStyle.HorPattern,
    "renamed": Qt.BrushStyle.Dense7Pattern,
    "rewired": Qt.BrushStyle.VerPattern,
}
FRAME, BADGE = 7.0, 11.0
SMALLEST = 0.45
"""The smallest scale: below it names cannot be read, and the drawing is scrolled."""


class _Picture(QWidget):
    """Paints the drawing as wide as there is room."""

    def __init__(self, view: LevelView) -> None:
        super().__init__()
        self._view = view

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        self._view.paint(painter)
        painter.end()


class LevelView(QScrollArea):
    """One of two: both have one scale, and scroll together."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip("+ added, − removed, ≠ changed, A renamed, ↝ wired otherwise")
        self.setWidgetResizable(False)
        self._document = Document(parent=self)
        self._scene = Scene(self._document)
        self._drawing: CanvasDrawing | None = None
        self._boxes: dict[str, QRectF] = {}
        self.marks: dict[str, str] = {}
        """The kind of difference of each node that has one."""
        self._chosen: str | None = None
        self._shown: tuple[Graph, str | None] | None = None
        self._picture = _Picture(self)
        self.setWidget(self._picture)
        self._other: LevelView | None = None
        self.verticalScrollBar().valueChanged.connect(self._moved)
        theme.changed.connect(self._redraw)

    def clear(self) -> None:
        """Show nothing."""
        self._drawing, self._shown = None, None
        self._picture.resize(0, 0)

    def show_level(self, project: Graph, block_id: str | None, marks: Mapping[str, str], chosen: str | None) -> None:
        """Show the network, or the inside of a block of it, with marks by the ids of nodes, and one node in sight."""
        if self._shown is None or self._shown[0] is not project or self._shown[1] != block_id:
            self._shown = project, block_id
            self._draw(project, block_id)
        self.marks, self._chosen = dict(marks), chosen

    def pair_with(self, other: LevelView) -> None:
        """Have the scale of another drawing, and scroll with it."""
        self._other = other

    def _moved(self, value: int) -> None:
        if self._other is not None and self.underMouse():
            mine, theirs = self.verticalScrollBar(), self._other.verticalScrollBar()
            theirs.setValue(round(value / max(mine.maximum(), 1) * theirs.maximum()))

    def _draw(self, project: Graph, block_id: str | None) -> None:
        if self._document.project is not project:
            self._document.open_graph(project)
        self._document.open_block(() if block_id is None else first_use(project, block_id) or ())
        self._drawing = canvas_drawing(arranged(self._scene), Options(theme=theme.name))
        origin = self._drawing.origin
        self._boxes = {node_id: self._scene.boxes.box(node_id).translated(origin) for node_id in self._scene.boxes}

    def _redraw(self) -> None:
        if self._shown is not None:
            self._draw(*self._shown)
            self._picture.update()

    # -- painting --------------------------------------------------------------------------------------------------

    @property
    def _natural(self) -> float:
        """The scale at which it is as wide as there is room."""
        if self._drawing is None:
            return 1.0
        return max(SMALLEST, min(1.0, (self.viewport().width() - 2) / max(self._drawing.size.width(), 1.0)))

    @property
    def _scale(self) -> float:
        return self._natural if self._other is None else min(self._natural, self._other._natural)

    @property
    def _left(self) -> float:
        """Pixels on the left of the drawing, which is in the middle of the room."""
        wide = 0.0 if self._drawing is None else self._drawing.size.width() * self._scale
        return max(0.0, (self._picture.width() - wide) / 2)

    def fit(self) -> None:
        """Take the scale of both, and bring the chosen node into sight."""
        if self._drawing is None:
            return
        size, room = self._drawing.size * self._scale, self.viewport().size()
        self._picture.resize(QSize(round(size.width()), round(size.height())).expandedTo(room))
        self._picture.update()
        if self._chosen is not None and self._chosen in self._boxes:
            middle = self._boxes[self._chosen].center() * self._scale + QPointF(self._left, 0.0)
            self.ensureVisible(int(middle.x()), int(middle.y()), 80, self.viewport().height() // 2 - 10)
        elif self._other is not None:
            theirs, mine = self._other.verticalScrollBar(), self.verticalScrollBar()
            mine.setValue(round(theirs.value() / max(theirs.maximum(), 1) * mine.maximum()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def paint(self, painter: QPainter) -> None:
        """Paint drawing and marks."""
        if self._drawing is None:
            return
        painter.fillRect(self._picture.rect(), theme.color("canvas"))
        painter.translate(self._left, 0.0)
        painter.scale(self._scale, self._scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._drawing.paint(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(painter.font())
        font.setPixelSize(15)
        font.setBold(True)
        painter.setFont(font)
        for node_id, kind in self.marks.items():
            if node_id in self._boxes:
                self._mark(painter, self._boxes[node_id], kind, chosen=node_id == self._chosen)

    def _mark(self, painter: QPainter, box: QRectF, kind: str, *, chosen: bool) -> None:
        """A hatched frame around a node, and a sign at its corner."""
        color = theme.color(TOKENS[kind])
        outer = box.adjusted(-FRAME, -FRAME, FRAME, FRAME)
        painter.save()
        painter.setClipRect(outer.adjusted(-2, -2, 2, 2))
        painter.setPen(QPen(color, 3 if chosen else 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(outer, 9, 9)
        for strip in (
            QRectF(outer.left(), outer.top(), FRAME, outer.height()),
            QRectF(outer.right() - FRAME, outer.top(), FRAME, outer.height()),
        ):
            painter.fillRect(strip, QBrush(color, PATTERNS[kind]))
        painter.restore()
        middle = QPointF(outer.left(), outer.top())
        painter.setPen(QPen(theme.color("base"), 2))
        painter.setBrush(color)
        painter.drawEllipse(middle, BADGE, BADGE)
        painter.setPen(theme.color("base"))
        area = QRectF(middle.x() - BADGE, middle.y() - BADGE, 2 * BADGE, 2 * BADGE)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), SIGNS[kind])
