"""Steps of torch's fused Adam and AdamW on the CPU, without what torch puts together before each of them.

torch looks up every weight, its gradient and its state, groups them by device and type, counts their steps one by one
and opens a record for a profiler: 30 of the 40 µs of a step, a seventh of a whole step of a tiny network. Here that is
done once; the kernel, its numbers and their order are torch's, so the bits are those of ``torch.optim.Adam.step``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

AS_THEY_ARE: Final = ("amsgrad", "weight_decay", "eps", "maximize", "lr")
"""Entries of a group that the kernel takes by their names."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Weights with one learning rate, and what Adam remembers of each; ``counts`` (weights) are their steps so far."""

    entries: dict[str, Any]
    kernel: Callable[..., object]
    weights: list[Tensor]
    means: list[Tensor]
    squares: list[Tensor]
    largest: list[Tensor]
    counts: Tensor
    each: list[Tensor]

    def step(self, gradients: list[Tensor]) -> None:
        """What torch's ``_fused_adam`` does."""
        entries = self.entries
        beta1, beta2 = entries["betas"]
        options = {name: entries[name] for name in AS_THEY_ARE}
        self.counts.add_(1)
        kept = self.means, self.squares, self.largest, self.each
        self.kernel(self.weights, gradients, *kept, beta1=beta1, beta2=beta2, **options)


class FusedAdam:
    """Takes the steps of an ``optimizer`` for which `suits` is true.

    The first step, and every one in which some weight has no gradient or that is scaled or may be held back by the
    device (``grad_scale``, ``found_inf``), is left to torch.
    """

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self._optimizer = optimizer
        self._groups: list[_Group] | None = None

    @staticmethod
    def suits(optimizer: torch.optim.Optimizer) -> bool:
        """Whether it is an Adam or AdamW with the fused kernel, on the CPU; its learning rates are plain numbers."""
        groups = optimizer.param_groups
        return type(optimizer) in (torch.optim.Adam, torch.optim.AdamW) and all(
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
        """What the optimizer remembers, its counts of steps side by side; None where some weight had no step yet."""
        state, groups = self._optimizer.state, list[_Group]()
        for entries in self._optimizer.param_groups:
            weights = entries["params"]
            if not all(state.get(weight) for weight in weights) or len({weight.dtype for weight in weights}) > 1:
                return None
            kept = [state[weight] for weight in weights]
            counts = torch.stack([one["step"] for one in kept])
            for one, count in zip(kept, counts.unbind(), strict=True):
                one["step"] = count
            decoupled = entries["decoupled_weight_decay"]
            groups.append(
                _Group(
                    entries,
                    torch._fused_adamw_ if decoupled else torch._fused_adam_,
                    list(weights),
                    [one["exp_avg"] for one in kept],
                    [one["exp_avg_sq"] for one in kept],
                    [one["max_exp_avg_sq"] for one in kept] if entries["amsgrad"] else [],
                    counts,
                    [one["step"] for one in kept],
                )
            )
        return groups
