"""Networks side by side as a table: each column declared once, for the window, the command line and files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from engine.comparison.network import NetworkCost
from engine.comparison.scores import Measure, RunOf, Score, score
from engine.comparison.timing import Timing
from engine.tabular.formats import Cell, TextTable

Unit = Literal["", "number", "bytes", "seconds", "score"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A network in the comparison: its cost, or ``fault``, the sentence that says why that is not known."""

    name: str
    cost: NetworkCost | None = None
    fault: str = ""
    runs: Sequence[RunOf] = ()
    timing: Timing | None = None
    timing_fault: str = ""
    score: Score | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that is compared. ``value`` is a number (or a text) of an entry, None where it is not known."""

    key: str
    title: str
    help: str
    value: Callable[[Entry], Cell] = field(repr=False)
    unit: Unit = ""
    size: Callable[[Entry], float | None] | None = field(default=None, repr=False)
    """A number to sort by, where the value is none."""

    def order(self, entry: Entry) -> Cell:
        """What to sort by."""
        return self.value(entry) if self.size is None else self.size(entry)


def _cost(name: str) -> Callable[[Entry], Cell]:
    return lambda entry: None if entry.cost is None else getattr(entry.cost, name)


def _field(entry: Entry) -> Cell:
    sizes = None if entry.cost is None else entry.cost.receptive_field
    if sizes is None:
        return None
    return sizes[0] if len(set(sizes)) == 1 else "×".join(map(str, sizes))


def _widest(entry: Entry) -> float | None:
    sizes = None if entry.cost is None else entry.cost.receptive_field
    return None if sizes is None else float(max(sizes))


def _seconds(entry: Entry) -> Cell:
    return None if entry.timing is None else entry.timing.seconds


def _score(entry: Entry) -> Cell:
    return None if entry.score is None else entry.score.value


_FIELD: Final = "Positions of the input, along each axis, that one position of the last feature maps is computed from"
_TRAINING: Final = "The same in training, with gradients and the optimizer's state: an estimate"
COLUMNS: Final = (
    Column("name", "Network", "The name of the preset or the project", lambda entry: entry.name),
    Column("input", "Input", "The shape of the input, N being the batch", _cost("input")),
    Column("parameters", "Parameters", "Learned numbers", _cost("parameters"), "number"),
    Column(
        "multiply_adds",
        "Multiply-adds",
        "Multiply-adds of one sample: matrix products and convolutions",
        _cost("multiply_adds"),
        "number",
    ),
    Column(
        "memory_inference",
        "Inference memory",
        "Memory of weights and values at batch 1: an estimate",
        _cost("memory_inference"),
        "bytes",
    ),
    Column("memory_training", "Training memory", _TRAINING, _cost("memory_training"), "bytes"),
    Column("depth", "Depth", "Layers with weights on the longest path, repeats included", _cost("depth"), "number"),
    Column("receptive_field", "Receptive field", _FIELD, _field, "number", _widest),
    Column("seconds", "Time a sample", "Measured on this machine with Measure Time", _seconds, "seconds"),
    Column("score", "Score", "The best value in the stored runs of this network", _score, "score"),
)
BY_KEY: Final = {column.key: column for column in COLUMNS}


def scored(entry: Entry, measure: Measure | None) -> Score | None:
    """What a network has reached by a measure."""
    return None if measure is None else score(entry.runs, measure)


def text_table(entries: Sequence[Entry], keys: Collection[str], measure: Measure | None = None) -> TextTable:
    """The comparison with these columns, and with a last one that says what is not as it should be, if anything is."""
    columns = [column for column in COLUMNS if column.key in keys]
    remarks = [remark(entry) for entry in entries]
    head = [_headed(column, measure) for column in columns]
    rows = [tuple(column.value(entry) for column in columns) for entry in entries]
    if any(remarks):
        head.append("Remark")
        rows = [(*row, text or None) for row, text in zip(rows, remarks, strict=True)]
    return TextTable("Networks compared", tuple(head), tuple(rows))


def remark(entry: Entry) -> str:
    """What has to be predicted of a network: why there are no numbers, or which of them are not to be compared."""
    found = [entry.fault, entry.timing_fault]
    if entry.timing is not None and not entry.timing.quiet:
        found.append("The time was measured while other programs were at work: not to be compared.")
    if entry.score is not None and not entry.score.same:
        found.append(f"The score is of {entry.score.called}, a network of this name that is drawn otherwise.")
    return " ".join(filter(None, found))


def _headed(column: Column, measure: Measure | None) -> str:
    """The title with its unit, as a file needs it."""
    if column.unit == "score" and measure is not None:
        return f"{column.title} ({measure})"
    return f"{column.title} ({column.unit})" if column.unit in ("bytes", "seconds") else column.title
