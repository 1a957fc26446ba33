"""Steps of torch's fused SGD, Adagrad, Adam and AdamW on the CPU, without what torch puts together before each of them.

torch looks up every weight, its gradient and its state, groups them by device and type, counts their steps one by one
and opens a record for a profiler: 30 of the 40 µs of a step of Adam, a seventh of a whole step of a tiny network. Here
that is done once; the kernel, its numbers and their order are torch's, so the bits are those of its ``step``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import torch
from torch import Tensor

OF_ADAM: Final = ("amsgrad", "weight_decay", "eps", "maximize", "lr")
OF_ADAGRAD: Final = ("lr", "lr_decay", "weight_decay", "eps", "maximize")
OF_SGD: Final = ("weight_decay", "momentum", "lr", "dampening", "nesterov", "maximize")
"""Entries of a group that the kernels take by their names."""
Entries = dict[str, Any]
State = dict[str, Any]


class _Group(Protocol):
    """Weights that have their entries in common, the learning rate above all, and what is remembered of each."""

    @property
    def weights(self) -> list[Tensor]:
        """The weights."""

    def step(self, gradients: list[Tensor]) -> None:
        """What torch does with their gradients."""


@dataclass(frozen=True, slots=True)
class _OfAdam:
    """``counts`` (weights) are the steps so far, ``each`` the same one by one."""

    entries: Entries
    kernel: Callable[..., object]
    weights: list[Tensor]
    means: list[Tensor]
    squares: list[Tensor]
    largest: list[Tensor]
    counts: Tensor
    each: list[Tensor]

    def step(self, gradients: list[Tensor]) -> None:
        entries = self.entries
        beta1, beta2 = entries["betas"]
        options = {name: entries[name] for name in OF_ADAM}
        self.counts.add_(1)
        kept = self.means, self.squares, self.largest, self.each
        self.kernel(self.weights, gradients, *kept, beta1=beta1, beta2=beta2, **options)


@dataclass(frozen=True, slots=True)
class _OfAdagrad:
    """``counts`` and ``each`` as above."""

    entries: Entries
    weights: list[Tensor]
    sums: list[Tensor]
    counts: Tensor
    each: list[Tensor]

    def step(self, gradients: list[Tensor]) -> None:
        entries = self.entries
        options = {name: entries[name] for name in OF_ADAGRAD}
        self.counts.add_(1)
        torch._fused_adagrad_(self.weights, gradients, self.sums, self.each, **options)


@dataclass(frozen=True, slots=True)
class _OfSGD:
    """``means`` are those of the momentum; none without it."""

    entries: Entries
    weights: list[Tensor]
    means: list[Tensor]

    def step(self, gradients: list[Tensor]) -> None:
        entries = self.entries
        options = {name: entries[name] for name in OF_SGD}
        torch._fused_sgd_(self.weights, gradients, self.means, is_first_step=False, **options)


class FusedSteps:
    """Takes the steps of an ``optimizer`` for which `suits` is true.

    The first step, and every one in which some weight has no gradient or that is scaled or may be held back by the
    device (``grad_scale``, ``found_inf``), is left to torch.
    """

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self._optimizer = optimizer
        self._groups: list[_Group] | None = None

    @staticmethod
    def suits(optimizer: torch.optim.Optimizer) -> bool:
        """Whether it is one of these with its fused kernel, on the CPU; its learning rates are plain numbers."""
        groups = optimizer.param_groups
        return type(optimizer) in GROUPS and all(
            group["fused"] and all(weight.device.type == "cpu" for weight in group["params"]) for group in groups
        )

    def forget(self) -> None:
        """The optimizer has got another state: look at it again."""
        self._groups = None

    def step(self) -> None:
        """Step with the gradients that are there."""
        groups, entries = self._groups, self._optimizer.__dict__
        if groups is None or "found_inf" in entries or "grad_scale" in entries:
            self._optimizer.step()
            self._groups = groups or self._gathered()
            return
        gradients = [[weight.grad for weight in group.weights] for group in groups]
        if any(one is None for each in gradients for one in each):
            self._optimizer.step()
            return
        with torch.no_grad():
            for group, given in zip(groups, gradients, strict=True):
                group.step(given)  # type: ignore[arg-type]

    def _gathered(self) -> list[_Group] | None:
        """What the optimizer remembers; None where some weight had no step yet, or types differ."""
        state, groups, make = self._optimizer.state, list[_Group](), GROUPS[type(self._optimizer)]
        for entries in self._optimizer.param_groups:
            weights = list(entries["params"])
            kept = [state.get(weight, {}) for weight in weights]
            remembers = entries.get("momentum") != 0
            if (remembers and not all(kept)) or len({weight.dtype for weight in weights}) > 1:
                return None
            groups.append(make(entries, weights, kept))
        return groups


def _counts(kept: list[State]) -> tuple[Tensor, list[Tensor]]:
    """The counts of steps, which lie side by side from now on, so that one addition counts all; and each of them."""
    counts = torch.stack([one["step"] for one in kept])
    for one, count in zip(kept, counts.unbind(), strict=True):
        one["step"] = count
    return counts, [one["step"] for one in kept]


def _of_adam(entries: Entries, weights: list[Tensor], kept: list[State]) -> _Group:
    kernel = torch._fused_adamw_ if entries["decoupled_weight_decay"] else torch._fused_adam_
    means, squares = [one["exp_avg"] for one in kept], [one["exp_avg_sq"] for one in kept]
    largest = [one["max_exp_avg_sq"] for one in kept] if entries["amsgrad"] else []
    return _OfAdam(entries, kernel, weights, means, squares, largest, *_counts(kept))


def _of_adagrad(entries: Entries, weights: list[Tensor], kept: list[State]) -> _Group:
    return _OfAdagrad(entries, weights, [one["sum"] for one in kept], *_counts(kept))


def _of_sgd(entries: Entries, weights: list[Tensor], kept: list[State]) -> _Group:
    return _OfSGD(entries, weights, [one["momentum_buffer"] for one in kept] if entries["momentum"] else [])


GROUPS: Final[dict[type[torch.optim.Optimizer], Callable[[Entries, list[Tensor], list[State]], _Group]]] = {
    torch.optim.Adam: _of_adam,
    torch.optim.AdamW: _of_adam,
    torch.optim.Adagrad: _of_adagrad,
    torch.optim.SGD: _of_sgd,
}
