"""Samples without any mistake."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.losses.loss import Loss
from engine.losses.sequence_loss import SequenceLoss
from engine.metrics.metric import Metric, Value
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers
    from engine.metrics.streams.shared import Shared
    from engine.metrics.units import Units


class ExactMatch(Metric):
    """A sample is right where every position that counts is, or the row of labels read off it."""

    name: ClassVar[str] = "exact_match"
    title: ClassVar[str] = "exact match"
    help: ClassVar[str] = "the share of samples that are right at every position"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes", "sequence"})
    needs: ClassVar[str] = "needs several positions in an answer"
    of_steps: ClassVar[frozenset[Kind]] = frozenset({"sequence"})
    percent: ClassVar[bool] = True
    formula: ClassVar[str] = "samples without a mistake / samples"
    rank: ClassVar[int] = 90

    def __init__(self, task: Task, loss: Loss, shared: Shared) -> None:
        super().__init__(task, loss, shared)
        self._right = self._samples = 0

    @classmethod
    def suits(cls, task: Task) -> bool:
        return task.kind == "sequence" or task.axes > 0

    @classmethod
    def usual(cls, task: Task) -> bool:
        return task.kind == "sequence" or task.axes == 1

    @classmethod
    def score(
        cls, loss: Loss, answer: Tensor, target: Tensor, masked: bool, units: Units | None = None
    ) -> tuple[Tensor, Tensor | int]:
        assert isinstance(loss, SequenceLoss)
        return loss.right(answer, target).sum(), len(target)

    def reset(self) -> None:
        self._right = self._samples = 0

    def update(self, answers: Answers) -> None:
        self._right, self._samples = self._right + int(answers.whole.sum()), self._samples + len(answers.whole)

    def compute(self) -> dict[str, Value]:
        return {self.name: self._right / self._samples if self._samples else math.nan}

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        whole = answers.whole.double()
        return {"whole": whole, "samples": whole.new_ones(len(whole))}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        return totals["whole"] / totals["samples"]


METRICS = (ExactMatch,)
