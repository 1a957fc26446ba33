"""Columns made of others: arrays that are stored once for each part of a split, joined to one; and some of its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from engine.data.sources.parts import PARTS, part_of

if TYPE_CHECKING:
    import numpy as np

    from engine.data.dataset import Array, Column

_PART: Final = re.compile(rf"(^|_|-|\.)({'|'.join(sorted(PARTS, key=len, reverse=True))})(?=$|_|-|\.)", re.IGNORECASE)


def families(stored: Mapping[str, Array]) -> dict[str, tuple[str, str, str]]:
    """Name without its part → the arrays of training, validation and test ("": there is none).

    Only where training and another part are there for all of them, with the same numbers of samples, shapes but for
    those, and types; else nothing.
    """
    found = dict[str, list[str]]()
    for name in stored:
        marks = list(_PART.finditer(name))
        if len(marks) == 1:
            base = (name[: marks[0].start()] + name[marks[0].end() :]).strip("_-.") or "values"
            found.setdefault(base, ["", "", ""])[part_of(marks[0][2])] = name
    whole = {base: (names[0], names[1], names[2]) for base, names in found.items() if names[0] and any(names[1:])}
    counts = {tuple(len(stored[name]) if name else 0 for name in names) for names in whole.values()}
    return whole if len(counts) == 1 and all(_alike(stored, names) for names in whole.values()) else {}


def _alike(stored: Mapping[str, Array], names: Sequence[str]) -> bool:
    return len({(stored[name].shape[1:], stored[name].dtype.kind) for name in names if name}) == 1


class Joined:
    """Arrays (samples, \\*shape) one after the other, without a copy."""

    def __init__(self, arrays: Sequence[Column]) -> None:
        import numpy as np

        self.arrays = arrays
        self.ends = np.cumsum([len(array) for array in arrays])
        self.shape = (int(self.ends[-1]), *arrays[0].shape[1:])
        self.dtype: np.dtype[Any] = np.result_type(*(array.dtype for array in arrays))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, indices: Array | slice) -> Array:
        """The samples with these indices."""
        import numpy as np

        chosen = np.arange(len(self))[indices]
        result = np.empty((len(chosen), *self.shape[1:]), self.dtype)
        where = np.searchsorted(self.ends, chosen, side="right")
        for number, array in enumerate(self.arrays):
            mine = where == number
            if mine.any():
                result[mine] = array[chosen[mine] - (int(self.ends[number]) - len(array))]
        return result


class Chosen:
    """Some samples of a column, by their ``rows``, without a copy."""

    def __init__(self, column: Column, rows: Array) -> None:
        self.column, self.rows = column, rows
        self.shape = (len(rows), *column.shape[1:])
        self.dtype: np.dtype[Any] = column.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, indices: Array | slice) -> Array:
        """The samples with these indices."""
        return self.column[self.rows[indices]]


def parts_of(arrays: Sequence[Column], parts: Sequence[int]) -> Array:
    """The part of each sample of joined arrays, int8: 0 training, 1 validation, 2 test."""
    import numpy as np

    return np.repeat(np.array(parts, np.int8), [len(array) for array in arrays])
