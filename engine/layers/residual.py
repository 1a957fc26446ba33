"""Layers that residual networks are made of, beside the Add."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.layer import Layer, Saves, ShapeError, Stretch, need_float, need_rank
from engine.layers.nature import Numbers, Sight
from engine.layers.parameters import Positive, Probability, Whole
from engine.layers.windows import Window
from engine.spec import Spec


class Shortcut(Layer):
    """Leads around a residual branch: the input itself where size and channels stay, else brought to size.

    With a stride or other channels it is a 1×1 convolution and a batch norm, so that both ways can be added.
    """

    family: ClassVar[str] = "Residual"
    channels_second: ClassVar[bool] = True
    width_parameter: ClassVar[str] = "out_channels"
    sees: ClassVar[Sight] = "window"
    own: ClassVar[str] = "Shortcut"
    formula: ClassVar[str] = "y = x if stride = 1 and channels agree, else BatchNorm(Conv1×1(x))"
    reference: ClassVar[str] = "He et al. 2015, Deep Residual Learning, https://arxiv.org/abs/1512.03385"
    initial: ClassVar[dict[str, object]] = {"out_channels": 16}
    positional: ClassVar[tuple[str, ...]] = ("in_channels", "out_channels")

    out_channels: Positive = Field(description="how many channels come out: those of the branch it is added to")
    stride: Positive = Field(1, description="the stride of the branch it is added to")

    def projected(self, x: Spec) -> bool:
        """Whether the input has to be brought to size."""
        return self.stride != 1 or x.shape[1] != self.out_channels

    def windows(self) -> tuple[Window, ...]:
        return (Window(1, self.stride),) * 2

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_rank(x, 4, "(N, channels, height, width)")
        need_float(x)
        if not isinstance(x.shape[1], int):
            raise ShapeError(
                f"gets {x}, whose channel axis is open; it needs a fixed number.", port="input", code="open-size"
            )
        sizes = ((size - 1) // self.stride + 1 for size in x.shape[2:])
        return x.with_shape((x.shape[0], self.out_channels, *sizes), x.axes)

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        return Window(1, self.stride).receptive_field(part, 1) if part.axis > 1 else None

    def mixes_samples(self, *inputs: Spec) -> bool:
        return self.projected(inputs[0])  # with the norm's statistics of the batch

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        return {"in_channels": inputs[0].shape[1]}

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        if not self.projected(inputs[0]):
            return {}
        kernel = (self.out_channels, inputs[0].shape[1], 1, 1)
        return {"conv.weight": kernel, "bn.weight": (self.out_channels,), "bn.bias": (self.out_channels,)}

    def buffers(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        if not self.projected(inputs[0]):
            return {}
        running: tuple[Dim, ...] = (self.out_channels,)
        return {"bn.running_mean": running, "bn.running_var": running, "bn.num_batches_tracked": ()}

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return product(outputs[0].shape) * inputs[0].shape[1] if self.projected(inputs[0]) else 0

    def passes_through(self, inputs: tuple[Spec, ...], training: bool) -> bool:
        return not self.projected(inputs[0])

    def summary(self) -> str:
        return f"{self.out_channels}" + (f" / {self.stride}" if self.stride != 1 else "")

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * product(outputs[0].shape) if self.projected(inputs[0]) else 0


class StochasticDepth(Layer):
    """While training, drops the whole branch for a sample at random; the shortcut then carries it alone.

    Put it at the end of a residual branch. Does nothing afterwards.
    """

    saves: ClassVar[Saves] = "nothing"
    idle: ClassVar[bool] = True
    keeps_positions: ClassVar[bool] = True
    family: ClassVar[str] = "Residual"
    numbers: ClassVar[Numbers] = "dropped"
    own: ClassVar[str] = "StochasticDepth"
    formula: ClassVar[str] = "y = x · m / (1 − p),  m = 0 for a whole sample with probability p, else 1"
    reference: ClassVar[str] = (
        "Huang et al. 2016, Deep Networks with Stochastic Depth, https://arxiv.org/abs/1603.09382"
    )
    positional: ClassVar[tuple[str, ...]] = ("p",)
    stem_name: ClassVar[str] = "depth"

    p: Probability = Field(0.1, description="the share of samples whose branch is dropped")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        return x

    def summary(self) -> str:
        return f"p = {self.p:g}"


class LayerScale(Layer):
    """Multiplies each channel by a learned factor that starts small: deep Transformers begin as almost nothing."""

    keeps_positions: ClassVar[bool] = True
    family: ClassVar[str] = "Residual"
    own: ClassVar[str] = "LayerScale"
    formula: ClassVar[str] = "y = γ · x, one γ a channel"
    reference: ClassVar[str] = (
        "Touvron et al. 2021, Going Deeper with Image Transformers, https://arxiv.org/abs/2103.17239"
    )
    positional: ClassVar[tuple[str, ...]] = ("channels",)
    stem_name: ClassVar[str] = "scale"

    init_value: float = Field(1e-5, description="what the factors start with")
    dim: Whole = Field(-1, description="the axis of the channels: −1 for (N, T, features), 1 for images")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_float(x)
        if not -x.rank < self.dim < x.rank or self.dim % x.rank == 0:
            raise ShapeError(
                f"scales axis {self.dim}, but {x} has the axes 1 … {x.rank - 1} after the batch.",
                port="input",
                parameter="dim",
                code="axis",
            )
        if not isinstance(x.shape[self.dim], int):
            raise ShapeError(
                f"gets {x}, whose axis {self.dim} is open; it needs a fixed number.", port="input", code="open-size"
            )
        return x

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        return {"channels": inputs[0].shape[self.dim]}

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        return {"gamma": (inputs[0].shape[self.dim],)}

    def summary(self) -> str:
        return f"{self.init_value:g}"


LAYERS = (Shortcut, StochasticDepth, LayerScale)
