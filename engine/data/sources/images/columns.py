"""Images and masks as columns: files that are decoded when a batch asks for them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.data.dataset import DataError, SampleError
from engine.data.sources.images.decoding import LARGEST, Fit, decoder, opened, read, scaled

if TYPE_CHECKING:
    import numpy as np

    from engine.data.dataset import Array, Column


@dataclass(frozen=True, slots=True)
class FileColumn(ABC):
    """Samples that are decoded from files: a row for each of ``names``, the name of its file below ``folder``.

    For ``marks`` see `engine.data.cache.column.Decoded`; images of more than ``largest`` pixels are not unpacked.
    """

    folder: Path
    names: Array
    marks: Array
    size: tuple[int, int]
    fit: Fit
    largest: int

    @property
    def place(self) -> Path:
        return self.folder

    @property
    @abstractmethod
    def recipe(self) -> str:
        """What decides, beside its file, how a sample is decoded."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype[Any]:
        import numpy as np

        return np.dtype(np.uint8)

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, indices: Array | slice) -> Array:
        """The samples. Raises DataError with the file that cannot be read."""
        import numpy as np

        chosen = self.names[indices]
        result = np.zeros((len(chosen), *self.shape[1:]), self.dtype)
        for values, name in zip(result, chosen, strict=True):
            self._read(name, values)
        return result

    @abstractmethod
    def _read(self, name: Any, values: Array) -> None:
        """Fill the ``values`` of one sample, zeros so far. Raises DataError."""


@dataclass(frozen=True, slots=True)
class ImageColumn(FileColumn):
    """(samples, 1 or 3, height, width), uint8."""

    grey: bool

    @property
    def recipe(self) -> str:
        return f"image {self.size} {self.fit} {'grey' if self.grey else 'colour'} {decoder()}"

    @property
    def shape(self) -> tuple[int, ...]:
        return len(self.names), 1 if self.grey else 3, *self.size

    def _read(self, name: str, values: Array) -> None:
        values[:] = read(self.folder / name, self.size, self.fit, grey=self.grey, largest=self.largest)


@dataclass(frozen=True, slots=True)
class Forgiving:
    """A column of images of which some cannot be read: those are black, and ``unread`` has why, by position."""

    column: Column
    unread: dict[int, DataError]

    @property
    def shape(self) -> tuple[int, ...]:
        return self.column.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.column.dtype

    def __len__(self) -> int:
        return len(self.column)

    def __getitem__(self, indices: Array | slice) -> Array:
        """The images."""
        import numpy as np

        chosen = np.arange(len(self))[indices]
        result = np.zeros((len(chosen), *self.shape[1:]), np.uint8)
        for row, index in enumerate(chosen.tolist()):
            try:
                result[row] = self.column[index : index + 1][0]
            except SampleError as error:
                self.unread[index] = error
        return result


@dataclass(frozen=True, slots=True)
class MaskColumn(FileColumn):
    """(samples, height, width), int64: the class of each pixel, by the value it has in the file."""

    values: tuple[int, ...]

    @property
    def recipe(self) -> str:
        return f"mask {self.size} {self.fit} {self.values} {decoder()}"

    @property
    def shape(self) -> tuple[int, ...]:
        return len(self.names), *self.size

    @property
    def dtype(self) -> np.dtype[Any]:
        import numpy as np

        return np.dtype(np.int64)

    def _read(self, name: str, values: Array) -> None:
        """Raises DataError also for a value that is not a class."""
        import numpy as np

        table = np.full(256, -1, np.int64)
        table[list(self.values)] = np.arange(len(self.values))
        values[:] = table[mask(self.folder / name, self.size, self.fit, self.values[0], self.largest)]
        if (values < 0).any():
            raise SampleError(
                self.folder / name,
                f"has a pixel whose value is none of the classes' ({_said(self.values)}).",
                "damaged-file",
            )


def mask(path: Path, size: tuple[int, int] | None, fit: Fit, fill: int, largest: int = LARGEST) -> Array:
    """The values of a mask's pixels, (height, width) in uint8: of a palette its indices. Raises DataError."""
    import numpy as np
    from PIL import Image

    with opened(path, largest=largest) as image:
        flat = image if image.mode in ("L", "P", "1") else image.convert("L")
        if flat.mode == "1":
            flat = flat.convert("L")
        made = flat if size is None else scaled(flat, size, fit, Image.Resampling.NEAREST, fill)
        return np.asarray(made)


def _said(values: tuple[int, ...]) -> str:
    return ", ".join(map(str, values[:12])) + (", …" if len(values) > 12 else "")
