"""What a metric declares: what it fits, where better values lie, and how it is computed, each once in its own class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from engine.losses.loss import Loss
from engine.metrics.task import Kind, Task

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from engine.metrics.streams.answers import Answers
    from engine.metrics.streams.shared import Shared
    from engine.metrics.units import Units

    Array = NDArray[np.float64]

Value: TypeAlias = float | list[int | float | list[int | float]]


class Metric:
    """A metric of one Output: the class says what it is, an instance measures one part of the data batch by batch.

    A subclass declares ``name``, ``title``, ``help`` and ``kinds`` and gives `compute`; most do so through
    `TorchMetric`, `PerClassMetric` or `SummedMetric`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    """One line: what it says."""
    kinds: ClassVar[frozenset[Kind]]
    """The kinds of answers it fits."""
    needs: ClassVar[str] = ""
    """What it needs beside the right kind of answer, a few words."""
    better: ClassVar[Literal["high", "low", ""]] = "high"
    """Where better values lie; empty where neither is."""
    percent: ClassVar[bool] = False
    """Whether it is a share, shown in per cent."""
    per_class: ClassVar[bool] = False
    """Whether it is also kept class by class, as ``NAME_per_class``."""
    of_steps: ClassVar[frozenset[Kind]] = frozenset()
    """The kinds of answers for which every training step reports it. `score` gives it then."""
    counts: ClassVar[bool] = False
    """Whether `score` counts the positions that `right` gives, whatever axes come before: of many batches at once."""
    formula: ClassVar[str] = ""
    reference: ClassVar[str] = ""
    """Where it is described."""
    rank: ClassVar[int] = 1000
    """Where it stands in lists."""

    def __init__(self, task: Task, loss: Loss, shared: Shared) -> None:
        self.task, self.loss = task, loss

    @classmethod
    def suits(cls, task: Task) -> bool:
        """Whether answers of the right kind have what it ``needs``."""
        return True

    @classmethod
    def fits(cls, task: Task) -> bool:
        """Whether answers can be judged by it."""
        return task.kind in cls.kinds and cls.suits(task)

    @classmethod
    def usual(cls, task: Task) -> bool:
        """Whether it is measured where nothing else is asked for."""
        return False

    @classmethod
    def score(
        cls, loss: Loss, answer: Tensor, target: Tensor, masked: bool, units: Units | None = None
    ) -> tuple[Tensor, Tensor | int]:
        """(sum, number) of a batch, of which it is the quotient; only of metrics of steps."""
        raise TypeError(f"{cls.name} is not a metric of steps")

    @classmethod
    def right(cls, loss: Loss, answer: Tensor, target: Tensor, masked: bool) -> tuple[Tensor, Tensor | None]:
        """(right and counted, counted) of every position, None: all count; only of metrics that count."""
        raise TypeError(f"{cls.name} does not count positions")

    def reset(self) -> None:
        """Forget what was collected."""

    def update(self, answers: Answers) -> None:
        """Take a batch."""

    def compute(self) -> dict[str, Value]:
        """Its value by name, with what is kept class by class; NaN where so few samples say nothing."""
        return {}

    @classmethod
    def sums(cls, answers: Answers) -> Mapping[str, Tensor]:
        """(N, …) what every sample adds to named sums of which `of_totals` makes the metric; else none.

        The same name means the same sum in all metrics.
        """
        return {}

    @classmethod
    def of_totals(cls, totals: Mapping[str, Array], task: Task) -> Array:
        """(draws) the metric of sums (draws, …)."""
        raise TypeError(f"{cls.name} is not a function of sums")
