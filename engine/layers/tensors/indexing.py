"""Layers that take numbers at positions which another tensor names, and layers that give such positions."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.axes import batch_axis, behind_batch, named
from engine.layers.layer import Layer, Port, Saves, ShapeError
from engine.layers.parameters import Whole
from engine.spec import Spec, meaning


def _need_positions(spec: Spec, port: str) -> None:
    if spec.dtype != "int64":
        raise ShapeError(f"gets {spec.dtype} {port} {spec} but needs integers (int64).", port=port, code="dtype")


class _Taking(Layer):
    """Takes numbers at given positions along an axis."""

    family: ClassVar[str] = "Shape"
    saves: ClassVar[Saves] = "nothing"

    dim: Whole = Field(1, description="the axis along which the positions are; not the batch")

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 8 * product(inputs[1].shape)

    def summary(self) -> str:
        return f"axis {self.dim}"


class Gather(_Taking):
    """Takes one number for every position in the index, which has as many axes as the input.

    The result has the shape of the index.
    """

    saves: ClassVar[Saves] = "inputs"
    torch: ClassVar[str] = "torch.gather"
    formula: ClassVar[str] = "y(n, i, …) = x(n, index(n, i, …), …)"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("input", "what the numbers are taken from"),
        Port("index", "positions along the axis: integers"),
    )

    def infer(self, *inputs: Spec) -> Spec:
        x, index = inputs
        _need_positions(index, "index")
        dim = behind_batch(x, self.dim, verb="takes along")
        if index.rank != x.rank:
            raise ShapeError(
                f"gets an index {index} of {index.rank} axes for {x}; it needs {x.rank}.", port="index", code="axes"
            )
        for axis, (many, size) in enumerate(zip(index.shape, x.shape, strict=True)):
            fewer = many == 1 or (isinstance(many, int) and isinstance(size, int) and many <= size)
            if axis != dim and many != size and not (fewer and axis != batch_axis(x)):
                raise ShapeError(
                    f"takes numbers of {x} with an index {index}, but along {meaning(x.axes, axis)} it has {many} "
                    f"positions where the input has {size}.",
                    port="index",
                    code="mismatch",
                )
        return x.with_shape(index.shape, x.axes)

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"{arguments[0]}.gather({self.dim}, {arguments[1]})"

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 0


class IndexSelect(_Taking):
    """Takes the same positions of every sample: one index for all, such as a Constant."""

    torch: ClassVar[str] = "torch.index_select"
    formula: ClassVar[str] = "y(n, i, …) = x(n, index(i), …)"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("input", "what is taken from"),
        Port("index", "positions along the axis: a list of integers"),
    )

    def infer(self, *inputs: Spec) -> Spec:
        x, index = inputs
        _need_positions(index, "index")
        dim = behind_batch(x, self.dim, verb="takes along")
        if index.rank != 1:
            raise ShapeError(f"gets an index {index} but needs a list of positions (K,).", port="index", code="axes")
        batch = batch_axis(x)
        if batch is not None and index.shape[0] == x.shape[batch] and not isinstance(index.shape[0], int):
            raise ShapeError(
                f"takes the same positions of every sample, but its index {index} has one for each sample; "
                "TakeAt takes those.",
                port="index",
                code="axes",
            )
        return x.with_shape((*x.shape[:dim], index.shape[0], *x.shape[dim + 1 :]), x.axes)

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"{arguments[0]}.index_select({self.dim}, {arguments[1]})"


class TakeAt(_Taking):
    """Takes one position of each sample, which another input gives: the last word of each text, for example."""

    formula: ClassVar[str] = "y(n, …) = x(n, position(n), …)"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("input", "what is taken from"),
        Port("position", "one position for each sample (N,): an integer; negative ones count from the end"),
    )

    def infer(self, *inputs: Spec) -> Spec:
        x, position = inputs
        _need_positions(position, "position")
        dim = behind_batch(x, self.dim, verb="takes one position of")
        if x.rank < 2 or dim == 0:
            raise ShapeError(f"gets {x} but needs the batch first: (N, …).", port="input", code="axes")
        if position.shape != x.shape[:1]:
            raise ShapeError(
                f"gets positions {position} but needs one for each sample of {x}: ({x.shape[0]},).",
                port="position",
                code="axes",
            )
        axes = [axis for axis in range(x.rank) if axis != dim]
        return x.with_shape((x.shape[axis] for axis in axes), named(x.axes, *axes))

    def expression(self, module: str, arguments: list[str]) -> str:
        x, position = arguments
        samples = f"torch.arange({x}.shape[0], device={x}.device)"
        if self.dim >= 0:
            return f"{x}[{', '.join([samples, *[':'] * (self.dim - 1), position])}]"
        return f"{x}[{', '.join([samples, '...', position, *[':'] * (-self.dim - 1)])}]"

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 16 * product(inputs[1].shape)


LAYERS = (Gather, IndexSelect, TakeAt)
