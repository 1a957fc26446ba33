"""The curves of a long run as columns, beside its lines: reading a million lines takes seconds, columns a tenth of one.

``.curves`` is a cache, stored when a run ends or is opened. It holds for line files of just these sizes and times;
where anything about it is in doubt it is read past and written again. A copy of a run leaves it out, and a run that
continues begins without it.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np

from engine import own_files
from engine.errors import LayerloomError
from engine.training.history import History
from engine.training.runs.folder import CURVES, METRICS, TIMING

VERSION: Final = 1
WORTH_IT: Final = 2**20
"""Bytes of lines from which on the columns are stored: fewer are read as fast."""
LONGEST_HEADER: Final = 2**24
MOST_SERIES: Final = 10_000
Stamp = list[list[int]]


def stamp_of(run: Path) -> Stamp | None:
    """What changes whenever the lines of a run do; None where they are few, or cannot be looked at."""
    try:
        facts = [os.stat(own_files.path_of(run, name)) for name in (METRICS, TIMING)]
    except OSError:
        return None
    if facts[0].st_size < WORTH_IT:
        return None
    return [[one.st_size, one.st_mtime_ns, one.st_ino] for one in facts]


def load(run: Path, stamp: Stamp) -> History | None:
    """The curves that were stored of these lines; None where there are none, or none to be trusted."""
    try:
        with own_files.open_to_read(run, CURVES) as file:
            sum_, _, text = file.readline(LONGEST_HEADER).partition(b" ")
            if int(sum_, 16) != crc32(text):
                return None
            header = json.loads(text)
            if not _is_header(header) or header["stamp"] != stamp:
                return None
            lengths, rest = [length for _, length in header["series"]], os.fstat(file.fileno()).st_size - file.tell()
            if rest != 8 * 4 * sum(lengths):
                return None
            history = History()
            for name, length in header["series"]:
                columns = np.fromfile(file, "<f8", 4 * length)
                if len(columns) < 4 * length:
                    return None
                history.extend(name, *columns.reshape(4, length))
            for name, step, epoch, values in header["tables"]:
                history.keep(name, step, epoch, values)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return history


def store(run: Path, stamp: Stamp, history: History) -> None:
    """Store the curves of these lines. Where that is not possible, as in a folder for reading only, it goes without."""
    names = [name for name in history.names() if len(history.points(name)[0])]
    points = [np.ascontiguousarray(history.points(name), "<f8") for name in names]
    header = {
        "version": VERSION,
        "stamp": stamp,
        "series": [[name, array.shape[1]] for name, array in zip(names, points, strict=True)],
        "tables": [[name, table.step, table.epoch, table.values] for name, table in history.tables.items()],
    }
    text = json.dumps(header, separators=(",", ":")).encode() + b"\n"
    content = b"".join([b"%08x " % crc32(text), text, *(one.tobytes() for one in points)])
    with contextlib.suppress(LayerloomError):
        own_files.write_atomically(run, CURVES, content)


def _is_header(header: Any) -> bool:
    """Whether this is the first line of what `store` writes."""
    if not isinstance(header, dict) or header.get("version") != VERSION:
        return False
    series, tables = header.get("series"), header.get("tables")
    if not isinstance(series, list) or not isinstance(tables, list) or len(series) + len(tables) > MOST_SERIES:
        return False
    return all(
        isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) and type(one[1]) is int and one[1] > 0
        for one in series
    ) and all(
        isinstance(one, list)
        and len(one) == 4
        and isinstance(one[0], str)
        and type(one[1]) is type(one[2]) is int
        and isinstance(one[3], list)
        for one in tables
    )
