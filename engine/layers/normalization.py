"""Layers that keep numbers in a good range while training."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from math import inf
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.layer import Layer, ShapeError, need_float, need_rank
from engine.layers.nature import Numbers
from engine.layers.parameters import Positive
from engine.layers.torch_norms import takes_bias
from engine.spec import Spec, meaning

AFFINE = "whether γ and β are learned"
EPS = "added to the variance, against division by zero"
RUNNING = "whether running values are kept for use after training"
BIAS = "whether β is learned, too; without it only γ is"
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class _Normalization(Layer):
    """What all normalizations share."""

    keeps_positions: ClassVar[bool] = True
    family: ClassVar[str] = "Normalization"
    formula: ClassVar[str] = "y = (x − mean) / √(variance + eps) · γ + β"

    def together(self, *inputs: Spec) -> Dim | None:
        shape = self.inferred(*inputs).get("normalized_shape", ())
        return product(shape if isinstance(shape, tuple) else (shape,)) if shape else None


class _Biased(_Normalization):
    """Learns γ and β for each channel; that β can be left out is newer than the oldest torch that is supported."""

    channels_second: ClassVar[bool] = True
    declared: ClassVar[tuple[str, str]]
    """Where torch says what the constructor takes: a file of ``torch/nn/modules`` and a class in it."""

    if TYPE_CHECKING:
        affine: bool
        bias: bool

    def check(self) -> None:
        if not self.bias and not takes_bias(*self.declared):
            clause = f"has bias = false, which PyTorch {version('torch')} does not know for {type(self).__name__}: "
            raise ShapeError(f"{clause}leave it true, or install a newer PyTorch.", parameter="bias")

    def module(self, *inputs: Spec, texts: Mapping[str, str] | None = None) -> str | None:
        if texts and "bias" in texts and not takes_bias(*self.declared):  # then it is true wherever it is used
            texts = {name: text for name, text in texts.items() if name != "bias"}
        return super().module(*inputs, texts=texts)

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        channels: tuple[Dim, ...] = (inputs[0].shape[1],)
        return ({"weight": channels} | ({"bias": channels} if self.bias else {})) if self.affine else {}


class _ChannelNorm(_Biased):
    """A mean and a variance for each channel, which batch and instance normalization may keep."""

    layouts: ClassVar[Mapping[int, str]]
    """The numbers of axes it takes, and what they are."""
    positional: ClassVar[tuple[str, ...]] = ("num_features",)

    if TYPE_CHECKING:
        track_running_stats: bool

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        if x.rank not in self.layouts:
            if len(self.layouts) == 1:
                need_rank(x, *next(iter(self.layouts.items())))
            needed = " or ".join(f"{rank}-D input {layout}" for rank, layout in self.layouts.items())
            raise ShapeError(f"gets {x.rank}-D input {x} but needs {needed}.", port="input", code="axes")
        need_float(x)
        _need_channels(x)
        return x

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        return {"num_features": inputs[0].shape[1]}

    def buffers(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        channels = inputs[0].shape[1:2]
        running = {"running_mean": channels, "running_var": channels, "num_batches_tracked": ()}
        return running if self.track_running_stats else {}


class _BatchNorm(_ChannelNorm):
    """The statistics of a channel come from the whole batch."""

    channels_last_from: ClassVar[tuple[float, float]] = (8, 8)
    numbers: ClassVar[Numbers] = "standardized"
    also_called: ClassVar[str] = "bn batch normalization"
    declared: ClassVar[tuple[str, str]] = ("batchnorm", "_BatchNorm")
    reference: ClassVar[str] = "Ioffe and Szegedy 2015, Batch Normalization, https://arxiv.org/abs/1502.03167"
    stem_name: ClassVar[str] = "bn"

    eps: float = Field(1e-5, gt=0.0, description=EPS)
    momentum: Share | None = Field(
        0.1, description="the share of a new batch in the running values; none: their plain mean"
    )
    affine: bool = Field(True, description=AFFINE)
    track_running_stats: bool = Field(True, description=RUNNING)
    bias: bool = Field(True, description=BIAS)


class BatchNorm1d(_BatchNorm):
    """Shifts and scales each feature to mean 0 and variance 1 over the batch, then lets the network undo it.

    Takes rows of features or sequences with channels. After training it uses the running mean and variance.
    """

    torch: ClassVar[str] = "torch.nn.BatchNorm1d"
    layouts: ClassVar[Mapping[int, str]] = {2: "(N, features)", 3: "(N, channels, length)"}


class BatchNorm2d(_BatchNorm):
    """Shifts and scales each channel to mean 0 and variance 1 over the batch, then lets the network undo it.

    In training it uses the batch's own mean and variance, afterwards the running ones it has gathered.
    """

    torch: ClassVar[str] = "torch.nn.BatchNorm2d"
    layouts: ClassVar[Mapping[int, str]] = {4: "(N, channels, height, width)"}


class BatchNorm3d(_BatchNorm):
    """Shifts and scales each channel of a volume or video to mean 0 and variance 1 over the batch.

    In training it uses the batch's own mean and variance, afterwards the running ones it has gathered.
    """

    torch: ClassVar[str] = "torch.nn.BatchNorm3d"
    layouts: ClassVar[Mapping[int, str]] = {5: "(N, channels, depth, height, width)"}


class _InstanceNorm(_ChannelNorm):
    """The statistics of a channel come from one sample alone."""

    channels_last_from: ClassVar[tuple[float, float]] = (inf, inf)
    declared: ClassVar[tuple[str, str]] = ("instancenorm", "_InstanceNorm")
    reference: ClassVar[str] = "Ulyanov et al. 2016, Instance Normalization, https://arxiv.org/abs/1607.08022"
    stem_name: ClassVar[str] = "norm"

    eps: float = Field(1e-5, gt=0.0, description=EPS)
    momentum: Share = Field(0.1, description="the share of a new batch in the running values")
    affine: bool = Field(False, description=AFFINE)
    track_running_stats: bool = Field(False, description=RUNNING)
    bias: bool = Field(True, description=BIAS)

    def infer(self, *inputs: Spec) -> Spec:
        x = super().infer(*inputs)
        if product(x.shape[2:]) == 1:
            raise ShapeError(
                f"gets {x}, one number a channel, and one number has no variance; it needs two or more a channel.",
                port="input",
                code="one-value",
            )
        return x

    def mixes_samples(self, *inputs: Spec) -> bool:
        return self.track_running_stats  # of which there is one for all


class InstanceNorm1d(_InstanceNorm):
    """Shifts and scales each channel of each sequence by itself to mean 0 and variance 1."""

    torch: ClassVar[str] = "torch.nn.InstanceNorm1d"
    layouts: ClassVar[Mapping[int, str]] = {3: "(N, channels, length)"}


class InstanceNorm2d(_InstanceNorm):
    """Shifts and scales each channel of each image by itself to mean 0 and variance 1.

    It takes the contrast out of an image, which helps to give images another style.
    """

    torch: ClassVar[str] = "torch.nn.InstanceNorm2d"
    layouts: ClassVar[Mapping[int, str]] = {4: "(N, channels, height, width)"}


class InstanceNorm3d(_InstanceNorm):
    """Shifts and scales each channel of each volume by itself to mean 0 and variance 1."""

    torch: ClassVar[str] = "torch.nn.InstanceNorm3d"
    layouts: ClassVar[Mapping[int, str]] = {5: "(N, channels, depth, height, width)"}


class GroupNorm(_Biased):
    """Shifts and scales groups of channels of each sample to mean 0 and variance 1.

    Works with batches of any size, where batch normalization needs large ones.
    """

    torch: ClassVar[str] = "torch.nn.GroupNorm"
    channels_last_from: ClassVar[tuple[float, float]] = (8, inf)
    declared: ClassVar[tuple[str, str]] = ("normalization", "GroupNorm")
    reference: ClassVar[str] = "Wu and He 2018, Group Normalization, https://arxiv.org/abs/1803.08494"
    initial: ClassVar[dict[str, object]] = {"num_groups": 2}
    positional: ClassVar[tuple[str, ...]] = ("num_groups", "num_channels")
    stem_name: ClassVar[str] = "norm"

    num_groups: Positive = Field(description="into how many groups the channels are split; 1 takes all together")
    eps: float = Field(1e-5, gt=0.0, description=EPS)
    affine: bool = Field(True, description=AFFINE)
    bias: bool = Field(True, description=BIAS)

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        if x.rank < 2:
            raise ShapeError(
                f"gets {x.rank}-D input {x} but needs 2 axes or more (N, channels, …).", port="input", code="axes"
            )
        need_float(x)
        channels = _need_channels(x)
        if channels % self.num_groups:
            raise ShapeError(
                f"splits {channels} channels into {self.num_groups} groups, "
                f"and {channels} / {self.num_groups} is not an integer.",
                port="input",
                parameter="num_groups",
                code="division",
            )
        return x

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        return {"num_channels": inputs[0].shape[1]}

    def together(self, *inputs: Spec) -> Dim | None:
        return product(inputs[0].shape[1:]) // self.num_groups

    def summary(self) -> str:
        return f"{self.num_groups} groups"


class _LastAxesNorm(_Normalization):
    """Normalizes over the last axes. torch asks for their sizes; here it is enough to say how many they are."""

    positional: ClassVar[tuple[str, ...]] = ("normalized_shape",)
    stem_name: ClassVar[str] = "norm"

    at_call: ClassVar[tuple[str, ...]] = ("last_axes",)

    last_axes: Positive = Field(1, description="how many axes are normalized together, counted from the last")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        if self.last_axes >= x.rank:
            message = f"normalizes {self.last_axes} axes of {x}, which has only {x.rank - 1} after the batch."
            raise ShapeError(message, port="input", parameter="last_axes", code="axis")
        for axis in range(x.rank - self.last_axes, x.rank):
            if not isinstance(x.shape[axis], int):
                message = f"normalizes {meaning(x.axes, axis)} of {x}, which is open; it needs a fixed size."
                raise ShapeError(message, port="input", parameter="last_axes", code="open-size")
        return x

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        shape = inputs[0].shape[-self.last_axes :]
        return {"normalized_shape": shape[0] if len(shape) == 1 else shape}

    def summary(self) -> str:
        return "" if self.last_axes == 1 else f"last {self.last_axes} axes"


class LayerNorm(_LastAxesNorm):
    """Shifts and scales the numbers of each position to mean 0 and variance 1; the usual choice in transformers.

    Every sample is treated by itself, so it works with batches of any size.
    """

    also_called: ClassVar[str] = "ln layer normalization"
    torch: ClassVar[str] = "torch.nn.LayerNorm"
    reference: ClassVar[str] = "Ba et al. 2016, Layer Normalization, https://arxiv.org/abs/1607.06450"

    eps: float = Field(1e-5, gt=0.0, description=EPS)
    elementwise_affine: bool = Field(True, description="whether γ and β are learned for each number")
    bias: bool = Field(True, description=BIAS)

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        shape = inputs[0].shape[-self.last_axes :]
        return ({"weight": shape} | ({"bias": shape} if self.bias else {})) if self.elementwise_affine else {}


class LayerNorm2d(_Normalization):
    """LayerNorm for images: the channels of each position are shifted and scaled to mean 0 and variance 1.

    LayerNorm itself normalizes the last axis, which in an image is the width. ConvNeXt has it where others have a batch
    norm.
    """

    also_called: ClassVar[str] = "layer normalization channels first convnext"
    channels_second: ClassVar[bool] = True
    own: ClassVar[str] = "LayerNorm2d"
    reference: ClassVar[str] = "Liu et al. 2022, A ConvNet for the 2020s, https://arxiv.org/abs/2201.03545"
    positional: ClassVar[tuple[str, ...]] = ("normalized_shape",)
    stem_name: ClassVar[str] = "norm"

    eps: float = Field(1e-5, gt=0.0, description=EPS)
    elementwise_affine: bool = Field(True, description="whether γ and β are learned for each channel")
    bias: bool = Field(True, description="whether β is learned, too; without it only γ is")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_rank(x, 4, "(N, channels, height, width)")
        need_float(x)
        _need_channels(x)
        return x

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        return {"normalized_shape": inputs[0].shape[1]}

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        channels = inputs[0].shape[1:2]
        return ({"weight": channels} | ({"bias": channels} if self.bias else {})) if self.elementwise_affine else {}

    def scratch(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * product(inputs[0].shape)  # torch turns the channels to the end in a copy

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 2 * 4 * inputs[0].shape[0] * product(inputs[0].shape[2:])


class RMSNorm(_LastAxesNorm):
    """Scales the numbers of each position to a mean square of 1; simpler than LayerNorm and nearly as good.

    Large language models mostly use it.
    """

    torch: ClassVar[str] = "torch.nn.RMSNorm"
    formula: ClassVar[str] = "y = x / √(mean(x²) + eps) · γ"
    reference: ClassVar[str] = "Zhang and Sennrich 2019, Root Mean Square Layer Normalization, arxiv.org/abs/1910.07467"

    eps: Annotated[float, Field(gt=0.0)] | None = Field(
        None, description="added to the mean square, against division by zero; none: the smallest step of a float"
    )
    elementwise_affine: bool = Field(True, description="whether γ is learned for each number")

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        return {"weight": inputs[0].shape[-self.last_axes :]} if self.elementwise_affine else {}

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * product(outputs[0].shape)


class LocalResponseNorm(_Normalization):
    """Divides each number by the strength of its neighbours in other channels, so that only strong answers stay.

    AlexNet made it known; today batch normalization is used instead.
    """

    torch: ClassVar[str] = "torch.nn.LocalResponseNorm"
    formula: ClassVar[str] = "y = x / (k + alpha · mean of x² over size channels)^beta"
    reference: ClassVar[str] = "Krizhevsky et al. 2012, ImageNet Classification with Deep Convolutional Neural Networks"
    initial: ClassVar[dict[str, object]] = {"size": 5}
    positional: ClassVar[tuple[str, ...]] = ("size",)
    stem_name: ClassVar[str] = "lrn"

    size: Positive = Field(description="how many neighbouring channels count")
    alpha: float = Field(1e-4, description="how strongly the neighbours count")
    beta: float = Field(0.75, description="the exponent of the divisor")
    k: float = Field(1.0, description="added to the divisor before the exponent")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        if x.rank < 3:
            message = f"gets {x.rank}-D input {x} but needs 3 axes or more (N, channels, …)."
            raise ShapeError(message, port="input", code="axes")
        need_float(x)
        return x

    def summary(self) -> str:
        return f"{self.size} channels"

    def scratch(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 2 * 4 * product(outputs[0].shape)

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * 4 * product(outputs[0].shape)


def _need_channels(x: Spec) -> int:
    """The number of channels. Raises ShapeError where it is open."""
    channels = x.shape[1]
    if not isinstance(channels, int):
        message = f"gets {x}, whose channel axis is open; it keeps values for a fixed number of channels."
        raise ShapeError(message, port="input", code="open-size")
    return channels


LAYERS = (
    *(BatchNorm1d, BatchNorm2d, BatchNorm3d, LayerNorm, LayerNorm2d, GroupNorm, InstanceNorm1d, InstanceNorm2d),
    *(InstanceNorm3d, RMSNorm, LocalResponseNorm),
)
