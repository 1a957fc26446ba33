"""Curves as a file: a picture of all plots with their whole legends (PNG, SVG), or every value (CSV)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from engine.files import write_atomically
from engine.project import ProjectError
from engine.training.history import History
from engine.training.runs.export import curves_csv
from gui.theme import theme
from gui.training.plots.legend import ROW, sample
from gui.training.plots.plot import SIDE, Plot

FORMS = {"PNG image (*.png)": "png", "SVG image (*.svg)": "svg", "CSV table of all values (*.csv)": "csv"}
"""What can be chosen → the ending of the file."""
SHARPER = 2
"""Pixels of the PNG for one on the screen."""
TITLE = 24


def save(path: Path, plots: Sequence[Plot], runs: Sequence[tuple[str, History]]) -> str:
    """Write what the ending of the file says; returns a sentence about it. Raises ProjectError."""
    ending = path.suffix.lower()
    if ending == ".csv":
        write_atomically(path, curves_csv(runs).encode())
    elif ending == ".svg":
        write_atomically(path, _svg(plots))
    elif ending == ".png":
        write_atomically(path, _png(plots))
    else:
        raise ProjectError(f"{path.name} is not saved: its ending must be .png, .svg or .csv.")
    return f"Saved {path.name}."


def _size(plots: Sequence[Plot]) -> QSize:
    return QSize(plots[0].canvas.width() + SIDE, sum(map(_height, plots)))


def _height(plot: Plot) -> int:
    return TITLE + max(int(plot.canvas.height()), ROW * len(plot.curves))


def _paint(painter: QPainter, plots: Sequence[Plot]) -> None:
    size = _size(plots)
    painter.fillRect(QRect(0, 0, size.width(), size.height()), theme.color("base"))
    top = 0
    for plot in plots:
        canvas = plot.canvas
        painter.setPen(theme.color("text"))
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        head = QRectF(8, top, canvas.width(), TITLE)
        scale = ", logarithmic" if plot.logarithmic else ""
        painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, f"{plot.title} by {plot.span.axis}{scale}")
        font.setBold(False)
        painter.setFont(font)
        painter.save()
        area = QRectF(0, top + TITLE, canvas.width(), canvas.height())
        canvas.render(painter, area, canvas.viewport().rect())
        painter.restore()
        for row, curve in enumerate(curve for curve in plot.curves if curve.visible):
            y = top + TITLE + row * ROW
            sample(painter, QRectF(canvas.width() + 8, y, 28, ROW), curve)
            painter.setPen(theme.color("text"))
            label = QRectF(canvas.width() + 44, y, SIDE - 48, ROW)
            painter.drawText(label, Qt.AlignmentFlag.AlignVCenter, curve.label)
        top += _height(plot)


def _png(plots: Sequence[Plot]) -> bytes:
    size = _size(plots)
    image = QImage(size * SHARPER, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SHARPER)
    painter = QPainter(image)
    _paint(painter, plots)
    painter.end()
    store = QByteArray()
    buffer = QBuffer(store)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise ProjectError("The image cannot be made: it is too large.")
    return bytes(store.data())


def _svg(plots: Sequence[Plot]) -> bytes:
    store = QByteArray()
    buffer = QBuffer(store)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    size = _size(plots)
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle("Curves of Layerloom")
    painter = QPainter(generator)
    _paint(painter, plots)
    painter.end()
    return bytes(store.data())
