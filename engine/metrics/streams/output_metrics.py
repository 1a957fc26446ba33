"""Measures the answers of one Output over a whole part of the data."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor

from engine import metrics
from engine.losses.loss import Loss
from engine.metrics.metric import Metric, Value
from engine.metrics.streams.answers import Answers
from engine.metrics.streams.shared import ClassCounts, Shared
from engine.metrics.task import Task


class OutputMetrics:
    """Collects answers batch by batch; `compute` gives numbers, and lists for what is kept class by class.

    ``masked``: some targets are the ignored class. Accuracy and the mean absolute error are left to the loop, which
    counts them beside the loss.
    """

    def __init__(self, loss: Loss, task: Task, names: Iterable[str], masked: bool) -> None:
        self.loss, self.task, self.masked = loss, task, masked
        self._shared = Shared(task)
        one_answer = task.kind in ("classes", "two") and not task.axes
        self.counts = self._shared.part(ClassCounts) if one_answer else None
        """How often each class was answered, of what has one answer a sample; the diagnosis reads it, too."""
        self._metrics: list[Metric] = [
            metric(task, loss, self._shared) for name in names if (metric := metrics.get(name)) is not None
        ]

    def reset(self) -> None:
        """Forget what was collected."""
        self._shared.reset()
        for metric in self._metrics:
            metric.reset()

    def update(self, answer: Tensor, target: Tensor) -> None:
        """Take a batch: answer (N, …), target as the loss takes it."""
        answers = Answers(self.task, self.loss, answer, target, self.masked)
        self._shared.update(answers)
        for metric in self._metrics:
            metric.update(answers)

    def compute(self) -> dict[str, Value]:
        """The values by name; what cannot be said of so few samples is NaN."""
        result: dict[str, Value] = {}
        for metric in self._metrics:
            result |= metric.compute()
        return result
