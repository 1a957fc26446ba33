"""A number for each sample: one that stays the same whatever is added beside it, one that changes with its file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.data.dataset import Array


def ids_of(names: Iterable[str]) -> Array:
    """The first 64 bits of each name's BLAKE2b sum, as uint64."""
    import numpy as np

    sums = [hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8).digest() for name in names]
    return np.frombuffer(b"".join(sums), np.dtype("<u8")).astype(np.uint64)


def marks_of(ids: Array, facts: Sequence[tuple[int, int]]) -> Array:
    """Ids, with the size and time of change of each one's file mixed in (the finaliser of SplitMix64), uint64."""
    import numpy as np

    with np.errstate(over="ignore"):
        mixed = ids.astype(np.uint64)
        for part in np.array(facts, np.int64).reshape(len(mixed), -1).T:
            mixed = (mixed ^ part.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed ^= mixed >> np.uint64(27)
    return mixed
