"""Layers that repeat numbers or put them in another order."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from engine.dims import Dim
from engine.layers.axes import batch_axis, behind_batch
from engine.layers.layer import Layer, Port, Saves, ShapeError
from engine.layers.nature import Numbers
from engine.layers.parameters import Positive, Whole
from engine.spec import UNWIRED, Spec, meaning, shape_text

SizeOrKeep = Annotated[int, Field(ge=-1, le=2**31 - 1)]


class _Arranging(Layer):
    """Repeats or reorders numbers; their kind stays."""

    family: ClassVar[str] = "Shape"
    numbers: ClassVar[Numbers] = "chosen"
    saves: ClassVar[Saves] = "nothing"


class Expand(_Arranging):
    """Repeats axes of size 1 without copying: a learned token for every sample, one row for every step.

    A tensor without a batch, such as a Parameter, gets the batch of the tensor that is wired to `like`.
    """

    views: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.Tensor.expand"
    formula: ClassVar[str] = "(N, 1, …) → (N, size, …)"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("input", "what is repeated"),
        Port(
            "like", "the tensor that gives the batch, and without sizes the whole shape", optional=True, role="pointer"
        ),
    )

    sizes: tuple[SizeOrKeep, ...] | None = Field(
        None, max_length=7, description="the sizes after the batch; −1 keeps a size; none: the shape of like"
    )

    def check(self) -> None:
        if self.sizes is not None and 0 in self.sizes:
            raise ShapeError("has a size of 0; a tensor without numbers is of no use.", parameter="sizes")

    def infer(self, *inputs: Spec) -> Spec:
        x, like = inputs
        if like is not UNWIRED and not like.shape:
            raise ShapeError("gets a like without axes, which has no batch.", port="like", code="axes")
        if self.sizes is None:
            if like is UNWIRED:
                raise ShapeError("has no sizes; set them, or wire a tensor of that shape to like.", parameter="sizes")
            wanted = like.shape
        elif like is not UNWIRED:
            wanted = (like.shape[0], *self.sizes)
        elif x.rank == len(self.sizes) + 1:
            wanted = (x.shape[0], *self.sizes)
        else:
            raise ShapeError(
                f"has {len(self.sizes)} sizes for the {max(x.rank - 1, 0)} axes of {x} after the first; give one for "
                "each, or wire a tensor that has the batch to like.",
                port="input",
                parameter="sizes",
                code="axes",
            )
        return x.with_shape(self._expanded(x, wanted), like.axes if self.sizes is None else None)

    def _expanded(self, x: Spec, wanted: tuple[Dim, ...]) -> tuple[Dim, ...]:
        new = len(wanted) - x.rank
        if new < 0:
            raise ShapeError(
                f"expands {x} to {shape_text(wanted)}, which has fewer axes.",
                port="input",
                parameter=None if self.sizes is None else "sizes",
                code="axes",
            )
        out = []
        for axis, (size, to) in enumerate(zip((1,) * new + x.shape, wanted, strict=True)):
            keeps = to == -1 and axis > 0
            if (keeps and axis < new) or not (keeps or size in (1, to)):
                raise ShapeError(
                    f"expands {x} to {shape_text(wanted)}, but "
                    + (
                        f"axis {axis} is new, so it has no size to keep."
                        if keeps
                        else f"{meaning(None, axis)} has the size {size}; only a size of 1 can be repeated."
                    ),
                    port="input",
                    parameter=None if self.sizes is None else "sizes",
                    code="mismatch",
                )
            out.append(size if keeps else to)
        return tuple(out)

    def expression(self, module: str, arguments: list[str]) -> str:
        x, like = arguments
        if self.sizes is None:
            return f"{x}.expand_as({like})"
        first = "-1" if like == "None" else f"{like}.shape[0]"
        return f"{x}.expand({', '.join([first, *map(str, self.sizes)])})"

    def summary(self) -> str:
        return "" if self.sizes is None else " × ".join(map(str, self.sizes))


class Tile(_Arranging):
    """Repeats whole axes: (1, 2, 3) tiled twice is (1, 2, 3, 1, 2, 3)."""

    torch: ClassVar[str] = "torch.tile"
    formula: ClassVar[str] = "out(i) = dims(i) · in(i)"
    initial: ClassVar[dict[str, object]] = {"dims": (2,)}

    dims: tuple[Positive, ...] = Field(
        min_length=1, max_length=8, description="how often each axis is repeated; the last number is the last axis's"
    )

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        new = x.rank - len(self.dims)
        if new < 0:
            raise ShapeError(
                f"repeats {len(self.dims)} axes, but {x} has {x.rank}.", port="input", parameter="dims", code="axis"
            )
        times = (1,) * new + self.dims
        batch = batch_axis(x)
        if batch is not None and times[batch] != 1:
            raise ShapeError(
                "would repeat the batch; use 1 for it, or leave it out.", port="input", parameter="dims", code="axis"
            )
        return x.with_shape((size * many for size, many in zip(x.shape, times, strict=True)), x.axes)

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"{arguments[0]}.tile({', '.join(map(str, self.dims))})"

    def summary(self) -> str:
        return " × ".join(map(str, self.dims))


class Flip(_Arranging):
    """Reverses axes: a sequence from its end, an image mirrored."""

    torch: ClassVar[str] = "torch.flip"
    formula: ClassVar[str] = "y(i) = x(size − 1 − i)"
    initial: ClassVar[dict[str, object]] = {"dims": (1,)}

    dims: tuple[Whole, ...] = Field(min_length=1, max_length=8, description="the axes that are reversed")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        axes = [behind_batch(x, dim, "dims", verb="reverses") for dim in self.dims]
        if len(set(axes)) < len(axes):
            raise ShapeError(f"names an axis twice: {', '.join(map(str, self.dims))}.", parameter="dims", code="axis")
        return x

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"{arguments[0]}.flip({', '.join(map(str, self.dims))})"

    def summary(self) -> str:
        return f"{'axis' if len(self.dims) == 1 else 'axes'} {', '.join(map(str, self.dims))}"


class Roll(_Arranging):
    """Shifts numbers along axes; what leaves at one end comes in at the other: the windows of a Swin Transformer."""

    torch: ClassVar[str] = "torch.roll"
    formula: ClassVar[str] = "y(i) = x((i − shift) mod size)"
    reference: ClassVar[str] = "Liu et al. 2021, Swin Transformer, https://arxiv.org/abs/2103.14030"
    initial: ClassVar[dict[str, object]] = {"shifts": 1, "dims": 1}

    shifts: Whole | tuple[Whole, ...] = Field(
        description="by how many positions, for each axis; negative towards the beginning"
    )
    dims: Whole | tuple[Whole, ...] = Field(description="the axis, or several; not the batch")

    def check(self) -> None:
        shifts, dims = _several(self.shifts), _several(self.dims)
        if not dims:
            raise ShapeError("names no axis; torch would then shift across the samples.", parameter="dims")
        if len(shifts) != len(dims):
            raise ShapeError(
                f"has {len(shifts)} in shifts, but {len(dims)} in dims; give one shift for each axis.",
                parameter="shifts",
            )

    def infer(self, *inputs: Spec) -> Spec:
        for dim in _several(self.dims):
            behind_batch(inputs[0], dim, "dims", verb="shifts along")
        return inputs[0]

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"{arguments[0]}.roll({self.shifts}, dims={self.dims})"

    def summary(self) -> str:
        pairs = zip(_several(self.shifts), _several(self.dims), strict=True)
        return ", ".join(f"{shift:+d} along axis {dim}" for shift, dim in pairs)


def _several(value: int | tuple[int, ...]) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,)


LAYERS = (Expand, Tile, Flip, Roll)
