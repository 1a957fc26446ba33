"""A column whose samples are decoded once and then taken from the disk."""

from __future__ import annotations

import hashlib
import json
import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from engine.data.cache import shelf
from engine.data.cache.rows import Rows
from engine.data.dataset import Column
from engine.files import FileError

if TYPE_CHECKING:
    import numpy as np

    from engine.data.dataset import Array

PAYS: Final = 64 * 2**20
"""Bytes of decoded samples from which on they are kept: less is decoded in a second or two."""
log = logging.getLogger(__name__)


@runtime_checkable
class Decoded(Column, Protocol):
    """A column that decodes files. Columns of packages that have these are cached, too.

    ``place`` is the file or folder, ``recipe`` all that decides what comes out of a file beside its bytes.
    """

    @property
    def place(self) -> Path: ...
    @property
    def recipe(self) -> str: ...
    @property
    def marks(self) -> Array:
        """(samples,), uint64: a number for each sample that is another one once its file has changed."""


class CachedColumn:
    """A column as ``made`` gives it, (samples, \\*shape): each sample from the disk where it is there, else made."""

    def __init__(self, made: Column, rows: Rows) -> None:
        self.made, self.rows = made, rows
        self.shape: tuple[int, ...] = made.shape
        self.dtype: np.dtype[Any] = made.dtype

    def __len__(self) -> int:
        return len(self.made)

    def __getitem__(self, indices: Array | slice) -> Array:
        """The samples. Raises what the column raises."""
        import numpy as np

        chosen = np.arange(len(self))[indices]
        result = np.empty((len(chosen), *self.shape[1:]), self.dtype)
        absent = np.flatnonzero(~self.rows.read(chosen, result))
        if len(absent):
            result[absent] = values = self.made[chosen[absent]]
            self.rows.keep(chosen[absent], values)
        return result


def cached(field: str, made: Column, source: Decoded, done: str = "") -> Column:
    """``made``, kept on the disk where that pays; it is what ``source`` gives after the fixed transforms ``done``."""
    size = math.prod(made.shape) * made.dtype.itemsize
    if size < PAYS or not shelf.limit():
        return made
    facts = [str(source.place), field, source.recipe, done, list(made.shape[1:]), made.dtype.str]
    where = shelf.folder() / hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]
    try:
        shelf.note_use(where, str(source.place), field)
    except (OSError, FileError) as error:
        log.info("Nothing is kept in %s: %s", where, error)
        return made
    return CachedColumn(made, Rows(where, source.marks, made.shape[1:], made.dtype))
