"""Samples that stay in their files until a batch needs them: read by threads, some batches ahead.

Threads serve, as decoders and array operations let go of the interpreter while they work. Which thread reads a sample
changes nothing in it, so a run gives the same bytes with any number of them.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

if TYPE_CHECKING:
    import numpy as np
    import torch

    from engine.data.dataset import Array, Column
    from engine.data.transforms import Fitted

AHEAD = 2
"""Pieces of work that a thread has ready or under way."""
MOST_WORKERS = 16
PIECE = 4 * 2**20
"""Bytes of samples that are transformed together."""


@dataclass(frozen=True, slots=True)
class View:
    """Some samples of a column as they are after the transforms, (samples, \\*shape): read when they are asked for."""

    column: Column
    indices: Array
    chain: tuple[Fitted, ...]
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    threads: int = 0
    """How many read ahead where all samples are wanted; 0: what is in memory needs none."""

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def nbytes(self) -> int:
        return len(self) * self.bytes_a_sample

    @property
    def bytes_a_sample(self) -> int:
        import math

        return math.prod(self.shape[1:]) * self.dtype.itemsize

    @property
    def in_bytes(self) -> View:
        """The same numbers, as bytes where they are bytes before a change of type alone."""
        return replace(self, dtype=self.column.dtype) if not self.chain and self.column.dtype == "uint8" else self

    def __getitem__(self, positions: Array | slice) -> Array:
        return self._made(positions)

    def fill(self, positions: Array | slice, out: Array) -> None:
        """Put the samples into ``out``."""
        made = self._made(positions, out)
        if made is not out:
            out[:] = made

    def _made(self, positions: Array | slice, out: Array | None = None) -> Array:
        """The samples, in ``out`` where the last transform can write there."""
        values, last = self.column[self.indices[positions]], len(self.chain) - 1
        for index, learnt in enumerate(self.chain):
            values = learnt.apply(values, out if index == last and self.dtype == "float32" else None)
        return values.astype(self.dtype, copy=False)

    @property
    def _step(self) -> int:
        return max(1, PIECE // max(1, self.bytes_a_sample))

    def whole(self) -> torch.Tensor:
        """All samples as one tensor; nothing is there twice but a piece. Raises MemoryError."""
        import numpy as np
        import torch

        result = np.empty((len(self), *self.shape[1:]), self.dtype)

        def make(start: int) -> None:
            self.fill(slice(start, start + self._step), result[start : start + self._step])

        for _ in ahead(range(0, len(self), self._step), make, self.threads):
            pass
        return torch.from_numpy(result)


def workers(count: int | None) -> int:
    """How many threads read: as many as asked for, else one a core."""
    return count or min(MOST_WORKERS, os.cpu_count() or 1)


def pieces(column: Column, step: int) -> Iterator[Array]:
    """All samples of a column, ``step`` at a time, in order; a `View` of files is read ahead by its threads."""
    return ahead(
        range(0, len(column), step),
        lambda start: column[start : start + step],
        column.threads if isinstance(column, View) else 0,
    )


def batches_ahead(
    views: Mapping[str, View], chosen: Iterable[Array], threads: int, *, pinned: bool
) -> Iterator[dict[str, torch.Tensor]]:
    """A batch of the samples at each of these positions; all threads read at the same one, some go ahead to the next.

    With ``pinned`` it lies where a device can fetch it by itself.
    """
    import numpy as np
    import torch

    types = {name: torch.from_numpy(np.empty(0, view.dtype)).dtype for name, view in views.items()}

    def tasks() -> Iterator[tuple[dict[str, torch.Tensor], Array, int, int]]:
        for positions in chosen:
            count = len(positions)
            batch = {
                name: torch.empty((count, *view.shape[1:]), dtype=types[name], pin_memory=pinned)
                for name, view in views.items()
            }
            step = max(1, -(-count // threads))
            for start in range(0, count, step):
                yield batch, positions, start, min(start + step, count)

    def make(task: tuple[dict[str, torch.Tensor], Array, int, int]) -> dict[str, torch.Tensor] | None:
        batch, positions, start, end = task
        for name, view in views.items():
            view.fill(positions[start:end], batch[name].numpy()[start:end])
        return batch if end == len(positions) else None

    for batch in ahead(tasks(), make, threads):
        if batch is not None:
            yield batch


def ahead(items: Iterable[Item], make: Callable[[Item], Made], threads: int) -> Iterator[Made]:
    """``make(item)`` for every item, in order, by threads that are some items ahead. Raises what `make` raises.

    Without threads each is made when it is asked for.
    """
    if not threads:
        yield from map(make, items)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="read-samples") as pool:
        under_way: deque[Future[Made]] = deque()
        try:
            for item in items:
                under_way.append(pool.submit(make, item))
                if len(under_way) >= threads * AHEAD:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()
