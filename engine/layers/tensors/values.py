"""Layers that give numbers of their own: constants, learned tensors, and tensors as large as another one.

A tensor that comes from no input has no batch axis: its shape is the one that is set. Layers that join numbers repeat
it for every sample, as torch does; Expand gives it the batch of another tensor.
"""

from __future__ import annotations

from math import prod
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from engine.dims import Dim, ceil_div
from engine.layers.axes import behind_batch, named
from engine.layers.layer import Layer, Port, Saves, ShapeError
from engine.layers.nature import Sight
from engine.layers.parameters import Positive, Whole
from engine.spec import DType, Spec

MOST_VALUES = 10_000
NonNegativeFloat = Annotated[float, Field(ge=0.0)]


class _Value(Layer):
    """Gives a tensor without a batch."""

    family: ClassVar[str] = "Values"
    saves: ClassVar[Saves] = "nothing"
    inputs: ClassVar[tuple[Port, ...]] = ()
    views: ClassVar[bool] = True


class Constant(_Value):
    """Fixed numbers that are not trained: one for all positions, or a list of them.

    There is no batch axis: (3, 1, 1) fits the channels of (N, 3, H, W), and every sample gets the same numbers.
    """

    own: ClassVar[str] = "Constant"
    formula: ClassVar[str] = "y = value"
    initial: ClassVar[dict[str, object]] = {"value": 1.0}
    positional: ClassVar[tuple[str, ...]] = ("value", "shape")

    value: Whole | float | Annotated[tuple[Whole | float, ...], Field(min_length=1, max_length=MOST_VALUES)] = Field(
        description="the number, or a list of numbers that fills the shape row by row"
    )
    shape: tuple[Positive, ...] | None = Field(
        None, max_length=8, description="the whole shape, without a batch; none: one number, or a list as it is"
    )
    dtype: DType = Field("float32", description="what the numbers are")

    def check(self) -> None:
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        if self.dtype != "float32" and any(isinstance(value, float) for value in values):
            raise ShapeError(
                f"holds {self.dtype}, but not all its numbers are integers; write them without a decimal point.",
                parameter="value",
            )
        if isinstance(self.value, tuple) and self.shape is not None and prod(self.shape) != len(self.value):
            raise ShapeError(
                f"has {len(self.value)} numbers for a shape of {' · '.join(map(str, self.shape)) or '1'} = "
                f"{prod(self.shape)}.",
                parameter="value",
            )

    def infer(self, *inputs: Spec) -> Spec:
        shape = self.shape
        if shape is None:
            shape = (len(self.value),) if isinstance(self.value, tuple) else ()
        return Spec(shape, self.dtype)

    def arguments(self, *inputs: Spec) -> dict[str, object]:
        arguments = super().arguments()
        if self.shape is None:
            del arguments["shape"]
        return arguments

    def buffers(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        return {"value": self.infer().shape}

    def value_range(self) -> tuple[float, float]:
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        return min(values), max(values)

    def summary(self) -> str:
        return f"{len(self.value)} numbers" if isinstance(self.value, tuple) else f"{self.value:g}"


class Parameter(_Value):
    """A tensor that is learned: a token, a table of positions, prototypes, a temperature.

    There is no batch axis: every sample gets the same numbers. Expand gives it the batch of another tensor.
    """

    own: ClassVar[str] = "LearnedTensor"
    formula: ClassVar[str] = "weights = product of the shape"
    initial: ClassVar[dict[str, object]] = {"shape": (1,)}
    positional: ClassVar[tuple[str, ...]] = ("shape",)

    shape: tuple[Positive, ...] = Field(min_length=1, max_length=8, description="the whole shape, without a batch")
    init: Literal["normal", "uniform", "constant"] = Field(
        "normal", description="how it starts: random by a normal or a uniform distribution, or all numbers the same"
    )
    std: NonNegativeFloat = Field(0.02, description="of a normal start: the standard deviation; the mean is 0")
    bound: NonNegativeFloat = Field(1.0, description="of a uniform start: the numbers are between −bound and bound")
    value: float = Field(0.0, description="of a constant start: every number")

    def infer(self, *inputs: Spec) -> Spec:
        return Spec(self.shape)

    def arguments(self, *inputs: Spec) -> dict[str, object]:
        return {name: value for name, value in super().arguments().items() if name not in self.unread()}

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        return {"weight": self.shape}

    def unread(self) -> frozenset[str]:
        used = {"normal": "std", "uniform": "bound", "constant": "value"}
        return frozenset(used.values()) - {used[self.init]}

    def summary(self) -> str:
        return " × ".join(map(str, self.shape))


class Arange(_Value):
    """Counts: 0, 1, 2 and so on, as many as an axis of the input has positions, or up to a fixed end.

    After it an Embedding gives a vector for each position.
    """

    own: ClassVar[str] = "Arange"
    torch: ClassVar[str] = "torch.arange"
    formula: ClassVar[str] = "y(i) = start + i · step,  size = ⌈(end − start) / step⌉"
    at_call: ClassVar[tuple[str, ...]] = ("dim",)
    inputs: ClassVar[tuple[Port, ...]] = (Port("input", "the tensor whose positions are counted"),)

    start: Whole = Field(0, description="the first number")
    end: Whole | None = Field(
        None, description="where it ends, itself not included; none: the size of an axis of the input"
    )
    step: Whole = Field(1, description="the distance of two numbers; not 0")
    dim: Whole = Field(1, description="without an end: the axis of the input that is counted")

    def check(self) -> None:
        if self.step == 0:
            raise ShapeError("has a step of 0 and never ends.", parameter="step")
        if self.end is None and self.step < 0:
            raise ShapeError("counts down to the size of an axis; set an end, or a step above 0.", parameter="step")

    def input_ports(self) -> tuple[Port, ...]:
        return self.inputs if self.end is None else ()

    def infer(self, *inputs: Spec) -> Spec:
        axes = None
        end: Dim = 0
        if self.end is not None:
            end = self.end
        else:
            (x,) = inputs
            dim = behind_batch(x, self.dim, verb="counts along")
            end, axes = x.shape[dim], named(x.axes, dim)
        count = ceil_div(end - self.start, self.step) if self.step > 0 else ceil_div(self.start - end, -self.step)
        if isinstance(count, int) and count < 1:
            raise ShapeError(
                f"counts from {self.start} to {end} in steps of {self.step}, which gives no number.",
                parameter="end" if self.end is not None else "start",
                code="range",
            )
        return Spec((count,), "int64", axes)

    def constructor(self) -> str:
        return "" if self.end is None else self.own

    def buffers(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        return {} if self.end is None else {"value": self.infer().shape}

    def expression(self, module: str, arguments: list[str]) -> str:
        if self.end is not None:
            return f"{module}()"
        (x,) = arguments
        step = f", {self.step}" if self.step != 1 else ""
        start = f"{self.start}, " if self.start != 0 or step else ""
        return f"torch.arange({start}{x}.shape[{self.dim}]{step}, device={x}.device)"

    def unread(self) -> frozenset[str]:
        return frozenset() if self.end is None else frozenset({"dim"})

    def passes_through(self, inputs: tuple[Spec, ...], training: bool) -> bool:
        return self.end is not None

    def summary(self) -> str:
        step = f" by {self.step}" if self.step != 1 else ""
        return f"{self.start} to {f'axis {self.dim}' if self.end is None else self.end}{step}"


class ZerosLike(Layer):
    """Zeros of the shape and kind of the input: a state before the first step."""

    saves: ClassVar[Saves] = "nothing"
    family: ClassVar[str] = "Values"
    passes_gradient: ClassVar[bool] = False
    sees: ClassVar[Sight] = "cell"
    value_bounds: ClassVar[tuple[float, float]] = (0.0, 0.0)
    torch: ClassVar[str] = "torch.zeros_like"
    formula: ClassVar[str] = "y = 0"

    def infer(self, *inputs: Spec) -> Spec:
        return inputs[0]

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"{self.torch}({arguments[0]})"


class OnesLike(ZerosLike):
    """Ones of the shape and kind of the input."""

    value_bounds: ClassVar[tuple[float, float]] = (1.0, 1.0)
    torch: ClassVar[str] = "torch.ones_like"
    formula: ClassVar[str] = "y = 1"


LAYERS = (Constant, Parameter, Arange, ZerosLike, OnesLike)
