"""The drawing as formats of export. Qt is imported only when one is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from xml.etree import ElementTree

from engine.exports import registry
from engine.exports.exporter import Checked, Exporter, ExportError
from engine.files import read_bytes
from gui.drawing.drawing import Options

if TYPE_CHECKING:
    from engine.exports.subject import Subject

LARGEST = 2**30


class DrawingFile(Exporter):
    """The picture of a network in one format. It has the options it is to be drawn with."""

    quick: ClassVar[bool] = True
    ending: ClassVar[str]

    def __init__(self, options: Options | None = None, scale: float | None = None) -> None:
        self.options, self.scale = options or Options(), scale

    def write(self, subject: Subject, beside: Path) -> None:
        from gui.drawing.formats import FORMATS, NATURAL
        from gui.drawing.making import drawing_of

        drawing = drawing_of(subject.graph, self.options)
        with beside.open("wb") as file:
            file.write(FORMATS[self.ending](drawing, self.scale or NATURAL[self.ending]))

    def check(self, subject: Subject, beside: Path) -> Checked:
        if why := self.fault(read_bytes(beside, LARGEST)):
            raise ExportError(f"{beside.name} cannot be read again: {why}.")
        return Checked()

    def fault(self, content: bytes) -> str:
        """What is wrong with a file that was just written; empty where it can be read."""
        raise NotImplementedError


class SvgDrawing(DrawingFile):
    """Vectors, for the web and for other programs."""

    name: ClassVar[str] = "svg"
    title: ClassVar[str] = "Drawing (SVG)"
    summary: ClassVar[str] = "the drawing as vectors, its text as text"
    suffixes: ClassVar[tuple[str, ...]] = (".svg",)
    ending: ClassVar[str] = "svg"

    def fault(self, content: bytes) -> str:
        try:
            root = ElementTree.fromstring(content)
        except ElementTree.ParseError as error:
            return str(error)
        return "" if any(True for _ in root.iter("{http://www.w3.org/2000/svg}path")) else "there is nothing in it"


class PngDrawing(DrawingFile):
    """Pixels."""

    name: ClassVar[str] = "png"
    title: ClassVar[str] = "Drawing (PNG)"
    summary: ClassVar[str] = "the drawing in pixels"
    suffixes: ClassVar[tuple[str, ...]] = (".png",)
    ending: ClassVar[str] = "png"

    def fault(self, content: bytes) -> str:
        from PySide6.QtGui import QImage

        return "it holds no image" if QImage.fromData(content).isNull() else ""


class PdfDrawing(DrawingFile):
    """Vectors, for papers."""

    name: ClassVar[str] = "pdf"
    title: ClassVar[str] = "Drawing (PDF)"
    summary: ClassVar[str] = "the drawing as one page of PDF"
    suffixes: ClassVar[tuple[str, ...]] = (".pdf",)
    ending: ClassVar[str] = "pdf"

    def fault(self, content: bytes) -> str:
        whole = content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")
        return "" if whole else "it is cut off"


registry.add(SvgDrawing(), PngDrawing(), PdfDrawing())
