"""How good a network is on a part of the data: every metric, with how far chance in the choice of samples moves it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import torch
from torch import Tensor

from engine.data.pipeline import Part
from engine.inside.trained import Trained
from engine.metrics.output_metrics import Value
from engine.seeds import derive
from engine.training.evaluation.network import Network

RESAMPLES: Final = 1000
LEVEL: Final = 0.95
"""The share of intervals that hold the value over all samples there could be."""
MOST_NUMBERS: Final = 2**28
"""Numbers in all answers up to which they are kept to be drawn again."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A metric, and where it lies when other samples of the same kind are judged; NaN where that is not known."""

    value: float
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True, slots=True)
class Scores:
    """What was measured: metric → its interval, what is counted class by class, and over how many samples."""

    metrics: dict[str, Interval]
    per_class: Mapping[str, Value]
    samples: int
    names: tuple[str, ...] = field(default=())


def scores(
    trained: Trained,
    part: Part,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    watch: Callable[[float], bool] = lambda share: True,
) -> Scores | None:
    """The metrics of a run over a part, each with a bootstrap interval; None once ``watch`` wants no more.

    The interval is that of percentiles (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13):
    the samples are drawn again with replacement, ``resamples`` times, and 95 % of the values lie within. ``watch`` is
    given how much is done, from 0 to 1.
    """
    answers, batch = answered(trained, part)
    network, count = trained.network, len(part)
    whole = network.measure([(answers, batch)])
    drawn: dict[str, list[float]] = {}
    generator = torch.Generator().manual_seed(derive(seed, "bootstrap"))
    large = sum(answer.numel() for answer in answers) > MOST_NUMBERS
    for number in range(0 if large else resamples):
        if not watch(number / resamples):
            return None
        rows = torch.randint(count, (count,), generator=generator).to(trained.device)
        for name, value in _again(network, answers, batch, rows).items():
            if isinstance(value, float):
                drawn.setdefault(name, []).append(value)
    metrics = {name: _interval(value, drawn.get(name, [])) for name, value in whole.items() if isinstance(value, float)}
    listed = {name: value for name, value in whole.items() if not isinstance(value, float)}
    names = trained.data.fields[network.heads[0].field].names if network.heads else ()
    return Scores(metrics, listed, count, names)


def answered(trained: Trained, part: Part) -> tuple[tuple[Tensor, ...], dict[str, Tensor]]:
    """What the network answers to all samples of a part, (N, …) of each Output, and the fields they are judged by."""
    network, found, batches = trained.network, list[tuple[Tensor, ...]](), list[dict[str, Tensor]]()
    goals = {head.field for head in network.heads} or {network.inputs[0]}
    network.module.eval()
    with torch.no_grad():
        for batch in part.batches(network.fields, trained.size()):
            found.append(network.answers(batch))
            batches.append({name: batch[name] for name in goals})
    answers = tuple(torch.cat(column) for column in zip(*found, strict=True))
    return answers, {name: torch.cat([batch[name] for batch in batches]) for name in goals}


def _again(network: Network, answers: tuple[Tensor, ...], batch: dict[str, Tensor], rows: Tensor) -> dict[str, Value]:
    """The metrics over these rows."""
    chosen = {name: values[rows] for name, values in batch.items()}
    return network.measure([(tuple(answer[rows] for answer in answers), chosen)])


def _interval(value: float, drawn: list[float]) -> Interval:
    known = [one for one in drawn if math.isfinite(one)]
    if not known or not math.isfinite(value):
        return Interval(value)
    low, high = np.percentile(known, [50 * (1 - LEVEL), 50 * (1 + LEVEL)]).tolist()
    return Interval(value, low, high)
