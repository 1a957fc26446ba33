"""One axis of a layer that slides windows: which input cells each output cell reads, and the other way round.

Convolution and pooling read cell o·stride − padding + k·dilation with tap k of the window at o; a transposed
convolution paints input cell i onto o = i·stride − padding + k·dilation; adaptive pooling reads
⌊o·in/out⌋ … ⌈(o + 1)·in/out⌉ − 1 (Dumoulin and Visin 2016, https://arxiv.org/abs/1603.07285).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from engine.layers.windows import Window

Rule = Literal["window", "transposed", "adaptive"]
Fill = Literal["zeros", "reflect", "replicate", "circular"]


class Tap(NamedTuple):
    """``at`` is a position within the kernel, ``cell`` the cell it meets: of the input, or of the output."""

    cell: int
    at: int


class Margins(NamedTuple):
    """How many cells there are outside an axis, before and after it."""

    before: int
    after: int


@dataclass(frozen=True)
class Axis:
    """An axis of ``size`` input cells and ``count`` output cells (0 where no window fits)."""

    name: str
    size: int
    count: int
    window: Window
    rule: Rule = "window"
    fill: Fill = "zeros"
    """What the padding of a window holds."""
    extra: int = 0
    """The output_padding of a transposed convolution."""

    def taps(self, out: int) -> tuple[Tap, ...]:
        """The input cells that an output cell is computed from, with the tap of the kernel that meets each.

        A cell below 0 or from ``size`` on lies in the padding; a transposed convolution has none.
        """
        window = self.window
        if self.rule == "adaptive":
            first, last = out * self.size // self.count, -(-(out + 1) * self.size // self.count)
            return tuple(Tap(cell, cell - first) for cell in range(first, last))
        if self.rule == "window":
            start = out * window.stride - self.padding.before
            return tuple(Tap(start + index * window.dilation, index) for index in range(window.kernel))
        painted_from = ((out + window.before - index * window.dilation, index) for index in range(window.kernel))
        met = (Tap(at // window.stride, index) for at, index in painted_from if at % window.stride == 0)
        return tuple(tap for tap in met if 0 <= tap.cell < self.size)

    def readers(self, cell: int) -> tuple[Tap, ...]:
        """The output cells that an input cell goes into, with the tap of the kernel it meets there."""
        window = self.window
        if self.rule == "transposed":
            start = cell * window.stride - window.before
            painted = (Tap(start + index * window.dilation, index) for index in range(window.kernel))
            return tuple(tap for tap in painted if 0 <= tap.cell < self.count)
        if self.rule == "adaptive":
            outs = range(cell * self.count // self.size, -(-(cell + 1) * self.count // self.size))
            return tuple(Tap(out, cell - out * self.size // self.count) for out in outs)
        same = (cell, *(pad for pad in self._pads if self.source(pad) == cell))
        return tuple(sorted({tap for each in same for tap in self._reading(each)}))

    def source(self, cell: int) -> int | None:
        """The cell of the input whose value a cell has, which may lie in the padding; None where that is no cell."""
        if 0 <= cell < self.size:
            return cell
        if self.fill == "zeros":
            return None
        if self.fill == "replicate":
            return min(max(cell, 0), self.size - 1)
        if self.fill == "circular":
            return cell % self.size
        mirrored = -cell if cell < 0 else 2 * (self.size - 1) - cell
        return mirrored if 0 <= mirrored < self.size else None

    @cached_property
    def padding(self) -> Margins:
        """The cells that are added to the input; none to that of a transposed convolution."""
        return Margins(*self.window.pads(self.size)) if self.rule == "window" else Margins(0, 0)

    @cached_property
    def around(self) -> Margins:
        """The cells around the input that are drawn: its padding, and what the last window reaches over beyond it."""
        if self.rule != "window" or not self.count:
            return self.padding
        end = (self.count - 1) * self.window.stride - self.padding.before + self.window.reach
        return Margins(self.padding.before, max(self.padding.after, end - self.size))

    @cached_property
    def cut(self) -> Margins:
        """The cells that a transposed convolution paints and then cuts off, before and after its output."""
        if self.rule != "transposed":
            return Margins(0, 0)
        end = (self.size - 1) * self.window.stride - self.window.before + self.window.reach
        return Margins(self.window.before, max(0, end - self.count))

    @cached_property
    def unseen(self) -> tuple[int, ...]:
        """The input cells that no output cell is computed from."""
        if self.rule == "adaptive":
            return ()
        if self.rule == "transposed":
            return tuple(cell for cell in range(self.size) if not self.readers(cell))
        seen, window = bytearray(self.size), self.window
        for index in range(window.kernel):
            first = index * window.dilation - self.padding.before
            skipped = max(0, -(first // window.stride))  # windows whose tap lies before the input
            cells = range(first + skipped * window.stride, self.size, window.stride)[: max(0, self.count - skipped)]
            seen[cells.start : cells.stop : window.stride] = b"\1" * len(cells)
        for pad in self._pads:
            source = self.source(pad)
            if source is not None and self._reading(pad):
                seen[source] = 1
        return tuple(cell for cell in range(self.size) if not seen[cell])

    @cached_property
    def _pads(self) -> tuple[int, ...]:
        """The cells of the padding that hold what the input has."""
        if self.fill == "zeros" or self.rule != "window":
            return ()
        before, after = self.padding
        return (*range(-before, 0), *range(self.size, self.size + after))

    def _reading(self, cell: int) -> list[Tap]:
        """The windows that read a cell of the input or padding itself."""
        window, found = self.window, []
        for index in range(window.kernel):
            out, rest = divmod(cell + self.padding.before - index * window.dilation, window.stride)
            if not rest and 0 <= out < self.count:
                found.append(Tap(out, index))
        return found
