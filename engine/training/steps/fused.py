"""Steps of torch's fused SGD, Adagrad, Adam and AdamW on the CPU, without what torch puts together before each of them.

torch looks up every weight, its gradient and its state, groups them by device and type, counts their steps one by one
and opens a record for a profiler: 30 of the 40 µs of a step of Adam, a seventh of a whole step of a tiny network. Here
that is done once; the kernel, its numbers and their order are torch's, so the bits are those of its ``step``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import torch
from torch import Tensor

OF_ADAM: Final = ("amsgrad", "weight_decay", "eps", "maximize", "lr")
OF_ADAGRAD: Final = ("lr", "lr_decay", "weight_decay", "eps", "maximize")
OF_SGD: Final = ("weight_decay", "momentum", "lr", "dampening", "nesterov", "maximize")
"""Entries of a group that the kernels take by their names."""
Entries = dict[str, Any]
State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Group:
    """Weights that have their ``entries`` in common, the learning rate above all, of which the kernel takes ``names``.

    ``kept`` is what is remembered of each weight, ``counts`` (weights) the steps so far; None: they are not counted.
    """

    kernel: Callable[..., object]
    entries: Entries
    names: tuple[str, ...]
    weights: list[Tensor]
    kept: tuple[list[Tensor], ...]
    counts: Tensor | None = None

    def step(self, gradients: list[Tensor]) -> None:
        """What torch does with the gradients of the weights."""
        entries = self.entries
        options = {name: entries[name] for name in self.names}
        if "betas" in entries:
            options["beta1"], options["beta2"] = entries["betas"]
        if self.counts is not None:
            self.counts.add_(1)
        self.kernel(self.weights, gradients, *self.kept, **options)


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
    counts, each = _counts(kept)
    return _Group(kernel, entries, OF_ADAM, weights, (means, squares, largest, each), counts)


def _of_adagrad(entries: Entries, weights: list[Tensor], kept: list[State]) -> _Group:
    counts, each = _counts(kept)
    return _Group(torch._fused_adagrad_, entries, OF_ADAGRAD, weights, ([one["sum"] for one in kept], each), counts)


def _of_sgd(entries: Entries, weights: list[Tensor], kept: list[State]) -> _Group:
    means = [one["momentum_buffer"] for one in kept] if entries["momentum"] else []
    return _Group(partial(torch._fused_sgd_, is_first_step=False), entries, OF_SGD, weights, (means,))


GROUPS: Final[dict[type[torch.optim.Optimizer], Callable[[Entries, list[Tensor], list[State]], _Group]]] = {
    torch.optim.Adam: _of_adam,
    torch.optim.AdamW: _of_adam,
    torch.optim.Adagrad: _of_adagrad,
    torch.optim.SGD: _of_sgd,
}
