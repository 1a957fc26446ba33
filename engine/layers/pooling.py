"""Layers that keep one number for each window."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.layer import Layer, Port, ShapeError, Stretch, need_float, need_rank
from engine.layers.nature import Numbers, Sight
from engine.layers.parameters import NonNegative, One, OneOrThree, OneOrTwo, Positive
from engine.layers.windows import AXES, LAYOUTS, Window, filled, read, slide, spread
from engine.spec import Spec

FORMULA = "out = ⌊(in + 2·padding − {span}) / stride⌋ + 1;  with 'same_tf' ⌈in / stride⌉"
KERNEL = "the size of the window{}"
STRIDE = "how far the window moves; none: its own size"
LIKE_TENSORFLOW = "'same_tf' gives ⌈size / stride⌉ as TensorFlow does: an odd cell goes to the end"
PADDING = f"cells added on each side, at most half the window; {LIKE_TENSORFLOW}"
ZEROS = f"zeros added on each side, at most half the window; {LIKE_TENSORFLOW}"
DILATION = "the distance between the cells a window looks at"
INDICES = "also give where each largest value was (for un-pooling)"
CEIL = "let the last window reach over the edge"
COUNT = "whether the added zeros count in the mean; in TensorFlow they do not"
DIVISOR = "divide by this number instead of the window's cells"
TWO, THREE = "; two numbers are height and width", "; three numbers are depth, height and width"


Automatic = Literal["same_tf"]


class Pooling(Layer):
    """What all layers of windows share, whatever the number of axes in space."""

    family: ClassVar[str] = "Pooling"
    sees: ClassVar[Sight] = "window"
    channels_second: ClassVar[bool] = True
    initial: ClassVar[dict[str, object]] = {"kernel_size": 2}
    positional: ClassVar[tuple[str, ...]] = ("kernel_size",)
    stem_name: ClassVar[str] = "pool"
    spatial: ClassVar[int]
    room: ClassVar[bool] = False
    """Whether torch wants a window to fit into the input even where it may reach over the edge."""

    if TYPE_CHECKING:  # every class of windows declares it for its number of axes
        stride: int | tuple[int, ...] | None

    def each(self, name: str, default: int = 0) -> tuple[int, ...]:
        """A field as one value an axis in space; ``default`` where the class has none."""
        return spread(getattr(self, name, default), self.spatial)

    def need_input(self, x: Spec) -> None:
        """Raise ShapeError unless this is an input with so many axes in space."""
        need_rank(x, self.spatial + 2, LAYOUTS[self.spatial])
        need_float(x)

    def windows(self) -> tuple[Window, ...]:
        """The window along each axis in space."""
        return self.sliding

    @cached_property
    def sliding(self) -> tuple[Window, ...]:
        """The same, computed once."""
        kernel = self.each("kernel_size")
        stride = self.each("stride") if self.stride is not None else kernel
        dilation = self.each("dilation", 1)
        if self.same:
            return tuple(Window(k, s, dilation=d, same=True) for k, s, d in zip(kernel, stride, dilation, strict=True))
        return tuple(
            Window(k, s, p, p, d, getattr(self, "ceil_mode", False))
            for k, s, p, d in zip(kernel, stride, self.each("padding"), dilation, strict=True)
        )

    @property
    def same(self) -> bool:
        """Whether it is padded as TensorFlow's 'same' has it."""
        return getattr(self, "padding", 0) == "same_tf"

    def check(self) -> None:
        if self.same:
            return
        for axis, size, pad in zip(AXES[self.spatial], self.each("kernel_size"), self.each("padding"), strict=True):
            if pad > size // 2:
                raise ShapeError(
                    f"pads {pad} cells to a window of {size} along the {axis}; "
                    f"at most half the window, {size // 2}, is allowed.",
                    parameter="padding",
                    code="padding",
                )

    def infer(self, *inputs: Spec) -> Spec | tuple[Spec, ...]:
        (x,) = inputs
        self.need_input(x)
        for axis, size, window in zip(AXES[self.spatial], x.shape[2:], self.windows(), strict=True):
            if self.room and not self.same and isinstance(size, int) and size < window.kernel:
                raise ShapeError(
                    f"slides a window of {window.kernel} along the {axis}, which has {size} cells only.",
                    port="input",
                    parameter="kernel_size",
                    code="window",
                )
        return x.with_shape((*x.shape[:2], *slide(self.windows(), x.shape[2:], "slides")), x.axes)

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        return read(self.windows(), part, inputs[source])

    def summary(self) -> str:
        kernel = self.each("kernel_size")
        text = "×".join(map(str, kernel))
        stride = self.each("stride") if self.stride is not None else kernel
        if stride != kernel:
            text += f" / {'×'.join(map(str, sorted(set(stride))))}"
        return text + (f" · pad {getattr(self, 'padding', 0)}" if set(self.each("padding")) != {0} else "")

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        return filled(self.windows(), inputs[0].shape[2:], outputs[0].shape[2:])


class Padded(Pooling):
    """What pads its input by itself: with 'same_tf' a function does, for torch's pooling has none of it."""

    functions: ClassVar[tuple[str, ...]] = ("pool_same",)

    def padded(self, x: Spec) -> Dim:
        """The bytes of the padded input that is made before the pooling; 0 where it is not."""
        sizes = tuple(window.padded(size) for window, size in zip(self.windows(), x.shape[2:], strict=True))
        return 4 * product((*x.shape[:2], *sizes)) if self.same and sizes != x.shape[2:] else 0

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return self.padded(inputs[0])

    def scratch(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return self.padded(inputs[0])

    def arguments(self, *inputs: Spec) -> dict[str, object]:
        arguments = super().arguments(*inputs)
        if self.same:
            arguments.pop("padding")
        return arguments

    def module(self, *inputs: Spec, texts: Mapping[str, str] | None = None) -> str | None:
        if self.same:
            texts = {name: text for name, text in (texts or {}).items() if name != "padding"}
        return super().module(*inputs, texts=texts)

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"pool_same({arguments[0]}, {module})" if self.same else super().expression(module, arguments)


class Indexed(Pooling):
    """Keeps the largest value of each window, and says where it was if that is wished."""

    if TYPE_CHECKING:
        return_indices: bool

    def output_ports(self) -> tuple[Port, ...]:
        return (*self.outputs, Port("indices")) if self.return_indices else self.outputs

    def infer(self, *inputs: Spec) -> Spec | tuple[Spec, ...]:
        out = super().infer(*inputs)
        assert isinstance(out, Spec)
        return (out, Spec(out.shape, "int64", out.axes)) if self.return_indices else out

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 8 * product(outputs[0].shape)

    def scratch(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 8 * product(outputs[0].shape)


class _MaxPool(Padded, Indexed):
    """Keeps the largest value of each window."""

    numbers: ClassVar[Numbers] = "pooled"
    formula: ClassVar[str] = FORMULA.format(span="dilation·(kernel_size − 1) − 1")

    def check(self) -> None:
        super().check()
        if self.same and self.return_indices:
            raise ShapeError(
                "pads as TensorFlow does, so its indices would count the added cells, too; choose another padding, or "
                "no indices.",
                parameter="return_indices",
                code="padding",
            )

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return self.padded(inputs[0]) + Indexed.kept(self, inputs, outputs)

    def scratch(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return self.padded(inputs[0]) + Indexed.scratch(self, inputs, outputs)


class MaxPool1d(_MaxPool):
    """Keeps the largest value of each stretch, so the sequence shrinks and small shifts matter less."""

    torch: ClassVar[str] = "torch.nn.MaxPool1d"
    spatial: ClassVar[int] = 1

    kernel_size: One[Positive] = Field(description=KERNEL.format(""))
    stride: One[Positive] | None = Field(None, description=STRIDE)
    padding: One[NonNegative] | Automatic = Field(0, description=PADDING)
    dilation: One[Positive] = Field(1, description=DILATION)
    return_indices: bool = Field(False, description=INDICES)
    ceil_mode: bool = Field(False, description=CEIL)


class MaxPool2d(_MaxPool):
    """Keeps the largest value of each window, so the image shrinks and small shifts matter less."""

    also_called: ClassVar[str] = "maximum pooling"
    torch: ClassVar[str] = "torch.nn.MaxPool2d"
    spatial: ClassVar[int] = 2

    kernel_size: OneOrTwo[Positive] = Field(description=KERNEL.format(TWO))
    stride: OneOrTwo[Positive] | None = Field(None, description=STRIDE)
    padding: OneOrTwo[NonNegative] | Automatic = Field(0, description=PADDING)
    dilation: OneOrTwo[Positive] = Field(1, description=DILATION)
    return_indices: bool = Field(False, description=INDICES)
    ceil_mode: bool = Field(False, description=CEIL)


class MaxPool3d(_MaxPool):
    """Keeps the largest value of each window, so the volume shrinks and small shifts matter less."""

    torch: ClassVar[str] = "torch.nn.MaxPool3d"
    spatial: ClassVar[int] = 3

    kernel_size: OneOrThree[Positive] = Field(description=KERNEL.format(THREE))
    stride: OneOrThree[Positive] | None = Field(None, description=STRIDE)
    padding: OneOrThree[NonNegative] | Automatic = Field(0, description=PADDING)
    dilation: OneOrThree[Positive] = Field(1, description=DILATION)
    return_indices: bool = Field(False, description=INDICES)
    ceil_mode: bool = Field(False, description=CEIL)


class _AvgPool(Padded):
    """Keeps the mean of each window."""

    numbers: ClassVar[Numbers] = "averaged"
    formula: ClassVar[str] = FORMULA.format(span="kernel_size")


class AvgPool1d(_AvgPool):
    """Keeps the mean of each stretch: a gentle way to shrink a sequence."""

    torch: ClassVar[str] = "torch.nn.AvgPool1d"
    spatial: ClassVar[int] = 1

    kernel_size: One[Positive] = Field(description=KERNEL.format(""))
    stride: One[Positive] | None = Field(None, description=STRIDE)
    padding: One[NonNegative] | Automatic = Field(0, description=ZEROS)
    ceil_mode: bool = Field(False, description=CEIL)
    count_include_pad: bool = Field(True, description=COUNT)


class AvgPool2d(_AvgPool):
    """Keeps the mean of each window: a gentle way to shrink an image."""

    also_called: ClassVar[str] = "average mean pooling"
    torch: ClassVar[str] = "torch.nn.AvgPool2d"
    spatial: ClassVar[int] = 2

    kernel_size: OneOrTwo[Positive] = Field(description=KERNEL.format(TWO))
    stride: OneOrTwo[Positive] | None = Field(None, description=STRIDE)
    padding: OneOrTwo[NonNegative] | Automatic = Field(0, description=ZEROS)
    ceil_mode: bool = Field(False, description=CEIL)
    count_include_pad: bool = Field(True, description=COUNT)
    divisor_override: Positive | None = Field(None, description=DIVISOR)


class AvgPool3d(_AvgPool):
    """Keeps the mean of each window: a gentle way to shrink a volume."""

    room: ClassVar[bool] = True

    torch: ClassVar[str] = "torch.nn.AvgPool3d"
    spatial: ClassVar[int] = 3

    kernel_size: OneOrThree[Positive] = Field(description=KERNEL.format(THREE))
    stride: OneOrThree[Positive] | None = Field(None, description=STRIDE)
    padding: OneOrThree[NonNegative] | Automatic = Field(0, description=ZEROS)
    ceil_mode: bool = Field(False, description=CEIL)
    count_include_pad: bool = Field(True, description=COUNT)
    divisor_override: Positive | None = Field(None, description=DIVISOR)


class _LPPool(Pooling):
    """Keeps a power mean of each window, without dividing by its size."""

    formula: ClassVar[str] = "y = (Σ xᵖ)^(1/p),  out = ⌊(in − kernel_size) / stride⌋ + 1"
    initial: ClassVar[dict[str, object]] = {"norm_type": 2.0, "kernel_size": 2}
    positional: ClassVar[tuple[str, ...]] = ("norm_type", "kernel_size")
    if TYPE_CHECKING:
        norm_type: float
    reference: ClassVar[str] = "Sermanet et al. 2012, Convolutional Networks Applied to House Numbers"

    def check(self) -> None:
        super().check()
        if self.norm_type == 0:
            raise ShapeError("takes the 0th root; norm_type must not be 0.", parameter="norm_type")

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * (product(inputs[0].shape) + 4 * product(outputs[0].shape))


POWER = "the power p: 1 is the sum, a large one nearly the largest"


class LPPool1d(_LPPool):
    """Keeps a power mean of each stretch: something between mean and largest value."""

    torch: ClassVar[str] = "torch.nn.LPPool1d"
    spatial: ClassVar[int] = 1

    norm_type: float = Field(description=POWER)
    kernel_size: Positive = Field(description=KERNEL.format(""))
    stride: Positive | None = Field(None, description=STRIDE)
    ceil_mode: bool = Field(False, description=CEIL)


class LPPool2d(_LPPool):
    """Keeps a power mean of each window: something between mean and largest value."""

    torch: ClassVar[str] = "torch.nn.LPPool2d"
    spatial: ClassVar[int] = 2

    norm_type: float = Field(description=POWER)
    kernel_size: OneOrTwo[Positive] = Field(description=KERNEL.format(TWO))
    stride: OneOrTwo[Positive] | None = Field(None, description=STRIDE)
    ceil_mode: bool = Field(False, description=CEIL)


class LPPool3d(_LPPool):
    """Keeps a power mean of each window of a volume: something between mean and largest value."""

    room: ClassVar[bool] = True

    torch: ClassVar[str] = "torch.nn.LPPool3d"
    spatial: ClassVar[int] = 3

    norm_type: float = Field(description=POWER)
    kernel_size: OneOrThree[Positive] = Field(description=KERNEL.format(THREE))
    stride: OneOrThree[Positive] | None = Field(None, description=STRIDE)
    ceil_mode: bool = Field(False, description=CEIL)


LAYERS = (MaxPool1d, MaxPool2d, MaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d, LPPool1d, LPPool2d, LPPool3d)
