"""Where a training runs: after one small interface, by default in a background thread.

The thread knows no Qt. It writes into its History and reads from its Control; a `Watch` in the GUI looks at the host's
status a few times a second and turns what it sees into signals.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import about
from engine.graph import Graph
from engine.settings.resolution import SettingFault, resolve
from engine.training.control import Control
from engine.training.history import History
from engine.training.runs.origin import note_for, reason
from engine.training.runs.run_info import RunInfo, read
from engine.training.runs.stored import stored_history
from engine.training.status import Result, State, Status, sentence
from gui.unexpected.recorder import record
from gui.work import garbage

if TYPE_CHECKING:
    import torch

    from engine.training.loop import Trainer

ENDED = ("finished", "stopped", "failed")
LOADING = "Loading PyTorch"


class Host(Protocol):
    """Runs one training of one network. No method waits for the training, except `close` and `leave`."""

    @property
    def outlives_window(self) -> bool:
        """Whether the training can continue without the window."""

    @property
    def refused(self) -> str:
        """Why the run cannot be watched; empty where it can."""

    @property
    def status(self) -> Status:
        """What the run is doing now."""

    @property
    def history(self) -> History:
        """The curves so far."""

    @property
    def result(self) -> Result | None:
        """How the run ended; None until it has."""

    def start(self) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def step(self) -> None: ...

    def stop(self) -> None: ...

    def set_lr(self, lr: float) -> None: ...

    def weights(self) -> tuple[int, dict[str, torch.Tensor]] | None:
        """After how many steps, and the weights as they are then; None where this window does not train them."""

    def close(self, timeout: float) -> bool:
        """Stop the run within one batch and wait for its end; returns whether it came in time."""

    def leave(self, timeout: float) -> bool:
        """Let a training that outlives the window continue; returns whether the window is rid of it in time."""


class ThreadHost:
    """A training in a thread of this process, on a snapshot of the graph; or a run that continues: ``resume``.

    ``weights_of`` is a run whose weights it begins with.
    """

    outlives_window = False
    refused = ""

    def __init__(
        self, graph: Graph, *, root: Path | None = None, resume: Path | None = None, weights_of: Path | None = None
    ) -> None:
        self.graph = graph.copy()
        self.history = History()
        self._root, self._resume, self._weights_of = root, resume, weights_of
        self._control = Control(attended=True)
        self._trainer: Trainer | None = None
        self._result: Result | None = None
        # A daemon only for the case that torch hangs: `close` is the way it ends.
        self._thread = threading.Thread(target=self._run, name="training", daemon=True)

    @property
    def status(self) -> Status:
        result, trainer = self._result, self._trainer
        status = Status(phase=LOADING) if trainer is None else trainer.status
        if result is None or status.state in ENDED:
            return status
        return Status(state=result.state, message=result.message, epoch=status.epoch, epochs=status.epochs)

    @property
    def state(self) -> str:
        """The state of the run in one word."""
        return self.status.state

    @property
    def result(self) -> Result | None:
        if self._thread.is_alive():
            return None
        garbage.settle()
        return self._result

    def start(self) -> None:
        garbage.guard(self._thread)
        self._thread.start()

    def pause(self) -> None:
        self._control.pause()

    def resume(self) -> None:
        self._control.resume()

    def step(self) -> None:
        self._control.step()

    def stop(self) -> None:
        self._control.stop()

    def set_lr(self, lr: float) -> None:
        self._control.set_lr(lr)

    def weights(self) -> tuple[int, dict[str, torch.Tensor]] | None:
        trainer = self._trainer
        return None if trainer is None else trainer.weights()

    def close(self, timeout: float) -> bool:
        self._control.stop()
        if self._thread.ident is not None:
            self._thread.join(timeout)
            garbage.settle()
        return not self._thread.is_alive()

    def leave(self, timeout: float) -> bool:
        return self.close(timeout)

    def _run(self) -> None:
        began = time.monotonic()
        try:
            from engine.training.loop import Trainer

            if self._resume is not None:
                self._trainer = Trainer.resume(
                    self._resume, root=self._root, control=self._control, history=self.history
                )
            else:
                self._trainer = Trainer(
                    self.graph,
                    root=self._root,
                    control=self._control,
                    history=self.history,
                    weights_of=self._weights_of,
                )
            self._result = self._trainer.run()
        except Exception as error:  # whatever it is: the window stays and says it
            record(error)
            status = self.status
            run = status.run or self._resume or Path()
            seconds = time.monotonic() - began
            self._result = Result(
                "failed", sentence(error), status.epoch, status.step, seconds, run, about=about(error)
            )


class StoredRun:
    """A run that ended some time ago, read from its folder: a host with nothing left to do. Raises RunError."""

    outlives_window = False
    refused = ""

    def __init__(self, path: Path) -> None:
        info = read(path)
        why = reason(path, info.id, info.origin)
        self.history = stored_history(info.path)
        self.result = result_of(info, self.history)
        self.status = Status(
            state=self.result.state,
            message=self.result.message,
            epoch=info.epochs,
            epochs=info.epochs,
            step=self.result.steps,
            steps_total=self.result.steps,
            run=path,
            validation=self.result.validation,
            test=self.result.test,
            notes=(*([note_for(why, info.state)] if why else []), *info.notes),
            diagnoses=info.diagnoses,
        )

    def start(self) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def step(self) -> None: ...

    def stop(self) -> None: ...

    def set_lr(self, lr: float) -> None: ...

    def weights(self) -> None: ...

    def close(self, timeout: float) -> bool:
        return True

    def leave(self, timeout: float) -> bool:
        return True


def result_of(info: RunInfo, history: History) -> Result:
    """How a run ended, from its folder; one that nobody has ended was cut off."""
    state: State = "stopped" if info.state == "running" else info.state
    message, done = info.message, info.steps
    if info.state == "running":
        steps = history.series("train/loss")[0]
        done = int(steps[-1]) if len(steps) else 0
        message = f"The run was interrupted after step {done:,}."
    validation, test = ({k: float(v) for k, v in part.items()} for part in (info.validation, info.test))
    remark = _remark(info) if info.remark is None else info.remark
    return Result(state, message, info.epochs, done, info.seconds, info.path, validation, test, remark, info.about)


def _remark(info: RunInfo) -> str:
    """The message of a run of a former version where it may say more than that all epochs were trained."""
    settings = resolve(info.settings)
    early = not isinstance(settings, SettingFault) and settings[1].early_stopping is not None
    return info.message if early or info.notes else ""


class Watch(QObject):
    """Looks at a host's status ten times a second while it runs, and tells what has changed; no timer afterwards."""

    state_changed = Signal(str)
    epoch_done = Signal(int)
    """How many epochs are done now."""
    finished = Signal(object)
    """The `Result`, once the host has ended."""
    looked = Signal(object)
    """A `Status` with another look into the layers, or with something else that goes wrong or was not as usual."""
    held = Signal(object)
    """A `Status` whose message says which data cannot be read; or, without a message, that the run continues."""
    progressed = Signal(object)
    """The `Status`, about once a second and as soon as the run has its folder."""
    INTERVAL, SELDOM = 100, 10
    """Milliseconds between two looks; how many of them make a second."""

    def __init__(self, host: Host, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.host = host
        self._seen = Status()
        self._epochs = self._polls = 0
        self._timer = QTimer(self, interval=self.INTERVAL)
        self._timer.timeout.connect(self.poll)
        self._timer.start()

    @property
    def active(self) -> bool:
        """Whether the end has not been seen yet."""
        return self._timer.isActive()

    def stop(self) -> None:
        """Look no more: the run continues without us."""
        self._timer.stop()

    def poll(self) -> None:
        """Look once."""
        if not self.active:
            return
        result, status, seen = self.host.result, self.host.status, self._seen
        self._seen = status
        if status.health is not seen.health or status.diagnoses != seen.diagnoses or status.notes != seen.notes:
            self.looked.emit(status)
        if (status.about.file, status.message) != (seen.about.file, seen.message) and status.state not in ENDED:
            self.held.emit(status)
        if self._polls % self.SELDOM == 0 or result is not None or status.run != seen.run:
            self.progressed.emit(status)
        self._polls += 1
        done = max(status.epoch - 1, 0) if result is None else result.epochs
        if done > self._epochs:
            self._epochs = done
            self.epoch_done.emit(done)
        if result is not None:
            self._timer.stop()
            self.state_changed.emit(result.state)
            self.finished.emit(result)
        elif status.state != seen.state and status.state not in ENDED:
            self.state_changed.emit(status.state)
