"""A training in a separate process: full speed for tiny steps, and it outlives a crash of the window and vice versa.

One thread of the window starts the process, or calls one that continues from before, and from then on fills the History
and the status with what it tells; see `engine.training.process.child`.
"""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections import deque
from dataclasses import replace
from multiprocessing.connection import Pipe, wait
from pathlib import Path
from typing import TYPE_CHECKING

from engine import own_files, project
from engine.errors import NOTHING, About, about
from engine.graph import Graph
from engine.system import processes
from engine.training.history import History
from engine.training.process.child import spawn
from engine.training.process.handover import LARGEST_WORDS, WORDS, Request, call, facts_of, hand_over, remove
from engine.training.process.messages import (
    NEWS,
    Command,
    Diagnoses,
    Ended,
    NewChanges,
    NewLook,
    NewStatus,
    NewTable,
    Pause,
    Points,
    Refused,
    Resume,
    SetRate,
    StepOnce,
    Stop,
)
from engine.training.process.wire import Line, WireError, columns
from engine.training.runs.folder import PROJECT, RunError, last_kept
from engine.training.runs.run_info import read
from engine.training.status import Result, Status, sentence
from gui.hosts.host import ENDED, result_of
from gui.unexpected.recorder import record
from gui.work import garbage

if TYPE_CHECKING:
    from engine.training.findings import Diagnosis, HealthCheck

STARTING, CALLING = "Starting a process", "Calling the process"
LOOK_EVERY = 0.02
"""Seconds between two looks whether a process that is being started can be called."""
DYING = 5.0
"""Seconds a process has to end after it has hung up."""
_left: list[subprocess.Popen[bytes]] = []
"""Processes that continued without the window that had started them."""


class ProcessHost:
    """A training in a separate process, on a snapshot of the graph; the arguments are those of `ThreadHost`."""

    outlives_window = True

    def __init__(
        self, graph: Graph, *, root: Path | None = None, resume: Path | None = None, weights_of: Path | None = None
    ) -> None:
        self.graph: Graph | None = graph.copy()
        root, resume, weights_of = (path and path.absolute() for path in (root, resume, weights_of))
        self._request = Request(root=root, resume=resume, weights_of=weights_of)
        self._folder: Path | None = None
        self._prepare()

    @classmethod
    def attach(cls, folder: Path) -> ProcessHost:
        """Watch a training that continues in a process; ``folder`` is the one it was handed."""
        host = cls.__new__(cls)
        host.graph, host._request, host._folder = None, Request(), folder
        host._prepare(CALLING)
        return host

    def _prepare(self, phase: str = STARTING) -> None:
        self.history = History()
        self._status = Status(phase=phase)
        self._diagnoses: tuple[Diagnosis, ...] = ()
        self._health: HealthCheck | None = None
        self._result: Result | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._commands: deque[Command] = deque()
        self._line: Line | None = None
        self._sending = threading.Lock()
        self._leaving = False
        self.refused = ""
        self._woken, self._waker = Pipe(duplex=False)
        self._awake = False
        self._waking = threading.Lock()
        # A daemon for the case that the process hangs: `close` and `leave` are the ways it ends.
        self._thread = threading.Thread(target=self._run, name="training", daemon=True)

    # -- the window's side -----------------------------------------------------------------------------------------

    @property
    def status(self) -> Status:
        result, status = self._result, self._status
        if result is None or status.state in ENDED:
            return status
        return replace(status, state=result.state, message=result.message, phase="", remaining_seconds=0.0)

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

    @property
    def pid(self) -> int | None:
        """The number of the process, once it is known."""
        if self._process is not None:
            return self._process.pid
        facts = facts_of(self._folder) if self._folder is not None else None
        return facts.pid if facts is not None else None

    def start(self) -> None:
        _reap()
        garbage.guard(self._thread)
        self._thread.start()

    def pause(self) -> None:
        if self._thread.ident is None:
            self._request = self._request.model_copy(update={"paused": True})
        self._say(Pause())

    def resume(self) -> None:
        self._say(Resume())

    def step(self) -> None:
        self._say(StepOnce())

    def stop(self) -> None:
        self._say(Stop())

    def set_lr(self, lr: float) -> None:
        self._say(SetRate(lr=lr))

    def weights(self) -> None:
        """They are in the other process."""

    def close(self, timeout: float) -> bool:
        self.stop()
        return self._join(timeout)

    def leave(self, timeout: float) -> bool:
        self._leaving = True
        self._wake()
        return self._join(timeout)

    def _join(self, timeout: float) -> bool:
        if self._thread.ident is not None:
            self._thread.join(timeout)
            garbage.settle()
        return not self._thread.is_alive()

    def _say(self, command: Command) -> None:
        self._commands.append(command)
        if not self._send():
            self._wake()

    def _send(self) -> bool:
        """Send what waits to be sent, if that can be done without waiting; else the thread will."""
        with self._sending:
            line = self._line
            if line is None:
                return False
            try:
                while self._commands:
                    if not line.writable():
                        return False
                    line.send(self._commands.popleft())
            except (OSError, ValueError):  # the process is gone: the thread will notice and say so
                return False
        return True

    def _wake(self) -> None:
        """Wake the thread; at most one byte waits for it, so this never blocks."""
        with self._waking:
            if not self._awake:
                self._awake = True
                with contextlib.suppress(OSError):
                    self._waker.send_bytes(b"!")

    # -- the thread's side -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        began = time.monotonic()
        try:
            try:
                line = self._reached()
            except WireError as error:
                self.refused = str(error)
                raise
            if line is not None:
                try:
                    self._line = line
                    self._follow(line)
                except (OSError, EOFError):
                    self._lost()
                finally:
                    with self._sending:
                        self._line = None
                        line.close()
        except Exception as error:  # whatever it is: the window stays and says it
            record(error)
            self._fail(sentence(error), time.monotonic() - began, about(error))
        finally:
            self._woken.close()
            with self._waking:
                self._waker.close()
                self._awake = True  # nobody listens any more
            self._let_go()

    def _reached(self) -> Line | None:
        """A line to the process, which is started if it is ours; None if it died before, or is to be left."""
        if self._folder is None:
            graph = self.graph
            if self._request.resume is not None:
                graph = project.load_own(self._request.resume, PROJECT)
            assert graph is not None
            self._folder = hand_over(graph, self._request)
            try:
                self._process = spawn(self._folder)
            except OSError as error:
                remove(self._folder)
                raise RunError(f"No separate process can be started for the training: {error}.") from error
        while self._process is not None and facts_of(self._folder) is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(LOOK_EVERY)
                self._lost()
                return None
            if self._leaving:
                return None
        return call(self._folder)

    def _follow(self, line: Line) -> None:
        """Listen until the run has ended or is to be left. Raises OSError or EOFError where the process is gone."""
        self._send()
        while not self._leaving:
            ready = wait([line.connection, self._woken], None if not self._commands else LOOK_EVERY)
            if self._woken in ready:
                with self._waking:
                    self._woken.recv_bytes()
                    self._awake = False
            if self._commands:
                self._send()
            if line.connection in ready and self._take(line):
                return

    def _take(self, line: Line) -> bool:
        """Take in one message; whether it was the last. Raises WireError for nonsense."""
        news, numbers = line.receive(NEWS)
        match news:
            case Points():
                self.history.extend(news.name, *columns(numbers, news.count))
            case NewTable(table=table):
                self.history.keep(news.name, table.step, table.epoch, table.values)
            case NewChanges():
                self.history.changes = news.changes
            case Diagnoses():
                self._diagnoses = news.diagnoses
            case NewLook():
                self._health = news.look
            case NewStatus():
                self._status = replace(news.status, diagnoses=self._diagnoses, health=self._health)
            case Ended():
                self._result = news.result
                return True
            case Refused():
                self.refused = news.why
                raise WireError(self.refused)
        return False

    def _lost(self) -> None:
        """The process has hung up silently: say how it ended."""
        status, code = self._status, None
        if self._process is not None:
            try:
                code = self._process.wait(DYING)
            except subprocess.TimeoutExpired:
                self._fail("The process of the training does not answer any more, but has not ended.")
                return
        if status.run is not None:
            with contextlib.suppress(RunError):
                info = read(status.run)
                if info.state != "running":  # it had said all it had to say, but not to us
                    self._result = result_of(info, self.history)
                    return
        self._fail(f"The process of the training {processes.ended(code)}{self._where()}.{self._kept()}{self._words()}")
        if self._folder is not None and code is not None:
            remove(self._folder)

    def _where(self) -> str:
        return f" after step {self._status.step:,}" if self._status.step else " before its first step was reported"

    def _kept(self) -> str:
        run = self._status.run
        if run is None:
            return ""
        step = last_kept(run)
        if step is None:
            return " No state was stored yet: “Resume” begins the run from scratch."
        return f" The run is stored up to step {step:,}: “Resume” continues from there."

    def _words(self) -> str:
        """What it said last: faulthandler and the runtime below write there."""
        run, folder = self._status.run, self._folder
        with contextlib.suppress(OSError):
            if run is not None:
                said = own_files.size_of(run, WORDS)
                return f" What it said last is in {run / WORDS}." if said else ""
            if folder is not None:
                lines = own_files.read_bytes(folder, WORDS, LARGEST_WORDS).decode(errors="replace").split("\n")
                last = next((line for line in reversed(lines) if line.strip()), "")
                return f" It said last: {last.strip()[:300]}" if last else ""
        return ""

    def _fail(self, message: str, seconds: float | None = None, about: About = NOTHING) -> None:
        status = self._status
        if seconds is None:
            times = self.history.seconds("train/loss")
            seconds = float(times[-1]) if len(times) else 0.0
        epochs = max(status.epoch - 1, 0)
        run = status.run or self._request.resume or Path()
        self._result = Result("failed", message, epochs, status.step, seconds, run, about=about)

    def _let_go(self) -> None:
        """Of the process: one that ends is waited for, one that continues is not."""
        if self._process is None:
            return
        if not self._leaving:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(DYING)
        if self._process.poll() is None:
            _left.append(self._process)


def _reap() -> None:
    """Forget the processes that were left and have ended since."""
    _left[:] = [process for process in _left if process.poll() is None]
