"""Curves as SVG that stands by itself: light colours as attributes, those of the reader's theme by classes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.report.html import text
from engine.report.style import COLORS

WIDE, HIGH = 460.0, 260.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 28.0, 52.0, 34.0
"""The margins: on the right there is room for half of the longest number below the axis."""
MOST_POINTS: Final = 600
"""Points of a curve that are drawn: of more the lowest and the highest of each stretch."""
DASHES: Final = ("none", "6 3", "2 3", "8 3 2 3")
"""Colour is never alone: each curve has its own dashes, too."""
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """A curve: what it is called, and its points; those that are not finite are left out.

    ``color`` is an index among `COLORS` (None: that of its position); one without a name is not in the legend.
    """

    name: str
    xs: Values
    ys: Values
    color: int | None = None


def chart(title: str, lines: Sequence[Line], x_title: str = "step") -> str:
    """Lines over common axes, as an ``<svg>``; empty where no point is finite."""
    drawn = [found for line in lines if len((found := _finite(line)).xs)]
    if not drawn:
        return ""
    low_x, high_x = _span([line.xs for line in drawn], 0.0)
    low_y, high_y = _span([line.ys for line in drawn], 0.05)

    def x(value: float) -> float:
        return LEFT + (value - low_x) / (high_x - low_x) * (WIDE - LEFT - RIGHT)

    def y(value: float) -> float:
        return HIGH - BOTTOM - (value - low_y) / (high_y - low_y) * (HIGH - TOP - BOTTOM)

    parts = [_text(8, 16, title, "t")]
    for value in ticks(low_y, high_y):
        parts.append(f'<path class="g" stroke="#cdd2da" d="M{LEFT} {y(value):.1f}H{WIDE - RIGHT}"/>')
        parts.append(_text(LEFT - 6, y(value) + 4, f"{value:,.6g}", "m", anchor="end"))
    for value in ticks(low_x, high_x):
        parts.append(_text(x(value), HIGH - BOTTOM + 16, f"{value:,.6g}", "m", anchor="middle"))
    parts.append(_text((LEFT + WIDE - RIGHT) / 2, HIGH - 4, x_title, "m", anchor="middle"))
    at = LEFT
    for index, line in enumerate(drawn):
        kept = thinned(line)
        points = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in zip(kept.xs, kept.ys, strict=True))
        color = (index if line.color is None else line.color) % len(COLORS)
        dashes = DASHES[color % len(DASHES)]
        pen = f'class="c{color}" stroke="{COLORS[color]}" stroke-dasharray="{dashes}" stroke-width="1.8" fill="none"'
        parts.append(f'<polyline {pen} points="{points}"/>')
        if len(kept.xs) == 1:
            dot = f'<circle class="f{color}" fill="{COLORS[color]}" r="3" '
            parts.append(f'{dot}cx="{x(kept.xs[0]):.1f}" cy="{y(kept.ys[0]):.1f}"/>')
        if line.name:
            parts.append(f'<path {pen} d="M{at:.0f} 33h20"/>')
            parts.append(_text(at + 25, 37, line.name, "m"))
            at += 40 + 6.5 * len(line.name)
    name = f"{title}: " + "; ".join(f"{line.name or 'it'} ends at {line.ys[-1]:.4g}" for line in drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE:.0f} {HIGH:.0f}" role="img" '
        f'aria-label="{text(name)}"><title>{text(name)}</title>{"".join(parts)}</svg>'
    )


def thinned(line: Line) -> Line:
    """A curve of at most `MOST_POINTS` points with the same envelope."""
    count = len(line.xs)
    if count <= MOST_POINTS:
        return line
    edges = np.linspace(0, count, MOST_POINTS // 2 + 1).astype(int)
    chosen = set[int]()
    for start, end in pairwise(edges):
        piece = line.ys[start:end]
        chosen |= {int(start + piece.argmin()), int(start + piece.argmax())}
    rows = sorted(chosen)
    return Line(line.name, line.xs[rows], line.ys[rows], line.color)


def ticks(low: float, high: float, count: int = 7) -> list[float]:
    """Round values between two, at most about ``count`` of them (Heckbert, Graphics Gems, 1990: nice numbers)."""
    rough = (high - low) / max(count, 1)
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * times for times in (1, 2, 5, 10) if size * times >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]


def _finite(line: Line) -> Line:
    known = np.isfinite(line.ys) & np.isfinite(line.xs)
    return Line(line.name, line.xs[known], line.ys[known], line.color)


def _span(columns: Sequence[Values], room: float) -> tuple[float, float]:
    low, high = min(float(c.min()) for c in columns), max(float(c.max()) for c in columns)
    extent = (high - low) or abs(high) or 1.0
    if high == low:
        return low - extent / 2, high + extent / 2
    return low - room * extent, high + room * extent


def _text(x: float, y: float, words: str, kind: str, anchor: str = "start") -> str:
    return (
        f'<text class="{kind}" fill="#1c2330" font-size="{13 if kind == "t" else 11}" text-anchor="{anchor}" '
        f'x="{x:.1f}" y="{y:.1f}">{text(words)}</text>'
    )
