"""What pulls the weights to zero while they learn: penalties in the loss, and decay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.settings.sensible import beyond
from engine.settings.training import TrainingConfig

PENALTIES: Final[Mapping[str, float]] = {
    "training.l1": 1e-4,
    "training.l2": 1e-4,
    "training.optimizer.weight_decay": 1e-2,
}
"""The settings that pull weights to zero, and what is usual."""


@dataclass(frozen=True, slots=True)
class Pull:
    """A setting that pulls weights to zero: its path, its value, and whether that is more than ever helps."""

    path: str
    value: float
    too_much: bool


def pull_of(training: TrainingConfig) -> Pull | None:
    """The strongest pull to zero; None where there is none."""
    far = {found.path for found in beyond(training, "training")}
    decay = getattr(training.optimizer, "weight_decay", 0.0)
    values = {"training.l1": training.l1, "training.l2": training.l2, "training.optimizer.weight_decay": decay}
    pulls = [Pull(path, value, path in far) for path, value in values.items() if value > PENALTIES[path]]
    return max(pulls, key=lambda each: (each.too_much, each.value / PENALTIES[each.path]), default=None)
