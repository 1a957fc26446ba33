"""Clips as a column: frames that are decoded when a batch asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.data.sources.images.columns import ImageColumn
from engine.data.sources.images.decoding import decoder

if TYPE_CHECKING:
    from engine.data.dataset import Array


@dataclass(frozen=True, slots=True)
class ClipColumn(ImageColumn):
    """(samples, length, 1 or 3, height, width), uint8: the frames of each clip, blank ones where it has no more.

    ``names`` has those of the frames of each clip, a tuple each.
    """

    length: int

    @property
    def recipe(self) -> str:
        return f"clip {self.length} {self.size} {self.fit} {'grey' if self.grey else 'colour'} {decoder()}"

    @property
    def shape(self) -> tuple[int, ...]:
        return len(self.names), self.length, 1 if self.grey else 3, *self.size

    def _read(self, names: Sequence[str], values: Array) -> None:
        known = dict[str, int]()  # frames taken twice are decoded once
        for step, name in enumerate(names):
            if name in known:
                values[step] = values[known[name]]
            else:
                known[name] = step
                ImageColumn._read(self, name, values[step])


def of_tuples(rows: Sequence[tuple[str, ...]]) -> Array:
    """Tuples as an array of objects with one axis, however long they are."""
    import numpy as np

    found = np.empty(len(rows), object)
    for index, row in enumerate(rows):
        found[index] = row
    return found
