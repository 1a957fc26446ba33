"""CUDA graphs without CUDA: a recording that does nothing when it is made, and the same work on every replay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from engine.training.steps.stepper import Stepper


class FakeGraphs:
    """Records for a stepper on the CPU. ``lazy``: its replays do nothing; ``fails``: recording raises this."""

    def __init__(self, stepper: Stepper, *, lazy: bool = False, fails: Exception | None = None) -> None:
        self._stepper, self.lazy, self.fails = stepper, lazy, fails
        self.recorded = self.replays = self.warm = 0

    def aside(self, work: Callable[[], Any], *, waits: bool = True) -> Any:
        self.warm += 1
        return work()

    def record(self, work: Callable[[], Tensor]) -> tuple[FakeGraph, Tensor]:
        if self.fails is not None:
            raise self.fails
        self.recorded += 1
        stepper = self._stepper
        states = [value for one in stepper.optimizer.state.values() for value in one.values()]
        tensors = [*stepper.network.module.state_dict().values(), *states]
        kept = [(one, one.clone()) for one in tensors if isinstance(one, Tensor)]
        said = work()
        with torch.no_grad():
            for one, before in kept:
                one.copy_(before)
        return FakeGraph(self, work, said), said


class FakeGraph:
    def __init__(self, graphs: FakeGraphs, work: Callable[[], Tensor], said: Tensor) -> None:
        self._graphs, self._work, self._said = graphs, work, said

    def replay(self) -> None:
        self._graphs.replays += 1
        if not self._graphs.lazy:
            self._said.copy_(self._work())
