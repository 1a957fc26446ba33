"""Samples of different lengths: like ones come in one batch, which is padded to its own longest and no further."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.data.membership import uniform
from engine.seeds import derive

if TYPE_CHECKING:
    import torch

    from engine.data.dataset import Array, Columns, Field
    from engine.settings.data import DataConfig


@dataclass(frozen=True, slots=True)
class FreeLengths:
    """``axes`` are the fields whose samples have different lengths → the name of their axis.

    ``steps`` has, by that name, how many each sample has up to its last one that is no padding (samples,), at least 1;
    fields that share a name have the length of the longest of them.
    """

    axes: Mapping[str, str]
    steps: Mapping[str, Array]

    @property
    def first(self) -> Array:
        """The lengths that samples are sorted by."""
        return next(iter(self.steps.values()))

    def cut(
        self, batches: Iterable[dict[str, torch.Tensor]], size: int, order: torch.Tensor | None, starts: range
    ) -> Iterator[dict[str, torch.Tensor]]:
        """Batches that begin at these positions of an order, without the steps that are padding in all samples."""
        chosen = None if order is None else order.cpu().numpy()
        for start, batch in zip(starts, batches, strict=True):
            rows = slice(start, start + size) if chosen is None else chosen[start : start + size]
            most = {axis: int(steps[rows].max()) for axis, steps in self.steps.items()}
            yield {
                name: values[:, : most[self.axes[name]]] if name in self.axes else values
                for name, values in batch.items()
            }


def free_lengths(
    config: DataConfig, fields: Mapping[str, Field], columns: Columns, indices: Array
) -> FreeLengths | None:
    """The lengths of these samples where ``config`` has buckets; None without."""
    import numpy as np

    if config.buckets is None:
        return None
    axes = {name: field.free for name, field in fields.items() if field.free and name in columns}
    found: dict[str, Array] = {}
    for name, axis in axes.items():
        there = columns[name][indices] != fields[name].padding
        steps = np.where(there.any(1), there.shape[1] - there[:, ::-1].argmax(1), 1)
        found[axis] = np.maximum(found[axis], steps) if axis in found else steps
    return FreeLengths(axes, found)


def alike(free: FreeLengths | None, size: int) -> torch.Tensor | None:
    """An order in which samples of like length are in one batch of ``size``, the batches mixed; None: as they lie."""
    import numpy as np
    import torch

    if free is None or len(free.first) <= size:
        return None
    count = len(free.first)
    return torch.from_numpy(bucketed(np.arange(count), free.first, size, -(-count // size), 0, 0))


def bucketed(order: Array, lengths: Array, size: int, buckets: int, seed: int, epoch: int) -> Array:
    """An order in which so many batches of it are sorted by length (samples,) at a time, and the batches mixed.

    A last batch that is not full stays the last one.
    """
    import numpy as np

    together = [order[start : start + size * buckets] for start in range(0, len(order), size * buckets)]
    sorted_ones = np.concatenate([piece[np.argsort(lengths[piece], kind="stable")] for piece in together])
    full = len(order) // size
    turn = np.argsort(uniform(np.arange(full, dtype=np.uint64), derive(seed, "buckets", epoch)), kind="stable")
    mixed = sorted_ones[: full * size].reshape(full, size)[turn].reshape(-1)
    result: Array = np.concatenate([mixed, sorted_ones[full * size :]])
    return result
