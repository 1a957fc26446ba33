"""The worked examples as a page of the help: `resources/docs/worked-examples.md` is what `markdown` gives."""

from __future__ import annotations

from collections.abc import Iterable
from math import isinf, isnan

from presets.worked.example import Reading, WorkedExample

TITLE = "# Worked examples"
INTRODUCTION = (
    "Small networks with given numbers, to be computed by hand and read off the wires. *Help → Worked Examples* lists "
    "them; *Open* shows one as a project, with its numbers on the wires. The numbers of an Input are its `example`, "
    "weights are drawn as Constants: change one, and the wires follow."
)


def markdown(examples: Iterable[WorkedExample]) -> str:
    """The page: of each example the task, the answer, and a table of what is read off."""
    parts = [TITLE, INTRODUCTION]
    for example in examples:
        parts += [f"## {example.title}", example.task, f"**{example.answer}**", table(example.readings)]
    return "\n\n".join(parts) + "\n"


def table(readings: Iterable[Reading]) -> str:
    """The readings as a table of Markdown."""
    rows = [f"| `{one.node}` | {one.how} | {result(one)} |" for one in readings]
    return "\n".join(["| layer | by hand | result |", "|---|---|---|", *rows])


def result(reading: Reading) -> str:
    """``0.1092, 0.0599`` or ``10 × 32 × 32, 760 parameters``."""
    if not reading.shape:
        return ", ".join(map(number, reading.numbers))
    size = " × ".join(f"{part:,}" for part in reading.shape)
    return f"{size}, {reading.parameters:,} parameters" if reading.parameters else size


def number(value: float) -> str:
    """A number to four digits, as it is written in a lecture."""
    if isnan(value):
        return "NaN"
    if isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value:.4f}".rstrip("0").rstrip(".") or "0"
    return text.replace("-", "−")
