"""Fixes of settings that are allowed and do not help: the usual value, or one that fits the run."""

from __future__ import annotations

from collections.abc import Iterator
from math import log10

from engine.data.datasets import DataError
from engine.data.fields import training_samples
from engine.edits import MISSING
from engine.layers.parameters import unparse
from engine.problems.ways.fault_site import FaultSite, Way, shown
from engine.problems.ways.setting_ways import setting
from engine.settings.optimizers import sensible_rates, usual_rate
from engine.settings.resolution import SettingFault, resolve_settings
from engine.settings.sensible import beyond
from engine.settings.training import EarlyStopping, TrainingConfig

BATCHES = (64, 32, 16, 8, 4, 2, 1)


def usual(site: FaultSite) -> Iterator[Way | None]:
    """What is mostly taken there; then the value with its point moved, which may have been forgotten."""
    path, resolved = site.problem.setting or "", resolve_settings(site.project)
    if isinstance(resolved, SettingFault):
        return
    data, training = resolved
    if path == "training.optimizer.betas":
        first, second = getattr(training.optimizer, "betas", (0.9, 0.999))
        yield _set(path, (second, first))
        yield setting(path, MISSING, f"Set {path} to its default")
        return
    if path in ("training.schedule.eta_min", "training.schedule.min_lr"):
        yield setting(path, MISSING, f"Set {path} to its default")
        yield _set(path, float(f"{training.optimizer.lr / 100:g}"))
        return
    if path == "training.schedule.max_lr":
        yield setting(path, MISSING, f"Set {path} to its default, the rate of the optimizer")
        yield _set(path, usual_rate(training.optimizer))
        return
    for found in (*beyond(data, "data"), *beyond(training, "training")):
        if found.path == path:
            yield _set(path, found.usual)
            if found.value > 0 and isinstance(found.usual, float) and found.usual > 0:
                moved = found.value * 10.0 ** round(log10(found.usual / found.value))
                yield _set(path, float(f"{moved:.6g}"))
            yield setting(path, MISSING, f"Set {path} to its default")
    if path == "training.optimizer.lr":
        yield _set(path, float(f"{sensible_rates(training.optimizer).most / 10:g}"))


def of_the_run(site: FaultSite) -> Iterator[Way | None]:
    """As long as does some good in a run of so many epochs; else a longer run."""
    path, resolved = site.problem.setting or "", resolve_settings(site.project)
    if isinstance(resolved, SettingFault):
        return
    training = resolved[1]
    epochs = training.epochs
    if path == "training.warmup":
        yield _set(path, float(f"{epochs / 10:g}"))
        yield _longer(10 * training.warmup)
    elif path == "training.ema.decay":
        for decay in (0.99, 0.9, 0.5):
            yield _set(path, decay)
        yield setting("training.ema", MISSING, "Do without the moving average")
    elif path == "training.early_stopping.patience":
        yield _set(path, min(EarlyStopping().patience, max(1, epochs // 5)))
        yield _longer(5 * site_value(training, path))
    elif path == "training.schedule.gamma":
        for gamma in (0.5, 0.9, 0.95, 0.99, 0.999, 0.9999):  # the fastest that lasts: what was meant is a fast one
            yield _set(path, gamma)
    elif path == "training.schedule.milestones":
        if epochs > 1:
            yield _set(path, tuple(dict.fromkeys((epochs // 2, max(1, 3 * epochs // 4)))))
        yield _longer(2 * getattr(training.schedule, "milestones", (1,))[0])
    else:
        name = path.rpartition(".")[2]
        field = type(training.schedule).model_fields[name]
        if field.default is None:
            yield setting(path, MISSING, f"Let {path} be the whole run")
        value = site_value(training, path)
        by_epochs = getattr(training.schedule, "interval", "epoch") == "epoch"
        for part in (3, 2, 1):
            if by_epochs and 0 < epochs // part < value:
                yield _set(path, epochs // part)
        if not by_epochs:
            for shorter in (value // 10, value // 100, value // 1000, 1):
                if shorter:
                    yield _set(path, shorter)
        yield _longer(3 * value)
    yield setting(path, MISSING, f"Set {path} to its default")


def site_value(training: TrainingConfig, path: str) -> int:
    """The integer at a path of the training settings."""
    value: object = training
    for name in path.split(".")[1:]:
        value = getattr(value, name)
    assert isinstance(value, int)
    return value


def smaller_batches(site: FaultSite) -> Iterator[Way | None]:
    """Batches of which an epoch has several; or all samples at once, if that is meant."""
    resolved = resolve_settings(site.project)
    if isinstance(resolved, SettingFault):
        return
    data = resolved[0]
    try:
        samples = training_samples(data)[0]
    except DataError:
        return
    if site.problem.setting == "training.accumulate":
        for count in (4, 2, 1):
            if count < resolved[1].accumulate:
                yield _set("training.accumulate", count)
        return
    several = [size for size in BATCHES if size * 2 <= samples]
    for size in several[:3]:
        yield _set("data.batch_size", size)
    if data.drop_last:
        yield setting("data.drop_last", MISSING, "Keep the last batch where it is not full")
    else:
        yield setting("data.batch_size", None, "Learn from all samples at each step")


def _longer(epochs: float) -> Way:
    return _set("training.epochs", int(epochs))


def _set(path: str, value: object) -> Way:
    return setting(path, value, f"Set {path} to {unparse(value) if isinstance(value, tuple) else shown(value)}")
