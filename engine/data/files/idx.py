"""The format of MNIST: idx files, packed by gzip or not.

Two zero bytes, 8 for unsigned bytes, the number of axes, the size of each axis as a big-endian 32-bit number, then the
values. LeCun, The MNIST Database, http://yann.lecun.com/exdb/mnist/.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO, TYPE_CHECKING

from engine.data.dataset import DataError, Dataset, Samples
from engine.data.files.reading import exactly, fill, missing, opened
from engine.files import is_file

if TYPE_CHECKING:
    from engine.data.dataset import Array

UNSIGNED = 8
MOST = 200_000
"""Samples a file may hold."""


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """Images (uint8) and labels of a folder, the test files last. Raises DataError for anything that is not right."""
    import numpy as np

    assert folder is not None
    paths = [_found(dataset, folder, file.name) for file in dataset.files]
    shape = dataset.fields["image"].shape
    counts = [count(path, shape[1:]) for path in paths[::2]]
    images = np.empty((sum(counts), *shape), np.uint8)
    labels, start = [], 0
    for path, answers, size in zip(paths[::2], paths[1::2], counts, strict=True):
        read(path, images[start : start + size, 0])
        labels.append(_labels(dataset, answers, size))
        start += size
    return Samples({"image": images, "label": np.concatenate(labels)}, test=counts[-1])


def sought(dataset: Dataset) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The files a folder has to hold, each with the names it may have: see `engine.data.searching`."""
    return (tuple(_names(file.name) for file in dataset.files),)


def _names(name: str) -> tuple[str, ...]:
    """A file as published, or unpacked: ``.gz`` taken off, or ``-idx3`` written ``.idx3``."""
    bare = name.removesuffix(".gz")
    return name, bare, bare.replace("-idx", ".idx")


def _found(dataset: Dataset, folder: Path, name: str) -> Path:
    for candidate in _names(name):
        if is_file(folder / candidate):
            return folder / candidate
    raise missing(dataset, folder, name)


def _labels(dataset: Dataset, path: Path, images: int) -> Array:
    import numpy as np

    values, classes = np.empty(count(path, ()), np.uint8), dataset.fields["label"].classes or 0
    if len(values) != images:
        raise DataError(f"{path} holds {len(values):,} labels, but there are {images:,} images beside it.")
    read(path, values)
    if values.max() >= classes:
        raise DataError(f"{path} holds the label {values.max()}, but there are the classes 0 to {classes - 1} only.")
    return values.astype(np.int64)


def count(path: Path, shape: tuple[int, ...]) -> int:
    """How many samples of this shape an idx file of unsigned bytes says that it holds. Raises DataError."""
    with opened(path) as file:
        return _count(file, path, shape)


def read(path: Path, into: Array) -> None:
    """Read all values of an idx file into an array (samples, \\*shape) of uint8, contiguous. Raises DataError."""
    with opened(path) as file:
        if _count(file, path, into.shape[1:]) != len(into):
            raise DataError(f"{path} was changed while it was read. Try again.")
        fill(file, into.reshape(-1).data, str(path))
        if file.read(1):
            raise DataError(f"{path} is longer than the {len(into):,} samples that it says it holds.")


def _count(file: IO[bytes], path: Path, shape: tuple[int, ...]) -> int:
    """The number of samples in the header, which is read."""
    zero, kind, rank = struct.unpack(">HBB", exactly(file, 4, str(path)))
    if zero or kind != UNSIGNED or rank != len(shape) + 1:
        raise DataError(
            f"{path} is not an idx file of {len(shape) + 1} axes of bytes: it begins with "
            f"{zero:04x}{kind:02x}{rank:02x} and not with 000008{len(shape) + 1:02x}."
        )
    found, *sizes = struct.unpack(f">{rank}I", exactly(file, 4 * rank, str(path)))
    if tuple(sizes) != shape:
        raise DataError(f"{path} holds samples of {_times(sizes)} values, and {_times(shape)} are expected.")
    if not 0 < found <= MOST:
        raise DataError(f"{path} says that it holds {found:,} samples, and 1 to {MOST:,} are allowed.")
    return int(found)


def _times(sizes: tuple[int, ...] | list[int]) -> str:
    return " × ".join(map(str, sizes)) or "single"
