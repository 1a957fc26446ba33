"""A small drawing for each family of layers, so that no colour speaks alone. Lines in an 18 × 18 box."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPainterPath, QPen, QPixmap

from gui.theme import theme

SIZE = 18.0
Strokes = tuple[tuple[tuple[float, float], ...], ...]

LINES: dict[str, Strokes] = {
    "Input and output": (((9, 2), (9, 11)), ((5.5, 7.5), (9, 11), (12.5, 7.5)), ((3, 12), (3, 16), (15, 16), (15, 12))),
    "Linear": (
        ((4, 3), (14, 3)),
        ((4, 3), (14, 9)),
        ((4, 9), (14, 3)),
        ((4, 9), (14, 15)),
        ((4, 15), (14, 9)),
        ((4, 15), (14, 15)),
    ),
    "Convolution": (
        ((2.5, 2.5), (15.5, 2.5), (15.5, 15.5), (2.5, 15.5), (2.5, 2.5)),
        ((9, 2.5), (9, 9), (2.5, 9)),
        ((5, 5), (6.5, 6.5)),
        ((6.5, 5), (5, 6.5)),
    ),
    "Pooling": (((2, 3), (16, 3)), ((4.5, 7), (13.5, 7)), ((7, 11), (11, 11)), ((9, 15), (9, 15.1))),
    "Padding": (
        ((2, 2), (16, 2), (16, 16), (2, 16), (2, 2)),
        ((6, 6), (12, 6), (12, 12), (6, 12), (6, 6)),
    ),
    "Resampling": (
        ((2.5, 9.5), (8.5, 9.5), (8.5, 15.5), (2.5, 15.5), (2.5, 9.5)),
        ((8.5, 9.5), (15.5, 2.5)),
        ((10.5, 2.5), (15.5, 2.5), (15.5, 7.5)),
    ),
    "Activation": (((2, 14), (8.5, 14), (15.5, 3.5)),),
    "Dropout": tuple(
        ((x, y), (x + 0.1, y)) for x, y in ((3.5, 3.5), (9, 9), (14.5, 3.5), (3.5, 14.5), (14.5, 9), (9, 14.5))
    ),
    "Shape": (
        ((9, 2), (15, 5.5), (15, 12.5), (9, 16), (3, 12.5), (3, 5.5), (9, 2)),
        ((3, 5.5), (9, 9), (15, 5.5)),
        ((9, 9), (9, 16)),
    ),
    "Block": (
        ((2.5, 2.5), (12, 2.5), (12, 12), (2.5, 12), (2.5, 2.5)),
        ((15.5, 5.5), (15.5, 15.5), (5.5, 15.5)),
    ),
    "Sequence": (((2, 5), (7, 5)), ((9, 5), (16, 5)), ((2, 9), (11, 9)), ((13, 9), (16, 9)), ((2, 13), (9, 13))),
    "Recurrent": (((12.5, 3), (15, 6), (11.5, 7.5)), ((15, 6), (5, 6), (3, 8), (3, 12), (5, 14), (15, 14))),
    "Attention": (
        ((2, 9), (5.5, 5.5), (9, 4.5), (12.5, 5.5), (16, 9), (12.5, 12.5), (9, 13.5), (5.5, 12.5), (2, 9)),
        ((9, 7), (11, 9), (9, 11), (7, 9), (9, 7)),
    ),
    "Reduction": (((13, 4), (13, 2.5), (4, 2.5), (9, 9), (4, 15.5), (13, 15.5), (13, 14)),),
    "Residual": (((5, 2), (5, 16)), ((5, 4), (12, 4), (13.5, 6), (13.5, 12), (12, 14), (5, 14)), ((2.5, 9), (7.5, 9))),
    "Math": (((2, 9.5), (4.5, 8), (8, 15.5), (11, 2.5), (16, 2.5)),),
    "Logic": (((2.5, 9), (9, 2.5), (15.5, 9), (9, 15.5), (2.5, 9)), ((6.5, 9), (8.5, 11), (11.5, 7))),
    "Values": (
        ((6, 2.5), (3, 2.5), (3, 15.5), (6, 15.5)),
        ((12, 2.5), (15, 2.5), (15, 15.5), (12, 15.5)),
        ((9, 6), (9, 12)),
    ),
    "Merge": (((3.5, 2.5), (9, 9), (9, 15.5)), ((14.5, 2.5), (9, 9)), ((6, 12.5), (9, 15.5), (12, 12.5))),
}


@cache
def glyph(family: str) -> QPainterPath:
    """The drawing of a family, to be stroked; a family without one gets its first letter."""
    path = QPainterPath()
    for stroke in LINES.get(family, ()):
        path.moveTo(*stroke[0])
        for point in stroke[1:]:
            path.lineTo(*point)
    if family == "Normalization":
        path.moveTo(1.5, 15)
        path.cubicTo(6.5, 15, 6, 3.5, 9, 3.5)
        path.cubicTo(12, 3.5, 11.5, 15, 16.5, 15)
    elif path.isEmpty():
        font = QFont()
        font.setPixelSize(15)
        path.addText(QPointF(0, 0), font, (family or "?")[:1].upper())
        path.translate(QPointF(SIZE / 2, SIZE / 2) - path.boundingRect().center())
    return path


def glyph_pen(family: str, color: QColor | None = None) -> QPen:
    """The pen in which a glyph is drawn, in the colour of the window's theme or another."""
    pen = QPen(color or theme.color(f"family.{family}"), 2.6 if family == "Dropout" else 1.6)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def icon(family: str) -> QIcon:
    """The glyph as an icon in the colour of the current theme, for lists."""
    return _icon(family, theme.name)


@cache
def _icon(family: str, name: str) -> QIcon:
    result = QIcon()
    for ratio in (1, 2):
        pixmap = QPixmap(int(SIZE) * ratio, int(SIZE) * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_glyph(painter, QRectF(0, 0, SIZE, SIZE), family)
        painter.end()
        result.addPixmap(pixmap)
    return result


def paint_glyph(painter: QPainter, box: QRectF, family: str) -> None:
    """Draw the glyph of a family in the middle of ``box``."""
    painter.setPen(glyph_pen(family))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(glyph(family).translated(box.center() - QPointF(SIZE / 2, SIZE / 2)))
