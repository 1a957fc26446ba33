"""From settings to torch's optimizers and schedules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import lr_scheduler

from engine.training.config import Cosine, Optimizer, Plateau, Schedule, Step, TrainingConfig

OPTIMIZERS: dict[str, type[torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
}
FUSED = ("sgd", "adam", "adamw")
"""Those with one kernel for all weights: 0.6 of a tiny step on the CPU, and the same bits every time."""


def make_optimizer(
    config: Optimizer, parameters: Iterable[nn.Parameter], device: torch.device
) -> torch.optim.Optimizer:
    """The optimizer of these settings; the fused kernel where the device has one."""
    options: dict[str, Any] = config.model_dump(exclude={"name"})
    if config.name in FUSED and device.type in ("cpu", "cuda"):
        options["fused"] = True
    return OPTIMIZERS[config.name](parameters, **options)


class LearningRate:
    """The learning rate of an optimizer: follows the schedule from epoch to epoch, and can be set in between."""

    def __init__(self, optimizer: torch.optim.Optimizer, schedule: Schedule, epochs: int) -> None:
        self.optimizer = optimizer
        self._scheduler = _scheduler(optimizer, schedule, epochs)

    @property
    def value(self) -> float:
        """The learning rate of the next step."""
        return float(self.optimizer.param_groups[0]["lr"])

    def epoch_done(self, validation_loss: float | None) -> None:
        """Take the schedule one epoch further; a plateau looks at the validation loss."""
        if isinstance(self._scheduler, lr_scheduler.ReduceLROnPlateau):
            if validation_loss is not None:
                self._scheduler.step(validation_loss)
        elif self._scheduler is not None:
            self._scheduler.step()

    def state(self) -> dict[str, Any]:
        """What the optimizer and the schedule remember."""
        schedule = {} if self._scheduler is None else _plain(self._scheduler.state_dict())
        return {"optimizer": self.optimizer.state_dict(), "schedule": schedule}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.optimizer.load_state_dict(dict(state["optimizer"]))
        if self._scheduler is not None:
            self._scheduler.load_state_dict(dict(state["schedule"]))

    def set(self, lr: float) -> None:
        """Use another learning rate from now on; what the schedule does later is scaled along."""
        before = self.value
        factor = lr / before if before > 0 else None
        for group in self.optimizer.param_groups:
            group["lr"] = lr
            if "initial_lr" in group:
                group["initial_lr"] = group["initial_lr"] * factor if factor else lr
        if hasattr(self._scheduler, "base_lrs"):
            self._scheduler.base_lrs = [base * factor if factor else lr for base in self._scheduler.base_lrs]


def _plain(state: Mapping[str, Any]) -> dict[str, Any]:
    """Of a schedule's state what is plain data: what torch reads back without running anything."""
    kinds = (bool, int, float, str, list, tuple, type(None))
    return {name: value for name, value in state.items() if isinstance(value, kinds)}


def _scheduler(optimizer: torch.optim.Optimizer, schedule: Schedule, epochs: int) -> Any:
    if isinstance(schedule, Step):
        return lr_scheduler.StepLR(optimizer, schedule.step_size, schedule.gamma)
    if isinstance(schedule, Cosine):
        return lr_scheduler.CosineAnnealingLR(optimizer, schedule.T_max or max(epochs, 1), schedule.eta_min)
    if isinstance(schedule, Plateau):
        options: dict[str, Any] = schedule.model_dump(exclude={"name"})
        return lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    return None


class Clipping:
    """Limits the gradients as the settings say, and measures their norm when asked to."""

    def __init__(self, config: TrainingConfig, parameters: list[nn.Parameter]) -> None:
        self._norm, self._value, self._parameters = config.clip_norm, config.clip_value, parameters

    def apply(self, *, measure: bool) -> Tensor | None:
        """Clip by norm, then by value; returns the norm of all gradients before that where it was measured."""
        norm = None
        if measure or self._norm is not None:
            gradients = [parameter.grad for parameter in self._parameters if parameter.grad is not None]
            norm = nn.utils.get_total_norm(gradients)
            if self._norm is not None:
                nn.utils.clip_grads_with_norm_(self._parameters, self._norm, norm)
        if self._value is not None:
            nn.utils.clip_grad_value_(self._parameters, self._value)
        return norm
