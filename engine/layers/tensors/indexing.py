"""Layers that take numbers at positions which another tensor names, and layers that give such positions."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.axes import batch_axis, behind_batch, named
from engine.layers.layer import Layer, Port, Saves, ShapeError, need_numbers
from engine.layers.nature import Numbers, Sight
from engine.layers.parameters import Positive, Whole
from engine.spec import Spec, meaning


def _need_positions(spec: Spec, port: str) -> None:
    if spec.dtype != "int64":
        raise ShapeError(f"gets {spec.dtype} {port} {spec} but needs integers (int64).", port=port, code="dtype")


class _Taking(Layer):
    """Takes numbers at given positions along an axis."""

    family: ClassVar[str] = "Shape"
    numbers: ClassVar[Numbers] = "chosen"
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
        Port("index", "positions along the axis: integers", role="pointer"),
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
        Port("index", "positions along the axis: a list of integers", role="pointer"),
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
        Port(
            "position",
            "one position for each sample (N,): an integer; negative ones count from the end",
            role="pointer",
        ),
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


class TopK(Layer):
    """The k largest numbers along an axis, and where they are: the indices go to Gather, for example."""

    family: ClassVar[str] = "Shape"
    saves: ClassVar[Saves] = "nothing"
    torch: ClassVar[str] = "torch.topk"
    formula: ClassVar[str] = "size(dim) = k"
    initial: ClassVar[dict[str, object]] = {"k": 1}
    outputs: ClassVar[tuple[Port, ...]] = (
        Port("values", "the numbers, the largest first"),
        Port("indices", "their positions along the axis"),
    )

    k: Positive = Field(description="how many")
    dim: Whole = Field(-1, description="the axis along which they are chosen; not the batch")
    largest: bool = Field(True, description="whether the largest are taken; else the smallest")
    sorted: bool = Field(True, description="whether they come in order")

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        (x,) = inputs
        need_numbers(x)
        dim = behind_batch(x, self.dim, verb="chooses along")
        size = x.shape[dim]
        if isinstance(size, int) and self.k > size:
            raise ShapeError(
                f"takes {self.k} numbers along {meaning(x.axes, dim)} of {x}, which has only {size}.",
                port="input",
                parameter="k",
                code="range",
            )
        if not isinstance(size, int) and self.k > 1:
            raise ShapeError(
                f"takes {self.k} numbers along {meaning(x.axes, dim)} of {x}, which is open: only k = 1 is there for "
                "every size.",
                port="input",
                parameter="k",
                code="open-size",
            )
        shape = (*x.shape[:dim], self.k, *x.shape[dim + 1 :])
        return Spec(shape, x.dtype, x.axes), Spec(shape, "int64", x.axes)

    def expression(self, module: str, arguments: list[str]) -> str:
        options = [f"dim={self.dim}"] * (self.dim != -1)
        options += [f"largest={self.largest}"] * (self.largest is not True)
        options += [f"sorted={self.sorted}"] * (self.sorted is not True)
        return f"{arguments[0]}.topk({', '.join([str(self.k), *options])})"

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 8 * product(outputs[1].shape)

    def summary(self) -> str:
        return f"{self.k} along axis {self.dim}"


class OneHot(Layer):
    """A row of zeros with a single 1 for each integer, at the position of that integer; integers come out."""

    family: ClassVar[str] = "Sequence"
    sees: ClassVar[Sight] = "cell"
    vocabulary_parameter: ClassVar[str] = "num_classes"
    saves: ClassVar[Saves] = "nothing"
    torch: ClassVar[str] = "torch.nn.functional.one_hot"
    formula: ClassVar[str] = "y(…, c) = 1 if x(…) = c, else 0"
    initial: ClassVar[dict[str, object]] = {"num_classes": 10}

    num_classes: Positive = Field(description="how many different integers there are: 0 … num_classes − 1")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        _need_positions(x, "input")
        axes = None if x.axes is None else (*x.axes, "classes")
        return Spec((*x.shape, self.num_classes), "int64", axes)

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"nn.functional.one_hot({arguments[0]}, {self.num_classes})"

    def summary(self) -> str:
        return f"{self.num_classes} classes"


LAYERS = (Gather, IndexSelect, TakeAt, TopK, OneHot)
