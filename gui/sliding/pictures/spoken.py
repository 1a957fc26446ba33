"""What a picture shows in a sentence or two, for those who do not see it."""

from __future__ import annotations

from engine.sliding.sliding import Sliding
from gui.sliding.pictures.cells import long
from gui.sliding.pictures.state import Shown


def spoken(shown: Shown) -> str:
    """The sizes with their formula, then what the output cell of the step is computed from."""
    sliding = shown.sliding
    sizes = " ".join(f"{numbers}." for _, numbers in sliding.formulas())
    if not sliding.steps:
        return f"{sizes} Nothing comes out."
    if shown.cell is not None:
        where = ", ".join(str(at) for at in shown.cell)
        return f"{sizes} Input cell ({where}) goes into {len(sliding.readers(shown.cell))} output cells."
    position = ", ".join(str(at) for at in shown.position)
    text = f"{sizes} Output cell ({position}) is computed from {_reads(sliding, shown)}."
    if shown.example is not None:
        text += f" It is {long(float(shown.example.outputs[(shown.out_channel, *shown.position)]))}."
    unseen = sliding.unseen()
    return f"{text} No window sees {unseen} input cells." if unseen else text


def _reads(sliding: Sliding, shown: Shown) -> str:
    """``input rows 1 to 3, columns 0 to 2``; cells that are not neighbours are listed."""
    names = ("rows", "columns") if len(sliding.axes) == 2 else ("cells",)
    parts = []
    for name, axis, at in zip(names, sliding.axes, shown.position, strict=True):
        cells = sorted(tap.cell for tap in axis.taps(at))
        if not cells:
            return "no input cell"
        if cells == list(range(cells[0], cells[-1] + 1)) and len(cells) > 2:
            parts.append(f"{name} {cells[0]} to {cells[-1]}")
        else:
            parts.append(f"{name} {', '.join(map(str, cells))}")
    return f"input {' and '.join(parts)}"
