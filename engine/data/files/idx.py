"""The format of MNIST: idx files, packed by gzip or not.

Two zero bytes, 8 for unsigned bytes, the number of axes, the size of each axis as a big-endian 32-bit number, then the
values. LeCun, The MNIST Database, http://yann.lecun.com/exdb/mnist/.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.dataset import DataError, Dataset, Samples
from engine.data.files.reading import exactly, missing, opened
from engine.files import is_file

if TYPE_CHECKING:
    from engine.data.dataset import Array

UNSIGNED = 8
MOST = 200_000
"""Samples a file may hold."""


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """Pictures (uint8) and labels of a folder, the test files last. Raises DataError for anything that is not right."""
    import numpy as np

    assert folder is not None
    names = [file.name for file in dataset.files]
    pictures, labels = [], []
    for images, answers in (names[:2], names[2:]):
        pictures.append(_pictures(dataset, _found(dataset, folder, images)))
        labels.append(_labels(dataset, _found(dataset, folder, answers), len(pictures[-1])))
    return Samples({"image": np.concatenate(pictures), "label": np.concatenate(labels)}, test=len(labels[-1]))


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


def _pictures(dataset: Dataset, path: Path) -> Array:
    """(samples, 1, height, width)"""
    shape = dataset.fields["image"].shape
    values = read(path, shape[1:])
    return values.reshape(-1, *shape)


def _labels(dataset: Dataset, path: Path, count: int) -> Array:
    import numpy as np

    values, classes = read(path, ()), dataset.fields["label"].classes or 0
    if len(values) != count:
        raise DataError(f"{path} holds {len(values):,} labels, but there are {count:,} pictures beside it.")
    if values.max() >= classes:
        raise DataError(f"{path} holds the label {values.max()}, but there are the classes 0 to {classes - 1} only.")
    return values.astype(np.int64)


def read(path: Path, shape: tuple[int, ...]) -> Array:
    """The values (samples, \\*shape) of an idx file of unsigned bytes with samples of this shape. Raises DataError."""
    import numpy as np

    with opened(path) as file:
        zero, kind, rank = struct.unpack(">HBB", exactly(file, 4, str(path)))
        if zero or kind != UNSIGNED or rank != len(shape) + 1:
            raise DataError(
                f"{path} is no idx file of {len(shape) + 1} axes of bytes: it begins with "
                f"{zero:04x}{kind:02x}{rank:02x} and not with 000008{len(shape) + 1:02x}."
            )
        count, *sizes = struct.unpack(f">{rank}I", exactly(file, 4 * rank, str(path)))
        if tuple(sizes) != shape:
            raise DataError(f"{path} holds samples of {_times(sizes)} values, and {_times(shape)} are expected.")
        if not 0 < count <= MOST:
            raise DataError(f"{path} says that it holds {count:,} samples, and 1 to {MOST:,} are allowed.")
        size = int(np.prod(shape, dtype=np.int64)) * count
        values = np.frombuffer(exactly(file, size, str(path)), np.uint8)
        if file.read(1):
            raise DataError(f"{path} is longer than the {count:,} samples that it says it holds.")
    return values.reshape(count, *shape)


def _times(sizes: tuple[int, ...] | list[int]) -> str:
    return " × ".join(map(str, sizes)) or "single"
