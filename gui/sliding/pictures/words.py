"""The sentences of the pictures: the formula, the sum behind a cell, what the marks mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.sliding.sliding import Sliding
from gui.sliding.pictures.cells import long
from gui.sliding.pictures.state import Shown

if TYPE_CHECKING:
    from engine.sliding.sums import WindowSum

MOST_CHANNELS: Final = 4
"""Sums of so many further channels are written out."""


def settings_line(sliding: Sliding) -> str:
    """The settings of a layer that decide how it slides: ``kernel 3×3 · stride 2 · padding 1``."""
    axes = sliding.axes
    if axes[0].rule == "adaptive":
        return f"{sliding.type} · output_size {by([axis.count for axis in axes])}"
    parts = [f"{sliding.type} · kernel {by([axis.window.kernel for axis in axes])}"]
    parts.append(f"stride {by([axis.window.stride for axis in axes])}")
    same = all(axis.window.before == axis.window.behind for axis in axes) and not axes[0].window.same
    pads = [axis.window.before for axis in axes]
    before, after = ([axis.padding[side] for axis in axes] for side in (0, 1))
    parts.append(f"padding {by(pads)}" if same else f"padding {by(before)} before, {by(after)} after")
    parts.append(f"dilation {by([axis.window.dilation for axis in axes])}")
    if any(axis.extra for axis in axes):
        parts.append(f"output_padding {by([axis.extra for axis in axes])}")
    if sliding.groups > 1:
        parts.append(f"groups {sliding.groups}")
    if axes[0].window.ceil:
        parts.append("ceil_mode")
    if axes[0].fill != "zeros":
        parts.append(f"{axes[0].fill} padding")
    return " · ".join(parts)


def by(numbers: list[int]) -> str:
    """Equal numbers once, others as 3×5."""
    return str(numbers[0]) if len(set(numbers)) == 1 else "×".join(map(str, numbers))


def formula_lines(sliding: Sliding) -> list[str]:
    """The formula and the numbers; once where both axes are alike."""
    pairs = list(sliding.formulas())
    if len(pairs) == 2 and pairs[0][1].replace("H", "W") == pairs[1][1]:
        letters, numbers = pairs[0]
        return [f"{letters}, W′ alike", numbers]
    return [letters if len(pairs) == 1 else f"{letters}, W′ alike" for letters, _ in pairs[:1]] + [
        numbers for _, numbers in pairs
    ]


def channel_words(what: str, channel: int, count: int, sizes: tuple[int, ...]) -> str:
    """``Input, channel 2 of 3: 7 × 7``."""
    which = f", channel {channel + 1} of {count}" if count > 1 else ""
    return f"{what}{which}: {' × '.join(map(str, sizes))}"


def sum_lines(shown: Shown, now: WindowSum) -> list[str]:
    """How the explained output cell comes about from what its window meets; the last line is the result."""
    from engine.sliding.sums import bias_of, channel_totals, divisor

    example = shown.example
    assert example is not None
    sliding, position = example.sliding, shown.position
    result = f"= {long(float(example.outputs[(shown.out_channel, *position)]))}"
    if sliding.kind == "max":
        count = int(now.inside.sum())
        return [f"the largest of {count} cell{'s' if count != 1 else ''}", result]
    if sliding.kind == "average":
        return [f"Σ = {long(now.total)}", f"{long(now.total)} / {divisor(sliding, position)}", result]
    inputs = sliding.inputs_of(shown.out_channel)
    lines = [f"Σ of the products = {long(now.total)}"]
    others = [channel for channel in inputs if channel != shown.channel]
    found = channel_totals(example, shown.out_channel, position)
    totals = {channel: float(found[channel - inputs.start]) for channel in others}
    if len(others) <= MOST_CHANNELS:
        lines += [f"+ channel {channel + 1}: {long(total)}" for channel, total in totals.items()]
    else:
        lines.append(f"+ {len(others)} other channels: {long(sum(totals.values()))}")
    if example.bias is not None:
        lines.append(f"+ bias: {long(bias_of(example, shown.out_channel))}")
    return [*lines, result]


def legend(shown: Shown) -> list[tuple[str, str]]:
    """(mark, words) of what is in the picture."""
    sliding = shown.sliding
    seen = "the input cells that the output cell sees" if shown.cell is None else "an input cell, and where it goes"
    found = [("window", seen)]
    if any(sum(axis.around) for axis in sliding.axes):
        held = {"zeros": "zeros" if sliding.kind != "max" else "−∞", "reflect": "the input, mirrored"}
        fill = held.get(sliding.axes[0].fill, "the edge" if sliding.axes[0].fill == "replicate" else "the other side")
        found.append(("padding", f"padding: {fill}"))
    if any(sum(axis.cut) for axis in sliding.axes):
        found.append(("padding", "painted, then cut off by padding"))
    if sliding.steps and (unseen := sliding.unseen()):
        found.append(("unseen", f"never seen by any window: {unseen:,} cell{'s' if unseen > 1 else ''}"))
    return found


def source_line(shown: Shown) -> str:
    """Where the numbers and sizes come from."""
    example, sliding = shown.example, shown.sliding
    parts = [] if example is None else [f"Numbers: {example.source}."]
    if sliding.opened:
        axes = " and ".join(sliding.opened)
        parts.append(f"The {axes} {'is' if len(sliding.opened) == 1 else 'are'} open in the network; shown with "
                     f"{sliding.sizes[-1]}.")  # fmt: skip
    return " ".join(parts)
