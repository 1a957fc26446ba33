"""Layers that slide learned filters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.layer import Layer, ShapeError, Stretch, need_float, need_rank
from engine.layers.nature import Sight
from engine.layers.parameters import NonNegative, One, OneOrThree, OneOrTwo, Positive
from engine.layers.windows import AXES, LAYOUTS, Window, filled, read, slide, spread
from engine.spec import Spec

FORMULA = "out = ⌊(in + 2·padding − dilation·(kernel_size − 1) − 1) / stride⌋ + 1;  with 'same_tf' ⌈in / stride⌉"
LECUN = "LeCun et al. 1989, Backpropagation Applied to Handwritten Zip Code Recognition"
Mode = Literal["zeros", "reflect", "replicate", "circular"]
Automatic = Literal["same", "valid", "same_tf"]
OUT = "how many filters, hence how many channels come out"
KERNEL = "the size of a filter{}"
STRIDE = "how far a filter moves from position to position"
PADDING = (
    "cells added on each side; 'same' keeps the size, 'valid' adds none, 'same_tf' gives ⌈size / stride⌉ as TensorFlow "
    "does: an odd cell goes to the end"
)
DILATION = "the distance between the cells a filter looks at"
GROUPS = "into how many groups the channels are split, each with filters of its own"
BIAS = "whether a learned constant is added to each output channel"
FILL = "what the added cells hold"


def need_channels(x: Spec) -> int:
    """The number of channels. Raises ShapeError where it is open."""
    channels = x.shape[1]
    if not isinstance(channels, int):
        raise ShapeError(
            f"gets {x}, whose channel axis is open; filters need a fixed number of channels.",
            port="input",
            code="open-size",
        )
    return channels


class Filters(Layer):
    """What all convolutions share, whatever the number of axes in space."""

    family: ClassVar[str] = "Convolution"
    sees: ClassVar[Sight] = "overlap"
    channels_second: ClassVar[bool] = True
    width_parameter: ClassVar[str] = "out_channels"
    linear_map: ClassVar[bool] = True
    reference: ClassVar[str] = LECUN
    initial: ClassVar[dict[str, object]] = {"out_channels": 16, "kernel_size": 3}
    positional: ClassVar[tuple[str, ...]] = ("in_channels", "out_channels")
    stem_name: ClassVar[str] = "conv"
    spatial: ClassVar[int]

    if TYPE_CHECKING:  # every class declares them, in its own order and for its number of axes
        out_channels: int
        kernel_size: int | tuple[int, ...]
        stride: int | tuple[int, ...]
        padding: int | tuple[int, ...] | Automatic
        dilation: int | tuple[int, ...]
        groups: int
        bias: bool
        padding_mode: str

    def each(self, name: str) -> tuple[int, ...]:
        """A field as one value an axis in space."""
        return spread(getattr(self, name), self.spatial)

    def check(self) -> None:
        out, groups = self.out_channels, self.groups
        if out % groups:
            raise ShapeError(
                f"splits {out} output channels into {groups} groups, and {out} / {groups} is not an integer.",
                parameter="groups",
                code="division",
            )

    def need_input(self, x: Spec) -> int:
        """The number of input channels. Raises ShapeError unless this is an input to slide filters over."""
        need_rank(x, self.spatial + 2, LAYOUTS[self.spatial])
        need_float(x)
        channels, groups = need_channels(x), self.groups
        if channels % groups:
            raise ShapeError(
                f"splits {channels} input channels into {groups} groups, and {channels} / {groups} is not an integer.",
                port="input",
                parameter="groups",
                code="division",
            )
        return channels

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        return {"in_channels": inputs[0].shape[1]}

    def summary(self) -> str:
        text = f"{self.out_channels} × {'×'.join(map(str, self.each('kernel_size')))}"
        stride, padding = self.each("stride"), self.padding
        if set(stride) != {1}:
            text += f" / {'×'.join(map(str, sorted(set(stride))))}"
        if padding != "valid" and (isinstance(padding, str) or set(spread(padding, self.spatial)) != {0}):
            text += f" · pad {padding}"
        return text


class Convolution(Filters):
    """A convolution."""

    sees: ClassVar[Sight] = "window"
    formula: ClassVar[str] = FORMULA
    functions: ClassVar[tuple[str, ...]] = ("pad_same",)

    def check(self) -> None:
        super().check()
        if self.padding == "same" and set(self.each("stride")) != {1}:
            raise ShapeError(
                f"has padding 'same' with stride {self.stride}; 'same' keeps the size and needs stride 1.",
                parameter="padding",
                code="same-stride",
            )

    def windows(self) -> tuple[Window, ...]:
        """The window along each axis in space."""
        return self.sliding

    @cached_property
    def sliding(self) -> tuple[Window, ...]:
        """The same, computed once."""
        padding = self.padding
        result = []
        for axis in range(self.spatial):
            kernel, stride, dilation = (self.each(name)[axis] for name in ("kernel_size", "stride", "dilation"))
            if padding == "same_tf":
                result.append(Window(kernel, stride, dilation=dilation, same=True))
                continue
            if padding == "same":
                total = dilation * (kernel - 1)
                before = total // 2
                behind = total - before
            else:
                before = behind = 0 if isinstance(padding, str) else spread(padding, self.spatial)[axis]
            result.append(Window(kernel, stride, before, behind, dilation))
        return tuple(result)

    def orders_steps(self) -> bool:
        """Overlapping windows tell neighbours from strangers."""
        return any(k > s for k, s in zip(self.each("kernel_size"), self.each("stride"), strict=True))

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        self.need_input(x)
        self._check_padding(x)
        sizes = slide(self.windows(), x.shape[2:], "slides")
        return x.with_shape((x.shape[0], self.out_channels, *sizes), x.axes)

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        return read(self.windows(), part, inputs[source])

    def _check_padding(self, x: Spec) -> None:
        """Reflected padding must be smaller than the image, circular padding no larger."""
        mode = self.padding_mode
        for axis, (window, size) in enumerate(zip(self.windows(), x.shape[2:], strict=True)):
            pad = max(window.pads(size)) if isinstance(size, int) else 0
            if not isinstance(size, int) or not pad:
                continue
            limit = {"reflect": size - 1, "circular": size}.get(mode)
            if limit is not None and pad > limit:
                raise ShapeError(
                    f"pads {pad} cells of {mode} padding to a {AXES[self.spatial][axis]} of {size}; "
                    f"at most {limit} can be taken from the image.",
                    port="input",
                    parameter="padding",
                    code="padding",
                )

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        out = self.out_channels
        kernel = (out, inputs[0].shape[1] // self.groups, *self.each("kernel_size"))
        return {"weight": kernel} | ({"bias": (out,)} if self.bias else {})

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return product(outputs[0].shape) * product(self.weights(*inputs)["weight"][1:])

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        """The padded input, which 'same_tf' makes before the convolution."""
        x = inputs[0]
        padded = tuple(window.padded(size) for window, size in zip(self.windows(), x.shape[2:], strict=True))
        return 4 * product((*x.shape[:2], *padded)) if self.padding == "same_tf" and padded != x.shape[2:] else 0

    def scratch(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return self.kept(inputs, outputs)

    def arguments(self, *inputs: Spec) -> dict[str, object]:
        arguments = super().arguments(*inputs)
        if self.padding == "same_tf":
            arguments.pop("padding")  # torch's convolution has none of it
        return arguments

    def module(self, *inputs: Spec, texts: Mapping[str, str] | None = None) -> str | None:
        if self.padding == "same_tf":
            texts = {name: text for name, text in (texts or {}).items() if name != "padding"}
        return super().module(*inputs, texts=texts)

    def expression(self, module: str, arguments: list[str]) -> str:
        if self.padding == "same_tf":
            return f"{module}(pad_same({arguments[0]}, {module}))"
        return super().expression(module, arguments)

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        return filled(self.windows(), inputs[0].shape[2:], outputs[0].shape[2:])


class Conv1d(Convolution):
    """Slides small learned filters along a sequence; each filter answers where its pattern is found.

    Every output channel is one filter that looks at all input channels (of its group).
    """

    torch: ClassVar[str] = "torch.nn.Conv1d"
    spatial: ClassVar[int] = 1

    out_channels: Positive = Field(description=OUT)
    kernel_size: One[Positive] = Field(description=KERNEL.format(""))
    stride: One[Positive] = Field(1, description=STRIDE)
    padding: One[NonNegative] | Automatic = Field(0, description=PADDING)
    dilation: One[Positive] = Field(1, description=DILATION)
    groups: Positive = Field(1, description=GROUPS)
    bias: bool = Field(True, description=BIAS)
    padding_mode: Mode = Field("zeros", description=FILL)


class Conv2d(Convolution):
    """Slides small learned filters over an image; each filter answers where its pattern is found.

    Every output channel is one filter that looks at all input channels (of its group).
    """

    also_called: ClassVar[str] = "convolution"
    torch: ClassVar[str] = "torch.nn.Conv2d"
    spatial: ClassVar[int] = 2

    out_channels: Positive = Field(description=OUT)
    kernel_size: OneOrTwo[Positive] = Field(description=KERNEL.format("; two numbers are height and width"))
    stride: OneOrTwo[Positive] = Field(1, description=STRIDE)
    padding: OneOrTwo[NonNegative] | Automatic = Field(0, description=PADDING)
    dilation: OneOrTwo[Positive] = Field(1, description=DILATION)
    groups: Positive = Field(1, description=GROUPS)
    bias: bool = Field(True, description=BIAS)
    padding_mode: Mode = Field("zeros", description=FILL)


class Conv3d(Convolution):
    """Slides small learned filters through a volume or a film; each filter answers where its pattern is found.

    Every output channel is one filter that looks at all input channels (of its group).
    """

    torch: ClassVar[str] = "torch.nn.Conv3d"
    spatial: ClassVar[int] = 3

    out_channels: Positive = Field(description=OUT)
    kernel_size: OneOrThree[Positive] = Field(description=KERNEL.format("; three numbers are depth, height and width"))
    stride: OneOrThree[Positive] = Field(1, description=STRIDE)
    padding: OneOrThree[NonNegative] | Automatic = Field(0, description=PADDING)
    dilation: OneOrThree[Positive] = Field(1, description=DILATION)
    groups: Positive = Field(1, description=GROUPS)
    bias: bool = Field(True, description=BIAS)
    padding_mode: Mode = Field("zeros", description=FILL)


LAYERS = (Conv1d, Conv2d, Conv3d)
