"""Layers that turn numbers into probabilities, or their logarithms, along an axis."""

from __future__ import annotations

from math import inf
from typing import ClassVar

from pydantic import Field

from engine.dims import Dim
from engine.layers.axes import axis_of
from engine.layers.layer import Layer, Saves, ShapeError, Stretch, need_float
from engine.layers.nature import Sight, Squash
from engine.layers.parameters import Whole
from engine.spec import Spec


class _Along(Layer):
    """Works along one axis; the shape stays."""

    saves: ClassVar[Saves] = "outputs"
    family: ClassVar[str] = "Activation"
    sees: ClassVar[Sight] = "cell"
    squashes: ClassVar[Squash] = "softmax"
    always: ClassVar[tuple[str, ...]] = ("dim",)  # torch's own default, none, is deprecated

    dim: Whole = Field(-1, description="the axis whose numbers add up to 1; −1 is the last, where classes are")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        axis_of(x, self.dim)
        return x

    def together(self, *inputs: Spec) -> Dim | None:
        return inputs[0].shape[axis_of(inputs[0], self.dim)]

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        return None if part.axis == axis_of(inputs[0], self.dim) else part

    def summary(self) -> str:
        return "" if self.dim == -1 else f"axis {self.dim}"


class Softmax(_Along):
    """Turns the numbers along an axis into probabilities that add up to 1.

    Cross-entropy contains it already, so a network trained with cross-entropy ends without one.
    """

    torch: ClassVar[str] = "torch.nn.Softmax"
    value_bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    formula: ClassVar[str] = "yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)"


class LogSoftmax(_Along):
    """The logarithms of the probabilities that Softmax gives, exact also for small ones.

    The negative log-likelihood loss wants these; cross-entropy contains both.
    """

    torch: ClassVar[str] = "torch.nn.LogSoftmax"
    value_bounds: ClassVar[tuple[float, float]] = (-inf, 0.0)
    formula: ClassVar[str] = "yᵢ = xᵢ − log Σⱼ exp(xⱼ)"


class Softmin(_Along):
    """Softmax of the negative numbers: the smallest gets the greatest probability."""

    torch: ClassVar[str] = "torch.nn.Softmin"
    value_bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    formula: ClassVar[str] = "yᵢ = exp(−xᵢ) / Σⱼ exp(−xⱼ)"


class Softmax2d(Layer):
    """Turns the channels of each pixel into probabilities that add up to 1."""

    saves: ClassVar[Saves] = "outputs"
    keeps_positions: ClassVar[bool] = True
    family: ClassVar[str] = "Activation"
    channels_second: ClassVar[bool] = True
    squashes: ClassVar[Squash] = "softmax"
    torch: ClassVar[str] = "torch.nn.Softmax2d"
    value_bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    formula: ClassVar[str] = "y(c, i, j) = exp x(c, i, j) / Σₖ exp x(k, i, j)"

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        if x.rank != 4:
            raise ShapeError(
                f"gets {x.rank}-D input {x} but needs 4-D input (N, channels, height, width).",
                port="input",
                code="axes",
            )
        need_float(x)
        return x

    def together(self, *inputs: Spec) -> Dim | None:
        return inputs[0].shape[1]


LAYERS = (Softmax, LogSoftmax, Softmin, Softmax2d)
