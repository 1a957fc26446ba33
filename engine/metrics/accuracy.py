"""The share of right answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.losses.class_loss import likeliest
from engine.losses.loss import Loss
from engine.metrics.metric import Metric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers
    from engine.metrics.units import Units


class Accuracy(Metric):
    """The likeliest class is the right one, or a number is on the right side. Training counts it beside the loss."""

    name: ClassVar[str] = "accuracy"
    title: ClassVar[str] = "accuracy"
    help: ClassVar[str] = "the share of right answers"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes", "two"})
    of_steps: ClassVar[frozenset[Kind]] = frozenset({"classes", "two"})
    counts: ClassVar[bool] = True
    percent: ClassVar[bool] = True
    formula: ClassVar[str] = "right answers / answers"
    rank: ClassVar[int] = 10

    @classmethod
    def usual(cls, task: Task) -> bool:
        return True

    @classmethod
    def right(cls, loss: Loss, answer: Tensor, target: Tensor, masked: bool) -> tuple[Tensor, Tensor | None]:
        if answer.dim() == target.dim() + 1 and answer.shape[-1] > 1:
            right = likeliest(answer) == target
            if masked and loss.ignored is not None:
                kept = target != loss.ignored
                return right & kept, kept
        else:
            right = loss.says_yes(answer) == (loss.values(answer, target) > 0.5)
        return right, None

    @classmethod
    def score(
        cls, loss: Loss, answer: Tensor, target: Tensor, masked: bool, units: Units | None = None
    ) -> tuple[Tensor, Tensor | int]:
        right, kept = cls.right(loss, answer, target, masked)
        return right.sum(), right.numel() if kept is None else kept.sum()

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        return {"right": answers.right.double().sum(1), "numbers": answers.counted.double().sum(1)}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        return totals["right"] / totals["numbers"]


METRICS = (Accuracy,)
