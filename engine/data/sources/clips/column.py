"""Clips as a column: frames that are decoded when a batch asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.data.sources.images.decoding import Fit, decoder, read

if TYPE_CHECKING:
    import numpy as np

    from engine.data.dataset import Array


@dataclass(frozen=True, slots=True)
class ClipColumn:
    """(samples, length, 1 or 3, height, width), uint8: the frames of each clip, blank ones where it has no more.

    ``frames`` has the names of each clip's frames, a tuple each; for ``marks`` see `engine.data.cache.column.Decoded`.
    """

    folder: Path
    frames: Array
    length: int
    size: tuple[int, int]
    fit: Fit
    grey: bool
    marks: Array
    largest: int

    @property
    def place(self) -> Path:
        return self.folder

    @property
    def recipe(self) -> str:
        """What decides, beside the files, how a clip is decoded."""
        return f"clip {self.length} {self.size} {self.fit} {'grey' if self.grey else 'colour'} {decoder()}"

    @property
    def shape(self) -> tuple[int, ...]:
        return len(self.frames), self.length, 1 if self.grey else 3, *self.size

    @property
    def dtype(self) -> np.dtype[Any]:
        import numpy as np

        return np.dtype(np.uint8)

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, indices: Array | slice) -> Array:
        """The clips. Raises DataError with the frame that cannot be read."""
        import numpy as np

        chosen = self.frames[indices]
        result = np.zeros((len(chosen), *self.shape[1:]), np.uint8)
        for row, names in enumerate(chosen):
            known = dict[str, int]()  # frames taken twice are decoded once
            for step, name in enumerate(names):
                if name in known:
                    result[row, step] = result[row, known[name]]
                    continue
                known[name] = step
                path = self.folder / name
                result[row, step] = read(path, self.size, self.fit, grey=self.grey, largest=self.largest)
        return result


def of_tuples(rows: Sequence[tuple[str, ...]]) -> Array:
    """Tuples as an array of objects with one axis, however long they are."""
    import numpy as np

    found = np.empty(len(rows), object)
    for index, row in enumerate(rows):
        found[index] = row
    return found
