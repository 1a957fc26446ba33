"""What a trained Output has to do, and so by what it can be judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from engine import metrics
from engine.metrics.units import Units

Kind: TypeAlias = Literal["classes", "two", "values", "sequence"]
"""What an Output answers: a class for each position, yes or no by a number, numbers, or a row of labels."""
MOST_CLASSES: Final = 100
"""With more classes nothing is kept class by class."""
MANY_CLASSES: Final = 20
"""From so many classes on the five likeliest are worth a look."""


@dataclass(frozen=True, slots=True)
class Task:
    """The task of one Output: ``classes`` that it tells apart, ``axes`` that the target has beside the batch.

    Of a forecast ``season`` are the steps after which it repeats, and ``naive`` how far the value of a season before is
    off in the training part, for each number that is forecast.
    """

    kind: Kind
    classes: int = 0
    axes: int = 0
    season: int = 0
    naive: tuple[float, ...] = field(default=(), compare=False)
    units: Units | None = field(default=None, compare=False)
    """Those of numbers that transforms have changed: metrics count in them."""

    @property
    def step_metric(self) -> str:
        """What every training step reports beside its loss."""
        return next(metric.name for metric in metrics.all() if self.kind in metric.of_steps)

    def fitting(self) -> tuple[str, ...]:
        """Every metric it can be judged by."""
        return tuple(metric.name for metric in metrics.all() if metric.fits(self))

    def chosen(self, names: tuple[str, ...] | None) -> tuple[str, ...]:
        """Of the metrics that are asked for those that fit, the one of the steps always; none: the usual ones."""
        fitting = [metric for metric in metrics.all() if metric.fits(self)]
        wanted = [metric.name for metric in fitting if metric.usual(self)] if names is None else names
        return tuple(metric.name for metric in fitting if metric.name in wanted or self.kind in metric.of_steps)
