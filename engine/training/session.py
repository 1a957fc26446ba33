"""The inner loop: epochs, steps, evaluations of one run, on one device, in one thread."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import NoReturn

import torch

from engine.data.dataset import SampleError
from engine.data.lengths import alike
from engine.data.pipeline import Part, Prepared
from engine.errors import NOTHING, About
from engine.settings.optimizers import smaller_rate
from engine.training.control import Control
from engine.training.diagnosis.answers import Answered, answered
from engine.training.diagnosis.health import HealthProbe, due
from engine.training.diagnosis.monitor import HealthMonitor
from engine.training.diagnosis.nonfinite import Origin, not_a_number, origin
from engine.training.diagnosis.probes import Probed
from engine.training.diagnosis.waiting import waits
from engine.training.evaluation.network import Batch
from engine.training.evaluation.observer import Evaluation, Observer
from engine.training.failures import remedy
from engine.training.history import LiveChange
from engine.training.keeper import Keeper
from engine.training.patience import Patience
from engine.training.plan import TrainingPlan
from engine.training.recorder import Diverged, Recorder
from engine.training.runs.checkpoint import Progress
from engine.training.runs.folder import RunError
from engine.training.status import Metrics, Result, State
from engine.training.steps.assembly import evaluation_size, steps_of
from engine.training.steps.dealing import Dealer
from engine.training.steps.device import seed_step
from engine.training.steps.scheduled_sampling import OwnAnswers
from engine.training.steps.stepper import Halted, Stepper
from engine.training.steps.turns import TURN

NORM_EVERY = 10
"""The norm of the gradients is measured at every tenth step: it costs up to a fifth of a tiny one."""
LR = "training.optimizer.lr"
"""The setting that can be changed while a run is active."""


@dataclass
class Session:
    """A network in training; `engine.training.opening.open_session` makes one.

    What it has got so far (``epochs`` and ``steps`` done, metrics) outlives a failure. ``show`` is called with what has
    changed for those who watch, ``on_epoch`` after every epoch; ``observers`` follow every evaluation, ``own`` lets a
    decoder read its own answers. ``notes`` are what was not as usual when it began, ``said`` the same in short.
    ``batches`` are those of the next epoch that are done, ``ended`` says why no epoch is to follow, ``about`` what made
    it stop.
    """

    plan: TrainingPlan
    data: Prepared
    device: torch.device
    control: Control
    show: Callable[..., None]
    on_epoch: Callable[[], None]
    stepper: Stepper
    probed: Probed
    monitor: HealthMonitor
    recorder: Recorder
    keeper: Keeper
    patience: Patience
    observers: Sequence[Observer] = ()
    own: OwnAnswers | None = None
    epochs: int = 0
    steps: int = 0
    batches: int = 0
    ended: str = ""
    validation: Metrics = field(default_factory=dict)
    test: Metrics = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    said: str = ""
    about: About = NOTHING

    def __post_init__(self) -> None:
        self.config = self.plan.training
        self._answered: Answered | None = None
        self._probe = HealthProbe(self.probed, self.plan.graph)
        self._first_epoch = 0
        """The one this session began with."""
        self._paused: ExitStack | None = None
        """While it is held: what was lent."""
        self._lost = ""
        """Why no data can be read any more."""
        self._replay = {one.step: one.value for one in self.recorder.run.info.replay if one.setting == LR}
        """Step → the learning rate from then on, as it was changed before the run was lengthened."""
        self.network, self.lr = self.stepper.network, self.stepper.lr
        self._dealer = Dealer(self.plan, self.data, self.network, self.device, self.own)
        self._together = evaluation_size(self.plan, len(self.data.train))
        """Samples that are evaluated at once."""
        self.steps_total = self.config.epochs * steps_of(len(self.data.train), self.plan)

    def note(self, short: str, whole: str = "") -> None:
        """Keep what was not as usual: ``short`` is said with how the run ended, ``whole`` can be read all the time."""
        if short:
            self.said, self.notes = f"{self.said} {short}".strip(), (*self.notes, whole or short)
            self.show(notes=self.notes)

    def result(self, state: State, message: str) -> Result:
        """How it ended, with what it has got until then."""
        seconds, run = round(self.recorder.seconds, 3), self.recorder.run.path
        return Result(state, message, self.epochs, self.steps, seconds, run, self.validation, self.test)

    def train(self) -> tuple[State, str, str]:
        """All epochs and the final test; how it ended, in a sentence, and what that says beyond "all were trained".

        Raises Diverged, and whatever the network raises.
        """
        try:
            return self._train()
        except (Diverged, RunError):
            raise
        except Exception:
            self._flush()  # what the steps before had to say is kept; Diverged then explains better than its effect
            raise

    def _train(self) -> tuple[State, str, str]:
        self.show(phase="training", steps_total=self.steps_total, lr=self.lr.value)
        self._first_epoch = self.epochs + 1
        if not self.config.epochs and not self._validate(0):
            return self._stopped()
        while self.epochs < self.config.epochs and not self.ended:
            if not self._epoch(self.epochs + 1) or not self._validate(self.epochs + 1):
                return self._stopped()
            self.epochs, self.batches = self.epochs + 1, 0
            loss = self.validation.get("loss")
            first = float(self.recorder.history.series("train/loss")[1][0])
            both = self.recorder.epoch_means.get("loss", math.nan), math.nan if loss is None else loss
            self.monitor.epoch(self.steps, *both, self.lr.value, first, self._answered)
            self.lr.epoch_done(loss)
            self.show(lr=self.lr.value, diagnoses=self.monitor.diagnoses)
            self.on_epoch()
            if loss is not None and self.patience.is_over(loss):
                self.ended = f"Stopped early after epoch {self.epochs}: {self.patience.reason}"
            self.keeper.epoch_done(self.epochs, loss, self.progress)
        test = self._evaluate("test", self.epochs)
        if test is None:
            return self._stopped()
        self.test = test
        self.show(test=test)
        self._flush()
        self.keeper.close()
        return "finished", self.ended or f"Trained {self.config.epochs} epochs.", self.ended

    def _stopped(self) -> tuple[State, str, str]:
        self._flush()
        self.keeper.save(self.progress())
        when = f"Stopped after step {self.steps:,} of {self.steps_total:,}"
        return "stopped", f"{when}: {self._lost}" if self._lost else f"{when}.", ""

    def _held(self, error: SampleError) -> bool:
        """Data cannot be read: wait until somebody resumes the run, and say whether to continue.

        Where nobody can, the run is stopped here: what it has got is saved, and it can be resumed later.
        """
        if not self.control.attended:
            self._lost, self.about = str(error), error.about
            return False
        self.control.pause()
        self.show(message=str(error), about=error.about)
        going = self._gate()
        self.show(message="", about=NOTHING)
        return going

    def progress(self) -> Progress:
        """How far the run is; everything is written down first."""
        self._flush()
        metrics, timing = self.recorder.run.lengths()
        return Progress(
            step=self.steps,
            epochs=self.epochs,
            batches=self.batches,
            metrics_bytes=metrics,
            metrics_sha256=self.recorder.run.metrics_sha256(),
            timing_bytes=timing,
            seconds=self.recorder.seconds,
            validation=dict(self.validation),
            sums=self.recorder.sums,
            best=_finite(self.patience.best),
            bad_epochs=self.patience.bad,
            best_loss=_finite(self.keeper.best_loss),
            ended=self.ended,
        )

    def _epoch(self, epoch: int) -> bool:
        """One pass over the training part, or what is left of it; False if it was stopped on the way."""
        if not self.batches:
            self.recorder.new_epoch()
        self.show(epoch=epoch, phase="training")
        while True:
            try:
                return self._steps(epoch)
            except SampleError as error:
                if not self._held(error):
                    return False

    def _steps(self, epoch: int) -> bool:
        """The steps of an epoch that are left; False if it was stopped on the way. Raises SampleError."""
        order = self._dealer.order(epoch)
        batches = self._dealer.batches(epoch, order, self.batches)
        while together := self._next(batches):
            if not self._gate():
                return False
            together = self._dealer.read(together, epoch, order, self.batches)
            try:
                self._step(epoch, together)
            except Halted:
                return False
            self.batches += len(together)
            self.keeper.step_done(self.progress)
        self._flush(timed=False)
        return True

    def _next(self, batches: Iterator[Batch]) -> Sequence[Batch]:
        """The batches of the next step; none: the epoch is over. How long that takes is taken down."""
        began = perf_counter()
        if self.config.accumulate == 1:
            batch = next(batches, None)
            together = [] if batch is None else [batch]
        else:
            together = list(itertools.islice(batches, self.config.accumulate))
        self.recorder.wait(perf_counter() - began)
        return together

    def _step(self, epoch: int, batches: Sequence[Batch]) -> None:
        number = self.steps + 1
        asked = self.control.take_lr() or self._replay.get(number)
        if asked is not None and asked != self.lr.value:
            self.recorder.change(LiveChange(number, LR, self.lr.value, asked))
            self.lr.set(asked)
        lr = self.lr.value
        every = 0 if self.config.compile is True else self.config.health  # compiled: other bits than what is looked at
        probe = self._probe if due(number, every) else None
        measure = number % NORM_EVERY == 1
        done = self.stepper.step(batches, number, measure=measure, probe=probe, go_on=self._going)
        self.steps = number
        late = self.recorder.step(number, epoch, done.samples, lr, done.loss, done.scores, done.norm)
        if not done.finite:
            self._broken(number, batches)
        elif probe is not None:
            look = probe.look(number)
            self.monitor.look(look)
            self.show(health=look, diagnoses=self.monitor.diagnoses)
        if late:
            self._flush()
            self._mind_waiting(epoch)

    def _going(self) -> bool:
        return not self.control.stopped

    def _mind_waiting(self, epoch: int) -> None:
        """Say once where the steps of an epoch wait too long for their data."""
        recorder, first = self.recorder, epoch == self._first_epoch
        said = waits(recorder.waited, recorder.watched, self.data.train, self.steps, first=first)
        if said is not None and all(one.code != said.code for one in self.monitor.diagnoses):
            self.monitor.say(said)
            self.show(diagnoses=self.monitor.diagnoses)

    def _broken(self, number: int, batches: Sequence[Batch]) -> None:
        """The loss is not a number: find out where that began. Raises Diverged, with the node."""
        seed_step(self.device, self.config.seed, "step", number)
        self._flush(origin(self.plan.graph, self.probed, self.network, batches))

    def _diverged(self, error: Diverged, where: Origin | None) -> NoReturn:
        """Say of which node it began, and raise the error."""
        graph = self.plan.graph
        if where is None and error.part == "train":  # told late by an accelerator, which holds the weights since then
            where = origin(graph, self.probed, self.network, self._dealer.again(error.step))
        if where is not None:
            error.where, error.about = where.words(graph), where.about
        when = f"{'at' if error.part == 'train' else 'after'} step {error.step}"
        said = not_a_number(graph, where, error.step, when, error.loss, remedy(error, self.plan))
        said = replace(said, setting=LR, value=smaller_rate(self.config.optimizer, error.lr))
        self.monitor.say(said)
        self.show(diagnoses=self.monitor.diagnoses)
        raise error

    def _gate(self) -> bool:
        """Between two steps: wait while paused; returns whether to continue."""
        go_on = self.control.gate(self._pausing)
        if self._paused is not None:
            self._paused.close()
            self._paused = None
            self.recorder.rest()
            self.show(state="running")
        if TURN.wanted:
            self._yield_turn()
        return go_on

    def _pausing(self) -> None:
        """The run is held from here on: let others compute meanwhile."""
        self._flush()
        self.show(state="paused")
        self._paused = ExitStack()
        self._paused.enter_context(TURN.lent())

    def _between_batches(self) -> bool:
        """Within an evaluation: whether to continue."""
        self._yield_turn()
        return not self.control.stopped

    def _yield_turn(self) -> None:
        """Let those compute who have waited for their turn; what they do is not a time of the run."""
        if TURN.wanted:
            self.recorder.work()
            with TURN.lent():
                pass
            self.recorder.rest()

    def _validate(self, epoch: int) -> bool:
        """Evaluate on the validation part, if there is one; False if it was stopped on the way.

        Only then is the epoch over: a run that continues from before looks at it once more.
        """
        values = self._evaluate("validation", epoch)
        if values is None:
            return False
        self.validation = values
        self.show(validation=values)
        loss = values.get("loss", 0.0)
        if not math.isfinite(loss):
            error = Diverged(self.steps, self.lr.value, loss, "validation")
            module, size = self.network.module, self.plan.data.size(len(self.data.train))
            module.eval()
            batches = self.data.validation.batches(self.network.fields, size)
            self._diverged(error, origin(self.plan.graph, self.probed, self.network, batches))
        return True

    def _evaluate(self, split: str, epoch: int) -> Metrics | None:
        """The metrics of a part, nothing for an empty one; None if it was stopped on the way."""
        part = self.data.validation if split == "validation" else self.data.test
        if not len(part):
            return {}
        while True:
            self.show(phase="validating" if split == "validation" else "testing")
            try:
                return self._evaluated(split, part, epoch)
            except SampleError as error:
                if not self._held(error):
                    return None

    def _evaluated(self, split: str, part: Part, epoch: int) -> Metrics | None:
        """The metrics of a part; None if it was stopped on the way. Raises SampleError."""
        last = split == "test" or epoch == self.config.epochs
        order = alike(part.free, self._together) if self.network.by_length else None
        evaluation = Evaluation(split, part, self.network, self.stepper.judged, self.steps, epoch, last, order)
        for observer in self.observers:
            observer.begin(evaluation)
        size, followers = self._together, [observer.add for observer in self.observers]
        numbers = itertools.count()

        def go_on() -> bool:
            going = self._between_batches()
            seed_step(self.device, self.config.seed, split, self.steps, next(numbers))  # some layers draw here, too
            return going

        values = self.network.evaluate(part, size, go_on, self.stepper.judged, followers)
        if values is None:
            return None
        if split == "validation":
            self._answered = answered(self.network.heads)
        for observer in self.observers:
            observer.finish(evaluation)
        return self.recorder.evaluation(split, self.steps, epoch, values)

    def _flush(self, where: Origin | None = None, *, timed: bool = True) -> None:
        """Write down what the steps have reported, and show where the run stands; ``timed`` says also when that was.

        Raises Diverged, which began at ``where``, if that is known.
        """
        recorder = self.recorder
        try:
            recorder.flush(timed=timed)
        except Diverged as error:
            self.steps = error.step
            self._diverged(error, where)
        left = recorder.seconds / self.steps * (self.steps_total - self.steps) if self.steps else None
        self.show(
            step=self.steps,
            lr=self.lr.value,
            train=dict(recorder.epoch_means),
            samples_per_second=recorder.samples_per_second,
            waiting=recorder.waiting,
            remaining_seconds=left,
        )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
