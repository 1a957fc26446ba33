"""What flows along a wire: shape, dtype and, where known, what each axis means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Final, Literal

from engine.dims import Dim, Size, bind

DType = Literal["float32", "int64", "bool"]
Axes = tuple[str, ...]

BATCH = Size("N")
CHANNEL_COUNTS: Final = (1, 3, 4)
"""How many channels images have: grey, colour, colour with transparency."""
IMAGE: Axes = ("batch", "channels", "height", "width")


@dataclass(frozen=True, slots=True)
class Spec:
    """The shape (batch axis first), dtype and axis meanings of one tensor; meanings take no part in equality."""

    shape: tuple[Dim, ...]
    dtype: DType = "float32"
    axes: Axes | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return shape_text(self.shape)

    @property
    def rank(self) -> int:
        return len(self.shape)

    def bound(self, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """The shape in numbers, where the symbols have these ``sizes``."""
        return tuple(bind(dim, sizes) for dim in self.shape)

    def with_shape(self, shape: Iterable[Dim], axes: Axes | None = None) -> Spec:
        """The same dtype in another shape; axis meanings are dropped unless given."""
        return Spec(tuple(shape), self.dtype, axes)


UNWIRED: Final = Spec((), "bool")
"""Stands for an optional input that nothing is wired to, among the inputs of a shape rule (compare with ``is``)."""


def too_large(spec: Spec) -> bool:
    """Whether a tensor of this shape holds more numbers than torch, which counts in 64 bits, can count."""
    known = (dim if isinstance(dim, int) else max(abs(dim.scale), abs(dim.offset)) for dim in spec.shape)
    return prod(known) >= 2**63


def shape_text(shape: Iterable[Dim]) -> str:
    """``(N, 16, 5, 5)``, with the comma of a one-tuple."""
    parts = [str(dim) for dim in shape]
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"


def axis_name(axes: Axes | None, axis: int) -> str:
    """What an axis is called: ``height``, or ``axis 2`` where nothing is known of it."""
    return axes[axis] if axes is not None and 0 <= axis < len(axes) else f"axis {axis}"


def meaning(axes: Axes | None, axis: int) -> str:
    """The same in a sentence: ``the height``."""
    return f"the {axes[axis]}" if axes is not None and 0 <= axis < len(axes) else f"axis {axis}"


def promote(*dtypes: DType) -> DType:
    """The dtype torch gives a result of tensors with these dtypes (torch.promote_types over our three)."""
    order: list[DType] = ["bool", "int64", "float32"]
    return max(dtypes, key=order.index)
