"""What a layer answers when its input is moved: the same answer moved along, or another one; with numbers.

A convolution with stride 1 is equivariant: its answer moves with the input, but at the edge. With stride s that holds
for moves by multiples of s alone, and in between it aliases (Zhang 2019, https://arxiv.org/abs/1904.11486). Global
pooling is invariant as long as nothing leaves the image.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from engine.sliding.axis import Axis
from engine.sliding.example import Array, Example, figure
from engine.sliding.sliding import Sliding

Shift: TypeAlias = "tuple[int, ...]"
"""By how many cells along each axis; to the right and downwards is more than 0."""
Mask: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"


@dataclass(frozen=True, eq=False)
class Translation:
    """An input and the same one moved, and what comes of both.

    ``moved`` is by how many output cells the answer should have moved, rounded to the nearest that fits best;
    ``exact`` whether that is an integer. ``compared`` marks the output cells (*counts) whose windows saw nothing but
    cells that were moved along. ``lost`` is how many input cells other than 0 have left the image.
    """

    before: Example
    after: Example
    shift: Shift
    moved: Shift
    exact: bool
    expected: Array
    """The answer before, moved."""
    compared: Mask
    lost: int

    @property
    def differences(self) -> Array:
        """Between the answer to the moved input and the moved answer; 0 where they cannot be compared."""
        found: Array = np.where(self.compared, np.abs(self.after.outputs - self.expected), np.float32(0))
        return found

    @property
    def largest(self) -> float:
        """The largest of the differences."""
        return float(self.differences.max(initial=0.0))

    @property
    def same_cells(self) -> float:
        """The share of output cells whose number is what it was before, at the same position (invariance)."""
        return float(np.isclose(self.after.outputs, self.before.outputs, rtol=1e-5, atol=1e-6).mean())

    @property
    def means(self) -> tuple[Array, Array]:
        """What global average pooling makes of both answers: (O,) each."""
        return _over_space(self.before.outputs, np.mean), _over_space(self.after.outputs, np.mean)

    @property
    def maxima(self) -> tuple[Array, Array]:
        """What global max pooling makes of both answers: (O,) each."""
        return _over_space(self.before.outputs, np.max), _over_space(self.after.outputs, np.max)


def _over_space(values: Array, how: Any) -> Array:
    found: Array = how(values.reshape(len(values), -1), axis=1)
    return found


def subject(example: Example) -> Example:
    """The example with an input that can be moved: a real sample as it is, a made-up one with room around it."""
    if example.real:
        return example
    sizes = example.sliding.sizes
    return example.with_inputs(np.stack([figure(sizes, channel) for channel in range(example.sliding.channels)]))


def translated(values: Array, shift: Shift) -> Array:
    """(…, *sizes) moved along its last axes; what leaves is lost, and zeros enter."""
    found: Array = np.zeros_like(values)
    sizes = values.shape[-len(shift) :]
    to = [slice(max(by, 0), max(0, size + min(by, 0))) for by, size in zip(shift, sizes, strict=True)]
    start = [slice(max(-by, 0), max(0, size - max(by, 0))) for by, size in zip(shift, sizes, strict=True)]
    front = [slice(None)] * (values.ndim - len(shift))
    if all(abs(by) < size for by, size in zip(shift, sizes, strict=True)):
        found[tuple(front + to)] = values[tuple(front + start)]
    return found


def translation(example: Example, shift: Shift) -> Translation:
    """Move the input of an example, and compare. The layer computes."""
    sliding = example.sliding
    moved_inputs = translated(example.inputs, shift)
    after = example.with_inputs(moved_inputs)
    wanted = [_answer_shift(axis, by) for axis, by in zip(sliding.axes, shift, strict=True)]
    choices = [sorted({int(by // 1), -int(-by // 1)}) for by in wanted]
    found: list[Translation] = []
    lost = int(np.count_nonzero(example.inputs) - np.count_nonzero(moved_inputs))
    exact = all(by.denominator == 1 for by in wanted)
    for moved in np.array(np.meshgrid(*choices, indexing="ij")).reshape(len(choices), -1).T.tolist():
        by = tuple(int(one) for one in moved)
        compared = _compared(sliding, shift, by)
        found.append(Translation(example, after, shift, by, exact, translated(example.outputs, by), compared, lost))
    return min(found, key=lambda one: one.largest if one.compared.any() else np.inf)


def course(example: Example, axis: int, most: int) -> list[tuple[int, float, float]]:
    """For moves by 0 … ``most`` along an axis: (by, largest difference to the moved answer, share of same cells)."""
    found = []
    for by in range(most + 1):
        one = translation(example, tuple(by if at == axis else 0 for at in range(len(example.sliding.axes))))
        found.append((by, one.largest, one.same_cells))
    return found


def _answer_shift(axis: Axis, by: int) -> Fraction:
    """By how many output cells the answer moves where the input moves by so many."""
    if axis.rule == "transposed":
        return Fraction(by * axis.window.stride)
    if axis.rule == "adaptive":
        return Fraction(0) if axis.count == 1 else Fraction(by * axis.count, axis.size)
    return Fraction(by, axis.window.stride)


def _compared(sliding: Sliding, shift: Shift, moved: Shift) -> Mask:
    """The output cells that saw only cells which were moved along, and whose moved answer did so, too."""
    known: Mask = np.ones(sliding.counts, bool)
    for index, (axis, by, out_by) in enumerate(zip(sliding.axes, shift, moved, strict=True)):
        part = np.array([_sees_moved(axis, out, by) and _sees_all(axis, out - out_by, by) for out in range(axis.count)])
        known &= part.reshape([-1 if at == index else 1 for at in range(len(sliding.axes))])
    return known


def _sees_moved(axis: Axis, out: int, by: int) -> bool:
    low, high = max(by, 0), axis.size + min(by, 0)
    if axis.rule == "adaptive" and axis.count == 1:
        return True
    return all(low <= tap.cell < high for tap in axis.taps(out)) and (axis.rule != "transposed" or _whole(axis, out))


def _sees_all(axis: Axis, out: int, by: int) -> bool:
    if not 0 <= out < axis.count:
        return False
    return _sees_moved(axis, out, -by)


def _whole(axis: Axis, out: int) -> bool:
    """Whether no tap of a painted cell lies outside the input, where something would be missing from the sum."""
    window = axis.window
    reach = ((out + window.before - index * window.dilation) for index in range(window.kernel))
    return all(0 <= at // window.stride < axis.size for at in reach if at % window.stride == 0)
