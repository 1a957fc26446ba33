"""What a layer slides over what: its axes, channels and groups, with the formulas of its sizes filled in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product as combinations
from math import prod
from typing import Final, Literal

from engine.dims import Dim
from engine.errors import LayerloomError
from engine.layers.adaptive import AdaptivePooling
from engine.layers.convolution import Convolution, Filters
from engine.layers.layer import Layer, ShapeError
from engine.layers.pooling import Pooling
from engine.layers.windows import AXES, Window, spread
from engine.sliding.axis import Axis, Fill
from engine.spec import Spec

Kind = Literal["convolution", "transposed", "max", "average"]
Position = tuple[int, ...]
OPEN: Final = 12
"""What a size that the network leaves open is taken for."""
KINDS: Final[dict[str, Kind]] = {
    **{f"Conv{n}d": "convolution" for n in (1, 2)},
    **{f"ConvTranspose{n}d": "transposed" for n in (1, 2)},
    **{f"{prefix}MaxPool{n}d": "max" for n in (1, 2) for prefix in ("", "Adaptive")},
    **{f"{prefix}AvgPool{n}d": "average" for n in (1, 2) for prefix in ("", "Adaptive")},
}
"""The types of layers that can be shown sliding."""
LETTERS: Final = {"length": "L", "height": "H", "width": "W"}


class SlidingError(LayerloomError):
    """Why a layer cannot be shown sliding, in a sentence."""


@dataclass(frozen=True)
class Sliding:
    """A layer over an input of so many ``channels``; ``fault`` says why nothing comes out, where nothing does."""

    layer: Layer
    kind: Kind
    axes: tuple[Axis, ...]
    channels: int
    out_channels: int
    groups: int = 1
    fault: str = ""
    opened: tuple[str, ...] = ()
    """The names of the axes whose size is open in the network, and taken for `OPEN`."""

    @property
    def type(self) -> str:
        """The type of the layer."""
        return type(self.layer).__name__

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes of the input in space."""
        return tuple(axis.size for axis in self.axes)

    @property
    def counts(self) -> tuple[int, ...]:
        """The sizes of the output in space."""
        return tuple(axis.count for axis in self.axes)

    @property
    def steps(self) -> int:
        """How many positions the window has."""
        return prod(self.counts)

    @property
    def weighted(self) -> bool:
        """Whether it has filters of its own."""
        return self.kind in ("convolution", "transposed")

    def position(self, step: int) -> Position:
        """The output cell of a step, row by row."""
        return _unraveled(step, self.counts)

    def cell(self, number: int) -> Position:
        """The input cell with this number, row by row."""
        return _unraveled(number, self.sizes)

    def step(self, position: Position) -> int:
        """The step at which an output cell is computed."""
        return _raveled(position, self.counts)

    def number(self, cell: Position) -> int:
        """The number of an input cell, row by row."""
        return _raveled(cell, self.sizes)

    def group(self, out_channel: int) -> int:
        """The group that an output channel is in."""
        return out_channel // (self.out_channels // self.groups)

    def inputs_of(self, out_channel: int) -> range:
        """The input channels that an output channel is computed from."""
        if not self.weighted:
            return range(out_channel, out_channel + 1)
        share, group = self.channels // self.groups, self.group(out_channel)
        return range(group * share, (group + 1) * share)

    def reads(self, position: Position) -> frozenset[Position]:
        """The cells an output cell is computed from; those in the padding have an index outside the input."""
        each = (tuple(tap.cell for tap in axis.taps(at)) for axis, at in zip(self.axes, position, strict=True))
        return frozenset(combinations(*each))

    def readers(self, cell: Position) -> frozenset[Position]:
        """The output cells that an input cell goes into."""
        each = (tuple(tap.cell for tap in axis.readers(at)) for axis, at in zip(self.axes, cell, strict=True))
        return frozenset(combinations(*each))

    def formulas(self) -> Iterator[tuple[str, str]]:
        """Of each axis the formula of its size in letters, and with the numbers and the result."""
        return (formula(axis) for axis in self.axes)

    def unseen(self) -> int:
        """How many input cells of a channel no window sees."""
        return prod(self.sizes) - prod(axis.size - len(axis.unseen) for axis in self.axes)


def _unraveled(number: int, sizes: tuple[int, ...]) -> Position:
    found = []
    for size in reversed(sizes):
        number, rest = divmod(number, size)
        found.append(rest)
    return tuple(reversed(found))


def _raveled(position: Position, sizes: tuple[int, ...]) -> int:
    number = 0
    for at, size in zip(position, sizes, strict=True):
        number = number * size + at
    return number


def sliding_of(layer: Layer, x: Spec) -> Sliding:
    """How a layer slides over an input (N, channels, …). Raises SlidingError where that cannot be shown."""
    kind = KINDS.get(type(layer).__name__)
    if kind is None or not isinstance(layer, Filters | Pooling):
        raise SlidingError(f"{type(layer).__name__} slides no window along one or two axes.")
    spatial = layer.spatial
    if x.rank != spatial + 2 or x.dtype != "float32":
        names = ", ".join(("N", "channels", *AXES[spatial]))
        raise SlidingError(f"{type(layer).__name__} slides over ({names}) of float32, and this input is {x} {x.dtype}.")
    opened = tuple(name for name, size in zip(AXES[spatial], x.shape[2:], strict=True) if not isinstance(size, int))
    channels = x.shape[1] if isinstance(x.shape[1], int) else 1
    sizes = tuple(size if isinstance(size, int) else OPEN for size in x.shape[2:])
    known, fault = Spec((1, channels, *sizes)), ""
    try:
        layer.check()
        layer.infer(known)
    except ShapeError as error:
        fault = str(error)
    axes = tuple(_axis(layer, kind, index, size) for index, size in enumerate(sizes))
    fault = fault or ("" if all(axis.count for axis in axes) else "gives nothing.")
    groups = layer.groups if isinstance(layer, Filters) else 1
    out = layer.out_channels if isinstance(layer, Filters) else channels
    return Sliding(layer, kind, axes, channels, out, groups, fault, opened)


def _axis(layer: Filters | Pooling, kind: Kind, index: int, size: int) -> Axis:
    name = AXES[layer.spatial][index]
    if isinstance(layer, AdaptivePooling):
        wanted: tuple[int | None, ...] = layer.each("output_size")
        return Axis(name, size, size if wanted[index] is None else wanted[index] or 0, Window(1, 1), "adaptive")
    if kind == "transposed":
        kernel, stride, padding, dilation, extra = (
            spread(getattr(layer, each), layer.spatial)[index]
            for each in ("kernel_size", "stride", "padding", "dilation", "output_padding")
        )
        count = (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + extra + 1
        window = Window(kernel, stride, padding, padding, dilation)
        return Axis(name, size, max(count, 0), window, "transposed", extra=extra)
    assert isinstance(layer, Convolution | Pooling)
    window = layer.windows()[index]
    slid: Dim = window.slide(size)
    assert isinstance(slid, int)  # as its size is
    fill: Fill = getattr(layer, "padding_mode", "zeros")
    return Axis(name, size, max(slid, 0), window, "window", fill)


def formula(axis: Axis) -> tuple[str, str]:
    """The formula of a size in letters, and with the numbers and what they give."""
    x, window, size = LETTERS[axis.name], axis.window, axis.size
    k, s, d, p = window.kernel, window.stride, window.dilation, window.before
    if axis.rule == "adaptive":
        return f"{x}′ = output_size, window i: ⌊i·{x}/{x}′⌋ … ⌈(i + 1)·{x}/{x}′⌉ − 1", f"{x}′ = {axis.count}"
    if axis.rule == "transposed":
        numbers = f"({size} − 1)·{s} − 2·{p} + {d}·({k} − 1) + {axis.extra} + 1"
        total = (size - 1) * s - 2 * p + d * (k - 1) + axis.extra + 1
        return f"{x}′ = ({x} − 1)·s − 2p + d·(k − 1) + o + 1", f"{x}′ = {numbers} = {_signed(total)}"
    slid = window.slide(size)
    assert isinstance(slid, int)
    if not (text := window.text(size)).endswith("+ 1"):  # 'same_tf', or no window may begin after the input
        return f"{x}′ = {f'⌈{x}/s⌉' if window.same else f'⌈({x} + p)/s⌉'}", f"{x}′ = {text} = {_signed(slid)}"
    left, right = "⌈⌉" if window.ceil else "⌊⌋"
    sides = "2p" if window.before == window.behind else "p₁ + p₂"
    added = f"2·{p}" if window.before == window.behind else f"{p} + {window.behind}"
    free = size + window.before + window.behind - d * (k - 1) - 1
    return (
        f"{x}′ = {left}({x} + {sides} − d·(k − 1) − 1)/s{right} + 1",
        f"{x}′ = {left}({size} + {added} − {d}·({k} − 1) − 1)/{s}{right} + 1 = {left}{_signed(free)}/{s}{right} + 1 = "
        f"{_signed(slid)}",
    )


def _signed(number: int) -> str:
    return str(number).replace("-", "−")


def fewer(sliding: Sliding, most_in: int = 3, most_out: int = 3) -> Sliding:
    """The same with at most so many channels, where made-up numbers for all of them would say no more.

    Of groups at most ``most_out`` are left, each with at most ``most_in`` input channels and as many output channels
    as that allows.
    """
    if not sliding.weighted:
        kept = min(sliding.channels, most_in)
        return replace(sliding, channels=kept, out_channels=kept)
    groups = min(sliding.groups, most_out)
    each_in = min(sliding.channels // sliding.groups, most_in)
    each_out = min(sliding.out_channels // sliding.groups, max(1, most_out // groups))
    return replace(sliding, channels=groups * each_in, out_channels=groups * each_out, groups=groups)
