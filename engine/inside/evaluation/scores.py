"""How good answers are: every metric, with how far chance in the choice of samples moves it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch import Tensor

from engine.data.pipeline import Part
from engine.inside.evaluation.answered import Answered, answered
from engine.inside.evaluation.tallies import tallies
from engine.inside.trained import Trained
from engine.metrics.metric import Value
from engine.seeds import derive
from engine.training.evaluation.network import Head, Network

if TYPE_CHECKING:
    from engine.data.dataset import Array

RESAMPLES: Final = 1000
LEVEL: Final = 0.95
"""The share of intervals that hold the value over all samples there could be."""
PER_CLASS: Final = "_per_class"
MOST_NUMBERS: Final = 2**20
"""Numbers in all answers up to which metrics that are no sums over samples (the AUROC) are measured for every draw."""
TOGETHER, DRAWS = 2**22, 50
"""Samples, and times that they are drawn, at a time."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A metric, and where it lies when other samples of the same kind are judged; NaN where that is not known."""

    value: float
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True, slots=True)
class Scores:
    """What was measured: metric → its interval, what is counted class by class, and over how many samples.

    ``names`` are those of the classes by Output, the first Output first.
    """

    metrics: dict[str, Interval]
    per_class: Mapping[str, Value]
    samples: int
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of_output(self, metric: str, output: str = "") -> Value | None:
        """What is counted class by class at one Output, the first by default; None where nothing is."""
        return self.per_class.get(metric + self._ending(output))

    def by_class(self, output: str = "") -> dict[str, dict[str, float]]:
        """Class → what is measured of it alone, by metric: NaN where that is not known.

        Of several Outputs it is that of the first, or of ``output``.
        """
        end = PER_CLASS + self._ending(output)
        called = self.names.get(output or next(iter(self.names), ""), ())
        found: dict[str, dict[str, float]] = {}
        for metric, values in self.per_class.items():
            if not metric.endswith(end) or not isinstance(values, list):
                continue
            for index, value in enumerate(values):
                number = float(value) if isinstance(value, int | float) else math.nan
                name = called[index] if index < len(called) else str(index)
                found.setdefault(name, {})[metric.removesuffix(end)] = number
        return found

    def _ending(self, output: str) -> str:
        """What the names of metrics of an Output end with, where there are several."""
        return f"_{output or next(iter(self.names))}" if len(self.names) > 1 else ""


def scores(
    trained: Trained,
    part: Part,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    watch: Callable[[float], bool] = lambda share: True,
) -> Scores | None:
    """The metrics of a run over a part: see `measured`."""
    return measured(trained, *answered(trained, part), resamples=resamples, seed=seed, watch=watch)


def scores_of(
    asked: Answered,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    watch: Callable[[float], bool] = lambda share: True,
) -> Scores | None:
    """The metrics of answers that are there already: see `measured`."""
    return measured(asked.trained, asked.answers, asked.batch, resamples=resamples, seed=seed, watch=watch)


def measured(
    trained: Trained,
    answers: tuple[Tensor, ...],
    batch: dict[str, Tensor],
    *,
    resamples: int,
    seed: int,
    watch: Callable[[float], bool],
) -> Scores | None:
    """The metrics of answers, each with a bootstrap interval; None once ``watch`` wants no more.

    The interval is that of percentiles (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13):
    the samples are drawn again with replacement, ``resamples`` times, and 95 % of the values lie within. ``watch`` is
    given how much is done, from 0 to 1.
    """
    network, count = trained.network, len(answers[0])
    whole = network.measure([(answers, batch)])
    single = {name: value for name, value in whole.items() if isinstance(value, float)}
    listed = {name: value for name, value in whole.items() if not isinstance(value, float)}
    of_rows = tallies(network, answers, batch) if resamples else None
    drawn: dict[str, list[Array]] = {}
    source = np.random.default_rng(derive(seed, "bootstrap"))
    step = max(1, min(DRAWS, TOGETHER // max(1, count)))
    again = set[str]()
    for start in range(0, resamples, step):
        if not watch(start / resamples):
            return None
        rows = source.integers(0, count, (min(step, resamples - start), count))
        assert of_rows is not None
        if not start:
            again = _without_tally(single, of_rows(np.ones((1, count))))
        weights = np.stack([np.bincount(one, minlength=count) for one in rows]).astype(np.float64)
        for name, values in of_rows(weights).items():
            if name not in again:
                drawn.setdefault(name, []).append(values)
        if again and sum(answer.numel() for answer in answers) <= MOST_NUMBERS:
            for number, one in enumerate(rows):
                if not watch((start + number) / resamples):
                    return None
                for name, value in _again(network, answers, batch, torch.from_numpy(one).to(trained.device)).items():
                    if name in again and isinstance(value, float):
                        drawn.setdefault(name, []).append(np.array([value]))
    metrics = {name: _interval(value, drawn.get(name, [])) for name, value in single.items()}
    names = {head.name: class_names(trained, head) for head in network.heads}
    return Scores(metrics, listed, count, names)


def class_names(trained: Trained, head: Head) -> tuple[str, ...]:
    """What the classes of an Output are called; of a yes or no that has no names these two."""
    return trained.data.fields[head.field].names or (("no", "yes") if head.task.kind == "two" else ())


def _without_tally(known: Mapping[str, float], found: Mapping[str, Array]) -> set[str]:
    """Metrics that are no sums over samples, as far as their value over all samples tells: to be measured each time."""
    return {
        name
        for name, value in known.items()
        if math.isfinite(value) and (name not in found or not np.isclose(found[name][0], value, rtol=1e-3, atol=1e-5))
    }


def _again(network: Network, answers: tuple[Tensor, ...], batch: dict[str, Tensor], rows: Tensor) -> dict[str, Value]:
    """The metrics over these rows."""
    chosen = {name: values[rows] for name, values in batch.items()}
    return network.measure([(tuple(answer[rows] for answer in answers), chosen)])


def _interval(value: float, drawn: list[Array]) -> Interval:
    every = np.concatenate(drawn) if drawn else np.zeros(0)
    known = every[np.isfinite(every)]
    if not len(known) or not math.isfinite(value):
        return Interval(value)
    low, high = np.percentile(known, [50 * (1 - LEVEL), 50 * (1 + LEVEL)]).tolist()
    return Interval(value, low, high)
