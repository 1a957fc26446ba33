"""How far off numbers are, large errors counting more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.losses.loss import Loss
from engine.metrics.metric import Metric, Value
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers
    from engine.metrics.streams.shared import Shared


class RootMeanSquaredError(Metric):
    """The root of the mean squared error of each output, and the mean of these."""

    name: ClassVar[str] = "rmse"
    title: ClassVar[str] = "root mean squared error"
    help: ClassVar[str] = "how far off they are, large errors counting more: mean over the outputs"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"values"})
    better: ClassVar[Literal["high", "low", ""]] = "low"
    formula: ClassVar[str] = "√(Σ (x − y)² / samples)"
    rank: ClassVar[int] = 120

    def __init__(self, task: Task, loss: Loss, shared: Shared) -> None:
        super().__init__(task, loss, shared)
        from engine.metrics.streams.deviations import Deviations

        self._deviations = shared.part(Deviations)

    @classmethod
    def usual(cls, task: Task) -> bool:
        return True

    def compute(self) -> dict[str, Value]:
        return {self.name: self._deviations.rmse()}

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        return answers.deviations

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        import numpy as np

        found: Array = np.sqrt(totals["missed"] / totals["rows"]).mean(1)
        return found


METRICS = (RootMeanSquaredError,)
