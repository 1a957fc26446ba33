"""What Layerloom is told of the modules: parameters, shape rule, words, and what is true of each (its nature)."""

from __future__ import annotations

from math import inf
from typing import ClassVar

from pydantic import Field

from engine.dims import Dim
from engine.layers.layer import Layer, need_float, need_rank
from engine.layers.nature import Numbers, Sight, Squash
from engine.layers.windows import Window, slide
from engine.spec import Spec


class _OfAcme(Layer):
    """What all layers of this package share: the shape stays."""

    imported_from: ClassVar[str] = "acme_layers"

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        return x


class ScaledTanh(_OfAcme):
    """Squeezes numbers like tanh, but between −scale and scale, which is learned."""

    family: ClassVar[str] = "Activation"
    keeps_positions: ClassVar[bool] = True
    own: ClassVar[str] = "ScaledTanhModule"
    formula: ClassVar[str] = "y = scale · tanh(x)"
    reference: ClassVar[str] = "LeCun et al. 1998, Efficient BackProp"

    scale: float = Field(1.7159, gt=0.0, description="what the scale starts with")

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        return {"scale": ()}


class SeparableConv2d(_OfAcme):
    """A convolution in two steps: a filter for each channel, then weighted sums of the channels."""

    family: ClassVar[str] = "Convolution"
    linear_map: ClassVar[bool] = True
    channels_second: ClassVar[bool] = True
    width_parameter: ClassVar[str] = "out_channels"
    sees: ClassVar[Sight] = "window"
    own: ClassVar[str] = "SeparableConv2dModule"
    formula: ClassVar[str] = "out = in + 2·padding − kernel_size + 1"
    reference: ClassVar[str] = "Chollet 2016, Xception, https://arxiv.org/abs/1610.02357"
    initial: ClassVar[dict[str, object]] = {"out_channels": 16, "kernel_size": 3}
    positional: ClassVar[tuple[str, ...]] = ("in_channels", "out_channels", "kernel_size")
    stem_name: ClassVar[str] = "conv"

    out_channels: int = Field(gt=0, description="how many channels come out")
    kernel_size: int = Field(gt=0, description="how many rows and columns a filter has")
    padding: int = Field(0, ge=0, description="cells added on each side")
    bias: bool = Field(True, description="whether a constant is learned for each channel")

    def windows(self) -> tuple[Window, ...]:
        return (Window(self.kernel_size, 1, self.padding, self.padding),) * 2

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_rank(x, 4, "(N, channels, height, width)")
        return x.with_shape((x.shape[0], self.out_channels, *slide(self.windows(), x.shape[2:], "slides")), x.axes)

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        return {"in_channels": inputs[0].shape[1]}

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        channels, kernel = inputs[0].shape[1], (self.kernel_size, self.kernel_size)
        found: dict[str, tuple[Dim, ...]] = {"0.weight": (channels, 1, *kernel)}
        found["1.weight"] = (self.out_channels, channels, 1, 1)
        return found | ({"1.bias": (self.out_channels,)} if self.bias else {})


class HalfWave(_OfAcme):
    """Zero for negative numbers, the square of positive ones."""

    family: ClassVar[str] = "Activation"
    keeps_positions: ClassVar[bool] = True
    zeroes: ClassVar[bool] = True
    value_bounds: ClassVar[tuple[float, float]] = (0.0, inf)
    own: ClassVar[str] = "HalfWaveModule"
    formula: ClassVar[str] = "y = max(0, x)²"


class SlowSigmoid(_OfAcme):
    """A sigmoid that is less steep."""

    family: ClassVar[str] = "Activation"
    keeps_positions: ClassVar[bool] = True
    squashes: ClassVar[Squash] = "sigmoid"
    saturates: ClassVar[bool] = True
    value_bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    own: ClassVar[str] = "SlowSigmoidModule"
    formula: ClassVar[str] = "y = sigmoid(slope · x)"

    slope: float = Field(0.5, gt=0.0, description="how steep it is")


class Centering(_OfAcme):
    """Takes the mean of each channel over the batch away."""

    family: ClassVar[str] = "Normalization"
    numbers: ClassVar[Numbers] = "standardized"
    channels_second: ClassVar[bool] = True
    keeps_positions: ClassVar[bool] = True
    own: ClassVar[str] = "CenteringModule"
    formula: ClassVar[str] = "y = x − mean"


class RowDropout(_OfAcme):
    """Sets all numbers of some samples to zero while training."""

    family: ClassVar[str] = "Dropout"
    numbers: ClassVar[Numbers] = "dropped"
    keeps_positions: ClassVar[bool] = True
    idle: ClassVar[bool] = True
    own: ClassVar[str] = "RowDropoutModule"
    formula: ClassVar[str] = "y = x or 0"

    p: float = Field(0.1, ge=0.0, lt=1.0, description="the share of samples set to zero")


class PlainAttention(_OfAcme):
    """Makes of each step a mean of the steps that are like it; nothing is learned."""

    family: ClassVar[str] = "Attention"
    attends: ClassVar[bool] = True
    causal_by: ClassVar[tuple[str, bool]] = ("ahead", False)
    own: ClassVar[str] = "PlainAttentionModule"
    formula: ClassVar[str] = "y = softmax(x·xᵀ)·x"

    ahead: bool = Field(True, description="whether a step looks at later ones, too")

    def infer(self, *inputs: Spec) -> Spec:
        need_rank(inputs[0], 3, "(N, T, features)")
        return super().infer(*inputs)
