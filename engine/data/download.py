"""Fetching the files of a data set from the net, on request: with progress, resumed where it broke off, checked.

A file grows as ``NAME.part`` and gets its name only once its MD5 is the one its makers publish.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO

from engine import own_files
from engine.data.dataset import DataError, Dataset, File
from engine.files import is_file, open_to_read
from engine.system import replace

TIMEOUT = 30.0
"""Seconds without a byte until a mirror is given up."""
PIECE = 1 << 16
NAME = "Layerloom"

Progress = Callable[[int, int], None]


class Cancelled(Exception):
    """The download was stopped; what has come so far is kept and is where the next one begins."""


def size(dataset: Dataset) -> int:
    """The bytes of all files of a data set, as published."""
    return sum(file.size for file in dataset.files)


def wanted(dataset: Dataset, folder: Path) -> tuple[File, ...]:
    """The files that are not in the folder."""
    return tuple(file for file in dataset.files if not is_file(folder / file.name))


def arrived(dataset: Dataset, folder: Path) -> int:
    """The bytes of a data set that are in the folder already, half-fetched files among them."""
    total = 0
    for file in dataset.files:
        for path in (folder / file.name, folder / f"{file.name}.part"):
            if is_file(path):
                total += min(path.stat().st_size, file.size)
                break
    return total


def download(
    dataset: Dataset,
    folder: Path,
    progress: Progress = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
    timeout: float = TIMEOUT,
) -> None:
    """Fetch what is missing into the folder. ``progress`` gets the bytes that are there and those of all files.

    Raises DataError with one sentence where it fails, Cancelled once ``cancelled`` says so.
    """
    total = size(dataset)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in wanted(dataset, folder):
            before = arrived(dataset, folder) - _length(folder / f"{file.name}.part", file.size)
            _fetch(file, folder, partial(_report, progress, before, total), cancelled, timeout)
    except OSError as error:
        raise _disk(folder, error) from error
    progress(total, total)


def _report(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


def _fetch(
    file: File, folder: Path, progress: Callable[[int], None], cancelled: Callable[[], bool], timeout: float
) -> None:
    """One file, from the first mirror that gives it."""
    part, reasons = folder / f"{file.name}.part", []
    for mirror in file.mirrors:
        try:
            _append(mirror + file.name, part, file, progress, cancelled, timeout)
        except _Broken as error:
            reasons.append(f"{_host(mirror)}: {error}")
            continue
        digest = hashlib.md5(usedforsecurity=False)
        with open_to_read(part) as content:
            while piece := content.read(1 << 20):
                digest.update(piece)
        if digest.hexdigest() == file.md5:
            replace(part, folder / file.name)
            return
        part.unlink()
        reasons.append(f"{_host(mirror)}: what came is not what is published (its MD5 is {digest.hexdigest()})")
    kept = (
        f" {_length(part, file.size):,} bytes are kept, and the next attempt continues from there."
        if part.exists()
        else ""
    )
    raise DataError(f"{file.name} cannot be downloaded ({'; '.join(reasons)}): try again later.{kept}")


class _Broken(Exception):
    """Why a mirror has not given the file: the end of a sentence."""


def _append(
    url: str, part: Path, file: File, progress: Callable[[int], None], cancelled: Callable[[], bool], timeout: float
) -> None:
    """Fetch the rest of a file after what is there. Raises _Broken, Cancelled, and OSError of the disk alone."""
    have = _length(part, file.size + 1)
    if have > file.size:
        part.unlink()
        have = 0
    if have == file.size:
        return
    request = urllib.request.Request(url, headers={"User-Agent": NAME, **({"Range": f"bytes={have}-"} if have else {})})
    with _answer(request, timeout) as answer:
        if have and (answer.status != 206 or not answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")):
            have = 0  # the mirror begins again
        with own_files.append(part.parent, part.name, have) as target:
            while have < file.size:
                if cancelled():
                    raise Cancelled
                piece = _piece(answer, min(PIECE, file.size + 1 - have))
                if not piece:
                    raise _Broken(f"the connection broke off after {have:,} of {file.size:,} bytes")
                target.write(piece)
                have += len(piece)
                progress(min(have, file.size))
            too_long = bool(_piece(answer, 1)) or have > file.size
    if too_long:
        part.unlink()
        raise _Broken(f"it sends more than the {file.size:,} bytes that are published")


def _answer(request: urllib.request.Request, timeout: float) -> http.client.HTTPResponse:
    try:
        answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=timeout)
        return answer
    except urllib.error.HTTPError as error:
        with error:
            raise _Broken(f"it answers {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _Broken(_reason(error)) from error


def _piece(answer: IO[bytes], most: int) -> bytes:
    try:
        return answer.read(most)
    except (OSError, http.client.HTTPException) as error:
        raise _Broken(_reason(error)) from error


def _reason(error: Exception) -> str:
    cause = getattr(error, "reason", error)
    if isinstance(cause, TimeoutError):
        return "it does not answer"
    return str(getattr(cause, "strerror", None) or cause or type(error).__name__).rstrip(".")


def _length(path: Path, most: int) -> int:
    return min(path.stat().st_size, most) if is_file(path) else 0


def _host(mirror: str) -> str:
    return mirror.partition("//")[2].partition("/")[0]


def _disk(folder: Path, error: OSError) -> DataError:
    if error.errno == errno.ENOSPC:
        return DataError(f"The disk with {folder} is full: make room, and the download continues where it stopped.")
    return DataError(f"{folder} cannot be written to: {error.strerror or error}.")
