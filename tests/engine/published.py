"""Small files in the true formats of MNIST and CIFAR, with what they hold."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.data.dataset import Dataset, File
from engine.data.datasets import get

Contents = dict[str, bytes]


def idx(values: np.ndarray) -> bytes:
    """An idx file of unsigned bytes."""
    return struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape) + values.astype(np.uint8).tobytes()


def mnist(train: int = 40, test: int = 20) -> tuple[Contents, dict[str, np.ndarray]]:
    """The four files, unpacked, and the samples in them."""
    source = np.random.RandomState(0)
    images = source.randint(0, 256, (train + test, 28, 28)).astype(np.uint8)
    labels = np.arange(train + test) % 10
    files = {
        "train-images-idx3-ubyte": idx(images[:train]),
        "train-labels-idx1-ubyte": idx(labels[:train]),
        "t10k-images-idx3-ubyte": idx(images[train:]),
        "t10k-labels-idx1-ubyte": idx(labels[train:]),
    }
    return files, {"image": images[:, None], "label": labels}


def packed(files: Contents) -> Contents:
    """The same files by gzip."""
    return {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in files.items()}


def cifar(name: str, train: int = 40, test: int = 20) -> tuple[Contents, dict[str, np.ndarray]]:
    """The files of records, and the samples in them."""
    dataset = get(name)
    source = np.random.RandomState(1)
    images = source.randint(0, 256, (train + test, 3, 32, 32)).astype(np.uint8)
    labels = {key: np.arange(train + test) % (dataset.fields[key].classes or 1) for key in dataset.options["labels"]}
    columns = [labels[key].astype(np.uint8)[:, None] for key in dataset.options["labels"]]
    records = np.concatenate([*columns, images.reshape(len(images), -1)], axis=1)
    names = dataset.options["train"]
    pieces = np.array_split(records[:train], len(names))
    files = {name: piece.tobytes() for name, piece in zip(names, pieces, strict=True)}
    return files | {dataset.options["test"]: records[train:].tobytes()}, {"image": images, **labels}


def archive(name: str, files: Contents) -> bytes:
    """The files as the published ``.tar.gz`` has them, with a text beside them."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        for file, data in {"batches.meta.txt": b"airplane\n", **files}.items():
            info = tarfile.TarInfo(f"{get(name).options['inside']}/{file}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return gzip.compress(content.getvalue(), mtime=0)


def write(folder: Path, files: Contents) -> Path:
    """Write files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def served(name: str, files: Contents, *mirrors: str) -> Dataset:
    """The data set as if these were the files its makers publish, at these mirrors."""
    made = tuple(
        File(key, len(data), hashlib.md5(data, usedforsecurity=False).hexdigest(), mirrors)
        for key, data in files.items()
    )
    return replace(get(name), files=made)
