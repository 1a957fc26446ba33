"""What a picture of a network is, whatever it shows: a title, a size, and how it is painted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from engine.errors import LayerloomError

if TYPE_CHECKING:
    from PySide6.QtCore import QSizeF
    from PySide6.QtGui import QPainter

    from gui.theme import Name

Kind = Literal["canvas", "figure"]


class DrawingError(LayerloomError):
    """Why a picture cannot be made: one sentence."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a picture is to look."""

    kind: Kind = "canvas"
    """The drawing of the canvas, or boxes whose size is the tensor."""
    theme: Name = "light"
    shapes: bool = True
    """Whether it says the shapes."""
    blocks: bool = False
    """Whether it shows what is inside the blocks: of the canvas beside it, of the figure in their place."""
    transparent: bool = False
    """Whether it leaves out the background."""


class Drawing(Protocol):
    """Something to be painted. Painting needs no widget and may be done in any thread, one at a time."""

    @property
    def title(self) -> str:
        """What it shows, in plain text."""
        ...

    @property
    def size(self) -> QSizeF:
        """Its size in pixels of 1/96 inch."""
        ...

    def paint(self, painter: QPainter) -> None:
        """Paint it with its top left corner at the origin."""
        ...
