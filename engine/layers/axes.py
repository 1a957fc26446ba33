"""What layers that speak of axes share: whether there is such an axis, and what its name becomes."""

from __future__ import annotations

from engine.layers.layer import ShapeError
from engine.spec import BATCH, Axes, Spec


def axis_of(
    x: Spec, dim: int, name: str = "dim", *, verb: str = "works on", more: int = 0, port: str | int = "input"
) -> int:
    """The index of axis ``dim`` (negative ones from the end) among the axes of x and ``more`` new ones.

    Raises ShapeError.
    """
    rank = x.rank + more
    if not -rank <= dim < rank:
        span = f"{-rank} … {rank - 1}" if rank else "none"
        raise ShapeError(
            f"{verb} axis {dim}, but {x} has {x.rank} axes, {span}.", port=port, parameter=name, code="axis"
        )
    return dim % rank


def behind_batch(x: Spec, dim: int, name: str = "dim", *, verb: str = "works on") -> int:
    """Like `axis_of`, but not the batch, wherever that is: states of a recurrent layer have it second."""
    axis = axis_of(x, dim, name, verb=verb)
    if axis == batch_axis(x):
        raise ShapeError(
            f"{verb} axis {dim}, which is the batch; choose another axis.", port="input", parameter=name, code="axis"
        )
    return axis


def batch_axis(x: Spec) -> int:
    """The axis that is the batch: the first of so many samples, else the first of all."""
    return x.shape.index(BATCH) if BATCH in x.shape else 0


def named(axes: Axes | None, *indices: int | str) -> Axes | None:
    """The meanings of a result: for each axis the index it had, or a name of its own."""
    if axes is None or any(isinstance(index, int) and index >= len(axes) for index in indices):
        return None
    return tuple(axes[index] if isinstance(index, int) else index for index in indices)
