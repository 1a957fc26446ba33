"""The colour of a frame as a small square, beside its name in menus and lists."""

from __future__ import annotations

from PySide6.QtGui import QIcon, QPixmap

from engine.frames import FrameColor
from gui.theme import theme


def swatch(color: FrameColor, side: int = 16) -> QIcon:
    """An icon filled with the colour."""
    pixmap = QPixmap(side, side)
    pixmap.fill(theme.color(f"frame.{color}"))
    return QIcon(pixmap)
