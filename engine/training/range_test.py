"""The learning-rate range test: the rate rises step by step, and the loss says from where to where it is any good.

Smith, Cyclical Learning Rates for Training Neural Networks (2017), section 3.3. The network of the project is trained
on its own data from new weights, a few hundred steps at most; no run is kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from engine.graph import Graph
from engine.training.schedules import Constant
from engine.training.status import TrainingError

FIRST, LAST, STEPS = 1e-7, 10.0, 120
SMOOTH: Final = 0.9
"""Of the running mean of the losses; single batches jump."""
OVER: Final = 4.0
"""Beyond so many times the lowest loss the test ends: the rate is far too high."""
FALL: Final = 0.05
"""A loss that falls by less than this share says nothing about a good rate."""
Progress = Callable[[int, int], bool]
"""(steps done, steps in all) → whether to go on."""


@dataclass(frozen=True, slots=True)
class RangeTest:
    """Rates and smoothed losses of the steps, and the ``suggestion``; None where the loss never fell."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    suggestion: float | None

    def __str__(self) -> str:
        if self.suggestion is None:
            return "At no learning rate did the loss fall: look for what keeps the network from learning."
        return f"The loss falls fastest at a learning rate of about {self.suggestion:.2g}."


def range_test(graph: Graph, progress: Progress | None = None) -> RangeTest | None:
    """Run it for a project; None if ``progress`` said no in between. Raises TrainingError, DataError."""
    from engine.data.pipeline import prepare, shuffled
    from engine.training import device as devices
    from engine.training.plan import check
    from engine.training.rig import build
    from engine.training.threads import wait_politely

    plan = check(graph)
    alone = {"schedule": Constant(), "warmup": 0.0, "ema": None, "compile": False}  # the rate is ours here
    plan = replace(plan, training=plan.training.model_copy(update=alone))
    wait_politely()
    target = devices.choose_device(plan.training.device)
    devices.check_precision(plan.training.precision, target)
    data = prepare(plan.data, target)
    if not len(data.train):
        raise TrainingError("There are no training samples: enlarge data.split.train.")
    rates: list[float] = []
    losses: list[float] = []
    mean = 0.0
    with devices.settled(devices.choose_threads(plan.training.threads, plan.multiply_adds)):
        stepper = build(plan, data, target)
        size, epoch, step = plan.data.size(len(data.train)), 0, 0
        while step < STEPS:
            epoch += 1
            order = shuffled(len(data.train), plan.training.seed, epoch, target)
            for batch in data.train.batches(stepper.network.fields, size, order):
                if progress is not None and not progress(step, STEPS):
                    return None
                rate = FIRST * (LAST / FIRST) ** (step / (STEPS - 1))
                stepper.lr.set(rate)
                step += 1
                done = stepper.step([batch], step, measure=False)
                loss = float(done.loss)
                mean = SMOOTH * mean + (1 - SMOOTH) * loss
                smoothed = mean / (1 - SMOOTH**step)
                if not math.isfinite(smoothed) or (losses and smoothed > OVER * max(min(losses), 1e-12)):
                    step = STEPS
                if step >= STEPS:
                    break
                rates.append(rate)
                losses.append(smoothed)
    return RangeTest(tuple(rates), tuple(losses), suggest(rates, losses))


def suggest(rates: list[float], losses: list[float]) -> float | None:
    """The rate at which the smoothed loss falls fastest per decade; None where it does not fall.

    Only the way down to the lowest loss counts: beyond it the loss rises again.
    """
    if len(losses) < 3:
        return None
    lowest = min(range(len(losses)), key=losses.__getitem__)
    if losses[lowest] > (1 - FALL) * max(losses[: lowest + 1]):
        return None
    slopes = [
        (losses[n + 1] - losses[n - 1]) / (math.log10(rates[n + 1]) - math.log10(rates[n - 1]))
        for n in range(1, min(lowest + 1, len(losses) - 1))
    ]
    return None if not slopes or min(slopes) >= 0 else rates[1 + min(range(len(slopes)), key=slopes.__getitem__)]
