"""The learning-rate range test: the rate rises step by step, and the loss says from where to where it is any good.

Smith, Cyclical Learning Rates for Training Neural Networks (2017), section 3.3. The network of the project is trained
on its own data from new weights, a few hundred steps at most; no run is kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from engine.graph import Graph
from engine.settings.schedules import Constant
from engine.training.status import TrainingError

if TYPE_CHECKING:
    import torch

    from engine.data.pipeline import Prepared
    from engine.training.plan import TrainingPlan

FIRST, LAST, STEPS = 1e-7, 10.0, 120
SMOOTH: Final = 0.9
"""Of the running mean of the losses; single batches jump."""
OVER: Final = 4.0
"""Beyond so many times the lowest loss the test ends: the rate is far too high."""
FALL: Final = 0.05
"""A loss that falls by this share falls; by less only where that is far more than chance."""
LITTLE: Final = 0.01
"""A hard network falls slowly: this share counts where it is also ``SURE`` times what the loss went up and down while
the rate was still too low to learn anything."""
SURE: Final = 2.0
WORTH: Final = 0.005
"""From this share on it is said where the loss was lowest, if no more can be said."""
RAGGED: Final = 10
"""The first smoothed losses stand for a few batches each and say little."""
Progress = Callable[[int, int], bool]
"""(steps done, steps in all) → whether to continue."""


@dataclass(frozen=True, slots=True)
class RangeTest:
    """Rates and smoothed losses of the steps, and the ``suggestion``; None where the loss never fell clearly."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    suggestion: float | None

    def __str__(self) -> str:
        if not self.losses:
            return "Not even the first step gave a loss: look for what keeps the network from learning."
        lowest, start, _ = _fallen(self.losses)
        share = (start - self.losses[lowest]) / start if start > 0 else 0.0
        by = f"{100 * share:.1f} %"
        if self.suggestion is not None and share < FALL:
            return (
                f"The loss falls only a little ({by}), fastest at a learning rate of about {self.suggestion:.2g}: "
                "such a network learns slowly, so give it many epochs."
            )
        if self.suggestion is not None:
            return f"The loss falls fastest at a learning rate of about {self.suggestion:.2g}."
        look = "look for what keeps the network from learning."
        if share >= WORTH:
            return (
                f"At no learning rate did the loss fall clearly: it was lowest at about {self.rates[lowest]:.2g}, "
                f"{by} below its start, which may be chance. If that rate gets nowhere either, {look}"
            )
        return f"At no learning rate did the loss fall: {look}"


def range_test(graph: Graph, progress: Progress | None = None) -> RangeTest | None:
    """Run it for a project; None if ``progress`` said no in between. Raises TrainingError, DataError."""
    from engine.data.pipeline import prepare
    from engine.training.plan import check
    from engine.training.steps import computing, device_memory
    from engine.training.steps import device as devices
    from engine.training.steps.threads import prepare_environment

    plan = check(graph)
    alone = {"schedule": Constant(), "warmup": 0.0, "ema": None, "compile": False}  # the rate is ours here
    plan = replace(plan, training=plan.training.model_copy(update=alone))
    prepare_environment()
    target, _ = devices.usable_device(plan.training.device)
    plan = computing.decided(plan, target)
    devices.check_precision(plan.training.precision, target)
    threads = devices.choose_threads(plan.training.threads, plan.at_once)
    data = prepare(plan.data, target, device_memory.room_for_data(target))
    if not len(data.train):
        raise TrainingError("There are no training samples: enlarge data.split.train.", setting="data.split.train")
    with devices.settled(threads, target, plan.training, steady=plan.data.buckets is None):
        found = _tested(plan, data, target, progress)
    del data
    devices.give_back(target)
    return found


def _tested(plan: TrainingPlan, data: Prepared, target: torch.device, progress: Progress | None) -> RangeTest | None:
    """The steps on a device, which computes as the training does."""
    from engine.data.sampling import order_of
    from engine.training.steps.assembly import build

    drawn = plan.data.model_copy(update={"shuffle": True})
    rates: list[float] = []
    losses: list[float] = []
    mean = 0.0
    stepper = build(plan, data, target)
    size, epoch, step = plan.data.size(len(data.train)), 0, 0
    while step < STEPS:
        epoch += 1
        order = order_of(data.train, drawn, data.fields, plan.training.seed, epoch)
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
    """The rate at which the smoothed loss falls fastest per decade; None where it does not fall clearly.

    Only the way down to the lowest loss counts: beyond it the loss rises again.
    """
    if len(losses) < 3:
        return None
    lowest, start, chance = _fallen(losses)
    fall = start - losses[lowest]
    if fall < FALL * start and fall < max(LITTLE * start, SURE * chance):
        return None
    first = RAGGED if lowest > len(losses) // 3 > RAGGED else 1
    slopes = [
        (losses[n + 1] - losses[n - 1]) / (math.log10(rates[n + 1]) - math.log10(rates[n - 1]))
        for n in range(first, min(lowest + 1, len(losses) - 1))
    ]
    if not slopes or min(slopes) >= 0:
        return None
    return rates[first + min(range(len(slopes)), key=slopes.__getitem__)]


def _fallen(losses: Sequence[float]) -> tuple[int, float, float]:
    """Where the loss is lowest, what it was before it fell, and how far it went up and down by chance until then.

    The third of the steps with the lowest rates teaches nothing; of a test that was too short for one nothing is known
    of chance.
    """
    third = len(losses) // 3
    calm = losses[RAGGED:third]
    lowest = min(range(RAGGED if calm else 0, len(losses)), key=losses.__getitem__)
    if not calm or lowest < third:
        return lowest, max(losses[: lowest + 1]), math.inf
    return lowest, sum(calm) / len(calm), max(calm) - min(calm)
