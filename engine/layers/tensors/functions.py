"""Mathematical functions that are applied to every number by itself."""

from __future__ import annotations

from math import inf
from typing import ClassVar

from pydantic import Field

from engine.layers.axes import behind_batch, broadcast
from engine.layers.layer import Layer, Port, Saves, ShapeError, need_float, need_numbers
from engine.layers.parameters import Whole
from engine.spec import UNWIRED, Spec


class _Function(Layer):
    """A function of one number, applied to every number; the shape stays."""

    keeps_positions: ClassVar[bool] = True
    family: ClassVar[str] = "Math"

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        return x

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"{self.torch}({arguments[0]})"


class _OfNumbers(_Function):
    """A function that keeps integers integers."""

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_numbers(x)
        return x


class Exp(_Function):
    """The exponential function: turns a logarithm, such as a log-variance, into a positive number."""

    saves: ClassVar[Saves] = "outputs"
    torch: ClassVar[str] = "torch.exp"
    formula: ClassVar[str] = "y = eˣ"


class Log(_Function):
    """The natural logarithm of positive numbers; 0 gives −∞, negative numbers give NaN."""

    takes_logarithm: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.log"
    formula: ClassVar[str] = "y = ln x"


class Sqrt(_Function):
    """The square root; negative numbers give NaN, and the gradient at 0 is infinite."""

    saves: ClassVar[Saves] = "outputs"
    torch: ClassVar[str] = "torch.sqrt"
    formula: ClassVar[str] = "y = √x"


class Rsqrt(_Function):
    """One divided by the square root: turns a variance into the factor that normalizes by it."""

    saves: ClassVar[Saves] = "outputs"
    torch: ClassVar[str] = "torch.rsqrt"
    formula: ClassVar[str] = "y = 1 / √x"


class Reciprocal(_Function):
    """One divided by each number."""

    saves: ClassVar[Saves] = "outputs"
    torch: ClassVar[str] = "torch.reciprocal"
    formula: ClassVar[str] = "y = 1 / x"


class Sin(_Function):
    """The sine of angles in radians."""

    torch: ClassVar[str] = "torch.sin"
    formula: ClassVar[str] = "y = sin x"


class Cos(_Function):
    """The cosine of angles in radians."""

    torch: ClassVar[str] = "torch.cos"
    formula: ClassVar[str] = "y = cos x"


class Abs(_OfNumbers):
    """The size of each number without its sign."""

    torch: ClassVar[str] = "torch.abs"
    formula: ClassVar[str] = "y = |x|"


class Neg(_OfNumbers):
    """Changes the sign of each number."""

    saves: ClassVar[Saves] = "nothing"
    torch: ClassVar[str] = "torch.neg"
    formula: ClassVar[str] = "y = −x"

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"-{arguments[0]}"


class Sign(_OfNumbers):
    """−1, 0 or 1 by the sign of each number. Its gradient is 0 everywhere, so nothing before it is trained."""

    passes_gradient: ClassVar[bool] = False
    saves: ClassVar[Saves] = "nothing"
    torch: ClassVar[str] = "torch.sign"
    formula: ClassVar[str] = "y = 1 if x > 0, −1 if x < 0, else 0"


class Clamp(_OfNumbers):
    """Limits numbers to a range; a side without a limit stays open."""

    torch: ClassVar[str] = "torch.clamp"
    formula: ClassVar[str] = "y = min(max(x, min), max)"
    initial: ClassVar[dict[str, object]] = {"min": 0.0, "max": 1.0}

    min: Whole | float | None = Field(None, description="the smallest number that comes out; none: no limit")
    max: Whole | float | None = Field(None, description="the largest number that comes out; none: no limit")

    def check(self) -> None:
        if self.min is None and self.max is None:
            raise ShapeError("has neither min nor max; set at least one of them.", parameter="min")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ShapeError(f"has min {self.min:g} above max {self.max:g}.", parameter="min")

    def infer(self, *inputs: Spec) -> Spec:
        x = super().infer(*inputs)
        for name, limit in (("min", self.min), ("max", self.max)):
            if x.dtype == "int64" and isinstance(limit, float):
                raise ShapeError(
                    f"limits the integers of {x} by {name} = {limit:g}; write an integer, without a decimal point.",
                    port="input",
                    parameter=name,
                    code="dtype",
                )
        return x

    def expression(self, module: str, arguments: list[str]) -> str:
        limits = [f"{name}={limit}" for name, limit in (("min", self.min), ("max", self.max)) if limit is not None]
        return f"torch.clamp({', '.join([*arguments, *limits])})"

    def value_range(self) -> tuple[float, float]:
        return (-inf if self.min is None else self.min, inf if self.max is None else self.max)

    def summary(self) -> str:
        low, high = ("…" if limit is None else f"{limit:g}" for limit in (self.min, self.max))
        return f"{low} to {high}"


class Pow(Layer):
    """Raises each number to a power: the exponent is a number, or a tensor that is wired to it."""

    keeps_positions: ClassVar[bool] = True
    family: ClassVar[str] = "Math"
    torch: ClassVar[str] = "torch.pow"
    formula: ClassVar[str] = "y = x ^ exponent"
    initial: ClassVar[dict[str, object]] = {"exponent": 2.0}
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("input", "the base"),
        Port("exponent", "the exponent of each number, in place of the parameter", optional=True),
    )

    exponent: float = Field(2.0, description="the exponent, where no tensor is wired to it")

    def infer(self, *inputs: Spec) -> Spec:
        x, exponent = inputs
        need_float(x)
        if exponent is UNWIRED:
            return x
        need_numbers(exponent, "exponent", "exponents")
        shape, axes = broadcast(inputs, "raises", "to the power of")
        return Spec(shape, "float32", axes)

    def expression(self, module: str, arguments: list[str]) -> str:
        x, exponent = arguments
        return f"{x} ** {self.exponent if exponent == 'None' else exponent}"

    def summary(self) -> str:
        return f"{self.exponent:g}"


class CumSum(Layer):
    """The sum of all numbers up to each position along an axis."""

    saves: ClassVar[Saves] = "nothing"
    family: ClassVar[str] = "Math"
    torch: ClassVar[str] = "torch.cumsum"
    formula: ClassVar[str] = "y(i) = x(0) + … + x(i)"

    dim: Whole = Field(1, description="the axis along which is summed; 1 is the time of (N, T, features)")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        behind_batch(x, self.dim, verb="sums along")
        return Spec(x.shape, "int64" if x.dtype == "bool" else x.dtype, x.axes)

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"{arguments[0]}.cumsum({self.dim})"

    def summary(self) -> str:
        return f"axis {self.dim}"


LAYERS = (Exp, Log, Sqrt, Rsqrt, Pow, Abs, Neg, Reciprocal, Clamp, Sin, Cos, Sign, CumSum)
