"""Samples drawn at random into two parts, the mix of classes kept or not: the indices that scikit-learn would draw.

Splits of earlier versions came from there (`train_test_split`), and stay what they are; but importing it takes longer
than a short training. A test holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from engine.data.dataset import Array


def shuffle_split(count: int, taken: int, seed: int, labels: Array | None = None) -> tuple[Array, Array]:
    """(the indices that are left, the ``taken`` ones) of ``count`` samples, both in a drawn order.

    With ``labels`` (count) every class has its share of both, to the sample. Raises ValueError with a clause where a
    class is too small for that.
    """
    import numpy as np

    source = np.random.RandomState(seed)
    if labels is None:
        order = source.permutation(count)
        return order[taken:], order[:taken]
    _, number, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    number = number.reshape(-1)
    if sizes.min() < 2:
        raise ValueError(f"{int((sizes < 2).sum())} of {len(sizes)} classes have a single sample")
    if min(taken, count - taken) < len(sizes):
        raise ValueError(f"{min(taken, count - taken)} samples cannot hold {len(sizes)} classes")
    left = _shares(sizes, count - taken, source)
    drawn = _shares(sizes - left, taken, source)
    members = np.split(np.argsort(number, kind="stable"), np.cumsum(sizes)[:-1])
    kept: list[Array] = []
    chosen: list[Array] = []
    for each, first, second in zip(members, left, drawn, strict=True):
        mixed = each[source.permutation(len(each))]
        kept.append(mixed[:first])
        chosen.append(mixed[first : first + second])
    return source.permutation(np.concatenate(kept)), source.permutation(np.concatenate(chosen))


def _shares(sizes: Array, wanted: int, source: np.random.RandomState) -> Array:
    """How many of each class make ``wanted`` together: by largest remainders, ties drawn."""
    import numpy as np

    exact = sizes / sizes.sum() * wanted
    found = np.floor(exact)
    missing, rests = int(wanted - found.sum()), exact - found
    for rest in np.unique(rests)[::-1] if missing > 0 else ():
        (alike,) = np.nonzero(rests == rest)
        found[source.choice(alike, size=min(len(alike), missing), replace=False)] += 1
        missing -= min(len(alike), missing)
        if not missing:
            break
    whole: Array = found.astype(np.int64)
    return whole
