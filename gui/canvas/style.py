"""Everything the painter needs, prepared once a theme: pens, brushes, fonts, texts, the shapes of boxes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QStaticText,
    QTextOption,
    QTransform,
)
from PySide6.QtWidgets import QApplication

from gui.canvas.geometry import HEIGHT, Box
from gui.canvas.glyphs import SIZE, glyph, glyph_pen
from gui.theme import theme

OVERVIEW, NAMES, FULL = range(3)
"""How much is drawn: one overview pass, boxes with a name and a shape, everything."""
WHOLE = 0.75
"""From this zoom on everything is written: the smallest type of 12 pixels is still `SMALLEST` on the screen then."""
STEPS = (0.65, 0.57, 0.5, 0.45, 0.4, 0.36, 0.33, 0.3)
"""From which zoom on names and shapes are written in which size, so that they never get smaller than `SMALLEST`."""
SMALLEST = 9.0
"""The least size of type on the screen, in pixels."""
GLYPHS = 0.5
"""From this zoom on there is room for the glyphs of the families."""
CELL = 31.0
"""The width of the tinted field with the family's glyph."""
BAR = 4.0
"""The width of the family's bar."""
BROAD = 12.0
"""Its width where there is no room for the glyph."""
CORNER = 7.0


def detail_at(scale: float) -> int:
    """How much is drawn at a zoom."""
    return FULL if scale >= WHOLE else NAMES if scale >= STEPS[-1] else OVERVIEW


def step_at(scale: float) -> float:
    """The size of type that names and shapes have at a zoom, as one of `STEPS`."""
    return next((step for step in STEPS if scale >= step), STEPS[-1])


@dataclass(slots=True)
class Family:
    """The look of one family of layers."""

    bar: QBrush
    far: QBrush
    tint: QBrush
    pen: QPen
    glyph: QPainterPath


@dataclass(slots=True)
class Outline:
    """The shapes of a node of one size: its box, the tinted field, the bar, and a broad frame for the selection.

    ``broad`` is the bar where there is no room for the glyph, ``inside`` what lies below the head of an open block.
    """

    box: QPainterPath
    cell: QPainterPath
    bar: QPainterPath
    broad: QPainterPath
    frame: QPainterPath
    inside: QPainterPath


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its measures; ``static`` where it is prepared for the thread of the window."""

    words: str
    static: QStaticText | None
    width: float
    height: float
    ascent: float

    def paint(self, painter: QPainter, at: QPointF) -> None:
        """Paint it, with its upper left corner there, in the pen and the font of the painter."""
        if self.static is None:
            painter.drawText(at + QPointF(0.0, self.ascent), self.words)
        else:
            painter.drawStaticText(at, self.static)


@dataclass(frozen=True, slots=True)
class FrameColors:
    """How a comment frame is painted: its inside, the strip of its title and its border."""

    fill: QBrush
    strip: QBrush
    border: QPen


class Style:
    """The prepared look of the canvas. ``scale``, ``detail`` and ``fast`` say how it is being looked at."""

    def __init__(self, color: Callable[[str], QColor] = theme.color, *, prepares: bool = True) -> None:
        """``color`` gives the colours by their tokens: those of the window's theme, or of another.

        Without ``prepares`` texts are painted from scratch: one that is prepared holds on to the fonts of the thread
        that painted it first, and another thread crashes with them.
        """
        self.color, self._prepares = color, prepares
        self.scale = 1.0
        self.detail, self.step = FULL, STEPS[0]
        self.fast = False
        self.rebuild()

    def zoom(self, scale: float) -> None:
        """Take note of the zoom."""
        self.scale, self.detail, self.step = scale, detail_at(scale), step_at(scale)

    def rebuild(self) -> None:
        """Prepare everything again, after a change of the theme."""
        color = self.color
        family = QApplication.font().family()
        self.fonts = {
            "name": _font(family, 13, QFont.Weight.DemiBold),
            "small": _font(family, 12),
            "label": _font(family, 12),
        }
        for step in STEPS:
            pixels = math.ceil(SMALLEST / step)
            self.fonts[f"name {step}"] = _font(family, pixels, QFont.Weight.DemiBold)
            self.fonts[f"shape {step}"] = _font(family, pixels)
        self._metrics = {role: QFontMetricsF(font) for role, font in self.fonts.items()}
        self._texts: dict[tuple[str, str, float], Text] = {}
        self._families: dict[str, Family] = {}
        self._frames: dict[str, FrameColors] = {}
        self._outlines: dict[tuple[Box, bool], Outline] = {}
        self.canvas = QBrush(color("canvas"))
        self.node = QBrush(color("node"))
        self.inside = QBrush(_mixed(color("canvas"), color("node"), 0.5))
        self.fold = _pen(color("node_muted"), 1.2)
        self.border = _pen(color("node_border"), 1, cosmetic=True)
        self.selected = _pen(color("selection"), 2, cosmetic=True)
        self.text = QPen(color("node_text"))
        self.muted = QPen(color("node_muted"))
        self.port = _pen(color("wire"), 1.5)
        self.port_fill = QBrush(color("wire"))
        self.offer = _pen(color("wire_active"), 2)
        self.offer_fill = QBrush(_faint(color("wire_active"), 0.18))
        self.band = _pen(color("selection"), 1, cosmetic=True)
        self.band_fill = QBrush(_faint(color("selection"), 0.10))
        self.knife = _pen(color("error"), 2, cosmetic=True)
        self.knife.setDashPattern([5.0, 3.0])
        self.glow = _pen(_faint(color("wire_active"), 0.35), 9)
        self.badges = {
            severity: (
                QBrush(color(severity)),
                _pen(color("node"), 1.8),
                _pen(color(severity), 2),
                _pen(color("canvas"), 2),
            )
            for severity in ("error", "warning")
        }
        self.stripes = QBrush(_faint(color("node_text"), 0.28), Qt.BrushStyle.BDiagPattern)
        self.still = _pen(color("node_text"), 1, cosmetic=True)
        self.still.setDashPattern([5.0, 4.0])
        self.still.setCapStyle(Qt.PenCapStyle.FlatCap)
        self.flake, self.flake_pen = _flake(), _pen(color("node_text"), 1.2)
        self.marks = {"error": _cross(), "warning": _exclamation()}
        small = QTransform.fromScale(0.7, 0.7)
        self.health = {
            "well": (_pen(color("ok"), 1.6), small.map(_tick())),
            "weak": (_pen(color("warning"), 1.6), small.map(_exclamation())),
            "ill": (_pen(color("error"), 1.6), small.map(_cross())),
            "old": (_pen(color("muted"), 1.4), small.map(_dots())),
        }
        self.patch = QBrush(_faint(color("canvas"), 0.8))
        kinds = {"known": "wire", "unknown": "wire", "guilty": "error", "active": "wire_active", "loose": "wire_active"}
        self.wires: dict[tuple[str, bool], QPen] = {}
        for kind, token in kinds.items():
            for thin in (False, True):
                pen = _pen(color(token), 1 if thin else 2, cosmetic=thin)
                if kind in ("unknown", "guilty"):
                    pen.setDashPattern([4.0, 3.0])
                    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                self.wires[kind, thin] = pen

    def family(self, name: str) -> Family:
        """The look of a family."""
        if name not in self._families:
            color = self.color(f"family.{name}")
            path = glyph(name).translated(BAR + (CELL - BAR - SIZE) / 2, (HEIGHT - SIZE) / 2)
            self._families[name] = Family(
                QBrush(color),
                QBrush(_mixed(color, self.color("node"), 0.6)),
                QBrush(_faint(color, 0.11)),
                glyph_pen(name, color),
                path,
            )
        return self._families[name]

    def frame(self, name: str) -> FrameColors:
        """The colours of a comment frame."""
        if name not in self._frames:
            color = self.color(f"frame.{name}")
            border = _pen(_faint(color, 0.8), 1, cosmetic=True)
            self._frames[name] = FrameColors(QBrush(_faint(color, 0.09)), QBrush(_faint(color, 0.26)), border)
        return self._frames[name]

    def outline(self, size: Box, is_open: bool = False) -> Outline:
        """The shapes of a node of this size; of one whose block is open in place."""
        if (size, is_open) not in self._outlines:
            width, height = size
            box, inner, cell, bar, broad, frame, inside = (QPainterPath() for _ in range(7))
            box.addRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), CORNER, CORNER)
            inner.addRoundedRect(QRectF(1, 1, width - 2, height - 2), CORNER - 0.5, CORNER - 0.5)
            cell.addRect(QRectF(0, 0, CELL, HEIGHT if is_open else height))
            inside.addRect(QRectF(BAR, HEIGHT, width, height))
            bar.addRect(QRectF(0, 0, BAR, height))
            broad.addRect(QRectF(0, 0, BROAD, height))
            frame.addRoundedRect(QRectF(0, 0, width, height), CORNER + 0.5, CORNER + 0.5)
            self._outlines[size, is_open] = Outline(
                box, inner & cell, inner & bar, inner & broad, frame, inner & inside if is_open else inside
            )
        return self._outlines[size, is_open]

    def static(self, text: str, role: str, width: float = 0.0) -> Text:
        """A text prepared for painting, elided to ``width`` if that is given."""
        key = (text, role, width)
        if key not in self._texts:
            metrics, font = self._metrics[role], self.fonts[role]
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width) if width else text
            static = QStaticText(shown)
            static.setTextFormat(Qt.TextFormat.PlainText)  # a name from a file is never markup
            static.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
            static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            static.prepare(QTransform(), font)
            size: QSizeF = static.size()
            if len(self._texts) > 20_000:
                self._texts.clear()
            self._texts[key] = Text(
                shown, static if self._prepares else None, size.width(), size.height(), metrics.ascent()
            )
        return self._texts[key]


def _cross() -> QPainterPath:
    path = QPainterPath(QPointF(-2.8, -2.8))
    path.lineTo(2.8, 2.8)
    path.moveTo(2.8, -2.8)
    path.lineTo(-2.8, 2.8)
    return path


def _tick() -> QPainterPath:
    path = QPainterPath(QPointF(-3.5, 0.3))
    path.lineTo(-0.8, 3)
    path.lineTo(3.8, -3)
    return path


def _dots() -> QPainterPath:
    path = QPainterPath(QPointF(-3.5, 0))
    path.lineTo(3.5, 0)
    return path


def _flake() -> QPainterPath:
    """Three lines that cross, each with a fork at its ends."""
    path = QPainterPath()
    for turn in range(6):
        arm = QTransform().rotate(60.0 * turn)
        for start, end in (((0.0, 0.0), (0.0, -6.4)), ((0.0, -3.9), (1.7, -5.6)), ((0.0, -3.9), (-1.7, -5.6))):
            path.moveTo(arm.map(QPointF(*start)))
            path.lineTo(arm.map(QPointF(*end)))
    return path


def _exclamation() -> QPainterPath:
    path = QPainterPath(QPointF(0, -4.2))
    path.lineTo(0, 0.8)
    path.moveTo(0, 3.9)
    path.lineTo(0, 4.0)
    return path


def _font(family: str, pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = QFont(family)
    font.setPixelSize(pixels)
    font.setWeight(weight)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)  # even spacing at every zoom
    return font


def _pen(color: QColor, width: float, *, cosmetic: bool = False) -> QPen:
    pen = QPen(color, width)
    pen.setCosmetic(cosmetic)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _mixed(color: QColor, other: QColor, share: float) -> QColor:
    pairs = ((color.redF(), other.redF()), (color.greenF(), other.greenF()), (color.blueF(), other.blueF()))
    return QColor.fromRgbF(*(share * one + (1 - share) * two for one, two in pairs))


def _faint(color: QColor, alpha: float) -> QColor:
    faint = QColor(color)
    faint.setAlphaF(alpha)
    return faint
