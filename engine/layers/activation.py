"""Layers that bend: without them a stack of linear layers is one linear layer."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.layers.layer import Layer, ShapeError, need_float
from engine.layers.parameters import Whole
from engine.spec import Spec


class _Elementwise(Layer):
    """An activation that looks at one number at a time: the shape stays, and floats come out."""

    family: ClassVar[str] = "Activation"

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        return Spec(x.shape, "float32", x.axes)


class ReLU(_Elementwise):
    """Lets positive numbers through and makes negative ones zero; the usual choice between layers."""

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        if x.dtype == "bool":
            raise ShapeError(f"gets bool input {x} but needs numbers.", port="input")
        return x

    torch: ClassVar[str] = "torch.nn.ReLU"
    formula: ClassVar[str] = "y = max(0, x)"
    reference: ClassVar[str] = "Nair and Hinton 2010, Rectified Linear Units Improve Restricted Boltzmann Machines"


class Tanh(_Elementwise):
    """Squeezes every number into −1 … 1, with 0 in the middle."""

    torch: ClassVar[str] = "torch.nn.Tanh"
    formula: ClassVar[str] = "y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)"


class Sigmoid(_Elementwise):
    """Squeezes every number into 0 … 1, to be read as a probability of yes."""

    torch: ClassVar[str] = "torch.nn.Sigmoid"
    formula: ClassVar[str] = "y = 1 / (1 + e⁻ˣ)"


class Softmax(Layer):
    """Turns the numbers along an axis into probabilities that add up to 1.

    Cross-entropy contains it already, so a network trained with cross-entropy ends without one.
    """

    family: ClassVar[str] = "Activation"
    torch: ClassVar[str] = "torch.nn.Softmax"
    formula: ClassVar[str] = "yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)"
    always: ClassVar[tuple[str, ...]] = ("dim",)  # torch's own default, none, is deprecated

    dim: Whole = Field(-1, description="the axis whose numbers add up to 1; −1 is the last, where classes are")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        if not -x.rank <= self.dim < x.rank:
            raise ShapeError(
                f"works on axis {self.dim}, but {x} has {x.rank} axes, {-x.rank} … {x.rank - 1}.",
                port="input",
                parameter="dim",
            )
        return x

    def summary(self) -> str:
        return "" if self.dim == -1 else f"axis {self.dim}"


LAYERS = (ReLU, Tanh, Sigmoid, Softmax)
