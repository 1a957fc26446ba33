"""The inner loop: epochs, steps, evaluations of one run, on one device, in one thread."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from engine.compile import compile_source
from engine.data.pipeline import Prepared, shuffled
from engine.training.config import EarlyStopping
from engine.training.control import Control
from engine.training.device import seed_step
from engine.training.history import History
from engine.training.network import Batch, Network, heads
from engine.training.optimizers import Clipping, LearningRate, make_optimizer
from engine.training.plan import Plan
from engine.training.recorder import Diverged, Recorder
from engine.training.run import Run, RunError
from engine.training.status import Metrics, State

NORM_EVERY = 10
"""The norm of the gradients is measured at every tenth step: it costs up to a fifth of a tiny one."""


class Session:
    """A network in training. What it has got so far (``epochs`` and ``steps`` done, metrics) outlives a failure.

    ``show`` is called with what has changed for those who watch, ``on_epoch`` after every epoch.
    """

    def __init__(
        self,
        plan: Plan,
        data: Prepared,
        device: torch.device,
        run: Run,
        history: History,
        control: Control,
        show: Callable[..., None],
        on_epoch: Callable[[], None],
    ) -> None:
        self.plan, self.data, self.device = plan, data, device
        self.control, self.show, self.on_epoch = control, show, on_epoch
        self.config = plan.training
        self.epochs = self.steps = 0
        self.validation: Metrics = {}
        self.test: Metrics = {}
        show(phase="building the network")
        seed_step(device, self.config.seed, "init")
        module = compile_source(plan.source).to(device)
        parts = heads(plan.graph, plan.report, plan.binding, data.fields, data.train)
        self.network = Network(module, tuple(plan.binding.inputs.values()), parts)
        weights = list(module.parameters())
        self.optimizer = make_optimizer(self.config.optimizer, weights, device)
        self.lr = LearningRate(self.optimizer, self.config.schedule, self.config.epochs)
        self.clipping = Clipping(self.config, weights)
        self.recorder = Recorder(run, history, parts[0].metric)
        self.steps_total = self.config.epochs * steps_of(len(data.train), plan)

    def train(self) -> tuple[State, str]:
        """All epochs and the final test; returns how it ended. Raises Diverged, and whatever the network raises."""
        try:
            return self._train()
        except (Diverged, RunError):
            raise
        except Exception:
            self._flush()  # what the steps before had to say is kept; Diverged then explains better than its effect
            raise

    def _train(self) -> tuple[State, str]:
        patience = _Patience(self.config.early_stopping)
        self.show(phase="training", steps_total=self.steps_total, lr=self.lr.value)
        if not self.config.epochs and not self._validate():
            return self._stopped()
        message = f"Trained {self.config.epochs} epochs."
        for epoch in range(1, self.config.epochs + 1):
            if not self._epoch(epoch) or not self._validate():
                return self._stopped()
            loss = self.validation.get("loss")
            self.lr.epoch_done(loss)
            self.show(lr=self.lr.value)
            self.on_epoch()
            if loss is not None and patience.is_over(loss):
                message = f"Stopped early after epoch {epoch}: {patience.reason}"
                break
        test = self._evaluate("test")
        if test is None:
            return self._stopped()
        self.test = test
        self.show(test=test)
        return "finished", message

    def _stopped(self) -> tuple[State, str]:
        self._flush()
        return "stopped", f"Stopped after step {self.steps} of {self.steps_total}."

    def _epoch(self, epoch: int) -> bool:
        """One pass over the training part; False if it was stopped on the way."""
        train, config = self.data.train, self.plan.data
        self.recorder.new_epoch()
        self.show(epoch=epoch, phase="training")
        order = shuffled(len(train), self.config.seed, epoch, self.device) if config.shuffle else None
        for batch in train.batches(self.network.fields, config.batch_size, order, drop_last=config.drop_last):
            if not self._gate():
                return False
            self._step(epoch, batch)
        self._flush()
        self.epochs = epoch
        return True

    def _step(self, epoch: int, batch: Batch) -> None:
        number = self.steps + 1
        seed_step(self.device, self.config.seed, "step", number)
        asked = self.control.take_lr()
        if asked is not None:
            self.lr.set(asked)
        lr = self.lr.value
        answers = self.network.answers(batch)
        loss = self.network.loss(answers, batch)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = self.clipping.apply(measure=number % NORM_EVERY == 1)
        self.optimizer.step()
        self.steps = number
        score = self.network.heads[0].score(answers, batch)
        measured = norm if number % NORM_EVERY == 1 else None
        if self.recorder.step(number, epoch, len(answers[0]), lr, loss.detach(), score, measured):
            self._flush()

    def _gate(self) -> bool:
        """Between two steps: wait while paused; returns whether to go on."""
        paused = False

        def pause() -> None:
            nonlocal paused
            paused = True
            self._flush()
            self.show(state="paused")

        go_on = self.control.gate(pause)
        if paused:
            self.recorder.rest()
            self.show(state="running")
        return go_on

    def _validate(self) -> bool:
        """Evaluate on the validation part, if there is one; False if it was stopped on the way."""
        values = self._evaluate("validation")
        if values is None:
            return False
        self.validation = values
        self.show(validation=values)
        loss = values.get("loss", 0.0)
        if not math.isfinite(loss):
            raise Diverged(self.steps, self.lr.value, loss, "validation loss after step")
        return True

    def _evaluate(self, split: str) -> Metrics | None:
        """The metrics of a part, nothing for an empty one; None if it was stopped on the way."""
        part = self.data.validation if split == "validation" else self.data.test
        if not len(part):
            return {}
        self.show(phase="validating" if split == "validation" else "testing")
        values = self.network.evaluate(part, self.plan.data.batch_size, lambda: not self.control.stopped)
        return None if values is None else self.recorder.evaluation(split, self.steps, self.epochs, values)

    def _flush(self) -> None:
        """Write down what the steps have reported, and show where the run stands."""
        recorder = self.recorder
        try:
            recorder.flush()
        except Diverged as error:
            self.steps = error.step
            raise
        left = recorder.seconds / self.steps * (self.steps_total - self.steps) if self.steps else None
        self.show(
            step=self.steps,
            lr=self.lr.value,
            train=dict(recorder.epoch_means),
            samples_per_second=recorder.samples_per_second,
            remaining_seconds=left,
        )


def steps_of(samples: int, plan: Plan) -> int:
    """The steps of one epoch."""
    size = plan.data.batch_size
    return samples // size if plan.data.drop_last else -(-samples // size)


class _Patience:
    """Counts the epochs whose validation loss is no progress."""

    def __init__(self, config: EarlyStopping | None) -> None:
        self.config, self.best, self.bad = config, math.inf, 0

    @property
    def reason(self) -> str:
        delta = f" by more than {self.config.min_delta:g}" if self.config and self.config.min_delta else ""
        return f"the validation loss has not fallen{delta} for {self.bad} epochs."

    def is_over(self, loss: float) -> bool:
        if self.config is None:
            return False
        if loss < self.best - self.config.min_delta:
            self.best, self.bad = loss, 0
        else:
            self.bad += 1
        return self.bad > self.config.patience
