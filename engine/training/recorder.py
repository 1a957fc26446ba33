"""Collects what steps report without making them wait, and writes it down about ten times a second."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from engine.errors import About
from engine.metrics.metric import Value
from engine.training.evaluation.network import Network
from engine.training.evaluation.scores import Score, Transfer
from engine.training.history import History, LiveChange
from engine.training.runs.clock import OF_THE_CLOCK as OF_THE_CLOCK
from engine.training.runs.run import Run
from engine.training.steps.device_memory import used_memory
from engine.training.steps.gpu_meter import GpuMeter

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

    ``metric`` is what the steps of the ``network`` report beside their loss; empty: nothing. ``meter`` reads the GPU.
    """

    def __init__(
        self,
        run: Run,
        history: History,
        network: Network,
        device: torch.device | None = None,
        meter: GpuMeter | None = None,
    ) -> None:
        self.run, self.history, self.network, self.metric = run, history, network, network.metric
        self.device, self._meter = device or torch.device("cpu"), meter
        self.samples_per_second = 0.0
        self.waiting = 0.0
        """Which share of the time between the last two flushes was spent waiting for data, 0 to 1."""
        self.waited, self.watched = 0.0, 0.0
        """Seconds of waiting since the epoch began, and all seconds of its steps."""
        self.seconds = 0.0  # of work, without pauses
        self._steps: list[tuple[int, int, float, int, float]] = []  # step, epoch, lr, samples, seconds
        self._losses: list[Tensor] = []
        self._scores: list[Sequence[Score]] = []
        self._norms: dict[int, Tensor] = {}
        self._sums = (0.0, 0.0, 0)
        self._waiting = 0.0
        self._since = self._flushed = perf_counter()
        self._timed = -math.inf
        """When the clock was last written down."""
        self._untimed: tuple[int, int, float] | None = None
        """Step, epoch and seconds that were not."""

    def step(
        self,
        step: int,
        epoch: int,
        samples: int,
        lr: float,
        loss: Tensor,
        scores: Sequence[Score],
        norm: Tensor | None,
    ) -> bool:
        """Keep what a step has to say; returns whether it is time for a flush. Nothing here waits for the device."""
        now = perf_counter()
        self._steps.append((step, epoch, lr, samples, self.seconds + now - self._since))
        self._losses.append(loss)
        self._scores.append(scores)
        if norm is not None:
            self._norms[step] = norm
        return now - self._flushed >= INTERVAL

    def wait(self, seconds: float) -> None:
        """The next step has waited so long for its data."""
        self._waiting += seconds

    def flush(self, *, timed: bool = True) -> None:
        """Write the steps since the last flush. Raises Diverged at the first loss that is not finite, which is kept.

        What depends on the clock is written at least every `INTERVAL`, and now if ``timed``.
        """
        self.work()
        diverged = self._flush_steps() if self._steps else None
        if self._untimed is not None and (timed or diverged or self._flushed - self._timed >= INTERVAL):
            self._time(*self._untimed)
        if diverged is not None:
            raise diverged

    def _flush_steps(self) -> Diverged | None:
        """Write the steps since the last flush; returns what the last of them has come to, if it is not finite."""
        transfer = Transfer()
        asked, asked_norms = transfer.ask(self._losses), transfer.ask(self._norms.values())
        asked_scores = self.network.ask_totals(self._scores, transfer)
        transfer.fetch()
        losses, totals = list(map(_short, asked())), asked_scores()
        norms = dict(zip(self._norms, map(_short, asked_norms()), strict=True))
        now = perf_counter()
        spent = max(now - self._flushed, 1e-9)
        self.samples_per_second = sum(item[3] for item in self._steps) / spent
        self.waiting = min(1.0, self._waiting / spent)
        self.waited, self.watched = self.waited + self._waiting, self.watched + spent
        self._waiting = 0.0
        count = 1 + next((place for place, loss in enumerate(losses) if not math.isfinite(loss)), len(losses) - 1)
        steps, epochs, rates, samples, times = zip(*self._steps[:count], strict=True)
        self._steps, self._losses, self._scores, self._norms, self._flushed = [], [], [], {}, now
        losses, totals, lr = losses[:count], totals[:count], rates[-1]
        scores = [_short(total / number) if number else math.nan for total, number in totals]
        self._add(samples, losses, scores, [number > 0 for _, number in totals])
        short = {rate: _short(rate) for rate in set(rates)}
        self._write(steps, epochs, times, losses, scores, [short[rate] for rate in rates], norms)
        self._untimed = steps[-1], epochs[-1], self.seconds
        return None if math.isfinite(losses[-1]) else Diverged(steps[-1], lr, losses[-1])

    def _write(
        self,
        steps: Sequence[int],
        epochs: Sequence[int],
        times: Sequence[float],
        losses: Sequence[float],
        scores: Sequence[float],
        rates: Sequence[float],
        norms: Mapping[int, float],
    ) -> None:
        """Write down steps, and add them to the curves; ``norms`` are those of some of them."""
        metric, rows = self.metric, list[dict[str, Any]]()
        for step, epoch, loss, score, lr in zip(steps, epochs, losses, scores, rates, strict=True):
            row: dict[str, Any] = {"step": step, "epoch": epoch, "split": "train", "loss": loss}
            if metric:
                row[metric] = score
            row["lr"] = lr
            if step in norms:
                row["grad_norm"] = norms[step]
            rows.append(row)
        self.run.steps(rows)
        at, of, seconds = (np.array(column, dtype=float) for column in (steps, epochs, times))
        for name, values in (("loss", losses), (metric, scores), ("lr", rates)):
            if name:
                self.history.extend(f"train/{name}", at, values, of, seconds)
        measured = [place for place, step in enumerate(steps) if step in norms]
        if measured:
            found = [norms[steps[place]] for place in measured]
            self.history.extend("train/grad_norm", at[measured], found, of[measured], seconds[measured])

    def _time(self, step: int, epoch: int, seconds: float) -> None:
        """Write what depends on the clock and the machine, apart from the metrics."""
        self._timed, self._untimed = self._flushed, None
        found: dict[str, float] = {"samples_per_second": round(self.samples_per_second, 1)}
        found["waiting"] = round(self.waiting, 4)
        memory = used_memory(self.device)
        if memory is not None:
            found["memory"] = memory
        if self._meter is not None:
            found |= self._meter.take()
        self.run.timing({"step": step, "seconds": round(seconds, 6), **found})
        for name, value in found.items():
            self.history.append(f"train/{name}", step, value, epoch, seconds)

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
        """What `epoch_means` are quotients of: loss, metric, samples."""
        return self._sums

    def restore(self, seconds: float, sums: tuple[float, float, int]) -> None:
        """Resume the time and the sums of a checkpoint."""
        self.seconds, self._sums = seconds, sums

    def new_epoch(self) -> None:
        """Begin the means of an epoch again."""
        self._sums = (0.0, 0.0, 0)
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

    def _add(
        self, samples: Sequence[int], losses: Sequence[float], scores: Sequence[float], counted: Sequence[bool]
    ) -> None:
        """Add steps to the means of the epoch, but those in which no target counted."""
        of_losses, of_scores, number = self._sums
        for size, loss, score, counts in zip(samples, losses, scores, counted, strict=True):
            if counts:
                of_losses, of_scores, number = of_losses + loss * size, of_scores + score * size, number + size
        self._sums = of_losses, of_scores, number

    @property
    def epoch_means(self) -> dict[str, float]:
        """The means of the current epoch so far, without the batches in which no target counts."""
        loss, score, samples = self._sums
        return {"loss": loss / samples, **self._judged(score / samples)} if samples else {}

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
