"""Layers that bend: without them a stack of linear layers is one linear layer."""

from __future__ import annotations

from math import inf
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.axes import behind_batch
from engine.layers.layer import Layer, Saves, ShapeError, need_float, need_numbers
from engine.layers.nature import Sight, Squash
from engine.layers.parameters import Positive, Whole
from engine.spec import Spec, meaning

NonNegativeFloat = Annotated[float, Field(ge=0.0)]


class _Activation(Layer):
    """An activation that looks at one number at a time: the shape stays."""

    keeps_positions: ClassVar[bool] = True
    family: ClassVar[str] = "Activation"

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        return x


class ReLU(_Activation):
    """Lets positive numbers through and makes negative ones zero; the usual choice between layers."""

    keeps_positive: ClassVar[bool] = True
    zeroes: ClassVar[bool] = True
    saves: ClassVar[Saves] = "outputs"
    torch: ClassVar[str] = "torch.nn.ReLU"
    value_bounds: ClassVar[tuple[float, float]] = (0.0, inf)
    formula: ClassVar[str] = "y = max(0, x)"
    reference: ClassVar[str] = "Nair and Hinton 2010, Rectified Linear Units Improve Restricted Boltzmann Machines"

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_numbers(x)
        return x


class LeakyReLU(_Activation):
    """Like ReLU, but negative numbers pass a little, so that no unit falls silent for ever."""

    keeps_positive: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.LeakyReLU"
    formula: ClassVar[str] = "y = x if x ≥ 0, else negative_slope · x"
    reference: ClassVar[str] = "Maas et al. 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models"

    negative_slope: float = Field(0.01, description="what negative numbers are multiplied by")

    def summary(self) -> str:
        return f"slope {self.negative_slope:g}"


class PReLU(_Activation):
    """Like LeakyReLU, but the slope for negative numbers is learned: one for all, or one a channel."""

    keeps_positive: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.PReLU"
    formula: ClassVar[str] = "y = x if x ≥ 0, else a · x, a learned"
    reference: ClassVar[str] = "He et al. 2015, Delving Deep into Rectifiers, https://arxiv.org/abs/1502.01852"

    num_parameters: Positive = Field(1, description="1: one slope for all; else the number of channels")
    init: float = Field(0.25, description="what the slopes start with")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        if self.num_parameters > 1 and (x.rank < 2 or x.shape[1] != self.num_parameters):
            got = f"the size of {meaning(x.axes, 1)} is {x.shape[1]}" if x.rank > 1 else "there is no axis of channels"
            raise ShapeError(
                f"learns {self.num_parameters} slopes, one a channel, but gets {x}: {got}.",
                port="input",
                parameter="num_parameters",
                code="sizes",
            )
        return x

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        return {"weight": (self.num_parameters,)}


class RReLU(_Activation):
    """Like LeakyReLU with a slope drawn at random for each number while training, afterwards their mean."""

    keeps_positive: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.RReLU"
    formula: ClassVar[str] = "y = x if x ≥ 0, else a · x, a random in lower … upper"
    reference: ClassVar[str] = "Xu et al. 2015, Rectified Activations, https://arxiv.org/abs/1505.00853"

    lower: float = Field(1 / 8, description="the least slope")
    upper: float = Field(1 / 3, description="the greatest slope")

    def draws(self) -> bool:
        return True

    def check(self) -> None:
        if self.lower > self.upper:
            raise ShapeError(f"has lower {self.lower:g} above upper {self.upper:g}.", parameter="lower")

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * product(outputs[0].shape)


class ReLU6(_Activation):
    """ReLU that is cut off at 6: small numbers suit small machines."""

    stem_name: ClassVar[str] = "relu"
    keeps_positive: ClassVar[bool] = True
    zeroes: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.ReLU6"
    value_bounds: ClassVar[tuple[float, float]] = (0.0, 6.0)
    formula: ClassVar[str] = "y = min(max(0, x), 6)"
    reference: ClassVar[str] = "Howard et al. 2017, MobileNets, https://arxiv.org/abs/1704.04861"


class ELU(_Activation):
    """Like ReLU, but negative numbers bend smoothly towards −alpha, which keeps the mean near 0."""

    keeps_positive: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.ELU"
    formula: ClassVar[str] = "y = x if x > 0, else alpha · (eˣ − 1)"
    reference: ClassVar[str] = "Clevert et al. 2015, Exponential Linear Units, https://arxiv.org/abs/1511.07289"

    alpha: float = Field(1.0, description="how far below 0 it goes")

    def value_range(self) -> tuple[float, float]:
        return (min(0.0, -self.alpha), inf)


class SELU(_Activation):
    """An ELU whose two constants keep mean 0 and variance 1 from layer to layer, without normalization."""

    torch: ClassVar[str] = "torch.nn.SELU"
    value_bounds: ClassVar[tuple[float, float]] = (-1.7581, inf)
    formula: ClassVar[str] = "y = 1.0507 · (x if x > 0, else 1.6733 · (eˣ − 1))"
    reference: ClassVar[str] = (
        "Klambauer et al. 2017, Self-Normalizing Neural Networks, https://arxiv.org/abs/1706.02515"
    )


class CELU(_Activation):
    """An ELU whose slope at 0 is 1 for every alpha."""

    keeps_positive: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.CELU"
    formula: ClassVar[str] = "y = max(0, x) + min(0, alpha · (exp(x / alpha) − 1))"
    reference: ClassVar[str] = "Barron 2017, Continuously Differentiable ELUs, https://arxiv.org/abs/1704.07483"

    alpha: float = Field(1.0, description="how far below 0 it goes; not 0")

    def check(self) -> None:
        if abs(self.alpha) < 3e-39:  # below, 1/alpha is more than a float32 holds
            raise ShapeError(f"divides by alpha, and {self.alpha:g} is too small for that.", parameter="alpha")

    def value_range(self) -> tuple[float, float]:
        return (min(0.0, -self.alpha), inf) if self.alpha > 0 else (-inf, inf)


class GELU(_Activation):
    """Weighs each number by the chance that a random one is smaller: the smooth ReLU of Transformers."""

    torch: ClassVar[str] = "torch.nn.GELU"
    value_bounds: ClassVar[tuple[float, float]] = (-0.17, inf)
    formula: ClassVar[str] = "y = x · Φ(x), Φ the normal distribution"
    reference: ClassVar[str] = (
        "Hendrycks and Gimpel 2016, Gaussian Error Linear Units, https://arxiv.org/abs/1606.08415"
    )

    approximate: Literal["none", "tanh"] = Field("none", description="'tanh': a quicker formula that is nearly equal")


class SiLU(_Activation):
    """Weighs each number by its own sigmoid; also known as swish."""

    torch: ClassVar[str] = "torch.nn.SiLU"
    value_bounds: ClassVar[tuple[float, float]] = (-0.2785, inf)
    formula: ClassVar[str] = "y = x · sigmoid(x)"
    reference: ClassVar[str] = (
        "Ramachandran et al. 2017, Searching for Activation Functions, https://arxiv.org/abs/1710.05941"
    )


class Mish(_Activation):
    """A smooth ReLU that dips below 0 before it rises."""

    torch: ClassVar[str] = "torch.nn.Mish"
    value_bounds: ClassVar[tuple[float, float]] = (-0.3089, inf)
    formula: ClassVar[str] = "y = x · tanh(softplus(x))"
    reference: ClassVar[str] = "Misra 2019, Mish, https://arxiv.org/abs/1908.08681"


class Softplus(_Activation):
    """A smooth ReLU that is positive everywhere: for numbers that must not be negative, such as a variance."""

    torch: ClassVar[str] = "torch.nn.Softplus"
    formula: ClassVar[str] = "y = log(1 + exp(beta · x)) / beta"

    beta: float = Field(1.0, description="how sharp the bend is")
    threshold: float = Field(20.0, description="beyond this beta · x it is simply x")

    def value_range(self) -> tuple[float, float]:
        return (0.0, inf) if self.beta > 0 else (-inf, inf)


class Tanh(_Activation):
    """Squeezes every number into −1 … 1, with 0 in the middle."""

    saturates: ClassVar[bool] = True
    saves: ClassVar[Saves] = "outputs"
    torch: ClassVar[str] = "torch.nn.Tanh"
    value_bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    formula: ClassVar[str] = "y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)"

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        return Spec(x.shape, "float32", x.axes)


class Sigmoid(_Activation):
    """Squeezes every number into 0 … 1, to be read as a probability of yes."""

    saturates: ClassVar[bool] = True
    squashes: ClassVar[Squash] = "sigmoid"
    saves: ClassVar[Saves] = "outputs"
    torch: ClassVar[str] = "torch.nn.Sigmoid"
    value_bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    formula: ClassVar[str] = "y = 1 / (1 + e⁻ˣ)"

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        return Spec(x.shape, "float32", x.axes)


class LogSigmoid(_Activation):
    """The logarithm of the sigmoid, computed so that it stays exact for very negative numbers."""

    squashes: ClassVar[Squash] = "sigmoid"
    torch: ClassVar[str] = "torch.nn.LogSigmoid"
    value_bounds: ClassVar[tuple[float, float]] = (-inf, 0.0)
    formula: ClassVar[str] = "y = log(1 / (1 + e⁻ˣ))"

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * product(outputs[0].shape)


class Hardtanh(_Activation):
    """Cuts numbers off at both ends and leaves those between as they are."""

    saturates: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.Hardtanh"
    formula: ClassVar[str] = "y = min(max(x, min_val), max_val)"

    min_val: float = Field(-1.0, description="the least number that comes out")
    max_val: float = Field(1.0, description="the greatest number that comes out")

    def check(self) -> None:
        if self.min_val >= self.max_val:
            raise ShapeError(
                f"has min_val {self.min_val:g}, which is not below max_val {self.max_val:g}.", parameter="min_val"
            )

    def value_range(self) -> tuple[float, float]:
        return self.min_val, self.max_val


class Hardsigmoid(_Activation):
    """A sigmoid of straight lines, quick to compute."""

    saturates: ClassVar[bool] = True
    squashes: ClassVar[Squash] = "sigmoid"
    torch: ClassVar[str] = "torch.nn.Hardsigmoid"
    value_bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    formula: ClassVar[str] = "y = min(max(x / 6 + 1/2, 0), 1)"
    reference: ClassVar[str] = "Howard et al. 2019, Searching for MobileNetV3, https://arxiv.org/abs/1905.02244"


class Hardswish(_Activation):
    """SiLU with a sigmoid of straight lines, quick to compute."""

    torch: ClassVar[str] = "torch.nn.Hardswish"
    value_bounds: ClassVar[tuple[float, float]] = (-0.375, inf)
    formula: ClassVar[str] = "y = x · min(max(x / 6 + 1/2, 0), 1)"
    reference: ClassVar[str] = "Howard et al. 2019, Searching for MobileNetV3, https://arxiv.org/abs/1905.02244"


class Hardshrink(_Activation):
    """Makes small numbers zero and leaves large ones as they are."""

    torch: ClassVar[str] = "torch.nn.Hardshrink"
    formula: ClassVar[str] = "y = x if |x| > lambd, else 0"

    lambd: float = Field(0.5, description="what counts as small")


class Softshrink(_Activation):
    """Moves every number towards zero by lambd; small ones become zero."""

    torch: ClassVar[str] = "torch.nn.Softshrink"
    formula: ClassVar[str] = "y = x − lambd if x > lambd, x + lambd if x < −lambd, else 0"

    lambd: NonNegativeFloat = Field(0.5, description="how far numbers are moved")


class Tanhshrink(_Activation):
    """What tanh leaves of a number: almost nothing of small ones."""

    saves: ClassVar[Saves] = "nothing"
    torch: ClassVar[str] = "torch.nn.Tanhshrink"
    formula: ClassVar[str] = "y = x − tanh(x)"

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        return x

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * product(outputs[0].shape)


class Softsign(_Activation):
    """Squeezes every number into −1 … 1, more gently than tanh."""

    saturates: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.Softsign"
    value_bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    formula: ClassVar[str] = "y = x / (1 + |x|)"

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * product(outputs[0].shape)


class Threshold(_Activation):
    """Replaces every number that is not above a threshold by a fixed value."""

    zeroes: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.Threshold"
    formula: ClassVar[str] = "y = x if x > threshold, else value"
    initial: ClassVar[dict[str, object]] = {"threshold": 0.0, "value": 0.0}
    positional: ClassVar[tuple[str, ...]] = ("threshold", "value")

    threshold: float = Field(description="the number to be above")
    value: float = Field(description="what takes the place of the others")

    def value_range(self) -> tuple[float, float]:
        return min(self.threshold, self.value), inf


class GLU(Layer):
    """Halves an axis: the second half, squeezed into 0 … 1, says how much of the first half passes."""

    family: ClassVar[str] = "Activation"
    sees: ClassVar[Sight] = "cell"
    torch: ClassVar[str] = "torch.nn.GLU"
    formula: ClassVar[str] = "y = a · sigmoid(b),  a and b the halves of x"
    reference: ClassVar[str] = "Dauphin et al. 2016, Gated Convolutional Networks, https://arxiv.org/abs/1612.08083"

    dim: Whole = Field(-1, description="the axis that is halved")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        dim = behind_batch(x, self.dim, verb="halves")
        size = x.shape[dim]
        odd = size % 2 if isinstance(size, int) else size.scale % 2 or size.offset % 2
        if odd:
            raise ShapeError(
                f"halves {meaning(x.axes, dim)} of {x}, and {size} is not even.", port="input", code="division"
            )
        return x.with_shape((*x.shape[:dim], size // 2, *x.shape[dim + 1 :]), x.axes)


LAYERS = (
    *(ReLU, LeakyReLU, PReLU, RReLU, ReLU6, ELU, SELU, CELU, GELU, SiLU, Mish, Softplus),
    *(Tanh, Sigmoid, LogSigmoid, Hardtanh, Hardsigmoid, Hardswish, Hardshrink, Softshrink, Tanhshrink, Softsign),
    *(Threshold, GLU),
)
