"""Decoded samples in two files of a folder: the values, mapped to be read, and an index with a sum for each sample.

Both are only ever appended to, the values first. What a kill has left half written is in no index, or its sum is wrong:
then the sample counts as not there. So nothing has to be brought to the disk, and no byte that was not decoded is used.
"""

from __future__ import annotations

import logging
import math
import os
import zlib
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from engine import own_files
from engine.data.cache import shelf
from engine.files import FileError
from engine.locks import WriterLock

if TYPE_CHECKING:
    import numpy as np

    from engine.data.dataset import Array

VALUES: Final = "values.bin"
INDEX: Final = "index.bin"
RECORD: Final = (("mark", "<u8"), ("sum", "<u4"))
PORTION: Final = 256 * 2**20
"""Bytes for which room is made at once."""
STALE: Final = 2
"""So many times as many samples as the data have: most are those of files that were changed since."""
log = logging.getLogger(__name__)


class Rows:
    """Samples of one shape and type by position, known by their ``marks`` (samples, uint64); threads may share it.

    Where something cannot be read or written the sample is decoded again: a cache is never a reason to fail.
    """

    def __init__(self, where: Path, marks: Array, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        import numpy as np

        self.where, self.shape, self.dtype = where, shape, dtype
        self.size = math.prod(shape) * dtype.itemsize
        self._marks, self._order = marks, np.argsort(marks)
        self._slots = np.full(len(marks), -1, np.int64)
        self._sums = np.zeros(len(marks), np.uint32)
        self._records = 0
        """Samples in the index, as far as it was read."""
        self._map: np.ndarray[Any, Any] | None = None
        self._room = 0
        self._writing = Lock()
        self._closed = False
        """Nothing more is written: there is no room, or the folder is gone."""
        with suppress(OSError):
            self._follow()
        if self._records > STALE * len(marks):
            shelf.empty([one for one in shelf.kept() if one.folder == where])
            self._forget()

    def __len__(self) -> int:
        """How many samples of the data are there."""
        return int((self._slots >= 0).sum())

    def read(self, chosen: Array, into: Array) -> Array:
        """Copy the samples at these positions that are there into the rows of ``into``; says which they were."""
        import numpy as np

        slots = self._slots[chosen]
        there = slots >= 0
        if not there.any():
            return there
        mapped = self._mapped(int(slots.max()) + 1)
        there &= slots < (0 if mapped is None else len(mapped))
        for row in np.flatnonzero(there):
            assert mapped is not None
            into[row] = mapped[slots[row]]
            there[row] = _sum(into[row]) == self._sums[chosen[row]]
        return there

    def keep(self, chosen: Array, values: Array) -> None:
        """Write the samples at these positions, as far as there is room and nobody else is writing."""
        if self._closed or not len(chosen):
            return
        with self._writing:
            try:
                self._write(chosen, values)
            except BlockingIOError:
                pass  # another program is at it: the next time
            except (OSError, FileError) as error:
                self._closed = True
                log.info("No more decoded samples are kept in %s: %s", self.where, error)

    # -- files -----------------------------------------------------------------------------------------------------

    def _write(self, chosen: Array, values: Array) -> None:
        import numpy as np

        needed = len(chosen) * self.size
        if needed > self._room:
            portion = max(needed, min(PORTION, self.size * len(self._marks)))
            if not shelf.make_room(portion, self.where):
                self._closed = True
                return
            self._room = portion
        lock = WriterLock(self.where, tries=1)
        try:
            self._follow()
            new = self._slots[chosen] < 0
            chosen, values = chosen[new], values[new]
            if not len(chosen):
                return
            records = np.empty(len(chosen), list(RECORD))
            records["mark"] = self._marks[chosen]
            records["sum"] = [_sum(row) for row in values]
            with own_files.append(self.where, VALUES, self._records * self.size) as file:
                file.write(np.ascontiguousarray(values).data)
            with own_files.append(self.where, INDEX, self._records * records.itemsize) as file:
                file.write(records.tobytes())
            self._take(records)
            self._room -= len(chosen) * self.size
        finally:
            lock.release()

    def _follow(self) -> None:
        """Take on what was written to the index since. Raises OSError."""
        import numpy as np

        try:
            there = own_files.size_of(self.where, VALUES) // self.size
            with own_files.open_to_read(self.where, INDEX) as file:
                step = np.dtype(list(RECORD)).itemsize
                if os.fstat(file.fileno()).st_size < self._records * step:
                    self._forget()
                file.seek(self._records * step)
                read = file.read()
        except FileNotFoundError:
            self._forget()
            return
        count = min(len(read) // step, max(0, there - self._records))
        self._take(np.frombuffer(read[: count * step], list(RECORD)))

    def _forget(self) -> None:
        """The files have been removed."""
        self._slots[:], self._records, self._map = -1, 0, None

    def _take(self, records: Array) -> None:
        """Find the samples of some records that follow those known."""
        import numpy as np

        at = np.searchsorted(self._marks, records["mark"], sorter=self._order)
        sample = self._order[np.minimum(at, len(self._order) - 1)] if len(self._order) else at[:0]
        mine = np.flatnonzero(self._marks[sample] == records["mark"]) if len(sample) else sample
        self._sums[sample[mine]] = records["sum"][mine]
        self._slots[sample[mine]] = self._records + mine
        self._records += len(records)

    def _mapped(self, count: int) -> Array | None:
        """The values of at least so many samples, mapped; fewer where the file has no more."""
        import numpy as np

        known = self._map
        if known is not None and len(known) >= count:
            return known
        try:
            with own_files.open_to_read(self.where, VALUES) as file:
                rows = os.fstat(file.fileno()).st_size // self.size
                made = np.memmap(file, self.dtype, "r", 0, (rows, *self.shape)) if rows else None
        except OSError:
            return known
        self._map = made
        return made


def _sum(values: Array) -> int:
    return zlib.crc32(values.data)
