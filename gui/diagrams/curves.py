"""Diagrams of what numbers do: curves of the loss, bars of counts, activation functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt

from gui.diagrams.sketch import WIDTH, Sketch

LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
POINTS: Final = 60


@dataclass(frozen=True, slots=True)
class Curve:
    """``y`` of 0…1 for ``x`` of 0…1; ``token`` is its colour, and every second curve is dashed as well."""

    name: str
    y: Callable[[float], float]
    token: str = "curve.train"


@dataclass(frozen=True, slots=True)
class Curves:
    """Curves over a common axis, each with its name at its end."""

    curves: tuple[Curve, ...]
    across: str = "epochs"
    up: str = "loss"
    note: str = ""
    line: tuple[str, float] | None = None
    """A level that is named."""
    height = 172.0

    @property
    def words(self) -> str:
        return f"{', '.join(curve.name for curve in self.curves)}: {self.up} over {self.across}. {self.note}"

    def paint(self, sketch: Sketch) -> None:
        area = QRectF(40, 10, 310, 118)
        sketch.line(area.bottomLeft(), area.bottomRight(), "muted", 1)
        sketch.line(area.bottomLeft(), area.topLeft(), "muted", 1)
        sketch.text(QRectF(area.left(), area.bottom() + 2, area.width(), 16), self.across, "muted", 10.5)
        sketch.text(QRectF(2, 8, 36, 14), self.up, "muted", 10.5, LEFT)
        taken: list[float] = []
        if self.line is not None:
            name, level = self.line
            y = area.bottom() - level * area.height()
            sketch.line(QPointF(area.left(), y), QPointF(area.right(), y), "muted", 1, dashed=True)
            sketch.text(QRectF(area.right() + 8, y - 8, WIDTH - area.right() - 10, 16), name, "muted", 11, LEFT)
            taken.append(y)
        for number, curve in enumerate(self.curves):
            points = []
            for index in range(POINTS + 1):
                x = index / POINTS
                y = min(max(curve.y(x), 0.0), 1.0)
                points.append(QPointF(area.left() + x * area.width(), area.bottom() - y * area.height()))
            sketch.curve(points, curve.token, dashed=bool(number % 2))
            y = points[-1].y()
            while any(abs(y - other) < 15 for other in taken):
                y += 15
            taken.append(y)
            sketch.text(
                QRectF(area.right() + 8, y - 8, WIDTH - area.right() - 10, 16), curve.name, curve.token, 11, LEFT
            )
        sketch.text(QRectF(4, 150, WIDTH - 8, 18), self.note, "muted", 11.5)


@dataclass(frozen=True, slots=True)
class Bars:
    """Named bars of 0…1; those in ``bad`` are marked."""

    bars: tuple[tuple[str, float], ...]
    bad: tuple[int, ...] = ()
    note: str = ""
    token: str = "family.Linear"

    @property
    def height(self) -> float:
        return 20.0 * len(self.bars) + 34

    @property
    def words(self) -> str:
        return f"{', '.join(name for name, _ in self.bars)}. {self.note}"

    def paint(self, sketch: Sketch) -> None:
        room = min(180.0, max(sketch.width_of(name, 11) for name, _ in self.bars) + 14)
        for number, (name, value) in enumerate(self.bars):
            top = 6 + 20.0 * number
            sketch.text(QRectF(4, top, room - 8, 18), name, "text", 11, LEFT)
            long = max(1.5, value * (WIDTH - room - 40))
            bad = number in self.bad
            sketch.cell(QRectF(room, top + 2, long, 14), "error" if bad else self.token, hatched=bad, faint=not bad)
            if bad:
                sketch.mark(QPointF(room + long + 12, top + 9), False)
        sketch.text(QRectF(4, self.height - 24, WIDTH - 8, 18), self.note, "muted", 11.5)


# -- usual courses -------------------------------------------------------------------------------------------------


def falling(to: float = 0.1, quick: float = 5.0, start: float = 0.9) -> Callable[[float], float]:
    """A loss that falls and settles."""
    return lambda x: to + (start - to) * math.exp(-quick * x)


def flat(level: float, ripple: float = 0.01) -> Callable[[float], float]:
    return lambda x: level + ripple * math.sin(47 * x)


def rising(start: float = 0.3, quick: float = 2.5) -> Callable[[float], float]:
    return lambda x: start * math.exp(quick * x)


def swinging(to: float = 0.45, size: float = 0.25) -> Callable[[float], float]:
    return lambda x: to + size * math.sin(34 * x) * (0.6 + 0.4 * math.sin(9 * x))


def turning(turn: float = 0.35, to: float = 0.35) -> Callable[[float], float]:
    """A loss that falls, then rises."""
    return lambda x: to + 1.2 * (x - turn) ** 2 + 0.45 * math.exp(-9 * x)
