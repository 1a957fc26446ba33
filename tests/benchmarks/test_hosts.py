"""What the window costs a training in a thread and in a separate process, and how soon either obeys Stop.

Steps a second with the Train page shown, over those of a plain script that trains the same network in a process without
a window. The three trainings run side by side and take turns of a second, the others held meanwhile: a ratio is that
of two neighbouring turns.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer
from pytestqt.qtbot import QtBot

import engine
import gui.hosts.process_host as process_host
from engine import Graph
from engine.project import save
from engine.training.plan import check
from gui.document import Document
from gui.hosts.host import ThreadHost
from gui.hosts.process_host import ProcessHost
from gui.training.dashboard import Dashboard
from tests.benchmarks.tables import table
from tests.benchmarks.test_plots import LATE_MAX, LATE_P99, perceptron

SIZES = {"0.2 ms": (16, 64), "1 ms": (128, 256), "5 ms": (512, 256), "20 ms": (1024, 384)}
"""About the time of a step → (width, batch size)."""
HOSTS = {"thread": ThreadHost, "process": ProcessHost}
GOALS = {"thread": {"5 ms": 0.97, "20 ms": 0.97}, "process": dict.fromkeys(SIZES, 0.97)}
ROUNDS = int(os.environ.get("LAYERLOOM_BENCH_ROUNDS", "15"))
STOPS = 5
TURN, WARM = 1.0, 0.15
"""Seconds of a turn, and how many of them do not count."""
SCRIPT = """
import sys, threading
from pathlib import Path
from engine.project import load
from engine.training.control import Control
from engine.training.loop import Trainer
control = Control()
control.pause()
trainer = Trainer(load(Path(sys.argv[1])), root=Path(sys.argv[2]), control=control)
def obey():
    for word in sys.stdin:
        getattr(control, word.strip())()
        if word == "pause\\n":
            control.wait_paused()
            print(trainer.history.seconds("train/loss").tolist(), flush=True)
threading.Thread(target=obey, daemon=True).start()
trainer.run()
"""
NOTING = """
import sys
from pathlib import Path
from engine.training.process.child import main
from tests.benchmarks.test_hosts import note_steps
note_steps(Path(sys.argv[2]))
sys.exit(main(Path(sys.argv[1])))
"""
"""The child, but it notes when its steps begin: that clock counts alike in all processes."""


def note_steps(file: Path) -> tuple[object, object]:
    """Let a session write the moments at which its last steps began into a file when it is stopped."""
    from engine.training.session import Session

    before = step, stopped = Session._step, Session._stopped
    began: deque[float] = deque(maxlen=10_000)

    def noting(self: Session, *args: Any) -> None:
        began.append(time.monotonic())
        step(self, *args)

    def ending(self: Session) -> Any:
        file.write_text(json.dumps(list(began)))
        return stopped(self)

    Session._step, Session._stopped = noting, ending  # type: ignore[method-assign]
    return before


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(engine.__file__).parents[1])}


def _pass(seconds: float) -> None:
    """Let the event loop turn for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


class Turns(Protocol):
    """A training that can take a turn; it tells the milliseconds of a step in it."""

    def take(self) -> float: ...


def _step_ms(seconds: np.ndarray) -> float:
    counted = seconds[seconds >= seconds[0] + WARM]
    return 1000 * float(counted[-1] - counted[0]) / (len(counted) - 1)


class Script:
    """A training in a process without a window."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process, self._done = process, 0

    def say(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()

    def ready(self) -> np.ndarray:
        """Hold; the times of its steps so far."""
        assert self._process.stdout is not None
        self.say("pause")
        return np.array(json.loads(self._process.stdout.readline()))

    def take(self) -> float:
        self.say("resume")
        _pass(TURN)
        seconds = self.ready()
        done, self._done = self._done, len(seconds)
        return _step_ms(seconds[done:])


@contextmanager
def script(graph: Graph, folder: Path) -> Iterator[Script]:
    save(graph, folder / "network.loom")
    command = [sys.executable, "-c", SCRIPT, str(folder / "network.loom"), str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=_environment()) as process:
        made = Script(process)
        made.ready()
        try:
            yield made
        finally:
            made.say("stop")


@dataclass
class Watched:
    """A training beside a Train page that is shown; a timer of 10 ms notes how late it is called."""

    qtbot: QtBot
    board: Dashboard
    late: list[float] = field(default_factory=list)

    def take(self) -> float:
        host, board = self.board.run.host, self.board
        assert host is not None
        with self.qtbot.waitExposed(board):
            board.show()
        done, beats = len(host.history.seconds("train/loss")), list[float]()
        timer = QTimer(board, interval=10, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(lambda: beats.append(time.perf_counter()))
        timer.start()
        host.resume()
        _pass(TURN)
        host.pause()
        self.qtbot.waitUntil(lambda: host.status.state == "paused", timeout=30_000)
        timer.stop()
        board.hide()
        self.late += [max(0.0, 1000 * (after - before) - 10) for before, after in pairwise(beats)]
        return _step_ms(host.history.seconds("train/loss")[done:])


@pytest.fixture(autouse=True)
def none_left() -> Iterator[None]:
    """Ends the trainings of a benchmark that has failed on the way."""
    yield
    while boards:
        boards.pop().close_host(10)


boards: list[Dashboard] = []


def board_of(qtbot: QtBot, graph: Graph, folder: Path, name: str) -> Dashboard:
    board = Dashboard(Document(graph), make_host=partial(HOSTS[name], root=folder), root=folder)
    qtbot.addWidget(board)
    boards.append(board)
    board.resize(1180, 680)
    board.run.train()
    assert board.run.host is not None
    return board


@pytest.mark.slow
@pytest.mark.parametrize("name", SIZES)
def test_the_window_beside_a_training(qtbot: QtBot, tmp_path: Path, name: str) -> None:
    graph = perceptron(*SIZES[name])
    shown = {host: board_of(qtbot, graph, tmp_path, host) for host in HOSTS}
    for board in shown.values():
        assert board.run.host is not None
        board.run.host.pause()
    qtbot.waitUntil(lambda: all(b.host.status.state == "paused" for b in shown.values()), timeout=60_000)  # type: ignore[union-attr]
    speeds: dict[str, list[float]] = {host: [] for host in HOSTS}
    alone: list[float] = []
    with script(graph, tmp_path) as plain:
        turns: dict[str, Turns] = {"script": plain, **{host: Watched(qtbot, shown[host]) for host in HOSTS}}
        for what in turns.values():
            what.take()  # the first is for warming up
        for turn in range(ROUNDS):
            gc.collect()
            order = list(turns) if turn % 2 else list(reversed(turns))
            times = {what: turns[what].take() for what in order}
            alone.append(times["script"])
            for host, found in speeds.items():
                found.append(times["script"] / times[host])
    for board in shown.values():
        assert board.close_host(10)
        board.close()
    step = statistics.median(alone)
    rows: list[list[object]] = [
        ["host", "steps/s of a script's", "goal", "middle half", "timer late: p99, worst", "goal"]
    ]
    for host, found in speeds.items():
        late = turns[host].late  # type: ignore[attr-defined]
        low, middle, high = statistics.quantiles(found, n=4)
        goal = GOALS[host].get(name)
        lateness = f"{np.percentile(late, 99):.1f}, {max(late):.1f} ms", f"{LATE_P99:g}, {LATE_MAX:g} ms"
        rows.append([host, f"{middle:.3f}", goal or "–", f"{low:.3f}–{high:.3f}", *lateness])
    work = check(graph).multiply_adds / 1e6
    table(
        f"{step:.2f} ms a step ({work:.1f} million multiply-adds), {ROUNDS} rounds; "
        f"the script's own turns: {min(alone):.2f} to {max(alone):.2f} ms a step",
        rows,
    )


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The file in which both hosts note when their last steps began."""
    from engine.training.session import Session

    file = tmp_path / "steps"

    def spawn(folder: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", NOTING, str(folder), str(file)]
        return subprocess.Popen(command, env=_environment(), start_new_session=True)

    monkeypatch.setattr(process_host, "spawn", spawn)
    before = note_steps(file)
    yield file
    Session._step, Session._stopped = before  # type: ignore[method-assign, assignment]


@pytest.mark.slow
def test_how_soon_stop_is_obeyed(qtbot: QtBot, tmp_path: Path, noted: Path) -> None:
    rows: list[list[object]] = [["a step", "host", "batches begun after Stop: median, worst", "goal"]]
    for name, size in SIZES.items():
        graph = perceptron(*size)
        for host in HOSTS:
            late = []
            for _ in range(STOPS):
                board = board_of(qtbot, graph, tmp_path, host)
                with qtbot.waitExposed(board):
                    board.show()
                qtbot.waitUntil(lambda board=board: board.run.host.status.step > 0, timeout=60_000)
                _pass(0.4)
                asked = time.monotonic()
                board.run.stop()
                with qtbot.waitSignal(board.run.finished, timeout=30_000):
                    pass
                late.append(sum(began > asked for began in json.loads(noted.read_text())))
                assert board.close_host(10)
                board.close()
            rows.append([name, host, f"{statistics.median(late):g}, {max(late)}", "1"])
    table(f"Stop, {STOPS} times each", rows)
