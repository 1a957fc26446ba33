"""The pictures there are of a sliding layer, by name, and which of them suit it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QSizeF

from engine.sliding.sliding import Sliding
from gui.sliding.pictures.columns_picture import ColumnsPicture
from gui.sliding.pictures.line_picture import LinePicture
from gui.sliding.pictures.moved_picture import Course, MovedPicture
from gui.sliding.pictures.picture import Picture
from gui.sliding.pictures.state import Shown
from gui.sliding.pictures.unrolled_picture import UnrolledPicture
from gui.sliding.pictures.window_picture import WindowPicture
from gui.theme import Colors

if TYPE_CHECKING:
    from engine.sliding.translation import Translation

View = Literal["window", "columns", "unrolled", "moved"]
TITLES: Final[dict[View, tuple[str, str]]] = {
    "window": ("Window", "The window sliding over the input, and what it meets"),
    "columns": ("Matrix Product", "The windows as columns, times the weights as a row (im2col)"),
    "unrolled": ("One Matrix", "The whole layer as one matrix that multiplies the input"),
    "moved": ("Moved Input", "What comes out when the input is moved"),
}
"""Title and tooltip of each."""


@dataclass(frozen=True, eq=False)
class Moved:
    """A translation with its course; None while it is computed."""

    found: Translation | None = None
    course: Course | None = None


def refusal(view: View, sliding: Sliding) -> str:
    """Why a picture cannot be drawn of a layer; empty where it can."""
    if view in ("window", "moved"):
        return ""
    if sliding.kind == "max":
        return "The largest value of a window is no sum of products, so max pooling is no matrix product."
    if view == "columns" and sliding.kind == "transposed":
        return (
            "A transposed convolution reads no windows: it paints them. See One Matrix, the transpose of a convolution."
        )
    if view == "columns" and sliding.axes[0].rule == "adaptive":
        return "The windows of adaptive pooling differ in size, so they are no columns of one matrix. See One Matrix."
    return ""


def picture(view: View, shown: Shown, size: QSizeF, colors: Colors, moved: Moved | None = None) -> Picture:
    """The picture of a state; of a layer that gives nothing, or has no such picture, it is that of the window."""
    sliding = shown.sliding
    if view == "moved" and sliding.steps:
        found = moved or Moved()
        return MovedPicture(shown, size, colors, found.found, found.course)
    if view == "columns" and not refusal(view, sliding) and shown.example is not None:
        return ColumnsPicture(shown, size, colors)
    if view == "unrolled" and not refusal(view, sliding) and shown.example is not None:
        return UnrolledPicture(shown, size, colors)
    return (LinePicture if len(sliding.axes) == 1 else WindowPicture)(shown, size, colors)
