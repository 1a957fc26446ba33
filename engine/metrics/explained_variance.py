"""The share of the variance that is explained, whatever is wrong for all alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.losses.loss import Loss
from engine.metrics.deviation_metric import explained
from engine.metrics.metric import Metric, Value
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers
    from engine.metrics.streams.shared import Shared


class ExplainedVariance(Metric):
    """Like R², but a constant error costs nothing: the mean over the outputs.

    Of targets that are all alike nothing can be explained: 0, or 1 where the errors are alike (as scikit-learn has it).
    """

    name: ClassVar[str] = "explained_variance"
    title: ClassVar[str] = "explained variance"
    help: ClassVar[str] = "the share of the variance that is explained, without what is wrong for all alike"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"values"})
    formula: ClassVar[str] = "1 − Var(y − x) / Var(y)"
    reference: ClassVar[str] = "Achen 1982, Interpreting and Using Regression"
    rank: ClassVar[int] = 140

    def __init__(self, task: Task, loss: Loss, shared: Shared) -> None:
        super().__init__(task, loss, shared)
        self.reset()

    def reset(self) -> None:
        self._number = 0
        self._moments: list[tuple[Tensor, Tensor]] = []

    def update(self, answers: Answers) -> None:
        """Of errors and targets the mean, and the squares around it (Chan, Golub and LeVeque 1983)."""
        predicted, true = (value.cpu() if value.device.type == "mps" else value for value in answers.columns)
        number, true = len(true), true.double()
        if not number:
            return
        found = []
        for index, values in enumerate((predicted.double() - true, true)):
            mean = values.mean(0)
            squares = (values - mean).square().sum(0)
            if self._number:
                before, varied = self._moments[index]
                apart, total = mean - before, self._number + number
                squares = varied + squares + apart.square() * (self._number * number / total)
                mean = before + apart * (number / total)
            found.append((mean, squares))
        self._moments, self._number = found, self._number + number

    def compute(self) -> dict[str, Value]:
        if self._number < 2:
            return {self.name: math.nan}
        errors, varied = (squares.cpu().numpy()[None] for _, squares in self._moments)
        return {self.name: float(explained(errors, varied)[0])}

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        return answers.deviations

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        import numpy as np

        rows = totals["rows"]
        errors = (totals["missed"] - np.square(totals["bias"]) / rows).clip(min=0)
        varied = totals["squares"] - np.square(totals["true"]) / rows
        return np.where(rows[:, 0] < 2, np.nan, explained(errors, varied))


METRICS = (ExplainedVariance,)
