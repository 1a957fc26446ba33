"""Diagrams of tensors: their axes, two that are joined, channels that are shared out, tables of cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest

from PySide6.QtCore import QPointF, QRectF, Qt

from gui.diagrams.sketch import WIDTH, Sketch

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes of a tensor by number, from 0 and from the end; those in ``bad`` are marked.

    ``names`` says what they mean; an axis that is not there can be marked as well.
    """

    shape: tuple[str, ...]
    names: tuple[str, ...] = ()
    bad: tuple[int, ...] = ()
    note: str = ""
    height = 128.0

    @property
    def words(self) -> str:
        return f"A tensor ({', '.join(self.shape)}) with the axes 0 to {len(self.shape) - 1}. {self.note}"

    def paint(self, sketch: Sketch) -> None:
        count = max(len(self.shape), 1 + max(self.bad, default=0))
        wide = min(92.0, (WIDTH - 20) / max(count, 1))
        left = (WIDTH - wide * count) / 2
        for axis in range(count):
            there, bad = axis < len(self.shape), axis in self.bad
            area = QRectF(left + axis * wide, 34, wide - 6, 34)
            sketch.box(area, "error" if bad else "node_border", fill="node" if there else "", dashed=not there)
            text = self.shape[axis] if there else "?"
            sketch.text(area.adjusted(3, 0, -3, 0), text, "text" if there else "error", 13, bold=True, mono=True)
            if axis < len(self.names):
                sketch.text(QRectF(area.left() - 3, 14, wide, 16), self.names[axis], "muted", 10.5)
            number = f"{axis} or −{len(self.shape) - axis}" if there else f"{axis}"
            sketch.text(QRectF(area.left() - 3, 70, wide, 16), number, "error" if bad else "muted", 10.5, mono=True)
            if bad:
                sketch.mark(QPointF(area.right() - 4, area.top()), False)
        sketch.text(QRectF(4, 98, WIDTH - 8, 20), self.note, "muted", 11.5)


@dataclass(frozen=True, slots=True)
class Join:
    """Two shapes that are added or concatenated, axis by axis."""

    one: tuple[str, ...]
    other: tuple[str, ...]
    sign: str = "+"
    free: int = -1
    """The axis along which they may differ."""
    note: str = ""
    height = 150.0

    def differing(self) -> list[int]:
        pairs = enumerate(zip_longest(self.one, self.other))
        return [
            axis for axis, (a, b) in pairs if a != b and axis != self.free and not (self.free < 0 and "1" in (a, b))
        ]

    @property
    def words(self) -> str:
        return f"({', '.join(self.one)}) {self.sign} ({', '.join(self.other)}). {self.note}"

    def paint(self, sketch: Sketch) -> None:
        differing = self.differing()
        count = max(len(self.one), len(self.other))
        wide = min(84.0, (WIDTH - 70) / max(count, 1))
        left = (WIDTH - wide * count) / 2 + 10
        for row, shape in enumerate((self.one, self.other)):
            top = 10.0 + 62 * row
            if row:
                sketch.text(QRectF(left - 34, top, 26, 32), self.sign, "text", 18, bold=True)
            for axis in range(count):
                there = axis < len(shape)
                area = QRectF(left + axis * wide, top, wide - 6, 32)
                bad = axis in differing
                sketch.box(area, "error" if bad else "node_border", fill="node" if there else "", dashed=not there)
                sketch.text(area.adjusted(3, 0, -3, 0), shape[axis] if there else "–", "text", 13, bold=bad, mono=True)
        for axis in range(count):
            area = QRectF(left + axis * wide, 44, wide - 6, 26)
            free = axis == self.free
            sign, token = ("any", "muted") if free else ("≠", "error") if axis in differing else ("=", "ok")
            sketch.text(area, sign, token, 15, bold=True)
        sketch.text(QRectF(4, 118, WIDTH - 8, 20), self.note, "error" if differing else "muted", 11.5)


@dataclass(frozen=True, slots=True)
class Sharing:
    """``count`` channels shared out among ``groups``; what is left over is marked."""

    count: int
    groups: int
    what: str = "channels"
    note: str = ""
    height = 104.0

    @property
    def words(self) -> str:
        return f"{self.count} {self.what} among {self.groups}: {self.count % self.groups} are left over. {self.note}"

    def paint(self, sketch: Sketch) -> None:
        each, over = divmod(self.count, self.groups)
        drawn = min(self.count, 40)
        wide = min(24.0, (WIDTH - 24) / max(drawn + self.groups, 1))
        x = 12.0
        for number in range(drawn):
            rest = number >= each * self.groups
            if number and (number % max(each, 1) == 0 or not each) and not (rest and number > each * self.groups):
                x += wide * 0.7
            token = "error" if rest else f"run.{number // max(each, 1) % 8 + 1}"
            area = QRectF(x, 14, wide, 26).adjusted(1, 1, -1, -1)
            sketch.cell(area, token, hatched=rest)
            x += wide
        said = f"{self.count} = {self.groups} · {each}" + (f" + {over}" if over else "")
        sketch.text(QRectF(4, 48, WIDTH - 8, 20), said, "error" if over else "ok", 13, bold=True, mono=True)
        sketch.text(QRectF(4, 74, WIDTH - 8, 20), self.note, "muted", 11.5)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows and columns of cells: masks, batches, orders. ``cell`` gives (token, text) of each."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cell: Callable[[int, int], tuple[str, str]]
    note: str = ""

    @property
    def height(self) -> float:
        return 30 + 20.0 * len(self.rows) + 28

    @property
    def words(self) -> str:
        return self.note

    def paint(self, sketch: Sketch) -> None:
        room = max((sketch.width_of(row, 10.5) for row in self.rows), default=0.0) + 12
        wide = min(56.0, (WIDTH - room - 20) / max(len(self.columns), 1))
        left = (WIDTH - room - wide * len(self.columns)) / 2 + room
        for column, name in enumerate(self.columns):
            sketch.text(QRectF(left + column * wide, 6, wide, 18), name, "muted", 10.5)
        for row, name in enumerate(self.rows):
            top = 26 + 20.0 * row
            sketch.text(QRectF(left - room, top, room - 8, 20), name, "muted", 10.5,
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)  # fmt: skip
            for column in range(len(self.columns)):
                token, text = self.cell(row, column)
                area = QRectF(left + column * wide, top, wide, 20).adjusted(1, 1, -1, -1)
                sketch.cell(area, token or "canvas", faint=bool(token), hatched=token == "error")
                sketch.text(area, text, "text", 10.5, mono=True)
        sketch.text(QRectF(4, self.height - 24, WIDTH - 8, 18), self.note, "muted", 11.5)
