"""How `layerloom evaluate` writes scores, as JSON and for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.inside.evaluation.scores import Interval, Scores


def answer(found: Scores, output: str = "") -> dict[str, object]:
    """The JSON of one run, with the classes of an Output (the first by default); what is not a number is null."""
    metrics = {
        name: {"value": known(one.value), "low": known(one.low), "high": known(one.high)}
        for name, one in found.metrics.items()
    }
    confusion, each = found.of_output("confusion_matrix", output), classes(found, output)
    return {"metrics": metrics, "classes": each, "confusion_matrix": confusion, "samples": found.samples}


def classes(found: Scores, output: str = "") -> dict[str, dict[str, float | None]]:
    """Class → what is measured of it alone by an Output."""
    rows = found.by_class(output).items()
    return {name: {metric: known(value) for metric, value in row.items()} for name, row in rows}


def samples(count: int) -> str:
    """How many samples, in words."""
    return "1 sample" if count == 1 else f"{count:,} samples"


def known(value: float) -> float | None:
    """A number for JSON: None for one that is not finite."""
    return value if math.isfinite(value) else None


def between(one: Interval) -> str:
    """An interval in words; empty where it is not known."""
    return f"{text(one.low)} to {text(one.high)}" if math.isfinite(one.low) and math.isfinite(one.high) else ""


def text(value: float | None) -> str:
    """A number in words."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.4g}"
