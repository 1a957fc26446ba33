"""Optimizer, schedule, clipping and penalties as code of the script."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, Final

import torch
from torch import nn
from torch.optim import lr_scheduler

from engine.exports.training_script.text import carried, spelled
from engine.settings import schedules
from engine.settings.optimizers import Muon, SparseAdam
from engine.settings.training import TrainingConfig
from engine.training.history import LiveChange
from engine.training.steps.optimization import FUSED, TORCH, sparse_weights
from engine.training.steps.paired_optimizer import PairedOptimizer
from engine.training.steps.weight_groups import multipliers

RATE: Final = '''
def set_learning_rate(optimizer, scheduler, lr):
    """Use another learning rate from now on; what the schedule does later is scaled along."""
    multipliers = [group.get("lr_multiplier", 1.0) for group in optimizer.param_groups]
    before = optimizer.param_groups[0]["lr"] / multipliers[0]
    factor = lr / before if before > 0 else None
    rates = [lr * multiplier for multiplier in multipliers]
    for group, rate in zip(optimizer.param_groups, rates):
        group["lr"] = rate
        for name in ("initial_lr", "max_lr", "min_lr"):
            if name in group:
                group[name] = group[name] * factor if factor else rate
    for name in ("base_lrs", "max_lrs"):
        if hasattr(scheduler, name):
            bases = zip(getattr(scheduler, name), rates)
            setattr(scheduler, name, [base * factor if factor else rate for base, rate in bases])
'''
GROUPS: Final = '''
def groups(model, weights, lr):
    """The weights with their learning rates, as an optimizer takes them."""
    parts = {}
    names = {weight: name for name, weight in model.named_parameters()}
    for weight in weights:
        own = (one for begin, one in LR_MULTIPLIERS.items() if f"{names[weight]}.".startswith(f"{begin}."))
        parts.setdefault(next(own, 1.0), []).append(weight)
    ordered = sorted(parts, key=lambda multiplier: (multiplier != 1.0, -multiplier))
    return [{"params": parts[one], "lr": lr * one, "lr_multiplier": one} for one in ordered]
'''
WARMUP: Final = '''
class Warmup:
    """Multiplies the learning rate of the schedule while it rises over the first steps."""

    def __init__(self, optimizer, scheduler, steps):
        self.optimizer, self.scheduler, self.steps, self.done = optimizer, scheduler, steps, 0
        self.rates = [group["lr"] for group in optimizer.param_groups]
        self.apply()

    @property
    def factor(self):
        return min(1.0, (self.done + 1) / (self.steps + 1))

    def apply(self):
        if self.steps:
            for group, rate in zip(self.optimizer.param_groups, self.rates):
                group["lr"] = rate * self.factor

    def step_done(self):
        self.done += 1
        if self.done <= self.steps:
            self.apply()

    def schedule(self, *metric):
        """One step of the schedule, which does not know the warm-up."""
        for group, rate in zip(self.optimizer.param_groups, self.rates):
            group["lr"] = rate
        self.scheduler.step(*metric)
        self.rates = [group["lr"] for group in self.optimizer.param_groups]
        self.apply()
'''
L1_L2: Final = '''
def penalty(model):
    """Terms of the weights: Σ|w| and Σw² over those of two and more axes (no biases, no norms)."""
    weights = [weight for weight in model.parameters() if weight.dim() > 1 and weight.requires_grad]
    total = torch.zeros((), device=weights[0].device)
    for weight in weights:
{terms}
    return total
'''


class Optimization:
    """The code of a run's optimizer and learning rate. ``module`` is its network, ``device`` where it ran.

    ``rates`` are those of `engine.source.Source`.
    """

    def __init__(
        self,
        config: TrainingConfig,
        module: nn.Module,
        device: str,
        changes: Sequence[LiveChange],
        rates: Mapping[str, Mapping[str, float]],
    ) -> None:
        self.config, self.module, self.device = config, module, device
        learning = {name for name, weight in module.named_parameters() if weight.requires_grad}
        found = multipliers(module, rates)
        self.multipliers = (
            _by_module({name: found.get(name, 1.0) for name in learning}) if found.keys() & learning else {}
        )
        self.changes = [change for change in changes if change.setting == "training.optimizer.lr"]
        self.interval = getattr(config.schedule, "interval", "epoch")
        self.plateau = isinstance(config.schedule, schedules.Plateau)
        self.scheduled = not isinstance(config.schedule, schedules.Constant)
        self.paired = False

    def optimizer(self) -> list[str]:
        """The lines that make ``optimizer``."""
        config = self.config.optimizer
        options = config.model_dump(exclude={"name", "lr"})
        own: type[torch.optim.Optimizer] = getattr(torch.optim, type(config).__name__)
        sparse = sparse_weights(self.module)
        fused = self.device in FUSED.get(config.name, ()) and not sparse
        frozen = any(not one.requires_grad for one in self.module.parameters())
        weights = (
            "[weight for weight in model.parameters() if weight.requires_grad]" if frozen else "model.parameters()"
        )
        if not isinstance(config, (Muon, SparseAdam)):
            given = [*_options(own, options), *(["fused=True"] if fused else [])]
            if self.multipliers:
                weights = f"groups(model, {weights}, args.lr)"
            return [f"optimizer = torch.optim.{own.__name__}({', '.join([weights, 'lr=args.lr', *given])})"]
        rest = torch.optim.Adam if isinstance(config, SparseAdam) else torch.optim.AdamW
        shared = {name: value for name, value in options.items() if name in ("betas", "weight_decay")}
        parameters = [one for one in self.module.parameters() if one.requires_grad]
        mine = [one for one in parameters if (one in sparse if isinstance(config, SparseAdam) else one.dim() == 2)]
        made = []
        first, others = (
            f"groups(model, {part}, args.lr)" if self.multipliers else part for part in ("first", "others")
        )
        if mine:
            made.append(f"torch.optim.{own.__name__}({', '.join([first, 'lr=args.lr', *_options(own, options)])})")
        if len(mine) < len(parameters):
            made.append(f"torch.optim.{rest.__name__}({', '.join([others, 'lr=args.lr', *_options(rest, shared)])})")
        self.paired = len(made) == 2
        if isinstance(config, SparseAdam):
            tables = "(nn.Embedding, nn.EmbeddingBag)"
            choice = [
                f"tables = [part for part in model.modules() if isinstance(part, {tables}) and part.sparse]",
                "sparse = {table.weight for table in tables}",
                f"first = [weight for weight in {_bare(weights)} if weight in sparse{_and(weights)}]",
                f"others = [weight for weight in {_bare(weights)} if weight not in sparse{_and(weights)}]",
            ]
        else:
            choice = [
                f"first = [weight for weight in {_bare(weights)} if weight.dim() == 2{_and(weights)}]",
                f"others = [weight for weight in {_bare(weights)} if weight.dim() != 2{_and(weights)}]",
            ]
        line = f"optimizer = PairedOptimizer({', '.join(made)})" if self.paired else f"optimizer = {made[0]}"
        return [*choice, line]

    def schedule(self) -> list[str]:
        """The lines that make ``scheduler`` and what warms up; they know ``steps``, those of an epoch."""
        config, lines = self.config.schedule, list[str]()
        if not self.scheduled:
            lines = ["scheduler = None"] if self.changes or self.config.warmup else []
        else:
            options: dict[str, Any] = config.model_dump(exclude={"name", "interval"})
            own = getattr(lr_scheduler, TORCH.get(config.name, f"{type(config).__name__}LR"))
            if isinstance(config, schedules.MultiStep):
                options["milestones"] = list(config.milestones)
            total, given = "args.epochs * steps" if self.interval == "step" else "args.epochs", dict[str, str]()
            if isinstance(config, schedules.Cosine) and config.T_max is None:
                given["T_max"] = total
            elif isinstance(config, schedules.Polynomial) and config.total_iters is None:
                given["total_iters"] = total
            elif isinstance(config, schedules.OneCycle):
                highest = spelled(config.max_lr or "args.lr").strip('"')
                given |= {"max_lr": self._each(highest), "total_steps": total}
            elif isinstance(config, schedules.Cyclic):
                highest = spelled(config.max_lr) if config.max_lr else "args.lr"
                lowest = spelled(config.base_lr) if config.base_lr else f"{highest} / 10"
                given |= {"base_lr": self._each(f"min({lowest}, {highest})"), "max_lr": self._each(highest)}
            elif isinstance(config, schedules.Plateau) and config.min_lr and self.multipliers:
                given["min_lr"] = self._each(spelled(config.min_lr))
            fixed = _options(own, {name: value for name, value in options.items() if name not in given})
            named = [f"{name}={value}" for name, value in given.items()]
            lines = [f"scheduler = torch.optim.lr_scheduler.{own.__name__}({', '.join(['optimizer', *named, *fixed])})"]
        if self.config.warmup:
            lines.append(f"warmup = Warmup(optimizer, scheduler, round({spelled(self.config.warmup)} * steps))")
        return lines

    def _each(self, rate: str) -> str:
        """A learning rate of a schedule; where groups have their own, a list of them."""
        each = f'[({rate}) * group["lr_multiplier"] for group in optimizer.param_groups]'
        return each.replace("(args.lr)", "args.lr") if self.multipliers else rate

    def after_step(self) -> list[str]:
        """What moves the learning rate after each step."""
        lines = list[str]()
        if self.config.warmup and self.interval == "step" and self.scheduled:
            return ["warmup.done += 1", "warmup.schedule()"]
        if self.config.warmup:
            lines.append("warmup.step_done()")
        if self.scheduled and self.interval == "step":
            lines += self._counted()
        return lines

    def after_epoch(self) -> list[str]:
        """What moves it after each epoch; ``validation_loss`` is None where there is no validation part."""
        call = "warmup.schedule" if self.config.warmup else "scheduler.step"
        if self.plateau:
            return ["if validation_loss is not None:", f"    {call}(validation_loss)"]
        if not self.scheduled or self.interval != "epoch":
            return []
        return [f"{call}()"] if self.config.warmup else self._counted()

    def _counted(self) -> list[str]:
        if isinstance(self.config.schedule, schedules.OneCycle):  # a cycle that is over stays where it ended
            return ["if scheduler.last_epoch < scheduler.total_steps - 1:", "    scheduler.step()"]
        return ["scheduler.step()"]

    def live(self) -> list[str]:
        """What changes the learning rate before a step as it was changed during the run."""
        if not self.changes:
            return []
        lines = ["if step in LEARNING_RATE_CHANGES:", "    lr = LEARNING_RATE_CHANGES[step]"]
        lines.append("    set_learning_rate(optimizer, scheduler, lr)")
        if self.config.warmup:
            lines.append("    warmup.rates = [lr / warmup.factor] * len(warmup.rates)")
        return lines

    def constants(self) -> list[str]:
        """The live changes, and the layers that learn at rates of their own, as tables."""
        lines = list[str]()
        if self.multipliers:
            lines.append("LR_MULTIPLIERS = {  # layer: what the learning rate is multiplied by for its weights")
            lines += [f"    {spelled(name)}: {multiplier!r}," for name, multiplier in self.multipliers.items()]
            lines.append("}")
        if self.changes:
            pairs = ", ".join(f"{change.step}: {change.value!r}" for change in self.changes)
            said = "step: the learning rate from then on, as it was set by hand"
            lines.append(f"LEARNING_RATE_CHANGES = {{{pairs}}}  # {said}")
        return lines

    def functions(self) -> list[str]:
        """Classes and functions that the lines above need."""
        self.optimizer()
        found = [carried(PairedOptimizer)] if self.paired else []
        found += [WARMUP.strip()] if self.config.warmup else []
        found += [RATE.strip()] if self.changes else []
        found += [GROUPS.strip()] if self.multipliers else []
        if self.config.l1 or self.config.l2:
            terms = [f"total = total + {spelled(self.config.l1)} * weight.abs().sum()"] if self.config.l1 else []
            terms += [f"total = total + {spelled(self.config.l2)} * weight.square().sum()"] if self.config.l2 else []
            found.append(L1_L2.strip().format(terms="\n".join(f"        {term}" for term in terms)))
        return found

    def clipping(self) -> list[str]:
        """What limits the gradients."""
        lines = list[str]()
        if self.config.clip_norm is not None:
            lines.append(f"nn.utils.clip_grad_norm_(model.parameters(), {spelled(self.config.clip_norm)})")
        if self.config.clip_value is not None:
            lines.append(f"nn.utils.clip_grad_value_(model.parameters(), {spelled(self.config.clip_value)})")
        return lines


def _options(own: Any, options: Mapping[str, Any]) -> list[str]:
    """The arguments that are not what torch takes anyway."""
    known = inspect.signature(own).parameters
    given = []
    for name, value in options.items():
        value = list(value) if isinstance(known[name].default, list) else value
        if known[name].default is inspect.Parameter.empty or known[name].default != value:
            given.append(f"{name}={spelled(value)}")
    return given


def _by_module(multipliers: Mapping[str, float], prefix: str = "") -> dict[str, float]:
    """Beginnings of names instead of names, where all that begin so have one multiplier; those of 1 are left out."""
    parts: dict[str, dict[str, float]] = {}
    for name, multiplier in multipliers.items():
        begin = prefix + name.removeprefix(prefix).partition(".")[0]
        parts.setdefault(begin, {})[name] = multiplier
    found: dict[str, float] = {}
    for begin, inner in parts.items():
        if len(set(inner.values())) == 1:
            one = next(iter(inner.values()))
            found |= {begin: one} if one != 1.0 else {}
        else:
            found |= _by_module(inner, f"{begin}.")
    return found


def _bare(weights: str) -> str:
    return "model.parameters()"


def _and(weights: str) -> str:
    return "" if weights == "model.parameters()" else " and weight.requires_grad"
