"""Two optimizers that share the weights of one network, for those that take only some weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


class PairedOptimizer(torch.optim.Optimizer):
    """Steps with the one, then with the other; schedules see the groups of both. ``defaults`` are the first's."""

    def __init__(self, first: torch.optim.Optimizer, second: torch.optim.Optimizer) -> None:
        # Optimizer.__init__ would make groups of its own: these belong to the two.
        self.first, self.second = first, second
        self.defaults = first.defaults
        self._link()

    def _link(self) -> None:
        self.param_groups = [*self.first.param_groups, *self.second.param_groups]

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step of both, on gradients that are there already."""
        self.first.step()
        self.second.step()

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients."""
        self.first.zero_grad(set_to_none)
        self.second.zero_grad(set_to_none)

    def state_dict(self) -> dict[str, Any]:
        """The states of both."""
        return {"first": self.first.state_dict(), "second": self.second.state_dict()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take on what `state_dict` gave."""
        self.first.load_state_dict(state_dict["first"])
        self.second.load_state_dict(state_dict["second"])
        self._link()
