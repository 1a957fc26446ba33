"""How far answers agree beyond chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.metrics.summed_metric import SummedMetric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers


class CohenKappa(SummedMetric):
    """The share of right answers beyond what chance would give; NaN where chance is always right."""

    name: ClassVar[str] = "cohen_kappa"
    title: ClassVar[str] = "Cohen's kappa"
    help: ClassVar[str] = "how far answers agree with the targets beyond chance: 1 is perfect, 0 as by chance"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes", "two"})
    formula: ClassVar[str] = "(p − e) / (1 − e), p the share of right answers, e that by chance"
    reference: ClassVar[str] = "Cohen 1960, A Coefficient of Agreement for Nominal Scales"
    rank: ClassVar[int] = 64

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        return answers.by_class

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        import numpy as np

        number = totals["true"].sum(1)
        agreed = totals["both"].sum(1) / number
        chance = (totals["given"] * totals["true"]).sum(1) / number**2
        found: Array = np.where(chance < 1, (agreed - chance) / (1 - chance), np.nan)
        return found


METRICS = (CohenKappa,)
