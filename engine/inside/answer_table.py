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

    The cells of a sample that cannot be read are empty.
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
        head += [f"{mark}{name}" for name, _ in one.numbers]
    writer.writerow(map(safe, head))
    for prediction in predictions:
        row: list[object] = [safe(prediction.name)]
        for one in prediction.answers:
            if one.probabilities:
                row += [safe(one.probabilities[0][0]), *(chance for _, chance in sorted(one.probabilities))]
            row += [value for _, value in one.numbers]
        writer.writerow(row + [""] * (len(head) - len(row)))
    return text.getvalue()
