"""How far off numbers are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.losses.loss import Loss
from engine.metrics.metric import Metric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers
    from engine.metrics.units import Units


class MeanAbsoluteError(Metric):
    """The mean distance of answers and targets. Training counts it beside the loss."""

    name: ClassVar[str] = "mae"
    title: ClassVar[str] = "mean absolute error"
    help: ClassVar[str] = "how far off the numbers are on average"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"values"})
    of_steps: ClassVar[frozenset[Kind]] = frozenset({"values"})
    better: ClassVar[Literal["high", "low", ""]] = "low"
    formula: ClassVar[str] = "Σ |x − y| / numbers"
    rank: ClassVar[int] = 110

    @classmethod
    def usual(cls, task: Task) -> bool:
        return True

    @classmethod
    def score(
        cls, loss: Loss, answer: Tensor, target: Tensor, masked: bool, units: Units | None = None
    ) -> tuple[Tensor, Tensor | int]:
        off = (loss.predicted(answer) - loss.values(answer, target)).abs()
        return (off if units is None else units.distance(off)).sum(), answer.numel()

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        off = (answers.predicted - answers.values).abs().double().reshape(len(answers.answer), -1)
        return {"off": off.sum(1), "all": off.new_full((len(off),), float(off.shape[1]))}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        return totals["off"] / totals["all"]


METRICS = (MeanAbsoluteError,)
