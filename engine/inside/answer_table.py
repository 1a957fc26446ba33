"""Answers of a network as a table that other programs read."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.tabular.formats import safe

if TYPE_CHECKING:
    from engine.inside.predicting import Prediction


def table(predictions: Sequence[Prediction]) -> str:
    """All answers as CSV: the sample, the likeliest class with its probability, that of each class, or the numbers.

    Of a sequence the last cell has the likeliest class of each position. The cells of a sample that cannot be read are
    empty.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    first = next((one.answers for one in predictions if one.answers), ())
    several = len(first) > 1
    head = ["sample"]
    for one in first:
        mark = f"{one.output} " if several else ""
        names = sorted(name for name, _ in one.probabilities)
        head += [f"{mark}answer", *(f"{mark}{name}" for name in names)] if names else []
        head += [f"{mark}positions"] if one.positions else []
        head += [f"{mark}{name}" for name, _ in one.numbers]
    writer.writerow(map(safe, head))
    for prediction in predictions:
        row: list[object] = [safe(prediction.name)]
        for one in prediction.answers:
            if one.probabilities:
                row += [safe(one.probabilities[0][0]), *(chance for _, chance in sorted(one.probabilities))]
                row += [safe(" ".join(one.positions))] if one.positions else []
            row += [value for _, value in one.numbers]
        writer.writerow(row + [""] * (len(head) - len(row)))
    return text.getvalue()


def in_runs(steps: Sequence[str]) -> str:
    """The classes of positions, equal neighbours together: "3 × left, right, 2 × left"."""
    runs = list[list[str]]()
    for step in steps:
        if runs and runs[-1][0] == step:
            runs[-1].append(step)
        else:
            runs.append([step])
    return ", ".join(run[0] if len(run) == 1 else f"{len(run)} × {run[0]}" for run in runs)
