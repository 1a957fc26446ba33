"""Layers that keep one number for each window."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from engine.layers.layer import Layer, Port, ShapeError, need_float, need_rank
from engine.layers.parameters import NonNegative, OneOrTwo, Positive
from engine.layers.windows import AXES, Window, filled, pair, slide
from engine.spec import Spec

LAYOUT = "(N, channels, height, width)"
FORMULA = "out = ⌊(in + 2·padding − {span}) / stride⌋ + 1"


class MaxPool2d(Layer):
    """Keeps the largest value of each window, so the image shrinks and small shifts matter less."""

    family: ClassVar[str] = "Pooling"
    torch: ClassVar[str] = "torch.nn.MaxPool2d"
    formula: ClassVar[str] = FORMULA.format(span="dilation·(kernel_size − 1) − 1")
    initial: ClassVar[dict[str, Any]] = {"kernel_size": 2}
    positional: ClassVar[tuple[str, ...]] = ("kernel_size",)
    stem_name: ClassVar[str] = "pool"

    kernel_size: OneOrTwo[Positive] = Field(description="the size of the window; two numbers are height and width")
    stride: OneOrTwo[Positive] | None = Field(None, description="how far the window moves; none: its own size")
    padding: OneOrTwo[NonNegative] = Field(0, description="cells added on each side, at most half the window")
    dilation: OneOrTwo[Positive] = Field(1, description="the distance between the cells a window looks at")
    return_indices: bool = Field(False, description="also give where each largest value was (for un-pooling)")
    ceil_mode: bool = Field(False, description="let the last window reach over the edge")

    def check(self) -> None:
        _check_half(self.kernel_size, self.padding)

    def output_ports(self) -> tuple[Port, ...]:
        return (*self.outputs, Port("indices")) if self.return_indices else self.outputs

    def windows(self) -> tuple[Window, ...]:
        """The window along height and width."""
        return _windows(self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)

    def infer(self, *inputs: Spec) -> Spec | tuple[Spec, ...]:
        (x,) = inputs
        need_rank(x, 4, LAYOUT)
        need_float(x)
        out = x.with_shape((*x.shape[:2], *slide(self.windows(), x.shape[2:], "slides")), x.axes)
        return (out, Spec(out.shape, "int64", x.axes)) if self.return_indices else out

    def summary(self) -> str:
        return _summary(self.kernel_size, self.stride, self.padding)

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        return filled(self.windows(), inputs[0].shape[2:], outputs[0].shape[2:])


class AvgPool2d(Layer):
    """Keeps the mean of each window: a gentle way to shrink an image."""

    family: ClassVar[str] = "Pooling"
    torch: ClassVar[str] = "torch.nn.AvgPool2d"
    formula: ClassVar[str] = FORMULA.format(span="kernel_size")
    initial: ClassVar[dict[str, Any]] = {"kernel_size": 2}
    positional: ClassVar[tuple[str, ...]] = ("kernel_size",)
    stem_name: ClassVar[str] = "pool"

    kernel_size: OneOrTwo[Positive] = Field(description="the size of the window; two numbers are height and width")
    stride: OneOrTwo[Positive] | None = Field(None, description="how far the window moves; none: its own size")
    padding: OneOrTwo[NonNegative] = Field(0, description="zeros added on each side, at most half the window")
    ceil_mode: bool = Field(False, description="let the last window reach over the edge")
    count_include_pad: bool = Field(True, description="whether the added zeros count in the mean")
    divisor_override: Positive | None = Field(None, description="divide by this number instead of the window's cells")

    def check(self) -> None:
        _check_half(self.kernel_size, self.padding)

    def windows(self) -> tuple[Window, ...]:
        """The window along height and width."""
        return _windows(self.kernel_size, self.stride, self.padding, 1, self.ceil_mode)

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_rank(x, 4, LAYOUT)
        need_float(x)
        return x.with_shape((*x.shape[:2], *slide(self.windows(), x.shape[2:], "slides")), x.axes)

    def summary(self) -> str:
        return _summary(self.kernel_size, self.stride, self.padding)

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        return filled(self.windows(), inputs[0].shape[2:], outputs[0].shape[2:])


class AdaptiveAvgPool2d(Layer):
    """Keeps the mean of as many windows as you ask for, whatever the size of the image; 1 is global average pooling."""

    family: ClassVar[str] = "Pooling"
    torch: ClassVar[str] = "torch.nn.AdaptiveAvgPool2d"
    formula: ClassVar[str] = "out = output_size; window i spans ⌊i·in/out⌋ … ⌈(i + 1)·in/out⌉"
    reference: ClassVar[str] = "Lin et al. 2013, Network In Network"
    initial: ClassVar[dict[str, Any]] = {"output_size": 1}
    positional: ClassVar[tuple[str, ...]] = ("output_size",)
    stem_name: ClassVar[str] = "pool"

    output_size: Positive | tuple[Positive | None, Positive | None] = Field(
        description="the size that comes out; none of two keeps that axis as it is"
    )

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_rank(x, 4, LAYOUT)
        need_float(x)
        wanted = self.output_size if isinstance(self.output_size, tuple) else (self.output_size, self.output_size)
        sizes = (size if want is None else want for want, size in zip(wanted, x.shape[2:], strict=True))
        return x.with_shape((*x.shape[:2], *sizes), x.axes)

    def summary(self) -> str:
        height, width = self.output_size if isinstance(self.output_size, tuple) else (self.output_size,) * 2
        return f"→ {height or 'in'}×{width or 'in'}"


def _windows(
    kernel: OneOrTwo[int], stride: OneOrTwo[int] | None, padding: OneOrTwo[int], dilation: OneOrTwo[int], ceil: bool
) -> tuple[Window, ...]:
    step = kernel if stride is None else stride
    return tuple(
        Window(k, s, p, p, d, ceil)
        for k, s, p, d in zip(pair(kernel), pair(step), pair(padding), pair(dilation), strict=True)
    )


def _check_half(kernel: OneOrTwo[int], padding: OneOrTwo[int]) -> None:
    for axis, size, pad in zip(AXES, pair(kernel), pair(padding), strict=True):
        if pad > size // 2:
            raise ShapeError(
                f"pads {pad} cells to a window of {size} along the {axis}; "
                f"at most half the window, {size // 2}, is allowed.",
                parameter="padding",
            )


def _summary(kernel: OneOrTwo[int], stride: OneOrTwo[int] | None, padding: OneOrTwo[int]) -> str:
    height, width = pair(kernel)
    text = f"{height}×{width}"
    if stride is not None and pair(stride) != (height, width):
        text += f" / {'×'.join(map(str, sorted(set(pair(stride)))))}"
    return text + (f" · pad {padding}" if padding not in (0, (0, 0)) else "")


LAYERS = (MaxPool2d, AvgPool2d, AdaptiveAvgPool2d)
