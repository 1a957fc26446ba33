"""Layers that slide learned filters."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.layer import Layer, ShapeError, need_float, need_rank
from engine.layers.parameters import NonNegative, OneOrTwo, Positive
from engine.layers.windows import AXES, Window, filled, pair, slide
from engine.spec import Spec


class Conv2d(Layer):
    """Slides small learned filters over an image; each filter answers where its pattern is found.

    Every output channel is one filter that looks at all input channels (of its group).
    """

    family: ClassVar[str] = "Convolution"
    torch: ClassVar[str] = "torch.nn.Conv2d"
    formula: ClassVar[str] = "out = ⌊(in + 2·padding − dilation·(kernel_size − 1) − 1) / stride⌋ + 1"
    reference: ClassVar[str] = "LeCun et al. 1989, Backpropagation Applied to Handwritten Zip Code Recognition"
    initial: ClassVar[dict[str, Any]] = {"out_channels": 16, "kernel_size": 3}
    positional: ClassVar[tuple[str, ...]] = ("in_channels", "out_channels")
    stem_name: ClassVar[str] = "conv"

    out_channels: Positive = Field(description="how many filters, hence how many channels come out")
    kernel_size: OneOrTwo[Positive] = Field(description="the size of a filter; two numbers are height and width")
    stride: OneOrTwo[Positive] = Field(1, description="how far a filter moves from place to place")
    padding: OneOrTwo[NonNegative] | Literal["same", "valid"] = Field(
        0, description="cells added on each side; 'same' keeps the size, 'valid' adds none"
    )
    dilation: OneOrTwo[Positive] = Field(1, description="the distance between the cells a filter looks at")
    groups: Positive = Field(1, description="into how many groups the channels are split, each with filters of its own")
    bias: bool = Field(True, description="whether a learned constant is added to each output channel")
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = Field(
        "zeros", description="what the added cells hold"
    )

    def check(self) -> None:
        if self.out_channels % self.groups:
            raise ShapeError(
                f"splits {self.out_channels} output channels into {self.groups} groups, "
                f"and {self.out_channels} / {self.groups} is not whole.",
                parameter="groups",
            )
        if self.padding == "same" and pair(self.stride) != (1, 1):
            raise ShapeError(
                f"has padding 'same' with stride {self.stride}; 'same' keeps the size and needs stride 1.",
                parameter="padding",
            )

    def windows(self) -> tuple[Window, ...]:
        """The window along height and width."""
        result = []
        for axis in (0, 1):
            kernel, stride, dilation = pair(self.kernel_size)[axis], pair(self.stride)[axis], pair(self.dilation)[axis]
            if self.padding == "same":
                total = dilation * (kernel - 1)
                before = total // 2
                behind = total - before
            else:
                before = behind = 0 if isinstance(self.padding, str) else pair(self.padding)[axis]
            result.append(Window(kernel, stride, before, behind, dilation))
        return tuple(result)

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_rank(x, 4, "(N, channels, height, width)")
        need_float(x)
        channels = x.shape[1]
        if not isinstance(channels, int):
            raise ShapeError(
                f"gets {x}, whose channel axis is open; filters need a fixed number of channels.", port="input"
            )
        if channels % self.groups:
            raise ShapeError(
                f"splits {channels} input channels into {self.groups} groups, "
                f"and {channels} / {self.groups} is not whole.",
                port="input",
                parameter="groups",
            )
        self._check_padding(x)
        sizes = slide(self.windows(), x.shape[2:], "slides")
        return x.with_shape((x.shape[0], self.out_channels, *sizes), x.axes)

    def _check_padding(self, x: Spec) -> None:
        """Reflected padding must be smaller than the image, circular padding no larger."""
        for axis, (window, size) in enumerate(zip(self.windows(), x.shape[2:], strict=True)):
            pad = max(window.before, window.behind)
            if not isinstance(size, int) or not pad:
                continue
            limit = {"reflect": size - 1, "circular": size}.get(self.padding_mode)
            if limit is not None and pad > limit:
                raise ShapeError(
                    f"pads {pad} cells of {self.padding_mode} padding to a {AXES[axis]} of {size}; "
                    f"at most {limit} can be taken from the image.",
                    port="input",
                    parameter="padding",
                )

    def inferred(self, *inputs: Spec) -> dict[str, Any]:
        return {"in_channels": inputs[0].shape[1]}

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        kernel = (self.out_channels, inputs[0].shape[1] // self.groups, *pair(self.kernel_size))
        return {"weight": kernel} | ({"bias": (self.out_channels,)} if self.bias else {})

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return product(outputs[0].shape) * product(self.weights(*inputs)["weight"][1:])

    def summary(self) -> str:
        height, width = pair(self.kernel_size)
        text = f"{self.out_channels} × {height}×{width}"
        if self.stride not in (1, (1, 1)):
            text += f" / {'×'.join(map(str, sorted(set(pair(self.stride)))))}"
        if self.padding not in (0, (0, 0), "valid"):
            text += f" · pad {self.padding}"
        return text

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        return filled(self.windows(), inputs[0].shape[2:], outputs[0].shape[2:])


LAYERS = (Conv2d,)
