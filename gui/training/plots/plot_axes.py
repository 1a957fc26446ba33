"""What the X axis shows: steps, epochs or seconds. Plain numbers, no Qt."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from engine.training.history import LiveChange
from gui.training.plots.pyramid import Array

Axis = Literal["step", "epoch", "time"]
AXES: tuple[Axis, ...] = get_args(Axis)
AXIS_WORDS: Mapping[Axis, str] = {"step": "Steps", "epoch": "Epochs", "time": "Time"}
LEAST: Mapping[Axis, float] = {"step": 20.0, "epoch": 0.2, "time": 0.5}
"""The shortest range that is shown of a run that has just begun."""


class Curves(Protocol):
    """What a curve is read from: `engine.training.history.History`."""

    changes: tuple[LiveChange, ...]

    def names(self) -> Sequence[str]: ...

    def series(self, name: str) -> tuple[Array, Array]: ...

    def epochs(self, name: str) -> Array: ...

    def seconds(self, name: str) -> Array: ...


@dataclass(slots=True, eq=False)
class CurveSource:
    """The curves of a run with its name; ``steps_per_epoch`` where it is known before the first epoch has ended."""

    label: str
    history: Curves
    steps_per_epoch: float = math.nan

    def epoch_length(self) -> float:
        """Steps in an epoch: of what was validated, else of what was announced, else all that there are."""
        history = self.history
        for name in ("validation/loss", "train/loss"):
            epochs = history.epochs(name)
            if not len(epochs) or not epochs[-1] >= 1:
                continue
            steps = history.series(name)[0][: len(epochs)]
            if name == "validation/loss":
                return float(steps[-1] / epochs[-1])
            first = int((epochs >= epochs[-1]).argmax())
            if epochs[-1] > 1 and first:
                return float(steps[first - 1] / (epochs[-1] - 1))
            return self.steps_per_epoch if self.steps_per_epoch > 0 else float(max(steps[-1], 1.0))
        return self.steps_per_epoch


def along(axis: Axis, source: CurveSource, name: str, steps: Array) -> Array:
    """Where the points of a series stand on an axis; NaN where that is not known."""
    if axis == "step":
        return steps
    if axis == "time":
        return source.history.seconds(name)[: len(steps)]
    result: Array = steps / (source.epoch_length() or math.nan)
    return result


def steps_in_seconds(source: CurveSource, step: int) -> float:
    """When a step was, by the train curve; NaN where that is not known."""
    steps, seconds = source.history.series("train/loss")[0], source.history.seconds("train/loss")
    index = int(steps.searchsorted(step))
    return float(seconds[index]) if index < min(len(steps), len(seconds)) else math.nan


def position_text(axis: Axis, value: float) -> str:
    """A position on an axis in words: ``step 1,200``, ``epoch 3.25``, ``2:05``."""
    if axis == "step":
        return f"step {value:,.0f}"
    return f"epoch {value:.2f}" if axis == "epoch" else f"{seconds_text(value)}"


def seconds_text(value: float) -> str:
    """``0.4 s``, ``12 s``, ``2:05`` or ``1:02:30``."""
    if abs(value) < 10:
        return f"{value:.3g} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}" if minutes else f"{rest} s"
