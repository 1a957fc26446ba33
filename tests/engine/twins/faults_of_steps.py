"""Faults of optimizer, schedule and limits: what only shows while it trains."""

from __future__ import annotations

from random import Random

from tests.engine.twins.design import Design
from tests.engine.twins.fault import ALL, DENSE, fault

LR, MOMENTUM, DECAY = (f"setting-range:training.optimizer.{name}" for name in ("lr", "momentum", "weight_decay"))
SLOW = ("rate-too-low", "slow-convergence", "too-few-epochs", "stuck", LR)
"""Kinds that say: longer, or with larger steps."""
FAST = ("rate-too-high", "loss-rises", "oscillating-loss", "not-a-number", LR)
"""Kinds that say: with smaller steps."""


def rate(design: Design, factor: float) -> Design:
    """The same with the learning rate multiplied."""
    optimizer = dict(design.settings["training.optimizer"])
    return design.set(training__optimizer={**optimizer, "lr": optimizer["lr"] * factor})


@fault("learning rate far too high", *FAST, families=ALL)
def rate_too_high(design: Design, random: Random) -> Design | None:
    return rate(design, random.choice([100.0, 300.0, 1000.0]))


@fault("learning rate too high", *FAST, families=ALL)
def rate_high(design: Design, random: Random) -> Design | None:
    return rate(design, random.choice([20.0, 30.0, 50.0]))


@fault("learning rate far too low", *SLOW, families=ALL)
def rate_too_low(design: Design, random: Random) -> Design | None:
    return rate(design, random.choice([1e-3, 1e-4, 1e-5]))


@fault("plain SGD at a tiny rate", *SLOW, families=ALL)
def tiny_sgd(design: Design, random: Random) -> Design | None:
    return design.set(training__optimizer={"name": "sgd", "lr": random.choice([1e-5, 1e-4])})


@fault("momentum near 1", *FAST, MOMENTUM, families=ALL)
def momentum(design: Design, random: Random) -> Design | None:
    return design.set(training__optimizer={"name": "sgd", "lr": 0.05, "momentum": random.choice([0.99, 0.995, 0.999])})


@fault("weight decay far too large", DECAY, families=ALL)
def weight_decay(design: Design, random: Random) -> Design | None:
    optimizer = dict(design.settings["training.optimizer"])
    least = 0.3 if optimizer["name"] == "sgd" else 10.0 if optimizer["name"] == "adamw" else 1.0
    return design.set(training__optimizer={**optimizer, "weight_decay": least * random.choice([1.0, 3.0])})


@fault(
    "penalty of all weights far too large",
    "setting-range:training.l1",
    "setting-range:training.l2",
    families=ALL,
)
def penalty(design: Design, random: Random) -> Design | None:
    name = random.choice(["l1", "l2"])
    return design.set(**{f"training__{name}": random.choice([0.3, 1.0])})


@fault(
    "a schedule that ends learning at once",
    *SLOW,
    "setting-range:training.schedule.gamma",
    "run-length:training.schedule.gamma",
    families=ALL,
)
def schedule(design: Design, random: Random) -> Design | None:
    return design.set(training__schedule={"name": "exponential", "gamma": random.choice([0.01, 0.05])})


@fault("a warm-up longer than the training", *SLOW, "run-length:training.warmup", families=ALL)
def warmup(design: Design, random: Random) -> Design | None:
    return design.set(training__warmup=random.choice([300.0, 1000.0]))


@fault("gradients clipped to nearly nothing", *SLOW, "setting-range:training.clip_norm", families=ALL)
def clipped(design: Design, random: Random) -> Design | None:
    return design.set(
        training__optimizer={"name": "sgd", "lr": 0.05, "momentum": 0.9},
        training__clip_norm=random.choice([1e-4, 1e-3]),
    )


@fault("far too few epochs", *SLOW, families=ALL)
def few_epochs(design: Design, random: Random) -> Design | None:
    return rate(design, 0.1).set(training__epochs=2)


@fault("all samples in one batch", *SLOW, "batch-size", families=ALL)
def one_batch(design: Design, random: Random) -> Design | None:
    return design.set(data__batch_size=None)


@fault("single samples at a rate for batches", *FAST, "batch-size", families=DENSE)
def single_samples(design: Design, random: Random) -> Design | None:
    return design.set(
        data__batch_size=1,
        training__epochs=4,
        training__optimizer={"name": "sgd", "lr": random.choice([0.1, 0.2]), "momentum": 0.9},
    )
