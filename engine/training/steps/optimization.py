"""From the settings of optimizer and schedule to torch's, and what is done to gradients before a step."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.optim import lr_scheduler

from engine.settings import schedules
from engine.settings.optimizers import Muon, Optimizer, SparseAdam
from engine.settings.schedules import Constant, Schedule
from engine.settings.training import TrainingConfig
from engine.training.runs.checkpoint import State
from engine.training.status import TrainingError
from engine.training.steps.paired_optimizer import PairedOptimizer
from engine.training.steps.weight_groups import MULTIPLIER, groups, multipliers

LENGTHS = ("T_max", "total_iters", "total_steps")
"""What schedules call the epochs or steps they are made for."""
SPARSE = ("sparse_adam", "sgd", "adagrad", "lbfgs")
"""Those that take sparse gradients."""
FUSED: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("sgd", "adam", "adamw"), ("cpu", "cuda")),
    "adagrad": ("cpu",),
}
"""Those with one kernel for all weights, and where: 0.6 of a tiny step on the CPU, and the same bits every time."""


def make_optimizer(
    config: Optimizer, module: nn.Module, device: torch.device, rates: Mapping[str, Mapping[str, float]] | None = None
) -> torch.optim.Optimizer:
    """The optimizer of these settings for the weights of a module; the fused kernel where the device has one.

    Muon and SparseAdam take only some weights: AdamW or Adam, with the same learning rate, takes the others. ``rates``
    are those of `engine.source.Source`.
    """
    options: dict[str, Any] = config.model_dump(exclude={"name"})
    named = dict(module.named_parameters())
    of: dict[Tensor, float] = {named[name]: multiplier for name, multiplier in multipliers(module, rates or {}).items()}
    if config.name == "lbfgs" and any(weight.requires_grad for weight in of):
        raise TrainingError(
            "The optimizer 'lbfgs' has one learning rate for all weights, but some layers have an lr_multiplier: "
            "choose another optimizer, or take these back to 1.",
            setting="training.optimizer.name",
        )
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    sparse = sparse_weights(module)
    if sparse and config.name not in SPARSE:
        raise TrainingError(
            f"The embedding has sparse gradients, which the optimizer {config.name!r} cannot take: choose "
            f"{', '.join(map(repr, SPARSE))}, or set sparse of the embedding to false."
        )
    if isinstance(config, (Muon, SparseAdam)):
        mine = [p for p in parameters if (p in sparse if isinstance(config, SparseAdam) else p.dim() == 2)]
        others = [p for p in parameters if not any(p is one for one in mine)]
        rest: type[torch.optim.Optimizer] = torch.optim.Adam if isinstance(config, SparseAdam) else torch.optim.AdamW
        shared = {name: value for name, value in options.items() if name in ("lr", "betas", "weight_decay")}
        made = [torch_optimizer(config)(groups(mine, of, config.lr), **options)] if mine else []
        made += [rest(groups(others, of, config.lr), **shared)] if others else []
        return made[0] if len(made) == 1 else PairedOptimizer(*made)
    if device.type in FUSED.get(config.name, ()) and not sparse:
        options["fused"] = True
    return torch_optimizer(config)(groups(parameters, of, config.lr), **options)


def torch_optimizer(config: Optimizer) -> Callable[..., torch.optim.Optimizer]:
    """torch's class of the same name as the section."""
    made: Callable[..., torch.optim.Optimizer] = getattr(torch.optim, type(config).__name__)
    return made


def sparse_weights(module: nn.Module) -> set[Tensor]:
    """The weights whose gradients are sparse."""
    tables = (part for part in module.modules() if isinstance(part, (nn.Embedding, nn.EmbeddingBag)))
    return {table.weight for table in tables if table.sparse}


class LearningRate:
    """The learning rate of an optimizer: follows the schedule as steps and epochs pass, and can be set in between.

    A warm-up multiplies what the schedule says; the schedule itself does not know it.
    """

    def __init__(self, optimizer: torch.optim.Optimizer, config: TrainingConfig, steps: int) -> None:
        """``steps`` is how many an epoch has."""
        self.optimizer = optimizer
        self._interval = getattr(config.schedule, "interval", "epoch")
        self._counts = max(config.epochs * (steps if self._interval == "step" else 1), 1)
        self._scheduler = make_schedule(optimizer, config.schedule, self._counts)
        self._rise, self._steps, self._epoch = round(config.warmup * steps), 0, steps
        self.resized = False
        """Whether it was restored to another number of epochs, on which the schedule depends: see `follow`."""
        self._first = [{name: value for name, value in group.items() if name != "params"} for group in self._all()]
        self._rates = self._groups()
        self._apply()

    @property
    def value(self) -> float:
        """The learning rate of the next step, that of weights whose multiplier is 1."""
        group = self.optimizer.param_groups[0]
        return float(group["lr"]) / float(group.get(MULTIPLIER, 1.0))

    def step_done(self) -> None:
        """Take what counts steps one further."""
        self._steps += 1
        if self._interval == "step":
            self._count()
        elif self._steps <= self._rise:
            self._apply()

    def epoch_done(self, validation_loss: float | None) -> None:
        """Take what counts epochs one further; a plateau looks at the validation loss."""
        if isinstance(self._scheduler, lr_scheduler.ReduceLROnPlateau):
            if validation_loss is not None:
                self._count(validation_loss)
        elif self._interval == "epoch":
            self._count()

    def _count(self, *metric: float) -> None:
        """One epoch or step more for the schedule; a cycle that is over stays where it ended."""
        last = isinstance(self._scheduler, lr_scheduler.OneCycleLR) and self._scheduler.last_epoch >= self._counts - 1
        if self._scheduler is not None and not last:
            self._set(self._rates)
            self._scheduler.step(*metric)
            self._rates = self._groups()
        self._apply()

    @property
    def _multipliers(self) -> list[float]:
        return multipliers_of(self.optimizer)

    @property
    def _factor(self) -> float:
        """How far the warm-up is: 1 once it is over."""
        return min(1.0, (self._steps + 1) / (self._rise + 1))

    def _all(self) -> list[dict[str, Any]]:
        return self.optimizer.param_groups

    def _groups(self) -> list[float]:
        return [float(group["lr"]) for group in self.optimizer.param_groups]

    def _set(self, rates: list[float]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate

    def _apply(self) -> None:
        """Give the optimizer what the schedule says, so far as the warm-up lets it."""
        if self._rise:
            self._set([rate * self._factor for rate in self._rates])

    def state(self) -> State:
        """What the optimizer, the schedule and the warm-up remember."""
        schedule = {} if self._scheduler is None else _plain(self._scheduler.state_dict())
        warmup = {"steps": self._steps, "rates": list(self._rates)}
        return {"optimizer": self.optimizer.state_dict(), "schedule": schedule, "warmup": warmup}

    def restore(self, state: State) -> None:
        """Continue from what `state` gave; where the run has another length since, `follow` has to come next."""
        self.optimizer.load_state_dict(dict(state["optimizer"]))
        own = {} if self._scheduler is None else self._scheduler.state_dict()
        if any(name in own and state["schedule"].get(name, own[name]) != own[name] for name in LENGTHS):
            self.resized = True
            for group, first in zip(self._all(), self._first, strict=True):
                group.update(first)
            return
        self._steps, self._rates = state["warmup"]["steps"], list(state["warmup"]["rates"])
        if self._scheduler is not None:
            self._scheduler.load_state_dict(dict(state["schedule"]))

    def follow(self, steps: int, epochs: int, changes: Mapping[int, float]) -> None:
        """Go through so many steps and epochs without the optimizer: to where a run of this length would be.

        ``changes`` are the learning rates that were set before a step.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch misses the steps of the optimizer
            for step in range(1, steps + 1):
                if step in changes:
                    self.set(changes[step])
                self.step_done()
                if step % self._epoch == 0 and step // self._epoch <= epochs:
                    self.epoch_done(None)

    def set(self, lr: float) -> None:
        """Use another learning rate from now on; what the schedule does later is scaled along."""
        before = self.value
        factor = lr / before if before > 0 else None
        rates = [lr * multiplier for multiplier in self._multipliers]
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
            for name in ("initial_lr", "max_lr", "min_lr"):
                if name in group:
                    group[name] = group[name] * factor if factor else rate
        for name in ("base_lrs", "max_lrs"):
            if hasattr(self._scheduler, name):
                bases = zip(getattr(self._scheduler, name), rates, strict=True)
                setattr(self._scheduler, name, [base * factor if factor else rate for base, rate in bases])
        self._rates = [rate / self._factor for rate in rates]


def multipliers_of(optimizer: torch.optim.Optimizer) -> list[float]:
    """What the learning rate is multiplied by in each group of an optimizer."""
    return [float(group.get(MULTIPLIER, 1.0)) for group in optimizer.param_groups]


def _plain(state: dict[str, Any]) -> dict[str, Any]:
    """Of a schedule's state what is plain data: what torch reads back without running anything."""
    kinds = (bool, int, float, str, list, tuple, type(None))
    found = {name: value for name, value in state.items() if isinstance(value, kinds)}
    return {**found, **{name: dict(value) for name, value in state.items() if isinstance(value, Mapping)}}


def make_schedule(optimizer: torch.optim.Optimizer, schedule: Schedule, counts: int) -> Any:
    """torch's schedule of these settings, None for a constant rate. ``counts`` is how many epochs or steps there are.

    What the settings leave open (``T_max``, ``total_steps``, ``max_lr``, …) follows from the run.
    """
    if isinstance(schedule, Constant):
        return None
    options: dict[str, Any] = schedule.model_dump(exclude={"name", "interval"})
    of = multipliers_of(optimizer)
    lr = float(optimizer.param_groups[0]["lr"]) / of[0]

    def each(rate: float) -> float | list[float]:
        return rate if set(of) == {1.0} else [rate * multiplier for multiplier in of]

    if isinstance(schedule, schedules.Cosine):
        options["T_max"] = schedule.T_max or counts
    elif isinstance(schedule, schedules.Polynomial):
        options["total_iters"] = schedule.total_iters or counts
    elif isinstance(schedule, schedules.OneCycle):
        options |= {"max_lr": each(schedule.max_lr or lr), "total_steps": counts}
        if schedule.pct_start * counts == 1:  # there torch divides by a way up of no steps
            options["pct_start"] *= 1 + 1e-9
    elif isinstance(schedule, schedules.Cyclic):
        highest = schedule.max_lr or lr
        options |= {"max_lr": each(highest), "base_lr": each(min(schedule.base_lr or highest / 10, highest))}
    elif isinstance(schedule, schedules.MultiStep):
        options["milestones"] = list(schedule.milestones)
    elif isinstance(schedule, schedules.Plateau):
        options["min_lr"] = each(schedule.min_lr)
    return getattr(lr_scheduler, TORCH.get(schedule.name, f"{type(schedule).__name__}LR"))(optimizer, **options)


TORCH = {
    "plateau": "ReduceLROnPlateau",
    "cosine": "CosineAnnealingLR",
    "warm_restarts": "CosineAnnealingWarmRestarts",
    "constant_factor": "ConstantLR",
    "linear": "LinearLR",
    "step": "StepLR",
}
"""torch's names where ours is another."""


class Clipping:
    """Limits the gradients as the settings say, and measures their norm when asked to."""

    def __init__(self, config: TrainingConfig, parameters: list[nn.Parameter]) -> None:
        self._norm, self._value, self._parameters = config.clip_norm, config.clip_value, parameters

    def apply(self, *, measure: bool) -> Tensor | None:
        """Clip by norm, then by value; returns the norm of all gradients before that where it was measured."""
        norm = None
        if measure or self._norm is not None:
            gradients = [parameter.grad for parameter in self._parameters if parameter.grad is not None]
            norm = nn.utils.get_total_norm(map(_dense, gradients))
            if self._norm is not None:
                nn.utils.clip_grads_with_norm_(self._parameters, self._norm, norm)
        if self._value is not None:
            dense = [p for p in self._parameters if p.grad is not None and not p.grad.is_sparse]
            if dense:
                nn.utils.clip_grad_value_(dense, self._value)
            for parameter in self._parameters:
                if parameter.grad is not None and parameter.grad.is_sparse:
                    parameter.grad = parameter.grad.coalesce()
                    parameter.grad.values().clamp_(-self._value, self._value)
        return norm


def _dense(gradient: Tensor) -> Tensor:
    """The numbers of a gradient: of a sparse one those it has, each index once."""
    return gradient.coalesce().values() if gradient.is_sparse else gradient


class Penalty:
    """Terms of the weights in the loss: l1 Σ|w| + l2 Σw² over those of two and more axes (no biases, no norms)."""

    def __init__(self, config: TrainingConfig, module: nn.Module) -> None:
        self._l1, self._l2 = config.l1, config.l2
        sparse = sparse_weights(module)  # a penalty of all rows would make their gradients dense
        self._weights = [w for w in module.parameters() if w.dim() > 1 and w.requires_grad and w not in sparse]

    def __bool__(self) -> bool:
        return bool((self._l1 or self._l2) and self._weights)

    def __call__(self) -> Tensor:
        """The terms as they are now, without axes."""
        total = torch.zeros((), device=self._weights[0].device)
        for weight in self._weights:
            if self._l1:
                total = total + self._l1 * weight.abs().sum()
            if self._l2:
                total = total + self._l2 * weight.square().sum()
        return total
