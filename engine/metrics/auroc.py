"""How well answers are ranked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from engine.losses.loss import Loss
from engine.metrics.metric import Value
from engine.metrics.task import Task
from engine.metrics.torch_metric import PerClassMetric

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.streams.answers import Answers
    from engine.metrics.streams.shared import Shared

THRESHOLDS: Final = 200
"""Over many positions a sample: exact curves would keep every number."""


class AUROC(PerClassMetric):
    """How probable it is that a position of a class is given a higher probability of it than one of another class."""

    name: ClassVar[str] = "auroc"
    title: ClassVar[str] = "AUROC"
    help: ClassVar[str] = "area under the curve of true over false positives: mean over the classes"
    formula: ClassVar[str] = "∫ TPR dFPR over all thresholds"
    reference: ClassVar[str] = "Hanley and McNeil 1982, The Meaning and Use of the Area under an ROC Curve"
    torchmetrics: ClassVar[str] = "AUROC"
    rank: ClassVar[int] = 70
    only_in_targets: ClassVar[bool] = True

    def __init__(self, task: Task, loss: Loss, shared: Shared) -> None:
        super().__init__(task, loss, shared)
        self._ones: Tensor | int = 0
        self._numbers = 0

    def reset(self) -> None:
        super().reset()
        self._ones = self._numbers = 0

    def options(self) -> dict[str, Any]:
        return {**super().options(), "thresholds": THRESHOLDS if self.task.axes else None}

    def scores(self, answers: Answers) -> Tensor:
        return answers.ranks

    def update(self, answers: Answers) -> None:
        super().update(answers)
        if self.task.kind == "two":
            self._ones, self._numbers = self._ones + answers.labels.sum(), self._numbers + len(answers.labels)

    def compute(self) -> dict[str, Value]:
        """NaN where one of two classes does not occur: there is nothing to rank then."""
        one_sided = self.task.kind == "two" and int(self._ones) in (0, self._numbers)
        return {self.name: math.nan} if one_sided else super().compute()

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        return {}


METRICS = (AUROC,)
