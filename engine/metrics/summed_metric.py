"""Metrics that are functions of sums over the samples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.losses.loss import Loss
from engine.metrics.metric import Metric, Value
from engine.metrics.task import Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.streams.answers import Answers
    from engine.metrics.streams.shared import Shared


class SummedMetric(Metric):
    """A metric that `sums` and `of_totals` say all of: added in double precision, so batches of any size agree."""

    def __init__(self, task: Task, loss: Loss, shared: Shared) -> None:
        super().__init__(task, loss, shared)
        self._totals: dict[str, Tensor] = {}

    def reset(self) -> None:
        self._totals = {}

    def update(self, answers: Answers) -> None:
        from engine.metrics.streams.answers import on_cpu

        if answers.answer.device.type == "mps":  # accelerators of Apple know no double precision
            answers = on_cpu(answers)
        for name, values in self.sums(answers).items():
            total = values.double().sum(0)
            self._totals[name] = self._totals[name] + total if name in self._totals else total

    def compute(self) -> dict[str, Value]:
        import numpy as np

        if not self._totals:
            return {self.name: math.nan}
        totals = {name: total.cpu().numpy()[None] for name, total in self._totals.items()}
        with np.errstate(divide="ignore", invalid="ignore"):
            return {self.name: float(self.of_totals(totals, self.task)[0])}
