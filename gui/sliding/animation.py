"""A picture as a file: SVG, PNG and PDF as it stands, GIF as it moves."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage

from engine.files import write_atomically
from gui.drawing.formats import FORMATS, NATURAL
from gui.drawing.formats import picture as pixels
from gui.sliding.pictures.picture import Picture
from gui.sliding.pictures.state import Shown
from gui.sliding.pictures.views import View, picture
from gui.theme import Colors

FILES: Final = {"SVG (vectors)": "svg", "PNG (pixels)": "png", "PDF (vectors)": "pdf", "GIF (animation)": "gif"}
SIZE: Final = QSizeF(1000, 560)
"""Pixels of a picture for a slide."""
MOST_FRAMES: Final = 120
"""A longer animation is cut: a slide that moves for minutes is watched by nobody."""
PAUSE: Final = 1500
"""Milliseconds that the last frame stays."""


def still(drawing: Picture, ending: str) -> bytes:
    """The bytes of a file with one picture."""
    return FORMATS[ending](drawing, NATURAL[ending])


def animation(view: View, shown: Shown, colors: Colors, milliseconds: int) -> bytes:
    """A GIF of all positions, or of the first `MOST_FRAMES`, each shown so long; output cells appear as they come."""
    from PIL import Image

    frames = []
    for step in range(min(shown.count, MOST_FRAMES)):
        now = shown.at(step=step, hover=None, progressive=True)
        image = pixels(picture(view, now, SIZE, colors), 1.0).convertToFormat(QImage.Format.Format_RGB888)
        size, data = (image.width(), image.height()), bytes(image.constBits())
        frame = Image.frombytes("RGB", size, data, "raw", "RGB", image.bytesPerLine())
        frames.append(frame.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE))
    store = io.BytesIO()
    durations = [milliseconds] * (len(frames) - 1) + [max(PAUSE, milliseconds)]
    frames[0].save(store, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)
    return store.getvalue()


def written(make: Callable[[], bytes], path: Path) -> Path:
    """Write a file. Raises FileError where that cannot be."""
    write_atomically(path, make())
    return path


def job(
    view: View, shown: Shown, drawing: Picture, colors: Colors, milliseconds: int, path: Path
) -> Callable[[], Path]:
    """What writes a file in the format of its ending."""
    ending = path.suffix.lstrip(".").lower()
    if ending == "gif":
        return partial(written, partial(animation, view, shown, colors, milliseconds), path)
    return partial(written, partial(still, drawing, ending if ending in FORMATS else "png"), path)
