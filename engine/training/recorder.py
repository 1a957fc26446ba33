"""Collects what steps report without making them wait, and writes it down about ten times a second."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any, Literal

import torch
from torch import Tensor

from engine.errors import About
from engine.metrics.metric import Value
from engine.training.history import History, LiveChange
from engine.training.runs.clock import OF_THE_CLOCK as OF_THE_CLOCK
from engine.training.runs.run import Run
from engine.training.steps.device_memory import used_memory

INTERVAL = 0.1
"""Seconds between two looks at the losses: each one waits for the device."""


class Diverged(ArithmeticError):
    """The loss of a ``part`` is not a number any more; ``step`` is when, ``lr`` the learning rate then.

    ``where`` says where that began, in words, and ``about`` at which node; both are empty where it is not known.
    """

    def __init__(self, step: int, lr: float, loss: float, part: Literal["train", "validation"] = "train") -> None:
        super().__init__(f"The loss ({part}) is {loss} at step {step}.")
        self.step, self.lr, self.loss, self.part = step, lr, loss, part
        self.where, self.about = "", About(setting="training.optimizer.lr", reason="diverged")


class Recorder:
    """Rows of one run: into ``metrics.jsonl`` and the History alike. Rows never depend on when they are flushed.

    ``metric`` is what the steps report beside their loss; empty: nothing. ``epoch_means`` are those of the current
    epoch so far, without the batches in which no target counts.
    """

    def __init__(self, run: Run, history: History, metric: str, device: torch.device | None = None) -> None:
        self.run, self.history, self.metric = run, history, metric
        self.device = device or torch.device("cpu")
        self.epoch_means: dict[str, float] = {}
        self.samples_per_second = 0.0
        self.waiting = 0.0
        """Which share of the time between the last two flushes was spent waiting for data, 0 to 1."""
        self.waited, self.watched = 0.0, 0.0
        """Seconds of waiting since the epoch began, and all seconds of its steps."""
        self.seconds = 0.0  # of work, without pauses
        self._steps: list[tuple[int, int, float, int, float]] = []  # step, epoch, lr, samples, seconds
        self._losses: list[Tensor] = []
        self._scores: list[tuple[Tensor, Tensor | int]] = []
        self._norms: dict[int, Tensor] = {}
        self._sums = (0.0, 0.0, 0)
        self._waiting = 0.0
        self._since = self._flushed = perf_counter()

    def step(
        self,
        step: int,
        epoch: int,
        samples: int,
        lr: float,
        loss: Tensor,
        score: tuple[Tensor, Tensor | int],
        norm: Tensor | None,
    ) -> bool:
        """Keep what a step has to say; returns whether it is time for a flush. Nothing here waits for the device."""
        now = perf_counter()
        self._steps.append((step, epoch, lr, samples, self.seconds + now - self._since))
        self._losses.append(loss)
        self._scores.append(score)
        if norm is not None:
            self._norms[step] = norm
        return now - self._flushed >= INTERVAL

    def wait(self, seconds: float) -> None:
        """The next step has waited so long for its data."""
        self._waiting += seconds

    def flush(self) -> None:
        """Write the steps since the last flush. Raises Diverged at the first loss that is not finite, which is kept."""
        self.work()
        if not self._steps:
            return
        losses, sums = _numbers(self._losses), _numbers([total for total, _ in self._scores])
        counts = _numbers([count for _, count in self._scores])
        norms = dict(zip(self._norms, _numbers(list(self._norms.values())), strict=True))
        rows: list[dict[str, Any]] = []
        times, diverged = [], None
        for index, (step, epoch, lr, samples, seconds) in enumerate(self._steps):
            loss = _short(losses[index])
            score = _short(sums[index] / counts[index]) if counts[index] else math.nan
            row = {
                "step": step,
                "epoch": epoch,
                "split": "train",
                "loss": loss,
                **self._judged(score),
                "lr": _short(lr),
            }
            if step in norms:
                row["grad_norm"] = _short(norms[step])
            rows.append(row)
            times.append(seconds)
            if counts[index]:
                self._add(loss, score, samples)
            if not math.isfinite(loss):
                diverged = Diverged(step, lr, loss)
                break
        now = perf_counter()
        spent = max(now - self._flushed, 1e-9)
        self.samples_per_second = sum(item[3] for item in self._steps) / spent
        self.waiting = min(1.0, self._waiting / spent)
        self.waited, self.watched = self.waited + self._waiting, self.watched + spent
        self._waiting = 0.0
        self._steps, self._losses, self._scores, self._norms, self._flushed = [], [], [], {}, now
        self.run.metrics(rows)
        self._time(rows[-1])
        for name in ("loss", self.metric, "lr", "grad_norm"):
            points = [(r["step"], r[name], r["epoch"], time) for r, time in zip(rows, times, strict=True) if name in r]
            if points:
                self.history.extend(f"train/{name}", *zip(*points, strict=True))
        if diverged is not None:
            raise diverged

    def _time(self, row: Mapping[str, Any]) -> None:
        """Write what depends on the clock and the machine, apart from the metrics."""
        step, epoch = row["step"], row["epoch"]
        found: dict[str, float] = {"samples_per_second": round(self.samples_per_second, 1)}
        found["waiting"] = round(self.waiting, 4)
        memory = used_memory(self.device)
        if memory is not None:
            found["memory"] = memory
        self.run.timing({"step": step, "seconds": round(self.seconds, 6), **found})
        for name, value in found.items():
            self.history.append(f"train/{name}", step, value, epoch, self.seconds)

    def change(self, change: LiveChange) -> None:
        """Write down at once that a setting was changed while the run goes. Raises RunError."""
        changes = (*self.run.info.changes, change)
        self.run.update(changes=changes)
        self.history.changes = changes

    def evaluation(self, split: str, step: int, epoch: int, values: Mapping[str, Value]) -> dict[str, float]:
        """Write one evaluation; returns its numbers as written."""
        self.work()
        kept = {name: _shortened(value) for name, value in values.items()}
        self.run.metrics([{"step": step, "epoch": epoch, "split": split, **kept}])
        numbers: dict[str, float] = {}
        for name, value in kept.items():
            if isinstance(value, list):
                self.history.keep(f"{split}/{name}", step, epoch, value)
            else:
                numbers[name] = value
                self.history.append(f"{split}/{name}", step, value, epoch, self.seconds)
        self._flushed = perf_counter()
        return numbers

    @property
    def sums(self) -> tuple[float, float, int]:
        """The sums after `epoch_means`: loss, metric, samples."""
        return self._sums

    def restore(self, seconds: float, sums: tuple[float, float, int]) -> None:
        """Resume the time and the sums of a checkpoint."""
        self.seconds, self._sums = seconds, sums
        if sums[2]:
            self.epoch_means = {"loss": sums[0] / sums[2], **self._judged(sums[1] / sums[2])}

    def new_epoch(self) -> None:
        """Begin the means of an epoch again."""
        self._sums, self.epoch_means = (0.0, 0.0, 0), {}
        self.waited = self.watched = 0.0

    def work(self) -> None:
        """Count the time since the last call as work."""
        now = perf_counter()
        self.seconds += now - self._since
        self._since = now

    def rest(self) -> None:
        """Count the time since the last call as a pause."""
        self._waiting = 0.0
        self._since = self._flushed = perf_counter()

    def _add(self, loss: float, score: float, samples: int) -> None:
        sums = self._sums
        self._sums = (sums[0] + loss * samples, sums[1] + score * samples, sums[2] + samples)
        means = [self._sums[0] / self._sums[2], self._sums[1] / self._sums[2]]
        self.epoch_means = {"loss": means[0], **self._judged(means[1])}

    def _judged(self, score: float) -> dict[str, float]:
        return {self.metric: score} if self.metric else {}


def _short(value: float) -> float:
    """The value with nine significant digits, which tell any two float32 values apart."""
    return float(f"{value:.9g}")


def _shortened(value: Value) -> Value:
    return [_short_row(item) for item in value] if isinstance(value, list) else _short(value)


def _short_row(item: float | list[float]) -> float | list[float]:
    """A number, or a row of them; counts stay whole."""
    if isinstance(item, list):
        return [number if isinstance(number, int) else _short(number) for number in item]
    return item if isinstance(item, int) else _short(item)


def _numbers(values: Sequence[Tensor | int]) -> list[float]:
    """The values as numbers, fetched from the device in one go."""
    if any(isinstance(value, Tensor) for value in values):
        return torch.stack([torch.as_tensor(value) for value in values]).tolist()
    return [float(value) for value in values]
