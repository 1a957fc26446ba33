"""How a training is watched on the command line: a bar on a terminal, plain lines in a log, both on standard error."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from engine.training.runs.lines import line
from gui.cli.folds import of_result
from gui.training.words import main_metrics, result_text

if TYPE_CHECKING:
    from engine.training.status import Metrics, Result, Status

EVERY = 0.1
"""Seconds between two looks at a run."""
SILENCE = 60.0
"""Seconds after which a log says how far a long epoch is."""
WIDEST, ROOMY = 110, 75
"""Columns of a bar at the most, and from which on it also shows the loss."""
BAR = "{desc} {percentage:3.0f} %|{bar}| {n_fmt}/{total_fmt} steps [{elapsed}<{remaining}]{postfix}"


class ProgressPrinter:
    """Epochs as lines and, on a terminal, a bar of the steps below them; what is found is said as soon as it is."""

    def __init__(self, *, as_json: bool) -> None:
        self._json = as_json
        self._bar: Any = None
        self._terminal = sys.stderr.isatty()
        self._said: set[str] = set()
        self._turn = threading.Lock()  # epochs come from the trainer, all else from the one who watches
        self._spoken = time.monotonic()

    @contextmanager
    def watching(self, status: Callable[[], Status]) -> Iterator[None]:
        """Look at a run again and again until it is over."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(EVERY):
                self.look(status())

        watcher = threading.Thread(target=watch, name="progress", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
            with self._turn:
                self._tell(status())  # the end may have come before the first look
                if self._bar is not None:
                    self._bar.clear()
                    self._bar.close()

    def look(self, status: Status) -> None:
        """Show where a run stands."""
        with self._turn:
            self._tell(status)
            if self._terminal:
                self._draw(status)
            elif time.monotonic() - self._spoken >= SILENCE:
                self._say(f"{_where(status)}  {_all('train', status.train)}".strip())

    def epoch(self, status: Status) -> None:
        """Say how a finished epoch was."""
        with self._turn:
            self._tell(status)
            if self._json:
                row = {"epoch": status.epoch, "step": status.step, "lr": status.lr}
                print(line(row | {"train": dict(status.train), "validation": dict(status.validation)}), flush=True)
            if self._terminal:
                self._draw(status)
            metrics = f"{_all('train', status.train)}  {_all('validation', status.validation)}".strip()
            self._say(f"epoch {status.epoch}/{status.epochs}  {metrics}")

    def finish(self, result: Result) -> int:
        """Print the answer; the exit code."""
        if self._json:
            answer = {"run": str(result.run), "state": result.state, "epochs": result.epochs, "steps": result.steps}
            answer |= of_result(result)
            answer |= {"seconds": result.seconds, "validation": dict(result.validation), "test": dict(result.test)}
            print(line(answer), flush=True)
        if result.state == "failed":
            print(f"layerloom: {result.message}", file=sys.stderr)
            return 1
        if not self._json:
            print(result_text(result))
            print(f"run folder: {result.run}")
        return 0

    def _tell(self, status: Status) -> None:
        """What was not as usual, what was seen before the first step and what goes wrong, each once."""
        for note in (*filter(None, (status.computing,)), *status.notes):
            if note not in self._said:
                self._said.add(note)
                self._say(note)
        if status.preflight and "" not in self._said:
            self._said.add("")
            self._say(status.preflight)
        for found in status.diagnoses:
            key = f"{found.code} {found.node}"
            if key not in self._said:
                self._said.add(key)
                self._say(f"! {found.message} {found.advice}")

    def _draw(self, status: Status) -> None:
        """The bar of the steps; before there are any, what is being done."""
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=0, bar_format="{desc}", leave=False, file=sys.stderr, mininterval=0)
        bar, width = self._bar, shutil.get_terminal_size().columns
        bar.ncols = min(width - 1, WIDEST)
        if status.steps_total:
            if not bar.total:  # what was done before, and loading, say nothing about how long a step takes
                bar.initial, bar.start_t = status.step, time.time()
            bar.total, bar.n, bar.bar_format = status.steps_total, status.step, BAR
            loss = status.train.get("loss")
            bar.postfix = f"loss {loss:.4g}" if loss is not None and width >= ROOMY else None
        said = status.phase if status.phase not in ("", "training") else f"epoch {status.epoch}/{status.epochs}"
        if status.fraction is not None:
            said = f"{said}, {status.fraction:.0%}"
        bar.set_description_str(said if status.state != "waiting" else "", refresh=False)
        bar.refresh()

    def _say(self, text: str) -> None:
        self._spoken = time.monotonic()
        if self._bar is not None:
            self._bar.write(text, file=sys.stderr)
        else:
            print(text, file=sys.stderr, flush=True)


def _where(status: Status) -> str:
    share = f"  {100 * status.step / status.steps_total:.0f} %" if status.steps_total else ""
    return f"epoch {status.epoch}/{status.epochs}{share}  step {status.step:,} of {status.steps_total:,}"


def _all(part: str, metrics: Metrics) -> str:
    return "  ".join(f"{part} {name} {metrics[name]:.4f}" for name in main_metrics(metrics))
