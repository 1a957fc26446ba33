"""The arrays of a file by name: mapped from the disk where the format allows that, and never unpickled."""

from __future__ import annotations

import json
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.data.dataset import DataError
from engine.files import open_to_read

if TYPE_CHECKING:
    import numpy as np

    from engine.data.dataset import Array

SUFFIXES: Final = (".npy", ".npz", ".safetensors")
SINGLE: Final = "values"
"""What the array of a file with one is called."""
LARGEST_HEADER: Final = 100 * 2**20
LARGEST: Final = 8 * 2**30
"""Bytes that a packed file may unpack to."""
DAMAGE: Final = (
    *(ValueError, KeyError, IndexError, EOFError, TypeError, OverflowError, SyntaxError, RecursionError),
    *(NotImplementedError, tokenize.TokenError, zipfile.BadZipFile, zlib.error, struct.error),
)
"""What numpy, zipfile and json raise for bytes that are no such file (numpy parses a literal as its header)."""
TYPES: Final = {
    **{"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1"},
    **{"U8": "u1", "U16": "<u2", "U32": "<u4", "U64": "<u8", "BOOL": "?"},
}


def read(path: Path) -> dict[str, Array]:
    """Name → array, read-only. Raises DataError with the file, OSError where it cannot be opened."""
    import numpy as np

    try:
        with open_to_read(path) as file:
            suffix = path.suffix.lower()
            if suffix == ".npy":
                return {SINGLE: _npy(path, file, np)}
            if suffix == ".npz":
                return _npz(path, file, np)
            return _safetensors(path, file, np)
    except DataError:
        raise
    except DAMAGE as error:
        raise DataError(
            f"{path} is damaged, or holds something other than arrays of numbers.", setting="data.source"
        ) from error


def _npy(path: Path, file: Any, np: Any) -> Array:
    version = np.lib.format.read_magic(file)
    read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
    shape, fortran, dtype = read_header(file)
    _check(path, SINGLE, dtype)
    return _mapped(file, file.tell(), shape, dtype, "F" if fortran else "C", np)


def _npz(path: Path, file: Any, np: Any) -> dict[str, Array]:
    """The arrays of an archive, unpacked into memory."""
    with zipfile.ZipFile(file) as archive:
        if sum(info.file_size for info in archive.infolist()) > LARGEST:
            raise DataError(f"{path} unpacks to more than {LARGEST >> 30} GB: store it as .npy.", setting="data.source")
        names = archive.namelist()
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        found = {name.removesuffix(".npy"): stored[name.removesuffix(".npy")] for name in names}
    for name, array in found.items():
        _check(path, name, array.dtype)
        array.setflags(write=False)
    return found


def _safetensors(path: Path, file: Any, np: Any) -> dict[str, Array]:
    """By the format's own description: 8 bytes for the length of a JSON header, then the tensors.

    https://huggingface.co/docs/safetensors
    """
    (length,) = struct.unpack("<Q", file.read(8))
    if not 2 <= length <= LARGEST_HEADER:
        raise ValueError("no header")
    header = json.loads(file.read(length))
    found: dict[str, Array] = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] not in TYPES:
            raise DataError(
                f"{path} holds {name!r} as {str(entry['dtype'])[:20]}: store it as float32.", setting="data.source"
            )
        dtype, (start, end) = np.dtype(TYPES[entry["dtype"]]), entry["data_offsets"]
        shape = tuple(entry["shape"])
        if end - start != dtype.itemsize * int(np.prod(shape, dtype=np.int64)) or start < 0:
            raise ValueError("sizes do not agree")
        found[name] = _mapped(file, 8 + length + start, shape, dtype, "C", np)
    return found


def _mapped(file: Any, offset: int, shape: tuple[int, ...], dtype: np.dtype[Any], order: str, np: Any) -> Array:
    if not shape or 0 in shape:
        return np.zeros(shape, dtype)  # type: ignore[no-any-return]
    return np.memmap(file, dtype, "r", offset, shape, order)  # type: ignore[no-any-return]


def _check(path: Path, name: str, dtype: np.dtype[Any]) -> None:
    if dtype.kind not in "fiubU":
        raise DataError(
            f"{path} holds {name!r} as {dtype}, and only numbers and names are read: objects in it could run a "
            "stranger's code.",
            setting="data.source",
        )
