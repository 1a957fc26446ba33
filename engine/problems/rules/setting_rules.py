"""Rules of numbers in the settings that are allowed and do not help: too large, too small, longer than the run."""

from __future__ import annotations

from math import ceil, log
from typing import Final

from engine.data.dataset import DataError
from engine.data.fields import training_samples
from engine.graph import Graph
from engine.problems.problem import Problem
from engine.problems.rule import Found, GraphRule
from engine.settings.data import DataConfig
from engine.settings.optimizers import sensible_rates, usual_rate
from engine.settings.resolution import SettingFault, resolve_settings
from engine.settings.schedules import Cyclic, Exponential, MultiStep, OneCycle, StepSchedule
from engine.settings.sensible import Beyond, beyond
from engine.settings.training import TrainingConfig
from engine.shapes import Report

NOTHING: Final = 1e-3
"""A learning rate of this share of its value changes nothing."""
STEPS, MANY = 100, 64
"""So few steps with all samples at once learn little; of so few samples nobody makes batches."""
FAR: Final = 2
"""A way so many times as long as the run does not come near its end."""


def setting_range(graph: Graph, report: Report) -> Found:
    """A number that torch takes, and that trains nothing or throws the weights about."""
    resolved = resolve_settings(graph)
    if isinstance(resolved, SettingFault):
        return
    data, training = resolved
    for found in (*beyond(data, "data"), *beyond(training, "training"), *_scheduled_rates(training)):
        usual = f" {found.usual:g} is usual." if isinstance(found.usual, float) else ""
        yield Problem(
            "warning",
            "setting-range",
            f"{found.path} is {found.value:g}, {found.bounds.broken(found.value)}.{usual}",
            setting=found.path,
        )
    for name in ("eta_min", "min_lr"):
        least = getattr(training.schedule, name, 0.0)
        if least >= training.optimizer.lr and least > 0:
            yield Problem(
                "warning",
                "setting-range",
                f"training.schedule.{name} is {least:g}, and the learning rate begins at {training.optimizer.lr:g}: "
                "the schedule would raise it, or never lower it.",
                setting=f"training.schedule.{name}",
            )
    betas = getattr(training.optimizer, "betas", None)
    if betas is not None and betas[0] ** 2 > betas[1] ** 0.5:
        yield Problem(
            "warning",
            "setting-range",
            f"training.optimizer.betas are {betas[0]:g} and {betas[1]:g}: the mean of the gradients, the first, would "
            "remember longer than that of their squares, by which it is divided, and steps become far too large.",
            setting="training.optimizer.betas",
        )


def _scheduled_rates(training: TrainingConfig) -> list[Beyond]:
    """Rates that a schedule sets in place of the optimizer's."""
    schedule, bounds = training.schedule, sensible_rates(training.optimizer)
    if not isinstance(schedule, (OneCycle, Cyclic)) or schedule.max_lr is None or bounds.holds(schedule.max_lr):
        return []
    return [Beyond("training.schedule.max_lr", schedule.max_lr, bounds, usual_rate(training.optimizer))]


def run_length(graph: Graph, report: Report) -> Found:
    """What takes longer than the whole run, so that it never does what it is there for."""
    resolved = resolve_settings(graph)
    if isinstance(resolved, SettingFault) or not resolved[1].epochs:
        return
    data, training = resolved
    epochs, steps = training.epochs, _steps(data, training)
    if training.warmup >= epochs:
        yield Problem(
            "warning",
            "run-length",
            f"training.warmup is {training.warmup:g} epochs and the run has {epochs}: the learning rate rises until "
            "the end and never learns at its value. A tenth of the run is usual.",
            setting="training.warmup",
        )
    if training.ema is not None and steps and 1 / (1 - training.ema.decay) >= steps:
        yield Problem(
            "warning",
            "run-length",
            f"training.ema.decay is {training.ema.decay:g}, which remembers {1 / (1 - training.ema.decay):,.0f} steps, "
            f"and the run has {steps:,}: the average is still made of the first weights when it ends.",
            setting="training.ema.decay",
        )
    yield from _schedule_length(training, steps)
    yield from _over_early(training, steps)
    if training.early_stopping is not None and training.early_stopping.patience >= epochs:
        yield Problem(
            "hint",
            "run-length",
            f"training.early_stopping.patience is {training.early_stopping.patience} epochs and the run has {epochs}: "
            "it never stops earlier.",
            setting="training.early_stopping.patience",
        )


def _over_early(training: TrainingConfig, steps: int) -> Found:
    """A rate that is as good as nothing before half of the run is over."""
    schedule = training.schedule
    if not isinstance(schedule, (Exponential, StepSchedule, MultiStep)) or schedule.gamma >= 1:
        return
    whole = training.epochs if schedule.interval == "epoch" else steps
    drops = ceil(log(NOTHING) / log(schedule.gamma))
    if isinstance(schedule, MultiStep):
        end = sorted(schedule.milestones)[drops - 1] if drops <= len(schedule.milestones) else whole
    else:
        end = drops * (schedule.step_size if isinstance(schedule, StepSchedule) else 1)
    if end <= whole / 2:
        yield Problem(
            "warning",
            "run-length",
            f"With training.schedule.gamma at {schedule.gamma:g} the learning rate is below a thousandth of its value "
            f"after {end:,} of {whole:,} {schedule.interval}s: then nothing is learned any more.",
            setting="training.schedule.gamma",
        )


def _schedule_length(training: TrainingConfig, steps: int) -> Found:
    schedule = training.schedule
    name, unit = schedule.waits or schedule.lasts, getattr(schedule, "interval", "epoch")
    value = getattr(schedule, name, None)
    if isinstance(value, tuple):
        value = value[0]
    whole = training.epochs if unit == "epoch" else steps
    if not whole or value is None or value < (whole if schedule.waits else FAR * whole):
        return
    says = "changes the learning rate" if schedule.waits else "comes near the rate that it leads to"
    yield Problem(
        "hint",
        "run-length",
        f"training.schedule.{name} is {value:,} {unit}s and the run has {whole:,}: the schedule never {says}.",
        setting=f"training.schedule.{name}",
    )


def batch_size(graph: Graph, report: Report) -> Found:
    """A batch, or the batches that add up for one step, hold more samples than there are to learn from."""
    resolved = resolve_settings(graph)
    if isinstance(resolved, SettingFault):
        return
    data, training = resolved
    samples = _samples(data)
    if samples and data.size(samples) >= samples > MANY and 0 < training.epochs < STEPS:
        yield Problem(
            "warning",
            "batch-size",
            f"Every epoch is one step with all {samples:,} training samples, so the whole run has {training.epochs} "
            "steps. Smaller batches (data.batch_size) make more steps.",
            setting="data.batch_size",
        )
        return
    if not samples or data.batch_size is None:
        return
    if data.batch_size > samples and (data.drop_last or data.batch_size != DataConfig().batch_size):
        why = (
            "with data.drop_last on, no batch is left"
            if data.drop_last
            else "each epoch is a single step with all of them"
        )
        yield Problem(
            "error" if data.drop_last else "warning",
            "batch-size",
            f"data.batch_size is {data.batch_size:,}, but there are {samples:,} training samples: {why}. Smaller "
            "batches make more steps.",
            setting="data.batch_size",
        )
    elif training.accumulate > 1 and training.accumulate * data.batch_size > samples + data.batch_size:
        yield Problem(
            "warning",
            "batch-size",
            f"training.accumulate adds up {training.accumulate:,} batches of {data.batch_size:,} for one step, but an "
            f"epoch has {ceil(samples / data.batch_size):,}: each epoch is a single step.",
            setting="training.accumulate",
        )


def _samples(data: DataConfig) -> int:
    """How many samples there are to train on; 0 where that is not known."""
    try:
        return training_samples(data)[0] if data.chosen else 0
    except DataError:  # `settings_valid` says it
        return 0


def _steps(data: DataConfig, training: TrainingConfig) -> int:
    """How many steps the run has; 0 where that is not known."""
    samples = _samples(data)
    each = data.size(samples) * training.accumulate
    return training.epochs * ceil(samples / each) if samples else 0


GRAPH = (GraphRule(setting_range, settled=True), GraphRule(run_length), GraphRule(batch_size))
