"""Layers that boil axes down to one number: mean, sum, largest, smallest."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.dims import Dim
from engine.layers.axes import axis_of, batch_axis, named
from engine.layers.layer import Layer, Saves, ShapeError, need_float
from engine.layers.parameters import Whole
from engine.spec import DType, Spec


class _Reduction(Layer):
    """Boils axes down; the batch stays."""

    family: ClassVar[str] = "Reduction"

    dim: Whole | tuple[Whole, ...] = Field(-1, description="the axis, or several, that are reduced; not the batch")
    keepdim: bool = Field(False, description="whether an axis of size 1 is left in their place")

    def gone(self, x: Spec) -> list[int]:
        """The axes that go. Raises ShapeError."""
        dims = self.dim if isinstance(self.dim, tuple) else (self.dim,)
        axes = [axis_of(x, dim, verb="boils down") for dim in dims]
        if not axes:
            raise ShapeError(
                "names no axis; without one all, the batch included, would go.", parameter="dim", code="axis"
            )
        if len(set(axes)) < len(axes):
            raise ShapeError(f"names an axis twice: {self.dim}.", parameter="dim", code="axis")
        if batch_axis(x) in axes:
            raise ShapeError("would reduce the batch; choose other axes.", port="input", parameter="dim", code="axis")
        return axes

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        self.check_kind(x)
        gone = self.gone(x)
        if self.keepdim:
            shape: list[Dim] = [1 if axis in gone else size for axis, size in enumerate(x.shape)]
            return Spec(tuple(shape), self.kind(x), x.axes)
        left = [axis for axis in range(x.rank) if axis not in gone]
        return Spec(tuple(x.shape[axis] for axis in left), self.kind(x), named(x.axes, *left))

    def check_kind(self, x: Spec) -> None:
        """Raise ShapeError for numbers it does not take."""

    def kind(self, x: Spec) -> DType:
        """What the numbers of the result are."""
        return x.dtype

    def expression(self, module: str, arguments: list[str]) -> str:
        kept = ", keepdim=True" if self.keepdim else ""
        return f"{arguments[0]}.{self.torch.removeprefix('torch.')}(dim={self.dim}{kept})"

    def summary(self) -> str:
        return f"axis {self.dim}" if not isinstance(self.dim, tuple) else f"axes {', '.join(map(str, self.dim))}"


class Mean(_Reduction):
    """The mean over axes: over height and width it is global average pooling, over time a bag of steps."""

    saves: ClassVar[Saves] = "nothing"
    torch: ClassVar[str] = "torch.mean"
    formula: ClassVar[str] = "y = Σ x / n"

    def check_kind(self, x: Spec) -> None:
        need_float(x)


class Sum(_Reduction):
    """The sum over axes."""

    saves: ClassVar[Saves] = "nothing"
    torch: ClassVar[str] = "torch.sum"
    formula: ClassVar[str] = "y = Σ x"

    def kind(self, x: Spec) -> DType:
        return "int64" if x.dtype == "bool" else x.dtype


class Max(_Reduction):
    """The largest number over axes."""

    saves: ClassVar[Saves] = "both"
    torch: ClassVar[str] = "torch.amax"
    formula: ClassVar[str] = "y = max x"


class Min(_Reduction):
    """The smallest number over axes."""

    saves: ClassVar[Saves] = "both"
    torch: ClassVar[str] = "torch.amin"
    formula: ClassVar[str] = "y = min x"


class LogSumExp(_Reduction):
    """The logarithm of the sum of exponentials over axes, without overflow: a soft maximum."""

    saves: ClassVar[Saves] = "both"
    torch: ClassVar[str] = "torch.logsumexp"
    formula: ClassVar[str] = "y = ln Σ eˣ"

    def check_kind(self, x: Spec) -> None:
        need_float(x)


LAYERS = (Mean, Sum, Max, Min, LogSumExp)
