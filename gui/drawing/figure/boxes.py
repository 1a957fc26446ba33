"""The boxes, labels and arrows of a figure, and how large a box is: lengths are in pixels.

A side of a box grows with the power `POWER` of the size of its axis, so that 224 and 7 rows can both be seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from gui.drawing.figure.network import Figure, FigureNode

POWER: Final = 0.6
TALLEST, THICKEST, BAR, BAND = 150.0, 64.0, 9.0, 5.0
SLANT: Final = 0.36
"""How far the width of an image leads to the right and up, as a share of its side."""
GAP: Final = 22.0
"""The room between columns, for arrows."""
SIGN: Final = 18.0
"""The diameter of a sign."""
ARC, RISE = 14.0, 9.0
"""How far above the boxes the lowest skip runs, and each further one above that."""
LINE: Final = 15.0
"""The height of a line of text."""
SLIDE, ROOMIER = 1600.0, 1.15
"""Labels are slanted in a figure that is wider than a slide, and by so much wider than with slanted ones."""
SLANTED: Final = math.radians(50)
WIDEST, LONGEST_NAME = 120.0, 240.0
"""The widest line of a label that stands upright, and the widest name; longer ones are elided."""

Point = tuple[float, float]
Measure = Callable[[str, bool], float]
"""The width of a text, bold or not."""


@dataclass(slots=True)
class Box:
    """A box in the figure: the left edge and the middle of its front face; ``slant`` is how far it leads back."""

    node: FigureNode
    thick: float
    tall: float
    slant: float = 0.0
    x: float = 0.0
    y: float = 0.0
    column: int = 0
    lane: int = 0
    label: Label | None = None

    @property
    def width(self) -> float:
        return self.thick + self.slant

    @property
    def top(self) -> float:
        return self.y - (self.tall + self.slant) / 2

    @property
    def bottom(self) -> float:
        return self.y + (self.tall + self.slant) / 2

    @property
    def right(self) -> float:
        return self.x + self.width


@dataclass(slots=True)
class Label:
    """What is said of a box: ``x`` and ``y`` are the middle of its upper edge, or the beginning of a slanted line."""

    lines: list[str]
    width: float
    slanted: bool
    least: float = 0.0
    """The width of its name alone."""
    x: float = 0.0
    y: float = 0.0

    @property
    def height(self) -> float:
        return self.width * math.sin(SLANTED) + LINE if self.slanted else LINE * len(self.lines)


@dataclass(slots=True)
class Arrow:
    """The course of an arrow as corners to be rounded; a curve between lanes has two in the middle."""

    points: list[Point]


@dataclass(slots=True)
class Layout:
    """Everything in its place; ``low`` and ``high`` are the corners of the whole, with labels."""

    boxes: list[Box]
    arrows: list[Arrow] = field(default_factory=list)
    groups: list[tuple[str, Point, Point]] = field(default_factory=list)
    """The name of an opened block, and the corners of what belongs to it."""
    low: Point = (0.0, 0.0)
    high: Point = (0.0, 0.0)


def sized(figure: Figure) -> list[Box]:
    """A box for each node, as large as its tensor."""
    volumes = [n.sizes for n in figure.nodes if n.form == "volume"]
    sheets = [n.sizes for n in figure.nodes if n.form == "sheet"]
    bars = [n.sizes for n in figure.nodes if n.form == "bar" and n.sizes]
    side = max((max(sizes[-2:]) for sizes in volumes), default=1)
    deep = max(16, *(math.prod(sizes[:-2]) for sizes in volumes), 0)
    long = max((sizes[0] for sizes in sheets), default=1)
    wide = max((sizes[1] for sizes in sheets), default=1)
    many = max((sizes[0] for sizes in bars), default=1)
    boxes = []
    for node in figure.nodes:
        bands = BAND * len(node.bands)
        if node.form == "volume":
            slant = SLANT * _share(node.sizes[-1], side, TALLEST, 6.0)
            thick = _share(math.prod(node.sizes[:-2]), deep, THICKEST, 4.0) + bands
            box = Box(node, thick, _share(node.sizes[-2], side, TALLEST, 6.0), slant)
        elif node.form == "sheet":
            thick = _share(node.sizes[1], wide, THICKEST, 8.0) + bands
            box = Box(node, thick, _share(node.sizes[0], long, TALLEST * 0.7, 10.0))
        elif node.form == "bar":
            box = Box(node, BAR + bands, _share(node.sizes[0] if node.sizes else 1, many, TALLEST * 0.9, 10.0))
        elif node.form == "sign":
            box = Box(node, SIGN, SIGN)
        else:
            box = Box(node, 1.0, LINE)
        boxes.append(box)
    return boxes


def _share(size: int, largest: int, length: float, least: float) -> float:
    return float(max(least, length * (max(size, 1) / max(largest, 1)) ** POWER))


def label_room(box: Box) -> float:
    """The height of its label."""
    return 6 + box.label.height if box.label is not None else 0.0
