"""Decides when the state of a run is kept: after epochs, after minutes, and at the lowest validation loss."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import monotonic
from typing import Final

from torch import Tensor

from engine.settings.training import Checkpoints
from engine.training.runs.checkpoint import Progress, save, save_best
from engine.training.runs.run import Run
from engine.training.steps.stepper import Stepper

SPARING: Final = 1.0
"""At least so many seconds lie between two checkpoints of epochs: short ones lose a second of work at most."""


class Keeper:
    """Keeps the state of one session. ``best_loss`` is the lowest validation loss so far."""

    def __init__(self, config: Checkpoints, run: Run, stepper: Stepper) -> None:
        self.config, self.run = config, run
        self.best_loss = math.inf
        self._stepper = stepper
        self._best: dict[str, Tensor] | None = None
        self._since = monotonic()

    def step_done(self, progress: Callable[[], Progress]) -> None:
        """A step is done; keep the state if the time has come. Raises RunError."""
        minutes = self.config.minutes
        if minutes is not None and monotonic() - self._since >= 60 * minutes:
            self.save(progress())

    def epoch_done(self, epoch: int, loss: float | None, progress: Callable[[], Progress]) -> None:
        """An epoch is done and its validation loss known. Raises RunError."""
        if self.config.best and loss is not None and loss < self.best_loss:
            self.best_loss = loss
            self._best = {name: tensor.detach().clone() for name, tensor in self._stepper.judged.state_dict().items()}
        due = self.config.epochs is not None and epoch % self.config.epochs == 0
        if due and (self.config.keep_all or monotonic() - self._since >= SPARING):
            self.save(progress())

    def save(self, progress: Progress) -> None:
        """Keep the state now. Raises RunError."""
        self.run.check()
        self.close()
        self.run.sync()
        weights = self._stepper.network.module.state_dict()
        save(self.run.path, progress, weights, self._stepper.state(), keep=self.config.keep_all)
        self._since = monotonic()

    def close(self) -> None:
        """Write the best weights if that still waits. Raises RunError."""
        if self._best is not None:
            self.run.check()
            save_best(self.run.path, self._best)
            self._best = None
