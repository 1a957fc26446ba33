"""The binary version of CIFAR-10 and CIFAR-100, unpacked or straight out of the published ``.tar.gz``.

Records of the labels, a byte each, then 3,072 bytes: 1,024 of red, of green, of blue, row by row.
Krizhevsky, The CIFAR-10 dataset, https://www.cs.toronto.edu/~kriz/cifar.html. The other version is made of pickles,
which could run anything: it is not read.
"""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.dataset import DataError, Dataset, Samples
from engine.data.files.reading import bounded, missing, sentences
from engine.files import is_file, open_to_read, read_bytes

if TYPE_CHECKING:
    from engine.data.dataset import Array

PIXELS = 3 * 32 * 32
LARGEST = 400 << 20
"""Bytes that are read at most of a file, or of what an archive unpacks to; those published have 184 MB."""


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """Images (uint8) and labels of a folder, the test file last. Raises DataError for anything that is not right."""
    import numpy as np

    assert folder is not None
    names = (*dataset.options["train"], dataset.options["test"])
    contents, where = _contents(dataset, folder, names)
    records = [_records(dataset, contents.pop(name), f"{name} in {where}") for name in names]
    labels: tuple[str, ...] = dataset.options["labels"]
    arrays = {}
    for name, field in dataset.fields.items():
        if name in labels:
            arrays[name] = np.concatenate([part[:, labels.index(name)] for part in records]).astype(np.int64)
            if arrays[name].max() >= (field.classes or 0):
                raise DataError(
                    f"{where} holds the {name} {arrays[name].max()}, but there are the classes 0 to "
                    f"{(field.classes or 0) - 1} only."
                )
        else:
            arrays[name] = np.concatenate([part[:, len(labels) :] for part in records]).reshape(-1, *field.shape)
    return Samples(arrays, test=len(records[-1]))


def sought(dataset: Dataset) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The files a folder has to hold, or one below it, or the archive: see `engine.data.searching`."""
    names, inside = (*dataset.options["train"], dataset.options["test"]), dataset.options["inside"]
    unpacked = (tuple((f"{below}{name}",) for name in names) for below in ("", f"{inside}/"))
    return (((dataset.files[0].name,),), *unpacked)


def _contents(dataset: Dataset, folder: Path, names: tuple[str, ...]) -> tuple[dict[str, bytes], Path]:
    """The bytes of the files with these names, and where they were: in the folder, one below it, or in the archive."""
    for root in (folder, folder / dataset.options["inside"]):
        if all(is_file(root / name) for name in names):
            return {name: _whole(root / name) for name in names}, root
    archive = folder / dataset.files[0].name
    if not is_file(archive):
        raise missing(dataset, folder, dataset.files[0].name)
    with sentences(archive):
        found = dict(_members(archive, frozenset(names)))
    lacking = [name for name in names if name not in found]
    if lacking:
        raise DataError(f"{archive} holds no {lacking[0]}: it is not the binary version of {dataset.title}.")
    return found, archive


def _whole(path: Path) -> bytes:
    with sentences(path):
        content = read_bytes(path, LARGEST + 1)
    if len(content) > LARGEST:
        raise DataError(f"{path} has more than {LARGEST:,} bytes: it is not what is published.")
    return content


def _members(archive: Path, names: frozenset[str]) -> Mapping[str, bytes]:
    """The wanted files of an archive, whatever folder they are in; nothing is unpacked to disk."""
    found: dict[str, bytes] = {}
    with (
        open_to_read(archive) as stored,
        gzip.open(stored, "rb") as packed,
        tarfile.open(fileobj=bounded(packed, LARGEST), mode="r|") as tar,
    ):
        for member in tar:
            name = member.name.rpartition("/")[2]
            if name in names and name not in found and member.isreg():
                file = tar.extractfile(member)
                content = file.read(member.size) if file is not None else b""
                if len(content) < member.size:
                    raise EOFError
                found[name] = content
                if len(found) == len(names):
                    break
    return found


def _records(dataset: Dataset, content: bytes, where: str) -> Array:
    """(samples, labels and pixels) in uint8. Raises DataError where the file does not end after a record."""
    import numpy as np

    size = len(dataset.options["labels"]) + PIXELS
    if not content or len(content) % size:
        raise DataError(
            f"{where} has {len(content):,} bytes, which is not a multiple of records of {size:,} bytes: "
            "it is cut off, or another format. Download it again."
        )
    return np.frombuffer(content, np.uint8).reshape(-1, size)
