"""What diagrams draw with: boxes, cells, arrows and words in the colours of the theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPolygonF

from gui.theme import theme

WIDTH = 480.0
"""How wide a diagram is; it is shrunk or enlarged as a whole."""


class Diagram(Protocol):
    """``words`` says for who does not see it what it shows."""

    @property
    def height(self) -> float: ...

    @property
    def words(self) -> str: ...

    def paint(self, sketch: Sketch) -> None: ...


class Sketch:
    """A painter whose unit is a pixel of a diagram `WIDTH` wide; colours are tokens of the theme."""

    def __init__(self, painter: QPainter) -> None:
        self.painter = painter
        self._font = QFont(painter.font())

    def font(self, size: float = 11, *, bold: bool = False, mono: bool = False) -> QFont:
        font = QFont(self._font)
        if mono:
            font.setFamilies(["DejaVu Sans Mono", "Menlo", "Consolas", "monospace"])
        font.setPixelSize(round(size))
        font.setBold(bold)
        return font

    def width_of(self, text: str, size: float = 11, *, bold: bool = False, mono: bool = False) -> float:
        return QFontMetricsF(self.font(size, bold=bold, mono=mono)).horizontalAdvance(text)

    def text(
        self,
        area: QRectF,
        text: str,
        token: str = "text",
        size: float = 11,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignCenter,
        *,
        bold: bool = False,
        mono: bool = False,
    ) -> None:
        """Words in an area, smaller where there is no room."""
        while size > 7.5 and self.width_of(text, size, bold=bold, mono=mono) > area.width():
            size -= 0.5
        self.painter.setFont(self.font(size, bold=bold, mono=mono))
        self.painter.setPen(theme.color(token))
        self.painter.drawText(area, int(align), text)

    def prose(self, area: QRectF, text: str, token: str = "text", size: float = 12) -> None:
        """Words in as many lines as they need."""
        self.painter.setFont(self.font(size))
        self.painter.setPen(theme.color(token))
        self.painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap), text)

    def box(
        self,
        area: QRectF,
        token: str,
        *,
        fill: str = "base",
        width: float = 1.2,
        dashed: bool = False,
        round: float = 5,
    ) -> None:
        pen = QPen(theme.color(token), width)
        if dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        self.painter.setPen(pen)
        self.painter.setBrush(theme.color(fill) if fill else Qt.BrushStyle.NoBrush)
        self.painter.drawRoundedRect(area, round, round)

    def cell(
        self, area: QRectF, fill: str, border: str = "border", *, hatched: bool = False, faint: bool = False
    ) -> None:
        """One number of a tensor."""
        self.painter.setPen(QPen(theme.color(border), 1))
        color = QColor(theme.color(fill))
        if faint:
            color.setAlphaF(0.35)
        self.painter.setBrush(color)
        self.painter.drawRect(area)
        if hatched:
            self.painter.setPen(Qt.PenStyle.NoPen)
            brush = self.painter.brush()
            brush.setColor(theme.color("muted"))
            brush.setStyle(Qt.BrushStyle.BDiagPattern)
            self.painter.setBrush(brush)
            self.painter.drawRect(area)

    def line(
        self, start: QPointF, end: QPointF, token: str = "wire", width: float = 1.4, *, dashed: bool = False
    ) -> None:
        pen = QPen(theme.color(token), width)
        if dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        self.painter.setPen(pen)
        self.painter.drawLine(start, end)

    def arrow(self, start: QPointF, end: QPointF, token: str = "wire") -> None:
        """A line with a head at its end; it runs straight across, or straight down."""
        self.line(start, end, token)
        across = abs(end.x() - start.x()) >= abs(end.y() - start.y())
        sign = 1 if (end.x() > start.x() if across else end.y() > start.y()) else -1
        back = QPointF(-6.0 * sign, 0) if across else QPointF(0, -6.0 * sign)
        side = QPointF(0, 3.5) if across else QPointF(3.5, 0)
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(theme.color(token))
        self.painter.drawPolygon(QPolygonF([end, end + back + side, end + back - side]))

    def curve(self, points: Sequence[QPointF], token: str, width: float = 2.0, *, dashed: bool = False) -> None:
        pen = QPen(theme.color(token), width)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        self.painter.setPen(pen)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawPolyline(QPolygonF(list(points)))

    def mark(self, at: QPointF, good: bool) -> None:
        """✓ or ✕: the sign says it, not the colour alone."""
        self.text(
            QRectF(at.x() - 9, at.y() - 9, 18, 18), "✓" if good else "✕", "ok" if good else "error", 14, bold=True
        )


def draw(diagram: Diagram, painter: QPainter, area: QRectF) -> None:
    """Draw a diagram into an area, as large as fits."""
    scale = min(area.width() / WIDTH, area.height() / diagram.height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.left() + (area.width() - scale * WIDTH) / 2, area.top())
    painter.scale(scale, scale)
    diagram.paint(Sketch(painter))
    painter.restore()


def image(diagram: Diagram, width: int, ratio: float = 1.0) -> QImage:
    """A diagram on nothing, in the colours that the theme has now."""
    size = QSize(width, round(width * diagram.height / WIDTH))
    made = QImage(size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    draw(diagram, painter, QRectF(0, 0, size.width(), size.height()))
    painter.end()
    return made
