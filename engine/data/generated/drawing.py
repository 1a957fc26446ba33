"""What the makers of data share: the source of all that is drawn, and symbols as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from engine.seeds import derive

if TYPE_CHECKING:
    import numpy as np

    from engine.data.dataset import Array


def draws(name: str) -> np.random.RandomState:
    """The source of what is drawn for a data set; numpy has promised never to change what a RandomState gives."""
    import numpy as np

    return np.random.RandomState(derive(0, f"data {name}") % 2**32)


def encoded(texts: Sequence[str], length: int, names: Sequence[str]) -> Array:
    """Texts as (number of texts, length) int64: the indices of their characters in ``names``, 0 after their end.

    The characters are ASCII and all in ``names``; the first name is the padding.
    """
    import numpy as np

    table = np.zeros(128, np.int64)
    for index, name in enumerate(names):
        if name.isascii():
            table[ord(name)] = index
    table[ord("\n")] = names.index("↵") if "↵" in names else 0
    text = "".join(text.ljust(length, "\0") for text in texts)
    return table[np.frombuffer(text.encode("ascii"), np.uint8)].reshape(len(texts), length)


def words(rows: Iterable[Sequence[str]], length: int, names: Sequence[str]) -> Array:
    """Rows of words as (number of rows, length) int64: their indices in ``names``, 0 after their end."""
    import numpy as np

    indices = {name: index for index, name in enumerate(names)}
    return np.array([[indices[word] for word in row] + [0] * (length - len(row)) for row in rows], np.int64)


def shifted(values: Array, start: int) -> Array:
    """What a decoder is shown: ``start``, then all but the last of every row (number of rows, length)."""
    import numpy as np

    return np.concatenate([np.full((len(values), 1), start, values.dtype), values[:, :-1]], axis=1)
