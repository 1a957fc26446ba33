"""The arithmetic of a window sliding over an image, shared by convolution and pooling.

out = ⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1; with ``ceil_mode`` ⌈…⌉, but no window begins in
the padding after the image (https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html). TensorFlow's
'same' pads as much as out = ⌈size / stride⌉ takes, the odd cell after
(https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import TypeVar

from engine.dims import Dim, ceil_div
from engine.layers.layer import ShapeError, Stretch, shared_part
from engine.spec import Spec

T = TypeVar("T")
AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
ROWS = {1: ("positions",), 2: ("rows", "columns"), 3: ("layers", "rows", "columns")}
LAYOUTS = {
    1: "(N, channels, length)",
    2: "(N, channels, height, width)",
    3: "(N, channels, depth, height, width)",
}
"""By the number of axes in space."""


def spread(value: T | tuple[T, ...], count: int) -> tuple[T, ...]:
    """One value for so many axes, or the values as they are."""
    return value if isinstance(value, tuple) else (value,) * count


@dataclass(frozen=True, slots=True)
class Window:
    """A window along one axis; ``before`` and ``behind`` are the padding on either side."""

    kernel: int
    stride: int
    before: int = 0
    behind: int = 0
    dilation: int = 1
    ceil: bool = False
    same: bool = False
    """Whether it is padded as TensorFlow's 'same' has it: then the size decides on both sides."""

    @property
    def reach(self) -> int:
        """How many cells the window spans, gaps of the dilation included."""
        return self.dilation * (self.kernel - 1) + 1

    def slide(self, size: Dim) -> Dim:
        """How many positions the window has along an axis of this size (may be ≤ 0)."""
        if self.same:
            return ceil_div(size, self.stride)
        free = size + (self.before + self.behind - self.reach)
        if not self.ceil:
            return free // self.stride + 1
        return ceil_div(size + self.before, self.stride) if self._overshoots else ceil_div(free, self.stride) + 1

    def padded(self, size: Dim) -> Dim:
        """The size with the padding."""
        if not self.same:
            return size + (self.before + self.behind)
        needed = (ceil_div(size, self.stride) - 1) * self.stride + self.reach
        return max(needed, size) if isinstance(needed, int) and isinstance(size, int) else needed

    def pads(self, size: int) -> tuple[int, int]:
        """The padding before and after an axis of this size."""
        if not self.same:
            return self.before, self.behind
        total = self.padded(size) - size
        assert isinstance(total, int)  # as its size is
        return total // 2, total - total // 2

    def receptive_field(self, part: Stretch, size: int) -> Stretch:
        """What the windows at these positions look at, along an axis of this size."""
        before = self.pads(size)[0]
        return Stretch(part.axis, part.first * self.stride - before, part.last * self.stride - before + self.reach - 1)

    def painted_from(self, part: Stretch) -> Stretch:
        """The cells whose windows cover a part of what a transposed convolution with this window paints.

        With gaps of a dilation the outermost of them may miss it.
        """
        first = -((self.reach - 1 - self.before - part.first) // self.stride)
        return Stretch(part.axis, first, (part.last + self.before) // self.stride)

    def misses(self, size: int) -> bool:
        """Whether some window lies in the padding alone, all of its cells before or after an axis of this size."""
        count = self.slide(size)
        assert isinstance(count, int)  # as its size is
        before = self.pads(size)[0]
        early = range(min(count, -(-before // self.stride)))  # later ones begin inside
        starts = (self.stride * index - before for index in early)
        return any(not any(0 <= cell < size for cell in self._cells(start)) for start in starts)

    def _cells(self, start: int) -> range:
        return range(start, start + self.reach, self.dilation)

    @property
    def _overshoots(self) -> bool:
        """Whether only the windows that begin before the end of the image count, for one more might not."""
        return self.ceil and self.stride + self.behind > self.reach

    def text(self, size: Dim) -> str:
        """The formula with these numbers, without the result."""
        if self.same:
            return f"⌈{size}/{self.stride}⌉"
        if self._overshoots:
            return f"⌈({size} + {self.before})/{self.stride}⌉"
        pads = f"2·{self.before}" if self.before == self.behind else f"{self.before} + {self.behind}"
        span = f"{self.dilation}·({self.kernel} − 1) − 1" if self.dilation > 1 else f"{self.kernel}"
        left, right = "⌈⌉" if self.ceil else "⌊⌋"
        return f"{left}({size} + {pads} − {span})/{self.stride}{right} + 1"


def slide(windows: tuple[Window, ...], sizes: tuple[Dim, ...], verb: str) -> tuple[Dim, ...]:
    """The output sizes. Raises ShapeError where a window fits nowhere, with the numbers filled in."""
    out = []
    for axis, (window, size) in enumerate(zip(windows, sizes, strict=True)):
        count = window.slide(size)
        if isinstance(count, int) and count < 1:
            kernel = "×".join(str(w.kernel) for w in windows)
            over = "×".join(map(str, sizes))
            raise ShapeError(
                f"{verb} a {kernel} window over {over} input: {window.text(size)} = {str(count).replace('-', '−')} "
                f"{ROWS[len(sizes)][axis]} are left.",
                port="input",
                parameter="kernel_size",
                code="window",
            )
        out.append(count)
    return tuple(out)


def read(windows: tuple[Window, ...], part: Stretch, x: Spec) -> Stretch | None:
    """What windows over (N, channels, …) look at for a part of their result; None where that is the channels."""
    size = x.shape[part.axis]
    return windows[part.axis - 2].receptive_field(part, size) if part.axis > 1 and isinstance(size, int) else None


def resampled(part: Stretch, x: Spec, y: Spec, mode: str, corners: bool, factor: float | None) -> Stretch | None:
    """The cells of x that a part of y is resampled from, in a mode of torch.nn.functional.interpolate.

    Cell i lies at (i + ½)/factor − ½, for plain 'nearest' at i/factor, with ``corners`` at i·(in − 1)/(out − 1).
    Without a factor it is out/in.
    """
    size, out = x.shape[part.axis], y.shape[part.axis]
    if mode == "area" or part.axis < 2 or not (isinstance(size, int) and isinstance(out, int)):
        return shared_part(part, x, y)
    step = Fraction(size, out) if factor is None else 1 / Fraction(factor)
    if mode == "nearest":
        return Stretch(part.axis, floor(part.first * step), floor(part.last * step))
    if corners:
        first, last = (Fraction(cell * (size - 1), max(out - 1, 1)) for cell in part[1:])
    else:
        first, last = ((cell + Fraction(1, 2)) * step - Fraction(1, 2) for cell in part[1:])
    if mode == "nearest-exact":
        return Stretch(part.axis, floor(first + Fraction(1, 2)), floor(last + Fraction(1, 2)))
    more = int(mode == "bicubic")
    return Stretch(part.axis, floor(first) - more, ceil(last) + more)


def filled(windows: tuple[Window, ...], sizes: tuple[Dim, ...], results: tuple[Dim, ...]) -> str:
    """One line an axis: the formula with the numbers and its result."""
    return "\n".join(
        f"{axis} = {window.text(size)} = {result}"
        for axis, window, size, result in zip(AXES[len(sizes)], windows, sizes, results, strict=True)
    )
