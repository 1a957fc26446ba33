"""Steps that are recorded once and then replayed (CUDA graphs): of a small network the launches cost more than they do.

The first steps of a kind are taken as ever, and so warm up what a recording needs. Then one is taken both ways, and
where the two differ, or anything goes wrong, training continues without. What changes from step to step lives on the
device: the batch, the learning rates, and the seed, which torch hands to every replay. So a step draws what it would
draw without; kinds that are rare, as the short last batch of an epoch, stay as ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import torch
from torch import Tensor

from engine.foreign import is_out_of_memory
from engine.settings.schedules import Cyclic, OneCycle
from engine.settings.training import TrainingConfig
from engine.training.evaluation.network import Batch
from engine.training.evaluation.scores import Score

if TYPE_CHECKING:
    from engine.training.steps.stepper import Stepper, StepResult

OPTIMIZERS: Final = ("sgd", "adam", "adamw")
"""Those whose kernels take a learning rate that lies on the device."""
WARM: Final = 3
"""Steps of a kind before it is recorded; torch wants three."""
MOST: Final = 8
"""Kinds that are recorded at most: shapes of a batch, with and without the norm of the gradients."""
FAR: Final = 0.25
"""How far, relative to the step, weights may be from those of the same step taken as ever: kernels that run at once add
up in any order."""
CLOSE: Final = 1e-3
"""The same of the loss, relative to it."""
ROOM: Final = 3
"""How many times the memory of a step has to be free: replays have theirs for good, and the trial holds copies."""
Kind = tuple[object, ...]


class Recorded(Protocol):
    """What a backend has recorded."""

    def replay(self) -> None:
        """Do it again, with what now lies where it read."""


class Backend(Protocol):
    """How work is recorded; `engine.training.steps.cuda_graphs.CudaGraphs` is the real one."""

    def aside(self, work: Callable[[], Any], *, waits: bool = True) -> Any:
        """Do work as a recording will, to warm up; without ``waits`` it may raise where that waits for the device."""

    def record(self, work: Callable[[], Tensor]) -> tuple[Recorded, Tensor]:
        """Record work without doing it; the tensor that each replay will fill. May raise anything."""


def hindrance(config: TrainingConfig) -> str:
    """Why steps of these settings are never recorded, as the end of a sentence; nothing where they may be."""
    if config.gpu == "exact":
        return "training.gpu is 'exact', and a recorded step rounds the learning rate"
    if config.optimizer.name not in OPTIMIZERS:
        return f"the optimizer {config.optimizer.name!r} cannot be recorded ({', '.join(OPTIMIZERS)} can)"
    if isinstance(config.schedule, (OneCycle, Cyclic)) and config.schedule.cycle_momentum:
        return f"the schedule {config.schedule.name!r} moves the momentum"
    beside = {
        "training.precision float16": config.precision == "float16",
        "training.accumulate": config.accumulate > 1,
        "training.ema": config.ema is not None,
        "training.l1": bool(config.l1),
        "training.l2": bool(config.l2),
        "training.compile": config.compile is True,
    }
    return next((f"{name} is set" for name, is_set in beside.items() if is_set), "")


@dataclass(frozen=True, slots=True)
class _Replay:
    """A recorded step: where it reads its batch and says what it has to say, [loss, score, its number, norm].

    ``counted`` is the number of the score where that is no tensor.
    """

    recorded: Recorded
    batch: Batch
    said: Tensor
    counted: int | None


class RecordedSteps:
    """Takes the usual steps of a stepper by replays; `step` gives None where it has to be taken as ever.

    ``note`` is called with a sentence, once, where nothing can be recorded.
    """

    def __init__(self, stepper: Stepper, backend: Backend, note: Callable[[str], None]) -> None:
        self._stepper, self._backend, self._note = stepper, backend, note
        self._replays: dict[Kind, _Replay] = {}
        self._seen: Counter[Kind] = Counter()
        self._tried = self._over = False
        groups = stepper.optimizer.param_groups
        self._rates = [torch.zeros((), device=stepper.device) for _ in groups]
        self._known = [0.0] * len(groups)
        """The learning rates that lie on the device."""

    def step(self, batch: Batch, number: int, measure: bool) -> StepResult | None:
        """Take a step by a replay, if it is of a kind that is recorded or can be now."""
        if self._over:
            return None
        kind: Kind = (measure, *((name, one.shape, one.stride(), one.dtype) for name, one in batch.items()))
        replay = self._replays.get(kind)
        if replay is None:
            self._seen[kind] += 1
            if self._seen[kind] <= WARM:
                result: StepResult = self._backend.aside(lambda: self._stepper.single(batch, number, measure))
                return result
            if len(self._replays) >= MOST:
                return None
            replay = self._begin(kind, batch, number, measure)
            if replay is None:
                return None
        self._stepper.seed(number)
        return self._played(replay, batch, measure)

    def _played(self, replay: _Replay, batch: Batch, measure: bool) -> StepResult:
        """Replay a step with a batch, and take along what it says before the next one writes over it."""
        from engine.training.steps.stepper import StepResult, samples_of

        for name, value in batch.items():
            replay.batch[name].copy_(value, non_blocking=True)
        for index, group in enumerate(self._stepper.optimizer.param_groups):
            if group["lr"] != self._known[index]:
                self._known[index] = group["lr"]
                self._rates[index].fill_(group["lr"])
        replay.recorded.replay()
        said = replay.said.clone()
        self._stepper.lr.step_done()
        score = Score(said[1], said[2] if replay.counted is None else replay.counted)
        return StepResult(said[0], (score,), said[3] if measure else None, samples_of(batch))

    def _begin(self, kind: Kind, batch: Batch, number: int, measure: bool) -> _Replay | None:
        """Record a step of a kind; the first one is tried. None, and nothing has changed, where that cannot be done."""
        held = None if self._tried else _State(self._stepper)
        try:
            expected = None if held is None else self._as_ever(held, batch, number, measure)
            replay = self._replays[kind] = self._record(batch, measure)
            if held is not None and expected is not None:
                self._stepper.seed(number)
                self._fill_rates()
                for name, value in batch.items():
                    replay.batch[name].copy_(value)
                replay.recorded.replay()
                differs = held.differs(expected, replay.said[0])
                held.put_back()
                if differs:
                    raise ArithmeticError(differs)
            self._tried = True
        except Exception as error:  # of CUDA, of torch, of a layer: whatever it is, training continues without
            if held is not None:
                held.put_back()
            self._replays.clear()
            self._over = True
            full = "it needs more memory than there is" if is_out_of_memory(error) else ""
            reason = full or (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")
            self._note(f"Steps cannot be recorded as CUDA graphs ({reason}); training continues without.")
            return None
        return replay

    def _as_ever(self, held: _State, batch: Batch, number: int, measure: bool) -> _Expected:
        """What a step gives when it is taken as ever; nothing has changed afterwards."""
        self._stepper.seed(number)
        # What waits is found here: torch does not get over it while it records.
        loss, _, _, _ = self._backend.aside(lambda: self._stepper.compute(batch, measure, at_once=True), waits=False)
        found = _Expected(loss.detach().clone(), [weight.detach().clone() for weight in self._stepper.weights])
        held.put_back()
        return found

    def _record(self, batch: Batch, measure: bool) -> _Replay:
        stepper = self._stepper
        static = {name: torch.empty_like(value).copy_(value) for name, value in batch.items()}
        counted: list[int | None] = []

        def work() -> Tensor:
            with self._rates_on_the_device():
                loss, score, norm, _ = stepper.compute(static, measure, at_once=True)
            counted[:] = [None if isinstance(score.number, Tensor) else score.number]
            parts = [loss, score.total, torch.zeros_like(loss) if counted[0] is not None else score.number]
            parts += [] if norm is None else [norm]
            return torch.stack([torch.as_tensor(part).detach().to(torch.float32) for part in parts])

        recorded, said = self._backend.record(work)
        return _Replay(recorded, static, said, counted[0])

    def _fill_rates(self) -> None:
        for index, group in enumerate(self._stepper.optimizer.param_groups):
            self._known[index] = group["lr"]
            self._rates[index].fill_(group["lr"])

    @contextmanager
    def _rates_on_the_device(self) -> Iterator[None]:
        """Let the optimizer read its learning rates from the device; schedules and checkpoints keep their numbers."""
        groups = self._stepper.optimizer.param_groups
        before = [(group["lr"], group.get("capturable")) for group in groups]
        for group, rate in zip(groups, self._rates, strict=True):
            group["lr"] = rate
            if "capturable" in group:
                group["capturable"] = True
        try:
            yield
        finally:
            for group, (rate, capturable) in zip(groups, before, strict=True):
                group["lr"] = rate
                if "capturable" in group:
                    group["capturable"] = capturable


@dataclass(frozen=True, slots=True)
class _Expected:
    loss: Tensor
    weights: list[Tensor]


class _State:
    """All that a step changes, as it was."""

    def __init__(self, stepper: Stepper) -> None:
        self._weights = stepper.weights
        states = (value for one in stepper.optimizer.state.values() for value in one.values())
        tensors = [*self._weights, *stepper.network.module.buffers(), stepper.guard.held]
        tensors += [value for value in states if isinstance(value, Tensor)]
        self._kept = [(tensor, tensor.detach().clone()) for tensor in tensors]

    def put_back(self) -> None:
        with torch.no_grad():
            for tensor, value in self._kept:
                tensor.copy_(value)

    def differs(self, expected: _Expected, loss: Tensor) -> str:
        """Why the weights as they are now are not those of the same step taken as ever; nothing where they are."""
        wanted, found = float(expected.loss), float(loss)
        if not abs(found - wanted) <= CLOSE * max(abs(wanted), CLOSE):
            return f"a trial gave the loss {found:.6g} in place of {wanted:.6g}"
        off, moved = 0.0, 0.0
        for (weight, before), target in zip(self._kept, expected.weights, strict=False):
            off += float((weight.detach() - target).double().square().sum())
            moved += float((target - before).double().square().sum())
        if not off**0.5 <= FAR * moved**0.5:
            return f"a trial moved the weights by {off**0.5:.3g} more or less than the same step without"
        return ""
