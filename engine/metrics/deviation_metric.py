"""Metrics of how far numbers are off, by output: of the sums that `engine.metrics.streams.deviations` keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.losses.loss import Loss
from engine.metrics.metric import Metric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers
    from engine.metrics.streams.shared import Shared


class DeviationMetric(Metric):
    """What such metrics share: the stream, the sums, and that numbers are judged by them unless asked otherwise."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"values"})

    def __init__(self, task: Task, loss: Loss, shared: Shared) -> None:
        super().__init__(task, loss, shared)
        from engine.metrics.streams.deviations import Deviations

        self._deviations = shared.part(Deviations)

    @classmethod
    def usual(cls, task: Task) -> bool:
        return True

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        return answers.deviations


def explained(errors: Array, varied: Array) -> Array:
    """(draws) 1 − errors / varied (draws, outputs), the mean over the outputs."""
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(errors > 0, errors / varied, 0.0)
    found: Array = (1 - np.where(np.isinf(left), 1.0, left)).mean(1)
    return found
