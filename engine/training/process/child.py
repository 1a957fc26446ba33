"""A training in a separate process: ``python -m engine.training.process.child FOLDER``; see `handover`.

It trains as the thread of the window does. Windows come and go; they are told what is new at most ten times a second,
by a thread that only reads. It ends with its run, whether somebody watches or not.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import subprocess
import sys
import threading
import time
from multiprocessing.connection import Listener
from pathlib import Path
from typing import TYPE_CHECKING, Final

import engine
from engine import own_files
from engine.errors import about
from engine.files import FileError
from engine.graph import Graph
from engine.system import channels, processes
from engine.training.control import Control
from engine.training.history import History, LiveChange, Table
from engine.training.process.handover import WORDS, HostFacts, Request, announce, remove, spare, take
from engine.training.process.messages import (
    COMMAND,
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
from engine.training.process.wire import Line, WireError, accept
from engine.training.status import Result, Status, sentence

if TYPE_CHECKING:
    from engine.training.loop import Trainer

INTERVAL: Final = 0.1
"""Seconds between two messages to a window."""
PIECE: Final = 2**15
"""Points of a curve in one message."""
SWITCH: Final = 5e-5
"""Seconds after which a thread that waits for the interpreter gets it: with Python's 5 ms a Stop comes five tiny steps
late. It is only counted while one waits, so it costs nothing."""
GOODBYE: Final = 10.0
"""Seconds that the first window may take to come, and each to hear how the run ended."""
LEAVING: Final = 0.5
"""Seconds until it is sure that a window which has hung up is gone."""


def spawn(folder: Path) -> subprocess.Popen[bytes]:
    """Start a process for what was handed over; it lives on when this one ends. Raises OSError."""
    environment = dict(os.environ)
    root = Path(engine.__file__).resolve().parents[1]
    if root.name not in ("site-packages", "dist-packages"):  # a checkout: the child is to run the same code
        known = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = os.pathsep.join([str(root), *([known] if known else [])])
    with own_files.create(folder, WORDS) as words:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "engine.training.process.child", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
            env=environment,
            **processes.independent(),
        )


class Child:
    """The training of one request, and the conversation with whoever watches it."""

    def __init__(self, folder: Path, request: Request, graph: Graph, key: bytes) -> None:
        self.folder, self.request, self.graph, self._key = folder, request, graph, key
        self.control, self.history = Control(attended=True), History()
        self.result: Result | None = None
        self._trainer: Trainer | None = None
        self._talk: threading.Thread | None = None
        self._came = threading.Event()
        if request.paused:
            self.control.pause()

    @property
    def status(self) -> Status:
        """What the run is doing now."""
        trainer = self._trainer
        return trainer.status if trainer is not None else Status(state="waiting", phase="loading PyTorch")

    def listen(self, listener: Listener) -> None:
        """Let windows come, one at a time."""
        threading.Thread(target=self._listen, args=(listener,), name="listen", daemon=True).start()

    def run(self) -> None:
        """Train to the end, and tell it to the window that watches."""
        began = time.monotonic()
        try:
            from engine.training.loop import Trainer

            request, control, curves = self.request, self.control, self.history
            if request.resume is not None:
                self._trainer = Trainer.resume(request.resume, root=request.root, control=control, history=curves)
            else:
                self._trainer = Trainer(
                    self.graph, root=request.root, control=control, history=curves, weights_of=request.weights_of
                )
            self.result = self._trainer.run()
        except Exception as error:
            status = self.status
            run = status.run or self.request.resume or Path()
            seconds = time.monotonic() - began
            self.result = Result("failed", sentence(error), status.epoch, status.step, seconds, run, about=about(error))
        if self._came.wait(GOODBYE) and self._talk is not None:  # a refusal may be quicker than the first window
            self._talk.join(GOODBYE)

    def _listen(self, listener: Listener) -> None:
        while True:
            try:
                line = accept(listener, self._key)
            except OSError:  # a caller who was gone at once, or no handle left; the listener itself is never closed
                time.sleep(INTERVAL)
                continue
            if line is None:
                continue
            if self._talk is not None:
                self._talk.join(LEAVING)
            if self._talk is not None and self._talk.is_alive():
                with contextlib.suppress(OSError):
                    line.send(Refused(why="Another window watches this training: close it there first."))
                line.close()
                continue
            self._talk = threading.Thread(target=self._converse, args=(line,), name="talk", daemon=True)
            self._talk.start()
            self._came.set()

    def _converse(self, line: Line) -> None:
        """Tell a window everything there is, then what is new, and do what it says, until it or the run ends."""
        told, kept, known = dict[str, int](), dict[str, Table](), Status()
        changes = tuple[LiveChange, ...]()
        try:
            while True:
                result, status = self.result, self.status  # before the curves: they reach at least as far
                self._send_curves(line, told)
                self._send_tables(line, kept)
                if changes is not (changes := self.history.changes):
                    line.send(NewChanges(changes=changes))
                self._send_status(line, status, known)
                known = status
                if result is not None:
                    line.send(Ended(result=result))
                    return
                until = time.monotonic() + INTERVAL
                while (left := until - time.monotonic()) > 0 and self.result is None:
                    if line.poll(left):
                        self._obey(line.receive(COMMAND)[0])
        except (OSError, EOFError, WireError):
            pass  # the window is gone, or talks nonsense: the training continues
        finally:
            line.close()

    def _send_curves(self, line: Line, told: dict[str, int]) -> None:
        for name in self.history.names():
            points = self.history.points(name, told.get(name, 0))
            for start in range(0, points.shape[1], PIECE):
                piece = points[:, start : start + PIECE]
                line.send(Points(name=name, count=piece.shape[1]), piece)
            told[name] = told.get(name, 0) + points.shape[1]

    def _send_tables(self, line: Line, kept: dict[str, Table]) -> None:
        for name, table in self.history.tables.items():
            if kept.get(name) is not table:
                kept[name] = table
                line.send(NewTable(name=name, table=table))

    def _send_status(self, line: Line, status: Status, known: Status) -> None:
        if status.diagnoses is not known.diagnoses:
            line.send(Diagnoses(diagnoses=status.diagnoses))
        if status.health is not None and status.health is not known.health:
            line.send(NewLook.of(status.health))
        if status is not known:
            line.send(NewStatus(status=status))

    def _obey(self, command: Command) -> None:
        """Do what a window asks."""
        match command:
            case Pause():
                self.control.pause()
            case Resume():
                self.control.resume()
            case StepOnce():
                self.control.step()
            case Stop():
                self.control.stop()
            case SetRate(lr=lr):
                self.control.set_lr(lr)


def _keep_words(child: Child, facts: HostFacts) -> None:
    """Once the run has a folder: say where, and let the last words go there."""
    while child.status.run is None:
        if child.result is not None:
            return
        time.sleep(INTERVAL / 2)
    run = child.status.run
    with contextlib.suppress(OSError, FileError):
        with own_files.append(run, WORDS) as words:
            os.dup2(words.fileno(), 2)
        announce(child.folder, facts.model_copy(update={"run": run}))


def main(folder: Path) -> int:
    """Train what was handed over in this folder; the exit code of the process."""
    faulthandler.enable()
    sys.setswitchinterval(SWITCH)
    lock, request, graph, key = take(folder)
    child = Child(folder, request, graph, key)
    signal.signal(signal.SIGTERM, lambda *_: child.control.stop())
    try:
        listener = channels.listen(folder, spare(folder))
        facts = HostFacts(pid=os.getpid(), address=listener.address, network=graph.name)
        announce(folder, facts)
        child.listen(listener)
        words = threading.Thread(target=_keep_words, args=(child, facts), name="words", daemon=True)
        words.start()
        child.run()
        words.join()
    finally:
        lock.release()
        remove(folder)
    run = child.status.run
    if run is not None:
        with contextlib.suppress(OSError):
            if not own_files.size_of(run, WORDS):
                own_files.remove(run / WORDS)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
