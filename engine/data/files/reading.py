"""Reading files of unknown origin: never more than what is expected, and one sentence for whatever is wrong."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from engine.data.dataset import DataError, Dataset, MissingFiles
from engine.files import open_to_read

BROKEN = (EOFError, zlib.error, tarfile.TarError, gzip.BadGzipFile, ValueError, OverflowError)
"""What gzip and tarfile raise for what is none of theirs."""
PIECE = 1 << 20
"""Bytes that are unpacked together."""


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """A file to read, unpacked on the way where its name ends in ``.gz``. Raises DataError for all that goes wrong."""
    with sentences(path), open_to_read(path) as raw:
        if path.suffix != ".gz":
            yield raw
            return
        with gzip.open(raw, "rb") as unpacked:
            yield cast(IO[bytes], unpacked)


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Make DataErrors of what the packed file ``path`` and the disk have to complain of."""
    try:
        yield
    except DataError:
        raise  # it says itself what is wrong
    except BROKEN as error:
        raise DataError(f"{path} is damaged or cut off: {error or 'its end is missing'}. Download it again.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error


def bounded(file: gzip.GzipFile, most: int) -> IO[bytes]:
    """A file of which no more than so many bytes can be read, however much it unpacks to; else DataError."""
    return cast(IO[bytes], _Bounded(file, most))


class _Bounded:
    def __init__(self, file: gzip.GzipFile, most: int) -> None:
        self._file, self._left = file, most

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size if size >= 0 else self._left + 1)
        self._left -= len(piece)
        if self._left < 0:
            raise DataError("The archive unpacks to far more than what is published: it is not read.")
        return piece


def exactly(file: IO[bytes], size: int, where: str) -> bytes:
    """So many bytes, a few, and no more. Raises DataError where there are fewer."""
    held = bytearray(size)
    fill(file, memoryview(held), where)
    return bytes(held)


def fill(file: IO[bytes], room: memoryview, where: str) -> None:
    """Read exactly as many bytes as ``room`` holds, straight into it. Raises DataError where there are fewer."""
    reader, done = cast(io.BufferedIOBase, file), 0
    while done < len(room):
        count = reader.readinto(room[done : done + PIECE])
        if not count:
            raise DataError(f"{where} is cut off: {done:,} of {len(room):,} bytes are there. Download it again.")
        done += count


def missing(dataset: Dataset, folder: Path, name: str) -> MissingFiles:
    """The sentence for a file that is not there."""
    wanted = " and ".join(file.name for file in dataset.files)
    return MissingFiles(
        f"{dataset.title} needs the file {name}, which is not in {folder}: download it on the Data page, or set "
        f"data.path to the folder with {wanted}.",
        setting="data.path",
    )
