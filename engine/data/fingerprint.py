"""One number that says which data a run has seen: whoever compares it later knows whether they have changed."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from engine.data import datasets, origin
from engine.data.datasets import Key, key
from engine.settings.data import DataConfig


def fingerprint(config: DataConfig) -> str:
    """SHA-256 in hexadecimal of the samples as they are stored: origin, and each field's name, type, shape and bytes.

    It does not depend on transforms, split or folder, and is the same on every machine. Data of one's own tell it
    themselves, without reading all of them. Raises DataError.
    """
    if config.source is not None:
        return origin.fingerprint_of(config.source)
    return _digest(key(config.dataset, config.path))


@lru_cache(maxsize=16)
def _digest(which: Key) -> str:
    import numpy as np

    found = datasets.samples_of(which)
    digest = hashlib.sha256(found.origin.encode())
    for name, array in found.arrays.items():
        little = np.ascontiguousarray(array[:], dtype=array.dtype.newbyteorder("<"))
        digest.update(f"\n{name} {array.dtype.name} {array.shape}\n".encode())
        digest.update(little.data)
    return digest.hexdigest()
