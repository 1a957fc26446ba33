"""How much of the input one position of a feature map is computed from.

Araujo, Norris, Sim: Computing Receptive Fields of Convolutional Neural Networks, Distill 2019,
https://distill.pub/2019/computing-receptive-fields: going back from the output, a window of k cells (gaps included)
with stride s and padding p before it widens the positions u … v to u·s − p … v·s − p + k − 1, and where paths meet the
union counts. Each layer says so for itself (`Layer.receptive_field`), so that transposed convolutions, resampling,
padding and slices take part as well.

Layers that look at all positions at once (flattening, global pooling, attention) end a feature map, and a value that
is the same for all positions, such as the gate of squeeze and excitation, is not counted; nor are the means and
deviations that normalizations take of an image. Padding is not cut off: the field may be larger than the input.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from engine.dims import bind
from engine.graph import Graph
from engine.layers.endpoints import Input, Output
from engine.layers.layer import Stretch
from engine.shapes import Report, infer
from engine.spec import Spec
from engine.unfolding.calls import Call, Value, unfold

OPEN_SIZE = 256
"""What a size that the data leave open counts as: it decides nothing but the rounding of paddings."""
Axes = dict[int, int]
"""Which axes of a value are axes of the input: axis → axis there."""


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The range of positions of the input along each axis of the feature map, for the middle of it.

    ``path`` leads to the layer whose result that is: the feature map with the widest field.
    """

    ranges: tuple[tuple[int, int], ...]
    path: tuple[str, ...]

    @property
    def size(self) -> tuple[int, ...]:
        """How many positions along each axis."""
        return tuple(last - first + 1 for first, last in self.ranges)


def receptive_field(graph: Graph, report: Report | None = None) -> ReceptiveField | None:
    """The receptive field of the last feature maps of a network: of all its Inputs and feature maps the widest.

    None where no layer looks at more than one position at a time without looking at all of them.
    """
    calls = [_bound(call) for call in unfold(graph, report or infer(graph))]
    fields = [found for call in calls if isinstance(call.layer, Input) for found in _of_input(calls, call)]
    widest = max(fields, key=lambda found: max(found.size, default=0), default=None)
    return widest if widest is not None and max(widest.size, default=0) > 1 else None


def _bound(call: Call) -> Call:
    """The call with numbers for all sizes."""
    number = partial(bind, sizes=_Sizes(), known={})
    inputs, outputs = (tuple(s.with_shape(map(number, s.shape)) for s in side) for side in (call.inputs, call.outputs))
    return replace(call, inputs=inputs, outputs=outputs)


class _Sizes(dict[str, int]):
    def __missing__(self, symbol: str) -> int:
        return OPEN_SIZE


def _of_input(calls: list[Call], start: Call) -> Iterator[ReceptiveField]:
    """The field of each of the last feature maps with respect to an Input."""
    (value,), (spec,) = start.makes, start.outputs
    axes: dict[Value, Axes] = {value: {axis: axis for axis in range(1, spec.rank)}}
    maps: dict[Value, tuple[Call, Spec]] = {}
    for call in calls:
        for made, out in zip(call.makes, call.outputs, strict=True):
            kept: Axes = {}
            for index, source in _feature_maps(call, axes):
                here = {
                    axis: axes[source][part.axis]
                    for axis in range(1, out.rank)
                    if (part := _part(call, Stretch(axis, 0, 0), out, index)) is not None and part.axis in axes[source]
                }
                kept |= here
                if here and len(here) >= len(axes[source]) - 1:
                    maps.pop(source, None)  # it is not the last: all axes continue, or all but that of the channels
            if kept:
                axes[made], maps[made] = kept, (call, out)
    read = {each for call in calls for each in call.reads}
    for made, (call, out) in maps.items():
        if made not in read and read.intersection(call.makes):
            continue  # a part that nobody takes
        middle = {axis: Stretch(axis, _size(out, axis) // 2, _size(out, axis) // 2) for axis in axes[made]}
        yield ReceptiveField(_back(calls, made, middle, axes, value), call.path)


def _feature_maps(call: Call, axes: dict[Value, Axes]) -> list[tuple[int, Value]]:
    """Which inputs of a call are feature maps, with their index; none of what stands in a block of steps."""
    if call.stepwise or isinstance(call.layer, Output):
        return []
    return [(index, value) for index, value in enumerate(call.reads) if value is not None and value in axes]


def _part(call: Call, part: Stretch, out: Spec, index: int) -> Stretch | None:
    return call.layer.receptive_field(part, call.inputs, (out,), index)


def _size(spec: Spec, axis: int) -> int:
    size = spec.shape[axis]
    assert isinstance(size, int)  # as all are by now
    return size


def _back(
    calls: list[Call], value: Value, middle: dict[int, Stretch], axes: dict[Value, Axes], start: Value
) -> tuple[tuple[int, int], ...]:
    """Go back from a part of a feature map to the input: the range along each of its axes that the map has.

    The axis of the channels, as long as each is by itself, is none of them.
    """
    wanted = {value: middle}
    for call in reversed(calls):
        for made, out in zip(call.makes, call.outputs, strict=True):
            for part in wanted.get(made, {}).values():
                for index, source in _feature_maps(call, axes):
                    seen = _part(call, part, out, index)
                    if seen is not None and seen.axis in axes[source]:
                        _join(wanted.setdefault(source, {}), seen)
    found = [wanted[start][axis] for axis in sorted(axes[value].values())]
    return tuple((part.first, part.last) for part in found if part.axis > 1 or part.first < part.last)


def _join(parts: dict[int, Stretch], more: Stretch) -> None:
    known = parts.get(more.axis, more)
    parts[more.axis] = Stretch(more.axis, min(known.first, more.first), max(known.last, more.last))
