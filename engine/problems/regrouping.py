"""Whether the numbers of a reshaped value stay with the axes they belong to: which axes had to change places for that.

A reshape writes the numbers of a sample in one row and cuts it again. It may merge neighbouring axes and split them
again; where the new sizes are those of other groups of axes, what belongs together is torn apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from engine.dims import Dim, product
from engine.spec import CHANNEL_COUNTS

MOST_AXES: Final = 6
"""Of more nobody keeps track."""
Groups: TypeAlias = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Regrouping:
    """How the same sizes are reached without tearing: axes ordered by ``before``, ``cut``, ordered ``after``.

    Axes are those of a sample, the first is 0; what is not needed is empty. ``patch`` is the side of the squares that
    an image is cut into, or made of, where that is what is meant.
    """

    before: tuple[int, ...] = ()
    cut: tuple[Dim, ...] = ()
    after: tuple[int, ...] = ()
    patch: int = 0


def regrouping(x: Sequence[Dim], y: Sequence[Dim]) -> Regrouping | None:
    """What a reshape of samples from ``x`` to ``y`` should have been; None where it tears nothing that is known."""
    if len(x) > MOST_AXES or len(y) > MOST_AXES or list(x) == list(y):
        return None
    if (groups := _groups(x, y)) is not None:
        order = [axis for group in groups for axis in group]
        return None if order == sorted(order) else Regrouping(before=(*_ones(x), *order))
    if (groups := _groups(y, x)) is not None:
        order = [axis for group in groups for axis in group]
        if order == sorted(order):
            return None
        order += _ones(y)
        return Regrouping(
            cut=tuple(y[axis] for axis in order), after=tuple(order.index(axis) for axis in range(len(y)))
        )
    return _patches(x, y)


def _groups(fine: Sequence[Dim], coarse: Sequence[Dim]) -> Groups | None:
    """Which axes of ``fine`` make each axis of ``coarse``: side by side in their order if possible; None: none do."""
    axes, sizes = [axis for axis, size in enumerate(fine) if size != 1], [size for size in coarse if size != 1]
    if not sizes or len(axes) < max(len(sizes), 2):
        return None
    found = None
    for groups in _shared_out(tuple(axes), sizes, fine):
        order = [axis for group in groups for axis in group]
        if order == sorted(order):
            return groups
        found = found or groups
    return found


def _shared_out(axes: tuple[int, ...], sizes: Sequence[Dim], fine: Sequence[Dim]) -> Iterator[Groups]:
    """Every way to give each size axes whose product it is, all axes used once."""
    if not sizes:
        if not axes:
            yield ()
        return
    for chosen in range(1, 1 << len(axes)):
        group = tuple(axis for index, axis in enumerate(axes) if chosen >> index & 1)
        if product(fine[axis] for axis in group) == sizes[0]:
            rest = tuple(axis for axis in axes if axis not in group)
            yield from ((group, *others) for others in _shared_out(rest, sizes[1:], fine))


def _ones(sizes: Sequence[Dim]) -> list[int]:
    return [axis for axis, size in enumerate(sizes) if size == 1]


def _patches(x: Sequence[Dim], y: Sequence[Dim]) -> Regrouping | None:
    """An image (channels, height, width) cut into rows of numbers where squares are meant, or made of such rows."""
    for image, patches in ((x, y), (y, x)):
        channels, height, width = image if len(image) == 3 else (0, 0, 0)
        if not (isinstance(height, int) and isinstance(width, int) and channels in CHANNEL_COUNTS):
            continue
        for side in range(2, min(height, width) // 2 + 1):
            rows, columns = height // side, width // side
            if height % side or width % side or (rows, columns) == (1, 1):
                continue
            inner = _inner(rows, columns, channels, side, patches)
            if inner and image is x:
                return Regrouping(cut=(channels, rows, side, columns, side), after=inner, patch=side)
            if inner and len(patches) == 2:
                return Regrouping(cut=(rows, columns, channels, side, side), after=(2, 0, 3, 1, 4), patch=side)
    return None


def _inner(rows: int, columns: int, channels: Dim, side: int, patches: Sequence[Dim]) -> tuple[int, ...]:
    """In which order (channels, rows, side, columns, side) make patches of these sizes; nothing where they do not."""
    for front in ((rows * columns,), (rows, columns)):
        back = tuple(patches[len(front) :])
        if tuple(patches[: len(front)]) != front:
            continue
        if back in ((channels * side * side,), (channels, side, side), (channels, side * side)):
            return 1, 3, 0, 2, 4
        if back == (side, side, channels):
            return 1, 3, 2, 4, 0
    return ()
