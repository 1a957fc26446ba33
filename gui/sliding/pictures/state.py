"""What a picture shows: the example, where the window is, which channels, what the mouse points at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Literal

from engine.sliding.sliding import Position, Sliding

if TYPE_CHECKING:
    from engine.sliding.example import Example

Where = Literal["input", "output"]


@dataclass(frozen=True, eq=False)
class Shown:
    """``sliding`` is the layer as it is; ``example`` has numbers, and few of its channels where they are made up.

    ``example`` is None while it is computed, and where nothing comes out.
    """

    sliding: Sliding
    example: Example | None = None
    title: str = ""
    step: int = 0
    channel: int = 0
    """The input channel."""
    out_channel: int = 0
    hover: tuple[Where, Position] | None = None
    """The cell that the mouse points at."""
    progressive: bool = False
    """Whether output cells after the step are still empty."""
    painting: bool = False
    """Whether a step is an input cell of a transposed convolution, which paints the kernel onto the output."""

    @property
    def count(self) -> int:
        """How many steps there are."""
        return prod(self.sliding.sizes) if self.painting and self.sliding.steps else self.sliding.steps

    @property
    def painted(self) -> int | None:
        """How many input cells have been painted by now; None where that is not what is shown."""
        return self.step + 1 if self.painting and self.hover is None and self.example is not None else None

    @property
    def position(self) -> Position:
        """The output cell that is explained: the one the mouse points at, or that of the step."""
        if self.hover is not None and self.hover[0] == "output":
            return self.hover[1]
        return self.sliding.position(0 if self.painting else self.step)

    @property
    def cell(self) -> Position | None:
        """The input cell that the mouse points at, or that is painted now."""
        if self.hover is not None:
            return self.hover[1] if self.hover[0] == "input" else None
        return self.sliding.cell(self.step) if self.painting else None

    def at(self, **changes: object) -> Shown:
        """The same with changes, brought to what there is."""
        new: Shown = replace(self, **changes)  # type: ignore[arg-type]
        example = new.example
        if example is None:
            return new
        out = min(new.out_channel, example.sliding.out_channels - 1)
        inputs = example.sliding.inputs_of(out)
        channel = new.channel if new.channel in inputs else inputs.start
        return replace(new, out_channel=out, channel=channel, step=min(new.step, new.count - 1))


def flat(position: Position) -> tuple[int, int]:
    """A position as row and column: that of one axis is in row 0."""
    return (0, position[0]) if len(position) == 1 else (position[0], position[1])


def unflat(cell: tuple[int, int], axes: int) -> Position:
    """The other way round."""
    return cell[1:] if axes == 1 else cell
