"""The process host: the thread's bytes and reins, crashes as sentences, runs that outlive their window."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

import engine
from engine.graph import Graph
from engine.home import hosts
from engine.training.process.handover import WORDS, live
from engine.training.recorder import OF_THE_CLOCK
from engine.training.runs.folder import METRICS, RunError
from engine.training.runs.run_info import read, runs
from gui.app import build_window
from gui.document import Document
from gui.hosts import process_host
from gui.hosts.host import Host, StoredRun, ThreadHost
from gui.hosts.process_host import ProcessHost
from gui.training.dashboard import Dashboard
from gui.training.runs.runs_columns import STATE
from gui.window import MainWindow
from tests.gui.test_training_host import iris
from tests.platforms import unix

FOREVER = 1_000_000
LONG = 60_000
"""Milliseconds a process may take to start on a busy machine."""


@pytest.fixture(autouse=True)
def none_left() -> Iterator[None]:
    """Ends what a failed test has left running."""
    yield
    for process in process_host._left:
        if process.poll() is None:
            process.kill()
        process.wait()
    process_host._left.clear()


def wait_for_end(qtbot: QtBot, host: Host) -> Any:
    qtbot.waitUntil(lambda: host.result is not None, timeout=LONG)
    return host.result


@pytest.mark.slow
def test_its_reins_and_bytes_are_those_of_the_thread(qtbot: QtBot, tmp_path: Path) -> None:
    hosts = [made(iris(epochs=40), root=tmp_path / made.__name__) for made in (ProcessHost, ThreadHost)]
    for host in hosts:
        host.pause()
        host.start()
    for host in hosts:
        qtbot.waitUntil(lambda host=host: host.state == "paused", timeout=LONG)
        assert len(host.history.series("train/loss")[0]) == 0
        for done in (1, 2, 3):
            host.step()
            qtbot.waitUntil(lambda host=host, done=done: len(host.history.series("train/loss")[0]) == done)
            qtbot.waitUntil(lambda host=host: host.state == "paused")
        host.set_lr(0.125)
        host.resume()
    ours, theirs = (wait_for_end(qtbot, host) for host in hosts)
    assert (ours.state, ours.steps, ours.test) == ("finished", 80, theirs.test)
    assert (ours.run / METRICS).read_bytes() == (theirs.run / METRICS).read_bytes()
    for name in ("project.loom", "model.safetensors"):
        assert (ours.run / name).read_bytes() == (theirs.run / name).read_bytes()
    lrs = hosts[0].history.series("train/lr")[1].tolist()
    assert set(lrs[3:]) == {0.125}
    assert lrs[2] != 0.125
    assert all(
        np.array_equal(*(h.history.series(n)[1] for h in hosts))
        for n in set(hosts[1].history.names()) - set(OF_THE_CLOCK)
    )
    assert hosts[0].status.health is not None
    for name in ("health", "diagnoses", "validation", "steps_total"):
        assert repr(getattr(hosts[0].status, name)) == repr(getattr(hosts[1].status, name))
    assert live() == []


@pytest.mark.slow
@unix
def test_a_killed_process_is_a_sentence_and_its_run_goes_on(qtbot: QtBot, tmp_path: Path) -> None:
    graph = iris(epochs=FOREVER, checkpoint={"minutes": 0.005})
    host = ProcessHost(graph, root=tmp_path)
    host.start()

    def kept() -> bool:
        return host.status.run is not None and any(host.status.run.glob("checkpoints/last-*"))

    qtbot.waitUntil(kept, timeout=LONG)
    run = host.status.run
    assert host.pid is not None
    assert run is not None
    os.kill(host.pid, signal.SIGKILL)
    result = wait_for_end(qtbot, host)
    assert result.state == "failed"
    assert result.message.startswith(
        "The process of the training was ended by SIGKILL, as the system does when memory runs out, after step "
    )
    assert "The run is stored up to step " in result.message
    assert result.message.endswith(": “Resume” continues from there.")
    assert host.state == "failed"
    stored = StoredRun(run)
    assert stored.result.state == "stopped"
    assert stored.result.message.startswith("The run was interrupted after step ")
    assert stored.result.steps > 0
    resumed = ThreadHost(graph, resume=run)
    resumed.start()
    qtbot.waitUntil(lambda: resumed.status.step > stored.result.steps + 10, timeout=LONG)
    assert resumed.close(60.0)
    steps = resumed.history.series("train/loss")[0]
    assert np.array_equal(steps, np.arange(1, len(steps) + 1)), "no step is missing, none is there twice"
    assert live() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("death", "name"),
    [("os.abort()", "SIGABRT"), ("os.kill(os.getpid(), 11)", "SIGSEGV"), ("os._exit(3)", "code 3")],
)
def test_a_crash_within_torch_leaves_the_window_and_its_last_words(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, death: str, name: str
) -> None:
    code = f"""
import os, sys, torch
from pathlib import Path
from engine.training.process.child import main
real, calls = torch.nn.Linear.forward, 0
def forward(self, x):
    global calls
    calls += 1
    if calls > 300:
        {death}
    return real(self, x)
torch.nn.Linear.forward = forward
main(Path(sys.argv[1]))
"""

    def spawn(folder: Path) -> subprocess.Popen[bytes]:
        env = {**os.environ, "PYTHONPATH": str(Path(engine.__file__).parents[1])}
        return subprocess.Popen([sys.executable, "-c", code, str(folder)], env=env, stderr=subprocess.DEVNULL)

    monkeypatch.setattr(process_host, "spawn", spawn)
    host = ProcessHost(iris(epochs=FOREVER), root=tmp_path)
    host.start()
    result = wait_for_end(qtbot, host)
    assert result.state == "failed"
    assert name in result.message
    assert "No state was stored yet: “Resume” begins the run from scratch." in result.message
    if name != "code 3":
        assert result.message.endswith(f"What it said last is in {result.run / WORDS}.")
        assert "in forward" in (result.run / WORDS).read_text()
    monkeypatch.undo()
    again = ProcessHost(iris(), resume=result.run)
    again.start()
    qtbot.waitUntil(lambda: again.status.step > 500, timeout=LONG)
    assert again.close(60.0)
    assert read(result.run).state == "stopped"


def test_a_process_that_cannot_start_or_dies_at_once_is_a_sentence(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(folder: Path) -> Any:
        raise OSError(12, "Cannot allocate memory")

    def dying(folder: Path) -> Any:
        with (folder / WORDS).open("wb") as words:
            return subprocess.Popen([sys.executable, "-c", "raise SystemExit('no torch here')"], stderr=words)

    for spawn, words in (
        (refused, "No separate process can be started for the training: [Errno 12] Cannot allocate memory."),
        (dying, "has ended with code 1 before its first step was reported. It said last: no torch here"),
    ):
        monkeypatch.setattr(process_host, "spawn", spawn)
        host = ProcessHost(iris(), root=tmp_path)
        host.start()
        result = wait_for_end(qtbot, host)
        assert result.state == "failed"
        assert words in result.message
        assert host.close(60.0)
    assert list(hosts().iterdir()) == []


def test_what_it_cannot_resume_is_a_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    host = ProcessHost(iris(), resume=tmp_path / "nothing")
    host.start()
    assert "cannot be read" in wait_for_end(qtbot, host).message
    assert ProcessHost(iris()).close(60.0), "one that was never started"
    with pytest.raises(RunError):
        read(tmp_path / "nothing")


# -- windows come and go ---------------------------------------------------------------------------------------------


@pytest.fixture
def window(qtbot: QtBot) -> Callable[..., MainWindow]:
    """Opens windows that train in a separate process; ``heard`` gets what the Training page says from the beginning."""

    def make(graph: Graph | None = None, heard: list[str] | None = None) -> MainWindow:
        made = build_window()
        made.preferences.host = "process"
        qtbot.addWidget(made, before_close_func=lambda w: (w.furnish().shut_down(), w.document.discard()))
        if graph is not None:
            made.files.show_graph(graph)
        if heard is not None:
            made.pages.training.message.connect(heard.append)
        with qtbot.waitExposed(made):
            made.show()
        return made

    return make


def press(window: MainWindow, text: str) -> None:
    box = next(box for box in window.findChildren(QMessageBox) if box.isVisible())
    next(button for button in box.buttons() if button.text().replace("&", "") == text).click()


def test_a_window_asks_before_it_ends_a_run_in_its_own_thread(qtbot: QtBot, window: Callable[..., MainWindow]) -> None:
    made = window(iris(epochs=FOREVER))
    made.preferences.host = "thread"
    made.document.discard()  # nothing else keeps the window open
    made.commands.training.train()
    host = made.pages.training.run.host
    assert host is not None
    qtbot.waitUntil(lambda: len(host.history.series("validation/loss")[0]) > 3, timeout=LONG)
    made.close()
    press(made, "Cancel")
    assert made.isVisible()
    assert made.pages.running
    made.close()
    with qtbot.waitSignal(made.closed):
        press(made, "Stop and close")
    (run,) = runs()
    assert (run.state, run.steps > 0) == ("stopped", True)


def test_a_run_outlives_its_window_and_is_found_again(qtbot: QtBot, window: Callable[..., MainWindow]) -> None:
    first = window(iris(epochs=FOREVER))
    first.commands.training.train()
    host = first.pages.training.run.host
    assert isinstance(host, ProcessHost)
    qtbot.waitUntil(lambda: len(host.history.series("validation/loss")[0]) > 3, timeout=LONG)
    first.close()
    press(first, "Cancel")
    assert first.isVisible()
    assert first.pages.running
    first.close()
    with qtbot.waitSignal(first.closed):
        press(first, "Keep It Running")
    assert not first.isVisible()

    second = window(None)  # another project: it is offered
    second.commands.training.find()
    qtbot.waitUntil(second.commands.training.going_on.isVisible)
    assert second.commands.training.going_on.text.text() == "A run of “iris” is running in a separate process."
    second.commands.training.going_on.button.click()
    board = second.pages.training
    assert second.pages.currentWidget() is board
    assert not second.commands.training.going_on.isVisible()
    assert second.document.project.name == "iris", "nothing was open: so its project is shown"
    qtbot.waitUntil(lambda: board.run.host is not None and board.run.host.status.state == "running", timeout=LONG)
    assert board.run.host is not None
    steps = board.run.host.history.series("train/loss")[0]
    assert np.array_equal(steps, np.arange(1, len(steps) + 1)), "the curves are whole from the beginning"

    said: list[str] = []
    third = window(iris(), said)  # the same project: it would be followed, but for the second window
    qtbot.waitUntil(lambda: bool(said), timeout=LONG)
    assert said == ["Another window watches this training: close it there first."]
    assert not third.pages.running
    assert third.pages.training.controls.train.isEnabled()
    with qtbot.waitSignal(third.pages.training.message):  # whoever opens the page asks again
        third.pages.show_training()
    runs_list = third.pages.training.runs
    qtbot.waitUntil(lambda: runs_list.proxy.rowCount() == 1)
    qtbot.waitUntil(lambda: runs_list.proxy.index(0, STATE).data() == "running")
    runs_list.table.selectRow(0)
    assert runs_list.go_on.text() == "Watch Run"

    second.furnish().shut_down(keep=True)
    runs_list.go_on.click()
    qtbot.waitUntil(
        lambda: third.pages.training.run.host is not None and third.pages.training.run.host.status.step > 0,
        timeout=LONG,
    )
    third.close()
    with qtbot.waitSignal(third.closed, timeout=LONG):
        press(third, "Stop It")
    (run,) = runs()
    assert run.state == "stopped"
    qtbot.waitUntil(lambda: live() == [])
    assert host._process is not None
    assert host._process.wait(60) == 0


@unix
@pytest.mark.slow
def test_a_window_that_is_killed_leaves_its_run_going(qtbot: QtBot, tmp_path: Path) -> None:
    code = """
import sys
from functools import partial
from pathlib import Path
from PySide6.QtWidgets import QApplication
from gui.document import Document
from gui.training.dashboard import Dashboard
from gui.hosts.process_host import ProcessHost
from tests.gui.test_training_host import iris
app = QApplication([])
root = Path(sys.argv[1])
board = Dashboard(Document(iris(epochs=2000)), make_host=partial(ProcessHost, root=root), root=root)
board.show()
board.run.train()
board.run.epoch_done.connect(lambda epochs: print(epochs, flush=True))
app.exec()
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            os.killpg(process.pid, number)
        (found,) = live()
        board = Dashboard(Document(iris()), root=tmp_path)
        qtbot.addWidget(board)
        with qtbot.waitSignal(board.run.finished, timeout=LONG) as ended:
            board.run.attach(found.folder)
        assert ended.args[0].state == "finished"
        assert board.run.host is not None
        assert len(board.run.host.history.series("train/loss")[0]) == 4000
        assert board.close_host(60.0)
        board.close()
