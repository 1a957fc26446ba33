"""Layers that arrange the same numbers differently."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.axes import axis_of, behind_batch, named
from engine.layers.layer import Layer, Saves, ShapeError, Stretch
from engine.layers.nature import Numbers
from engine.layers.parameters import Whole
from engine.spec import BATCH, Spec

SizeOrRest = Annotated[int, Field(ge=-1, le=2**31 - 1)]


class _Shape(Layer):
    """Arranges numbers; their kind stays."""

    family: ClassVar[str] = "Shape"
    numbers: ClassVar[Numbers] = "same"


class Flatten(_Shape):
    """Puts several axes into one: an image becomes one long row of numbers, ready for a Linear layer."""

    also_called: ClassVar[str] = "reshape"
    saves: ClassVar[Saves] = "nothing"
    views: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.Flatten"
    formula: ClassVar[str] = "out = size(start_dim) · … · size(end_dim)"

    start_dim: Whole = Field(1, description="the first axis to be put together; 0 is the batch")
    end_dim: Whole = Field(-1, description="the last axis to be put together")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        start = axis_of(x, self.start_dim, "start_dim", verb="begins at")
        end = axis_of(x, self.end_dim, "end_dim", verb="ends at")
        if start > end:
            raise ShapeError(
                f"begins at axis {self.start_dim}, after its end {self.end_dim}.", parameter="start_dim", code="axis"
            )
        merged: tuple[Dim, ...] = (*x.shape[:start], product(x.shape[start : end + 1]), *x.shape[end + 1 :])
        axes = ("batch", "features") if (start, end) == (1, x.rank - 1) else None
        return x.with_shape(merged, axes)

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        x = inputs[0]
        start, end = self.start_dim % x.rank, self.end_dim % x.rank
        return f"{' · '.join(map(str, x.shape[start : end + 1]))} = {outputs[0].shape[start]}"

    def summary(self) -> str:
        return "" if (self.start_dim, self.end_dim) == (1, -1) else f"axes {self.start_dim} … {self.end_dim}"


class Unflatten(_Shape):
    """Splits one axis into several: the way back from Flatten.

    The batch is split only where a Flatten has merged it with another axis: (5·N, …) becomes (N, 5, …).
    """

    saves: ClassVar[Saves] = "nothing"
    views: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.Unflatten"
    formula: ClassVar[str] = "size(dim) = unflattened_size(0) · unflattened_size(1) · …"
    initial: ClassVar[dict[str, object]] = {"dim": 1, "unflattened_size": (1, -1)}
    positional: ClassVar[tuple[str, ...]] = ("dim", "unflattened_size")

    dim: Whole = Field(description="the axis to be split")
    unflattened_size: tuple[SizeOrRest, ...] = Field(
        min_length=1, max_length=7, description="the sizes it becomes; one of them may be −1, what is left"
    )

    def check(self) -> None:
        if self.unflattened_size.count(-1) > 1:
            raise ShapeError("leaves more than one size open; only one can be −1.", parameter="unflattened_size")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        dim = axis_of(x, self.dim, verb="splits")
        if x.shape[dim] == BATCH:
            dim = behind_batch(x, self.dim, verb="splits")
        sizes = _filled_in(x.shape[dim], self.unflattened_size, x, "unflattened_size")
        return x.with_shape((*x.shape[:dim], *sizes, *x.shape[dim + 1 :]))

    def summary(self) -> str:
        return " × ".join(map(str, self.unflattened_size))


class Reshape(_Shape):
    """Gives each sample another shape with as many numbers; the batch stays."""

    saves: ClassVar[Saves] = "nothing"
    views: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.reshape"
    formula: ClassVar[str] = "the product of all sizes stays"
    initial: ClassVar[dict[str, object]] = {"shape": (-1,)}

    shape: tuple[SizeOrRest, ...] = Field(
        max_length=8, description="the shape without the batch; one size may be −1, what is left"
    )

    def check(self) -> None:
        if self.shape.count(-1) > 1:
            raise ShapeError("leaves more than one size open; only one can be −1.", parameter="shape")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        if not x.shape:
            raise ShapeError(f"gets {x} but needs at least the axis of the batch.", port="input", code="axes")
        return x.with_shape((x.shape[0], *_filled_in(product(x.shape[1:]), self.shape, x, "shape")))

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"{arguments[0]}.reshape({', '.join([f'{arguments[0]}.shape[0]', *map(str, self.shape)])})"

    def summary(self) -> str:
        return " × ".join(map(str, self.shape))


class Permute(_Shape):
    """Puts the axes in another order, for example channels last: 0, 2, 3, 1."""

    saves: ClassVar[Saves] = "nothing"
    views: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.permute"
    formula: ClassVar[str] = "size(i) of y = size(dims(i)) of x"
    initial: ClassVar[dict[str, object]] = {"dims": (0, 2, 1)}

    dims: tuple[Whole, ...] = Field(max_length=8, description="for each axis of the result the axis of the input it is")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        if len(self.dims) != x.rank:
            raise ShapeError(
                f"orders {len(self.dims)} axes, but {x} has {x.rank}.", port="input", parameter="dims", code="axis"
            )
        axes = [axis_of(x, dim, "dims", verb="speaks of") for dim in self.dims]
        if len(set(axes)) < len(axes):
            raise ShapeError(f"names an axis twice: {', '.join(map(str, self.dims))}.", parameter="dims", code="axis")
        return x.with_shape((x.shape[axis] for axis in axes), named(x.axes, *axes))

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        return part._replace(axis=self.dims[part.axis] % len(self.dims))

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"{arguments[0]}.permute({', '.join(map(str, self.dims))})"

    def summary(self) -> str:
        return ", ".join(map(str, self.dims))


class Squeeze(_Shape):
    """Drops an axis of size 1."""

    saves: ClassVar[Saves] = "nothing"
    views: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.squeeze"
    formula: ClassVar[str] = "(…, 1, …) → (…, …)"
    initial: ClassVar[dict[str, object]] = {"dim": -1}

    dim: Whole = Field(description="the axis to be dropped; its size must be 1")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        dim = behind_batch(x, self.dim, verb="drops")
        if x.shape[dim] != 1:
            raise ShapeError(
                f"drops axis {self.dim} of {x}, whose size is {x.shape[dim]} and not 1.",
                port="input",
                parameter="dim",
                code="sizes",
            )
        axes = [axis for axis in range(x.rank) if axis != dim]
        return x.with_shape((x.shape[axis] for axis in axes), named(x.axes, *axes))

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        return part._replace(axis=part.axis + (part.axis >= axis_of(inputs[0], self.dim)))

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"{arguments[0]}.squeeze({self.dim})"

    def summary(self) -> str:
        return f"axis {self.dim}"


class Unsqueeze(_Shape):
    """Puts in an axis of size 1, for example a channel for grey images."""

    saves: ClassVar[Saves] = "nothing"
    views: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.unsqueeze"
    formula: ClassVar[str] = "(…, …) → (…, 1, …)"
    initial: ClassVar[dict[str, object]] = {"dim": 1}

    dim: Whole = Field(description="the position of the new axis in the result")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        dim = axis_of(x, self.dim, verb="puts in", more=1)
        if dim == 0:
            raise ShapeError(
                "would put an axis before the batch; choose another position.", parameter="dim", code="axis"
            )
        return x.with_shape((*x.shape[:dim], 1, *x.shape[dim:]))

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        dim = axis_of(inputs[0], self.dim, more=1)
        return None if part.axis == dim else part._replace(axis=part.axis - (part.axis > dim))

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"{arguments[0]}.unsqueeze({self.dim})"

    def summary(self) -> str:
        return f"axis {self.dim}"


class Identity(_Shape):
    """Hands its input on as it is: a point to wire to, or to look at."""

    saves: ClassVar[Saves] = "nothing"
    views: ClassVar[bool] = True
    keeps_positions: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.Identity"
    formula: ClassVar[str] = "y = x"

    def infer(self, *inputs: Spec) -> Spec:
        return inputs[0]


def _filled_in(size: Dim, wanted: tuple[int, ...], x: Spec, parameter: str) -> tuple[Dim, ...]:
    """The sizes with −1 computed, so that their product is ``size``. Raises ShapeError."""
    known = product(item for item in wanted if item != -1)
    assert isinstance(known, int)
    text = " · ".join("?" if item == -1 else str(item) for item in wanted) or "1"
    if -1 not in wanted:
        if size != known:
            raise ShapeError(
                f"puts {size} numbers of {x} into {text} = {known} positions.",
                port="input",
                parameter=parameter,
                code="sizes",
            )
        return wanted
    whole = known and (
        size % known == 0 if isinstance(size, int) else size.scale % known == 0 and size.offset % known == 0
    )
    if not whole:
        reason = "and nothing can be left of nothing" if not known else f"but {size} / {known} is not an integer"
        raise ShapeError(
            f"puts {size} numbers of {x} into {text} positions, {reason}.",
            port="input",
            parameter=parameter,
            code="sizes",
        )
    rest: Dim = size // known
    return tuple(rest if item == -1 else item for item in wanted)


LAYERS = (Flatten, Unflatten, Reshape, Permute, Squeeze, Unsqueeze, Identity)
