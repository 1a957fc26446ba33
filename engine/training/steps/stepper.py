"""One step of training: gradients of one or more batches, what is done to them, the optimizer, the moving average."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from engine.settings.training import TrainingConfig
from engine.training.diagnosis.health import HealthProbe
from engine.training.evaluation.network import Batch, Forward, Network
from engine.training.evaluation.scores import Score
from engine.training.runs.checkpoint import State
from engine.training.steps.device import seed_step
from engine.training.steps.finite import FiniteGuard
from engine.training.steps.fused import FusedSteps
from engine.training.steps.graphs import RecordedSteps
from engine.training.steps.moving_average import MovingAverage
from engine.training.steps.optimization import Clipping, LearningRate, Penalty, make_optimizer


@dataclass(slots=True)
class StepResult:
    """What a step has to say, on the device: mean loss of its samples before it, the score of each batch, norm of the
    gradients."""

    loss: Tensor
    scores: tuple[Score, ...]
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
        *,
        draws: bool = True,
    ) -> None:
        """``steps`` is how many an epoch has, ``rates`` those of `engine.source.Source`.

        ``draws`` says whether its layers may draw at random while training: only then steps begin with a seed.
        """
        self.network, self.config, self.device = network, config, device
        module = network.module
        self.weights = weights = list(module.parameters())
        self.draws = draws
        self.optimizer = make_optimizer(config.optimizer, module, device, rates)
        self.lr = LearningRate(self.optimizer, config, steps)
        self.clipping, self.penalty = Clipping(config, weights), Penalty(config, module)
        self._penalized = bool(self.penalty)
        self._walks = isinstance(self.optimizer, torch.optim.LBFGS)
        """Whether a step of the optimizer looks at the loss several times, at other weights."""
        self._fused = FusedSteps(self.optimizer) if FusedSteps.suits(self.optimizer) else None
        self._clips = config.clip_norm is not None or config.clip_value is not None
        # Half precision underflows without it; bfloat16 has the range of float32.
        self.scaler = torch.amp.GradScaler(device.type) if config.precision == "float16" else None
        self.average = None if config.ema is None else MovingAverage(module, config.ema.decay)
        waits = device.type == "cpu" or self._walks  # there, and where the optimizer waits, it costs nothing to look
        self.guard = FiniteGuard(module, self.optimizer, self.scaler, self.average, waits=waits)
        special = (self.scaler, self.average, self._penalized or None, self._walks or None)
        self._usual = all(one is None for one in special)
        self.recorded: RecordedSteps | None = None
        """What takes the usual steps by replays, if anything does."""

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

        Where the loss is not a number, nothing is learned: `StepResult.finite` says so. (On an accelerator the loss is
        not waited for: it holds back this and all later steps by itself, and the recorder finds the loss a moment
        later.) ``go_on`` is asked between two batches, also where the optimizer looks at them several times. Raises
        Halted where it says no.
        """
        if len(batches) == 1 and self._usual and probe is None:
            done = None if self.recorded is None else self.recorded.step(batches[0], number, measure)
            return done or self.single(batches[0], number, measure)
        several = len(batches) > 1 or self._walks
        before = self._kept() if go_on is not None and several else None
        found = _Found(measure, None if probe is None else probe.listening(self.network.module))

        def halt() -> None:
            if found.scores and before is not None and go_on is not None and not go_on():
                self._put_back(before)
                raise Halted

        finite = True
        self.guard.begin()
        try:
            loss = self._learn(lambda: self._gradients(batches, number, found, halt), probe)
        except _NotFinite as error:
            loss, finite = error.loss, False
        if self.average is not None and finite:
            self.average.update_parameters(self.network.module)
        self.guard.end()
        if probe is not None:  # who looks at layers waits for them anyway
            finite = finite and math.isfinite(loss.item())
        self.lr.step_done()
        scores = found.scores[: len(batches)]  # an optimizer that looks several times begins with the loss that is said
        samples = samples_of(batches[0]) if len(batches) == 1 else sum(map(samples_of, batches))
        norm = found.norm if measure and finite else None
        return StepResult(loss.detach(), tuple(scores), norm, samples, finite)

    def single(self, batch: Batch, number: int, measure: bool) -> StepResult:
        """The usual step, of one batch and with nothing special about it: of a tiny network every call counts."""
        self.seed(number)
        loss, score, norm, finite = self.compute(batch, measure)
        self.lr.step_done()
        return StepResult(loss, (score,), norm, samples_of(batch), finite)

    def seed(self, number: int) -> None:
        """Begin the draws of a step, if it has any."""
        if self.draws:
            seed_step(self.device, self.config.seed, "step", number)

    def compute(
        self, batch: Batch, measure: bool, *, at_once: bool = False
    ) -> tuple[Tensor, Score, Tensor | None, bool]:
        """All of the usual step that a device does: (loss, score, norm of the gradients, whether the loss is finite).

        The norm is None where it is not measured. ``at_once``: the score is not left to be counted later.
        """
        for weight in self.weights:  # as zero_grad does, which takes a thirtieth of a tiny step
            weight.grad = None
        network = self.network
        self.guard.begin()
        answers = network.answers(batch)
        loss = network.loss(answers, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        score = Score(*network.score(answers, batch)) if at_once else network.step_score(answers, batch)
        finite, norm = self.guard.judge(loss.detach()), None
        if finite:
            if measure or self._clips:
                norm = self.clipping.apply(measure=measure)
            (self._fused or self.optimizer).step()
        self.guard.end()
        return loss.detach(), score, norm if measure else None, finite

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
                (self._fused or self.optimizer).step()
            else:
                self.scaler.step(self.optimizer)
                self.scaler.update()
        if probe is not None:
            probe.after_step()
        return loss

    def _kept(self) -> _Kept:
        """What a step changes before its end: the buffers, and with L-BFGS, which walks on the way, all else."""
        module = self.network.module
        if not self._walks:
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
        if self._fused is not None:
            self._fused.forget()
        if self.average is not None:
            self.average.load_state_dict(dict(state["average"]))
        if self.scaler is not None:
            self.scaler.load_state_dict(dict(state["scaler"]))

    def _gradients(self, batches: Sequence[Batch], number: int, found: _Found, halt: Callable[[], None]) -> Tensor:
        """Add up the gradients of the batches, each by its share, and clip; returns the mean loss without axes.

        Raises _NotFinite where that is seen at once.
        """
        if self.draws:
            seed_step(self.device, self.config.seed, "step", number)
        for weight in self.weights:  # as zero_grad does, which takes a thirtieth of a tiny step
            weight.grad = None
        total: Tensor | None = None
        network, shares = self.network, self.network.shares(batches) if len(batches) > 1 else None
        for index, batch in enumerate(batches):
            halt()
            answers = network.answers(batch, found.forward)
            goal = network.loss(answers, batch, None if shares is None else shares[index])
            said = goal.detach()
            if index == 0 and self._penalized:
                goal = goal + self.penalty()
            (goal if self.scaler is None else self.scaler.scale(goal)).backward()  # type: ignore[no-untyped-call]
            total = said if total is None else total + said
            found.scores.append(network.step_score(answers, batch))
        assert total is not None
        if not self.guard.judge(total):
            raise _NotFinite(total)
        if self.scaler is not None:
            self.scaler.unscale_(self.optimizer)
        norm = self.clipping.apply(measure=found.measure)
        found.norm = norm if found.norm is None else found.norm  # of the first look, as the loss
        return total


@dataclass(slots=True)
class _Found:
    """What is found on the way through a step. ``forward`` computes the answers, None: the network."""

    measure: bool
    forward: Forward | None
    scores: list[Score] = field(default_factory=list)
    norm: Tensor | None = None


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
    return next(iter(batch.values())).shape[0]
