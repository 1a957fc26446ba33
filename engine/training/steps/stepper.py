"""One step of training: gradients of one or more batches, what is done to them, the optimizer, the moving average."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from engine.settings.training import TrainingConfig
from engine.training.diagnosis.health import HealthProbe
from engine.training.evaluation.network import Batch, Forward, Network
from engine.training.runs.checkpoint import State
from engine.training.steps.device import seed_step
from engine.training.steps.optimization import Clipping, LearningRate, Penalty, make_optimizer


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step has to say, on the device: mean loss of its samples before it, their score, norm of the gradients."""

    loss: Tensor
    score: tuple[Tensor, Tensor | int]
    norm: Tensor | None
    samples: int
    finite: bool = True


class _NotFinite(ArithmeticError):
    """The loss of a step is not a number any more."""

    def __init__(self, loss: Tensor) -> None:
        super().__init__()
        self.loss = loss


class Halted(Exception):
    """A step was given up between two of its batches; the network is as it was before."""


class Stepper:
    """Takes the steps of a network in training. ``judged`` is the module whose answers count: itself or its average."""

    def __init__(
        self,
        network: Network,
        config: TrainingConfig,
        device: torch.device,
        steps: int,
        rates: Mapping[str, Mapping[str, float]] | None = None,
    ) -> None:
        """``steps`` is how many an epoch has, ``rates`` those of `engine.source.Source`."""
        self.network, self.config, self.device = network, config, device
        module = network.module
        weights = list(module.parameters())
        self.optimizer = make_optimizer(config.optimizer, module, device, rates)
        self.lr = LearningRate(self.optimizer, config, steps)
        self.clipping, self.penalty = Clipping(config, weights), Penalty(config, module)
        # Half precision underflows without it; bfloat16 has the range of float32.
        self.scaler = torch.amp.GradScaler(device.type) if config.precision == "float16" else None
        self.average: AveragedModel | None = None
        if config.ema is not None:
            self.average = AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(config.ema.decay))  # type: ignore[no-untyped-call]

    @property
    def judged(self) -> nn.Module:
        """The weights that are evaluated and kept."""
        return self.network.module if self.average is None else self.average.module

    def step(
        self,
        batches: Sequence[Batch],
        number: int,
        *,
        measure: bool,
        probe: HealthProbe | None = None,
        go_on: Callable[[], bool] | None = None,
    ) -> StepResult:
        """Learn from these batches together; ``measure`` the norm of the gradients, ``probe`` the layers.

        Where the loss is not a number, nothing is learned: `StepResult.finite` says so. (On a device the loss is not
        waited for, and the recorder finds it a moment later.) ``go_on`` is asked between two batches, also where the
        optimizer looks at them several times. Raises Halted where it says no.
        """
        scores: list[tuple[Tensor, Tensor | int]] = []
        norm: Tensor | None = None
        forward = None if probe is None else probe.listening(self.network.module)
        several = len(batches) > 1 or isinstance(self.optimizer, torch.optim.LBFGS)
        before = self._kept() if go_on is not None and several else None

        def halt() -> None:
            if scores and before is not None and go_on is not None and not go_on():
                self._put_back(before)
                raise Halted

        def gradients() -> Tensor:
            nonlocal norm
            seed_step(self.device, self.config.seed, "step", number)
            self.optimizer.zero_grad()
            loss = self._gradients(batches, scores, forward, halt)
            if self.device.type == "cpu" and not math.isfinite(loss.item()):
                raise _NotFinite(loss)
            if self.scaler is not None:
                self.scaler.unscale_(self.optimizer)
            found = self.clipping.apply(measure=measure)
            norm = found if norm is None else norm  # of the first look, as the loss
            return loss

        finite = True
        try:
            loss = self._learn(gradients, probe)
        except _NotFinite as error:
            loss, finite = error.loss, False
        if self.average is not None:
            self.average.update_parameters(self.network.module)
        self.lr.step_done()
        scores = scores[: len(batches)]  # an optimizer that looks several times begins with the loss that is said
        score = scores[0] if len(scores) == 1 else (sum(s for s, _ in scores), sum(n for _, n in scores))
        samples = sum(map(samples_of, batches))
        return StepResult(loss.detach(), score, norm if measure and finite else None, samples, finite)  # type: ignore[arg-type]

    def _learn(self, gradients: Callable[[], Tensor], probe: HealthProbe | None) -> Tensor:
        """Take the gradients and step."""
        if isinstance(self.optimizer, torch.optim.LBFGS):  # looks at the loss several times
            if probe is not None:
                probe.before_step()
            loss: Tensor = self.optimizer.step(gradients)  # type: ignore[no-untyped-call]
        else:
            loss = gradients()
            if probe is not None:
                probe.before_step()
            if self.scaler is None:
                self.optimizer.step()
            else:
                self.scaler.step(self.optimizer)
                self.scaler.update()
        if probe is not None:
            probe.after_step()
        return loss

    def _kept(self) -> _Kept:
        """What a step changes before its end: the buffers, and with L-BFGS, which walks on the way, all else."""
        module = self.network.module
        if not isinstance(self.optimizer, torch.optim.LBFGS):
            return _Kept([(buffer, buffer.clone()) for buffer in module.buffers()], None)
        tensors = [(tensor, tensor.detach().clone()) for tensor in (*module.buffers(), *module.parameters())]
        state = {key: dict(map(_own, values.items())) for key, values in self.optimizer.state.items()}
        return _Kept(tensors, state)

    def _put_back(self, kept: _Kept) -> None:
        with torch.no_grad():
            for tensor, value in kept.tensors:
                tensor.copy_(value)
        if kept.state is not None:
            self.optimizer.state.clear()
            self.optimizer.state.update(kept.state)

    def state(self) -> State:
        """What has to be kept beside the weights, to continue."""
        state = self.lr.state()
        if self.average is not None:
            state["average"] = self.average.state_dict()
        if self.scaler is not None:
            state["scaler"] = self.scaler.state_dict()
        return state

    def restore(self, state: State) -> None:
        """Continue from what `state` gave."""
        self.lr.restore(state)
        if self.average is not None:
            self.average.load_state_dict(dict(state["average"]))
        if self.scaler is not None:
            self.scaler.load_state_dict(dict(state["scaler"]))

    def _gradients(
        self,
        batches: Sequence[Batch],
        scores: list[tuple[Tensor, Tensor | int]],
        forward: Forward | None,
        halt: Callable[[], None],
    ) -> Tensor:
        """Add up the gradients of the batches, each by its share; returns the mean loss without axes."""
        total: Tensor | None = None
        shares = self.network.shares(batches) if len(batches) > 1 else None
        for index, batch in enumerate(batches):
            halt()
            answers = self.network.answers(batch, forward)
            goal = self.network.loss(answers, batch, None if shares is None else shares[index])
            said = goal.detach()
            if self.penalty and index == 0:
                goal = goal + self.penalty()
            (goal if self.scaler is None else self.scaler.scale(goal)).backward()  # type: ignore[no-untyped-call]
            total = said if total is None else total + said
            scores.append(self.network.score(answers, batch))
        assert total is not None
        return total


@dataclass(frozen=True, slots=True)
class _Kept:
    """Tensors with what they held before a step, and the optimizer's state where the step changes it on its way."""

    tensors: list[tuple[Tensor, Tensor]]
    state: dict[Any, dict[str, Any]] | None


def _own(item: tuple[str, Any]) -> tuple[str, Any]:
    """An entry of an optimizer's state that later steps leave alone: tensors are written to, lists appended to."""
    key, value = item
    return key, value.clone() if isinstance(value, Tensor) else list(value) if isinstance(value, list) else value


def samples_of(batch: Batch) -> int:
    """How many samples a batch has."""
    return len(next(iter(batch.values())))
