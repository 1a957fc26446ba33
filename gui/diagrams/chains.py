"""Diagrams of layers in a row: how it is, and how it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt

from gui.diagrams.sketch import WIDTH, Sketch

ARROW: Final = "→"
"""Between the layers of a chain."""
ROW: Final = 62.0
BOX: Final = 26.0
LEFT: Final = 26.0
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Chain:
    """Layers from left to right. ``!`` before a name marks the guilty one, ``+`` one that was added; what is in
    parentheses is a shape, and stands on the wire."""

    steps: tuple[str, ...]
    good: bool = False
    note: str = ""


def chain(layers: str, note: str = "", *, good: bool = False) -> Chain:
    """``"image (1, 28, 28) → !Linear → (…)"`` as a chain."""
    return Chain(tuple(part.strip() for part in layers.split(ARROW)), good, note)


@dataclass(frozen=True, slots=True)
class Chains:
    """Chains below each other, each with ✓ or ✕ before it and a line of words below."""

    rows: tuple[Chain, ...]

    @property
    def height(self) -> float:
        return ROW * len(self.rows) + 4

    @property
    def words(self) -> str:
        said = (
            f"{'Right' if row.good else 'Wrong'}: {', then '.join(step.lstrip('!+') for step in row.steps)}"
            + (f" ({row.note})" if row.note else "")
            for row in self.rows
        )
        return ". ".join(said) + "."

    def paint(self, sketch: Sketch) -> None:
        for number, row in enumerate(self.rows):
            top = ROW * number + 6
            sketch.mark(QPointF(11, top + BOX / 2), row.good)
            self._row(sketch, row, top)
            if row.note:
                area = QRectF(LEFT, top + BOX + 3, WIDTH - LEFT, 18)
                sketch.text(area, row.note, "ok" if row.good else "error", 11, _LEFT)

    def _row(self, sketch: Sketch, row: Chain, top: float) -> None:
        wide = [_wanted(sketch, step) for step in row.steps]
        gap, room = 16.0, WIDTH - LEFT - 4
        scale = min(1.0, (room - gap * (len(wide) - 1)) / sum(wide))
        left, middle = LEFT, top + BOX / 2
        for number, (step, width) in enumerate(zip(row.steps, wide, strict=True)):
            area = QRectF(left, top, width * scale, BOX)
            if step.startswith("("):
                sketch.text(area, step, "muted", 10.5, mono=True)
            else:
                token = "error" if step[0] == "!" else "ok" if step[0] == "+" else "node_border"
                sketch.box(area, token, fill="node", width=2.0 if step[0] in "!+" else 1.2)
                sketch.text(area.adjusted(4, 0, -4, 0), step.lstrip("!+"), "text", 11, bold=step[0] in "!+")
            left = area.right() + gap
            if number + 1 < len(wide):
                sketch.arrow(QPointF(area.right() + 2, middle), QPointF(left - 2, middle))


def _wanted(sketch: Sketch, step: str) -> float:
    if step.startswith("("):
        return sketch.width_of(step, 10.5, mono=True) + 2
    return sketch.width_of(step.lstrip("!+"), 11, bold=True) + 18


def contrast(wrong: str, right: str, why: str = "", better: str = "") -> Chains:
    """How it is, and how it should be."""
    return Chains((chain(wrong, why), chain(right, better, good=True)))


def only(wrong: str, why: str) -> Chains:
    """What is wrong, where there is no one way to put it right."""
    return Chains((chain(wrong, why),))
