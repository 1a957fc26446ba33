"""Layers that bring several branches together."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.axes import axis_of, broadcast
from engine.layers.layer import Layer, Port, Saves, ShapeError, Stretch
from engine.layers.nature import Numbers, Sight
from engine.layers.parameters import Whole
from engine.spec import DType, Spec, meaning, promote


class _Elementwise(Layer):
    """Joins its inputs number by number. An axis of size 1 is repeated to fit the others."""

    keeps_positions: ClassVar[bool] = True
    family: ClassVar[str] = "Merge"
    joins_elementwise: ClassVar[bool] = True
    sign: ClassVar[str]

    def infer(self, *inputs: Spec) -> Spec:
        shape, axes = broadcast(inputs, self.verb(), self.sign)
        return Spec(shape, self.kind(*inputs), axes)

    def verb(self) -> str:
        """What it does, for a sentence."""
        return "joins"

    def kind(self, *inputs: Spec) -> DType:
        """What the numbers of the result are."""
        return promote(*(spec.dtype for spec in inputs))

    def expression(self, module: str, arguments: list[str]) -> str:
        return f" {self.sign} ".join(arguments)


class Add(_Elementwise):
    """Adds its inputs number by number: the skip connection of a residual network.

    An axis of size 1 is repeated to fit the others.
    """

    symbol: ClassVar[str] = "+"
    also_called: ClassVar[str] = "plus sum skip residual shortcut"
    saves: ClassVar[Saves] = "nothing"
    formula: ClassVar[str] = "y = x₀ + x₁ + …"
    reference: ClassVar[str] = "He et al. 2015, Deep Residual Learning, https://arxiv.org/abs/1512.03385"
    inputs: ClassVar[tuple[Port, ...]] = (Port("x", "a summand", many=True),)
    sign: ClassVar[str] = "+"

    def verb(self) -> str:
        return "adds"


class Multiply(_Elementwise):
    """Multiplies its inputs number by number: a gate lets through what it is near 1 for.

    An axis of size 1 is repeated to fit the others.
    """

    symbol: ClassVar[str] = "×"
    numbers: ClassVar[Numbers] = "multiplied"
    multiplies: ClassVar[bool] = True
    formula: ClassVar[str] = "y = x₀ · x₁ · …"
    reference: ClassVar[str] = "Hu et al. 2017, Squeeze-and-Excitation Networks, https://arxiv.org/abs/1709.01507"
    inputs: ClassVar[tuple[Port, ...]] = (Port("x", "a factor", many=True),)
    sign: ClassVar[str] = "*"

    def verb(self) -> str:
        return "multiplies"


class Maximum(_Elementwise):
    """Keeps the larger of its two inputs, number by number: maxout."""

    numbers: ClassVar[Numbers] = "chosen"
    torch: ClassVar[str] = "torch.maximum"
    formula: ClassVar[str] = "y = max(a, b)"
    reference: ClassVar[str] = "Goodfellow et al. 2013, Maxout Networks, https://arxiv.org/abs/1302.4389"
    inputs: ClassVar[tuple[Port, ...]] = (Port("a", "the one side"), Port("b", "the other side"))
    sign: ClassVar[str] = "and"

    def verb(self) -> str:
        return "compares"

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"torch.maximum({', '.join(arguments)})"


class Subtract(_Elementwise):
    """Takes the second input from the first, number by number."""

    symbol: ClassVar[str] = "−"
    saves: ClassVar[Saves] = "nothing"
    formula: ClassVar[str] = "y = a − b"
    inputs: ClassVar[tuple[Port, ...]] = (Port("a", "what is taken from"), Port("b", "what is taken away"))
    sign: ClassVar[str] = "-"

    def verb(self) -> str:
        return "subtracts"

    def kind(self, *inputs: Spec) -> DType:
        for index, spec in enumerate(inputs):
            if spec.dtype == "bool":
                raise ShapeError(f"gets bool input {spec}; booleans cannot be subtracted.", port=index, code="dtype")
        return super().kind(*inputs)


class Divide(_Elementwise):
    """Divides the first input by the second, number by number; floats come out."""

    symbol: ClassVar[str] = "÷"
    formula: ClassVar[str] = "y = a / b"
    inputs: ClassVar[tuple[Port, ...]] = (Port("a", "what is divided"), Port("b", "by what"))
    sign: ClassVar[str] = "/"

    def verb(self) -> str:
        return "divides"

    def kind(self, *inputs: Spec) -> DType:
        return "float32"


class Scale(Layer):
    """Multiplies by a fixed factor and adds a fixed shift: 1/√d before a softmax, 1/255 for pixels."""

    saves: ClassVar[Saves] = "nothing"
    keeps_positions: ClassVar[bool] = True
    family: ClassVar[str] = "Merge"
    formula: ClassVar[str] = "y = factor · x + shift"

    factor: float = Field(1.0, description="what every number is multiplied by")
    shift: float = Field(0.0, description="what is added then")

    def infer(self, *inputs: Spec) -> Spec:
        return Spec(inputs[0].shape, "float32", inputs[0].axes)

    def expression(self, module: str, arguments: list[str]) -> str:
        text = f"{arguments[0]} * {self.factor}"
        if self.shift != 0:
            text += f" + {self.shift}" if self.shift > 0 else f" - {-self.shift}"
        return text

    def summary(self) -> str:
        text = f"· {self.factor:g}"
        if self.shift != 0:
            text += f" + {self.shift:g}" if self.shift > 0 else f" − {-self.shift:g}"
        return text


class MatMul(Layer):
    """The matrix product of the last two axes, for every leading index: the heart of attention."""

    family: ClassVar[str] = "Merge"
    torch: ClassVar[str] = "torch.matmul"
    multiplies: ClassVar[bool] = True
    formula: ClassVar[str] = "(…, n, k) · (…, k, m) → (…, n, m)"
    inputs: ClassVar[tuple[Port, ...]] = (Port("a", "the left matrix"), Port("b", "the right matrix"))

    transpose: bool = Field(False, description="whether the last two axes of b are exchanged first: a · bᵀ")

    def infer(self, *inputs: Spec) -> Spec:
        a, b = inputs
        for index, spec in enumerate(inputs):
            if spec.rank < 2:
                raise ShapeError(f"gets {spec}, which is not a matrix: two axes are needed.", port=index, code="axes")
            if spec.dtype != a.dtype or spec.dtype == "bool":
                raise ShapeError(
                    f"gets {a.dtype} times {b.dtype}; both must have the same dtype.", port=index, code="dtype"
                )
        right = (b.shape[-1], b.shape[-2]) if self.transpose else (b.shape[-2], b.shape[-1])
        if a.shape[-1] != right[0]:
            raise ShapeError(
                f"multiplies {a} by {b}{' transposed' if self.transpose else ''}: the rows on the left have "
                f"{a.shape[-1]} numbers, the columns on the right {right[0]}.",
                port=1,
                code="mismatch",
            )
        rank = max(a.rank, b.rank) - 2
        leading = [(1,) * (rank + 2 - spec.rank) + spec.shape[:-2] for spec in inputs]
        out: list[Dim] = []
        for left, other in zip(*leading, strict=True):
            if left != other and 1 not in (left, other):
                raise ShapeError(
                    f"multiplies {a} by {b}: the leading {left} and {other} are neither equal nor 1.",
                    port=1,
                    code="mismatch",
                )
            out.append(other if left == 1 else left)
        return Spec((*out, a.shape[-2], right[1]), a.dtype)

    def expression(self, module: str, arguments: list[str]) -> str:
        a, b = arguments
        return f"{a} @ {b}.transpose(-2, -1)" if self.transpose else f"{a} @ {b}"

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return product(outputs[0].shape) * inputs[0].shape[-1]

    def summary(self) -> str:
        return "a · bᵀ" if self.transpose else ""


class Stack(Layer):
    """Lays its inputs, all of one shape, one after the other along a new axis."""

    saves: ClassVar[Saves] = "nothing"
    family: ClassVar[str] = "Merge"
    numbers: ClassVar[Numbers] = "chosen"
    torch: ClassVar[str] = "torch.stack"
    formula: ClassVar[str] = "size(dim) = number of inputs"
    inputs: ClassVar[tuple[Port, ...]] = (Port("x", "one of them", many=True),)

    dim: Whole = Field(1, description="the position of the new axis in the result")

    def infer(self, *inputs: Spec) -> Spec:
        first = inputs[0]
        dim = axis_of(first, self.dim, verb="stacks along", more=1, port=0)
        if dim == 0:
            raise ShapeError(
                "would put an axis before the batch; choose another position.", parameter="dim", code="axis"
            )
        for index, other in enumerate(inputs):
            if other.shape != first.shape:
                raise ShapeError(
                    f"stacks {first} and {other}, but all must have one shape.", port=index, code="mismatch"
                )
        shape = (*first.shape[:dim], len(inputs), *first.shape[dim:])
        return Spec(shape, promote(*(spec.dtype for spec in inputs)))

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"torch.stack(({', '.join(arguments)}{',' if len(arguments) == 1 else ''}), dim={self.dim})"

    def summary(self) -> str:
        return f"axis {self.dim}"


class Concat(Layer):
    """Puts its inputs one after the other along an axis; all other axes must be equal."""

    saves: ClassVar[Saves] = "nothing"
    family: ClassVar[str] = "Merge"
    also_called: ClassVar[str] = "cat join stack"
    sees: ClassVar[Sight] = "cell"
    numbers: ClassVar[Numbers] = "chosen"
    torch: ClassVar[str] = "torch.cat"
    formula: ClassVar[str] = "out(dim) = Σ in(dim)"
    reference: ClassVar[str] = "Huang et al. 2016, Densely Connected Networks, https://arxiv.org/abs/1608.06993"
    inputs: ClassVar[tuple[Port, ...]] = (Port("x", "a part", many=True),)

    dim: Whole = Field(1, description="the axis along which they are joined; 1 is the channels")

    def infer(self, *inputs: Spec) -> Spec:
        first = inputs[0]
        dim = axis_of(first, self.dim, verb="joins along", port=0)
        for index, other in enumerate(inputs):
            if other.rank != first.rank:
                raise ShapeError(
                    f"joins {first} with {other}: {first.rank} and {other.rank} axes.", port=index, code="mismatch"
                )
            for axis, (a, b) in enumerate(zip(first.shape, other.shape, strict=True)):
                if axis != dim and a != b:
                    raise ShapeError(
                        f"joins {first} with {other} along {meaning(first.axes, dim)}, "
                        f"but along {meaning(first.axes, axis)} they differ: {a} and {b}.",
                        port=index,
                        code="mismatch",
                    )
        total: Dim = 0
        for spec in inputs:
            total = total + spec.shape[dim]
        shape = (*first.shape[:dim], total, *first.shape[dim + 1 :])
        return Spec(shape, promote(*(spec.dtype for spec in inputs)), first.axes)

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        return None if part.axis == axis_of(inputs[0], self.dim) else part

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"torch.cat(({', '.join(arguments)}{',' if len(arguments) == 1 else ''}), dim={self.dim})"

    def summary(self) -> str:
        return f"axis {self.dim}"


LAYERS = (Add, Subtract, Multiply, Divide, Maximum, MatMul, Scale, Concat, Stack)
