"""How well the masks of samples cover what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.metrics.summed_metric import SummedMetric
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.metrics.metric import Array
    from engine.metrics.streams.answers import Answers


class Dice(SummedMetric):
    """Twice the overlap over both sizes, of each class that a sample or its answer has.

    The mean over these classes, then over the samples that have any.
    """

    name: ClassVar[str] = "dice"
    title: ClassVar[str] = "Dice"
    help: ClassVar[str] = (
        "twice the overlap of masks over both sizes: mean over the classes of a sample, then the samples"
    )
    kinds: ClassVar[frozenset[Kind]] = frozenset({"classes", "two"})
    needs: ClassVar[str] = "needs several positions in an answer"
    percent: ClassVar[bool] = True
    formula: ClassVar[str] = "2 |A ∩ B| / (|A| + |B|)"
    reference: ClassVar[str] = "Dice 1945, Measures of the Amount of Ecologic Association Between Species"
    rank: ClassVar[int] = 105

    @classmethod
    def suits(cls, task: Task) -> bool:
        return task.axes > 0

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        each = answers.by_class
        both, sizes = 2 * each["both"], each["given"] + each["true"]
        if answers.task.kind == "two":  # of what says no there is no mask
            both, sizes = both[:, 1:], sizes[:, 1:]
        mean = (both / sizes).nanmean(1)
        return {"covered": mean.nan_to_num(nan=0.0), "covering": mean.isfinite().double()}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        return totals["covered"] / totals["covering"]


METRICS = (Dice,)
