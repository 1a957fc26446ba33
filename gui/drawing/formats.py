"""A drawing as the bytes of a file: SVG and PDF with text as text, PNG in pixels."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontInfo, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from gui.drawing.drawing import Drawing, DrawingError

DPI: Final = 96
LONGEST: Final = 32_000
MOST_PIXELS: Final = 100_000_000
"""A PNG has no longer side and no more pixels: it would take more than 400 MB to paint."""
LARGEST_PAGE: Final = 14_400.0
"""The longest side of a page of PDF, in points (ISO 32000-1, annex C)."""
_EMPTY: Final = re.compile(r"<g [^>]*>\s*</g>\s*")
_FAMILY: Final = re.compile(r'font-family="([^"]*)"')
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def svg(drawing: Drawing, scale: float = 1.0) -> bytes:
    """The drawing as SVG."""
    store = QByteArray()
    buffer, size = QBuffer(store), drawing.size
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(DPI)
    generator.setSize((size * scale).toSize())
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(drawing.title)
    generator.setDescription("Drawn with Layerloom")
    _painted(QPainter(generator), drawing)
    text = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", bytes(store.data()).decode(errors="replace"))
    text = _FAMILY.sub(lambda found: f'font-family="{_families(found[1])}"', _EMPTY.sub("", text))
    return text.encode()


def pdf(drawing: Drawing, scale: float = 1.0) -> bytes:
    """The drawing as one page of PDF, of its own size."""
    store = QByteArray()
    buffer, size = QBuffer(store), drawing.size * (scale * 72 / DPI)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    fit = min(1.0, LARGEST_PAGE / max(size.width(), size.height()))
    writer = QPdfWriter(buffer)
    writer.setTitle(drawing.title)
    writer.setCreator("Layerloom")
    writer.setResolution(DPI)
    writer.setPageSize(QPageSize(size * fit, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter(writer)
    painter.scale(scale * fit, scale * fit)
    _painted(painter, drawing)
    return bytes(store.data())


def png(drawing: Drawing, scale: float = 2.0) -> bytes:
    """The drawing in pixels, so many for each of its own. Raises DrawingError where those are too many."""
    image = picture(drawing, scale)
    store = QByteArray()
    buffer = QBuffer(store)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise DrawingError("The PNG cannot be made: there is not enough memory.")
    return bytes(store.data())


def picture(drawing: Drawing, scale: float) -> QImage:
    """The same as an image. Raises DrawingError."""
    size = pixels(drawing, scale, limited=True)
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    image.setDotsPerMeterX(round(DPI * scale / 0.0254))
    image.setDotsPerMeterY(round(DPI * scale / 0.0254))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.scale(scale, scale)
    _painted(painter, drawing)
    return image


def pixels(drawing: Drawing, scale: float, *, limited: bool) -> QSize:
    """How many pixels a drawing has at a scale. Raises DrawingError where they are ``limited`` and too many."""
    size = (drawing.size * scale).toSize()
    wide, high = size.width(), size.height()
    if limited and (max(wide, high) > LONGEST or wide * high > MOST_PIXELS):
        raise DrawingError(
            f"As a PNG the drawing has {wide:,} × {high:,} pixels, more than can be painted: "
            "choose a smaller scale, or SVG or PDF."
        )
    return size


def _painted(painter: QPainter, drawing: Drawing) -> None:
    try:
        drawing.paint(painter)
    finally:
        painter.end()


def _families(family: str) -> str:
    """The family that was drawn with, then what others have instead: no program knows Qt's “Sans Serif”."""
    real = QFontInfo(QFont(family)).family().replace("'", "").replace('"', "").replace("&", "")
    return f"{real}, Verdana, Arial, sans-serif"


FORMATS: Final[dict[str, Callable[[Drawing, float], bytes]]] = {"svg": svg, "png": png, "pdf": pdf}
"""Ending of the file → how its bytes are made of a drawing and a scale."""
NATURAL: Final = {"svg": 1.0, "png": 2.0, "pdf": 1.0}
"""The scale that each has where none is chosen."""
