"""Layers that make training harder so that the network learns more robustly."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.layer import Layer, Saves, ShapeError, need_float, need_rank
from engine.layers.nature import Numbers
from engine.layers.parameters import Probability
from engine.spec import Spec

SELU = "Klambauer et al. 2017, Self-Normalizing Neural Networks, https://arxiv.org/abs/1706.02515"
TRAINING_ONLY = "whether numbers are added only while training; else always"


class _Dropout(Layer):
    """What all dropouts share: the shape stays, and after training nothing happens."""

    saves: ClassVar[Saves] = "nothing"
    idle: ClassVar[bool] = True
    keeps_positions: ClassVar[bool] = True
    family: ClassVar[str] = "Dropout"
    numbers: ClassVar[Numbers] = "dropped"
    drops_by: ClassVar[str] = "p"
    positional: ClassVar[tuple[str, ...]] = ("p",)
    stem_name: ClassVar[str] = "dropout"

    p: Probability = Field(0.5, description="the share of numbers set to zero")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        return x

    def summary(self) -> str:
        return f"p = {self.p:g}"

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * product(outputs[0].shape) if self.p > 0 else 0


class Dropout(_Dropout):
    """Sets numbers to zero at random while training, so that no number is relied on alone; does nothing afterwards."""

    torch: ClassVar[str] = "torch.nn.Dropout"
    formula: ClassVar[str] = "y = x · m / (1 − p),  m = 0 with probability p, else 1"
    reference: ClassVar[str] = "Srivastava et al. 2014, Dropout, https://jmlr.org/papers/v15/srivastava14a.html"

    p: Probability = Field(0.5, description="the share of numbers set to zero")

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        """A GPU keeps booleans, a CPU floats."""
        return product(outputs[0].shape) if self._gpu and self.p > 0 else super().kept(inputs, outputs)


class _ChannelDropout(_Dropout):
    """Drops whole channels of input with this layout."""

    channels_second: ClassVar[bool] = True
    formula: ClassVar[str] = "y = x · m / (1 − p),  m = 0 for a whole channel with probability p, else 1"
    reference: ClassVar[str] = (
        "Tompson et al. 2015, Efficient Object Localization Using Convolutional Networks, https://arxiv.org/abs/1411.4280"
    )
    rank: ClassVar[int]
    layout: ClassVar[str]

    p: Probability = Field(0.5, description="the share of channels set to zero")

    def infer(self, *inputs: Spec) -> Spec:
        need_rank(inputs[0], self.rank, self.layout)
        return super().infer(*inputs)

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * product(outputs[0].shape[:2])


class Dropout1d(_ChannelDropout):
    """Sets whole channels of a sequence to zero at random while training; does nothing afterwards.

    Neighbours in a sequence are much alike, so dropping single numbers would take little away.
    """

    torch: ClassVar[str] = "torch.nn.Dropout1d"
    rank: ClassVar[int] = 3
    layout: ClassVar[str] = "(N, channels, length)"


class Dropout2d(_ChannelDropout):
    """Sets whole channels of an image to zero at random while training; does nothing afterwards.

    Neighbouring cells of an image are much alike, so dropping single ones would take little away.
    """

    torch: ClassVar[str] = "torch.nn.Dropout2d"
    rank: ClassVar[int] = 4
    layout: ClassVar[str] = "(N, channels, height, width)"


class Dropout3d(_ChannelDropout):
    """Sets whole channels of a volume or video to zero at random while training; does nothing afterwards."""

    torch: ClassVar[str] = "torch.nn.Dropout3d"
    rank: ClassVar[int] = 5
    layout: ClassVar[str] = "(N, channels, depth, height, width)"


class AlphaDropout(_Dropout):
    """Dropout for networks with SELU: it keeps mean and variance as they are.

    Dropped numbers get SELU's lowest value instead of zero, then all are shifted and scaled.
    """

    torch: ClassVar[str] = "torch.nn.AlphaDropout"
    formula: ClassVar[str] = "y = a · (x · m + α′ · (1 − m)) + b,  m = 0 with probability p, else 1;  α′ ≈ −1.758"
    reference: ClassVar[str] = SELU

    p: Probability = Field(0.5, description="the share of numbers dropped")


class FeatureAlphaDropout(_Dropout):
    """Drops whole channels in networks with SELU and keeps mean and variance as they are."""

    channels_second: ClassVar[bool] = True
    torch: ClassVar[str] = "torch.nn.FeatureAlphaDropout"
    formula: ClassVar[str] = (
        "y = a · (x · m + α′ · (1 − m)) + b,  m = 0 for a whole channel with probability p, else 1;  α′ ≈ −1.758"
    )
    reference: ClassVar[str] = SELU

    p: Probability = Field(0.5, description="the share of channels dropped")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        if x.rank < 2:
            raise ShapeError(
                f"gets {x.rank}-D input {x} but needs 2 axes or more (N, channels, …).", port="input", code="axes"
            )
        return super().infer(x)

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * product(outputs[0].shape[:2])


class _Noise(Layer):
    """Adds random numbers of its own to every number."""

    saves: ClassVar[Saves] = "nothing"
    keeps_positions: ClassVar[bool] = True
    family: ClassVar[str] = "Dropout"
    numbers: ClassVar[Numbers] = "noisy"
    stem_name: ClassVar[str] = "noise"

    if TYPE_CHECKING:  # the last field of each class
        training_only: bool

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        return x

    def passes_through(self, inputs: tuple[Spec, ...], training: bool) -> bool:
        return self.training_only and not training

    def scratch(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * product(outputs[0].shape)


class NormalNoise(_Noise):
    """Adds random numbers of a normal (Gaussian) distribution while training, and afterwards only if asked to.

    Every number gets another one, drawn again at each step from the seed of the run.
    """

    own: ClassVar[str] = "NormalNoise"
    formula: ClassVar[str] = "y = x + e,  e ~ N(mean, std²)"
    reference: ClassVar[str] = (
        "Bishop 1995, Training with Noise is Equivalent to Tikhonov Regularization, "
        "https://doi.org/10.1162/neco.1995.7.1.108"
    )

    mean: float = Field(0.0, description="the mean of what is added")
    std: float = Field(0.1, ge=0.0, description="how far it spreads: its standard deviation")
    training_only: bool = Field(True, description=TRAINING_ONLY)

    def summary(self) -> str:
        return f"σ = {self.std:g}" + ("" if self.training_only else " · always")


class UniformNoise(_Noise):
    """Adds random numbers that are equally likely in a range while training, and afterwards only if asked to.

    Every number gets another one, drawn again at each step from the seed of the run.
    """

    own: ClassVar[str] = "UniformNoise"
    formula: ClassVar[str] = "y = x + e,  e ~ U(low, high)"
    reference: ClassVar[str] = (
        "Ballé et al. 2017, End-to-end Optimized Image Compression (noise in place of rounding), "
        "https://arxiv.org/abs/1611.01704"
    )

    low: float = Field(-0.1, description="the smallest number that is added")
    high: float = Field(0.1, description="the limit of the numbers that are added")
    training_only: bool = Field(True, description=TRAINING_ONLY)

    def check(self) -> None:
        if self.low > self.high:
            raise ShapeError(
                f"draws from {self.low:g} up to {self.high:g}; low must not be more than high.",
                parameter="high",
            )

    def summary(self) -> str:
        return f"{self.low:g} … {self.high:g}" + ("" if self.training_only else " · always")


LAYERS = (
    *(Dropout, Dropout1d, Dropout2d, Dropout3d, AlphaDropout, FeatureAlphaDropout),
    *(NormalNoise, UniformNoise),
)
