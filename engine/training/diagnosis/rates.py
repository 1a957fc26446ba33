"""Which learning rate to try next: what the buttons beside a diagnosis set."""

from __future__ import annotations

from typing import Final

from engine.settings.optimizers import FAR, Optimizer, usual_rate

SGD_START: Final = 0.05
"""Plain SGD has no rate that is usual (torch's 0.001 is that of its examples): on standardised data 0.01 to 0.1."""
MOMENTUM: Final = 0.5
"""From here on momentum makes steps several times as long: 1 / (1 − momentum) (Goh 2017, Why Momentum Really Works)."""


def start_rate(optimizer: Optimizer) -> float:
    """A learning rate to begin with."""
    if optimizer.name != "sgd":
        return usual_rate(optimizer)
    return SGD_START / 5 if optimizer.momentum >= MOMENTUM else SGD_START


def lower_rate(optimizer: Optimizer, lr: float) -> float:
    """A rate to try where ``lr`` is too high: a tenth, but no less than it takes to come down to a usual one."""
    start = start_rate(optimizer)
    return _short(start if lr > FAR * start else lr / 10)


def higher_rate(optimizer: Optimizer, lr: float) -> float:
    """A rate to try where ``lr`` is too low: ten times that, or a usual one where that is still farther."""
    start = start_rate(optimizer)
    return _short(start if lr < start / FAR else 10 * lr)


def _short(rate: float) -> float:
    return float(f"{rate:.6g}")
