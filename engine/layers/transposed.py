"""Convolutions the other way round: every number of the input paints a filter, so the image grows."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.convolution import BIAS, DILATION, GROUPS, KERNEL, OUT, Filters
from engine.layers.layer import ShapeError, Stretch
from engine.layers.parameters import NonNegative, One, OneOrThree, OneOrTwo, Positive
from engine.layers.windows import AXES, Window
from engine.spec import Spec

STRIDE = "how far apart the filters are painted"
PADDING = "cells cut off on each side"
MORE = "cells added on one side, for sizes that a stride makes ambiguous; less than stride or dilation"
FILL = "torch supports only zeros here"


class _ConvTranspose(Filters):
    """A transposed convolution."""

    formula: ClassVar[str] = "out = (in − 1)·stride − 2·padding + dilation·(kernel_size − 1) + output_padding + 1"
    reference: ClassVar[str] = "Zeiler et al. 2010, Deconvolutional Networks"

    def check(self) -> None:
        super().check()
        more = self.each("output_padding")
        for axis, extra in enumerate(more):
            stride, dilation = self.each("stride")[axis], self.each("dilation")[axis]
            if extra >= max(stride, dilation):
                raise ShapeError(
                    f"adds {extra} cells along the {AXES[self.spatial][axis]}, but with stride {stride} and dilation "
                    f"{dilation} output_padding must be less than {max(stride, dilation)}.",
                    parameter="output_padding",
                    code="output-padding",
                )

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        self.need_input(x)
        sizes: list[Dim] = []
        for axis, size in enumerate(x.shape[2:]):
            stride, padding, dilation, kernel, more = (
                self.each(name)[axis] for name in ("stride", "padding", "dilation", "kernel_size", "output_padding")
            )
            out = (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + more + 1
            if isinstance(out, int) and out < 1:
                raise ShapeError(
                    f"gives nothing along the {AXES[self.spatial][axis]}: ({size} − 1)·{stride} − 2·{padding} + "
                    f"{dilation}·({kernel} − 1) + {more} + 1 = {str(out).replace('-', '−')}.",
                    port="input",
                    parameter="padding",
                    code="window",
                )
            sizes.append(out)
        return x.with_shape((x.shape[0], self.out_channels, *sizes), x.axes)

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        if part.axis < 2:
            return None
        kernel, stride, padding, dilation = (
            self.each(name)[part.axis - 2] for name in ("kernel_size", "stride", "padding", "dilation")
        )
        return Window(kernel, stride, padding, padding, dilation).painted_from(part)

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        out = self.out_channels
        kernel = (inputs[0].shape[1], out // self.groups, *self.each("kernel_size"))
        return {"weight": kernel} | ({"bias": (out,)} if self.bias else {})

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return product(inputs[0].shape) * product(self.weights(*inputs)["weight"][1:])


class ConvTranspose1d(_ConvTranspose):
    """Grows a sequence: every number paints a learned filter, and where they overlap they add up."""

    torch: ClassVar[str] = "torch.nn.ConvTranspose1d"
    spatial: ClassVar[int] = 1

    out_channels: Positive = Field(description=OUT)
    kernel_size: One[Positive] = Field(description=KERNEL.format(""))
    stride: One[Positive] = Field(1, description=STRIDE)
    padding: One[NonNegative] = Field(0, description=PADDING)
    output_padding: One[NonNegative] = Field(0, description=MORE)
    groups: Positive = Field(1, description=GROUPS)
    bias: bool = Field(True, description=BIAS)
    dilation: One[Positive] = Field(1, description=DILATION)
    padding_mode: Literal["zeros"] = Field("zeros", description=FILL)


class ConvTranspose2d(_ConvTranspose):
    """Grows an image: every number paints a learned filter, and where they overlap they add up."""

    torch: ClassVar[str] = "torch.nn.ConvTranspose2d"
    spatial: ClassVar[int] = 2

    out_channels: Positive = Field(description=OUT)
    kernel_size: OneOrTwo[Positive] = Field(description=KERNEL.format("; two numbers are height and width"))
    stride: OneOrTwo[Positive] = Field(1, description=STRIDE)
    padding: OneOrTwo[NonNegative] = Field(0, description=PADDING)
    output_padding: OneOrTwo[NonNegative] = Field(0, description=MORE)
    groups: Positive = Field(1, description=GROUPS)
    bias: bool = Field(True, description=BIAS)
    dilation: OneOrTwo[Positive] = Field(1, description=DILATION)
    padding_mode: Literal["zeros"] = Field("zeros", description=FILL)


class ConvTranspose3d(_ConvTranspose):
    """Grows a volume or a film: every number paints a learned filter, and where they overlap they add up."""

    torch: ClassVar[str] = "torch.nn.ConvTranspose3d"
    spatial: ClassVar[int] = 3

    out_channels: Positive = Field(description=OUT)
    kernel_size: OneOrThree[Positive] = Field(description=KERNEL.format("; three numbers are depth, height and width"))
    stride: OneOrThree[Positive] = Field(1, description=STRIDE)
    padding: OneOrThree[NonNegative] = Field(0, description=PADDING)
    output_padding: OneOrThree[NonNegative] = Field(0, description=MORE)
    groups: Positive = Field(1, description=GROUPS)
    bias: bool = Field(True, description=BIAS)
    dilation: OneOrThree[Positive] = Field(1, description=DILATION)
    padding_mode: Literal["zeros"] = Field("zeros", description=FILL)


LAYERS = (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)
