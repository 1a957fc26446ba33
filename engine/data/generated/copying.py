"""Letters that are asked for after a delay in which nothing happens: how far back does a network remember?

The copying task of Hochreiter and Schmidhuber (1997) and Arjovsky, Shah and Bengio (2016).
"""

from __future__ import annotations

from pathlib import Path

from engine.data.dataset import Dataset, Samples
from engine.data.generated.drawing import draws

SHOWN = 5
"""Letters of a row."""


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """``symbols`` and ``copy`` (samples, length): letters, the delay, and as many question marks; 0 is nothing.

    The delay is what the length of the fields leaves for it: the same letters are drawn for each. No two rows are
    alike, and each is a group of its own.
    """
    import numpy as np

    names, copied = (dataset.fields[name].names for name in ("symbols", "copy"))
    known, shape = len(copied) - 1, (dataset.samples, *dataset.fields["symbols"].shape)
    rows = draws("copying").permutation(known**SHOWN)[: dataset.samples]
    letters = rows[:, None] // known ** np.arange(SHOWN) % known + 1
    symbols, copy = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    symbols[:, :SHOWN] = copy[:, -SHOWN:] = letters
    symbols[:, -SHOWN:] = names.index("?")
    return Samples({"symbols": symbols, "copy": copy}, np.arange(len(rows)))
