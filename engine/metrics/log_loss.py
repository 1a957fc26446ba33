"""How sure answers are of what is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.metrics.summed_metric import SummedMetric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers


class LogLoss(SummedMetric):
    """The mean of −ln p of the right class: the cross-entropy without weights and smoothing."""

    name: ClassVar[str] = "log_loss"
    title: ClassVar[str] = "log loss"
    help: ClassVar[str] = "the mean of −ln of the probability of what is right: sure mistakes cost most"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes", "two"})
    better: ClassVar[Literal["high", "low", ""]] = "low"
    formula: ClassVar[str] = "−Σ ln p[class] / answers"
    reference: ClassVar[str] = "Good 1952, Rational Decisions"
    rank: ClassVar[int] = 75

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        numbers = answers.counted.double().sum(1)
        if answers.task.kind == "classes":
            return {"surprise": answers.surprise, "numbers": numbers}
        from torch.nn import functional

        logits, goal = answers.loss.logits(answers.answer.double()), answers.values.double()
        each = -goal * functional.logsigmoid(logits) - (1 - goal) * functional.logsigmoid(-logits)
        return {"surprise": each.reshape(len(answers), -1).sum(1), "numbers": numbers}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        return totals["surprise"] / totals["numbers"]


METRICS = (LogLoss,)
