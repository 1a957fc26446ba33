"""The thread host with a real training on iris, and the watch that turns its status into signals."""

from __future__ import annotations

import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from engine import Graph
from engine.edits import SetSetting
from engine.errors import LayerloomError
from engine.training.status import Result, Status, sentence
from gui.hosts.host import ThreadHost, Watch


def iris(epochs: int = 3, **settings: Any) -> Graph:
    """A small network for the iris data."""
    graph = Graph("iris")
    names = [
        graph.add("Input", shape=(4,)),
        graph.add("Linear", out_features=8),
        graph.add("ReLU"),
        graph.add("Linear", out_features=3),
        graph.add("Output", loss="cross_entropy"),
    ]
    for source, target in pairwise(names):
        graph.connect(source, target)
    SetSetting(("data", "dataset"), "iris").apply(graph)
    SetSetting(("training", "epochs"), epochs).apply(graph)
    for path, value in settings.items():
        SetSetting(("training", *path.split("__")), value).apply(graph)
    return graph


@pytest.mark.parametrize("module", ["gui.hosts.host", "gui.training.dashboard", "gui.data.data_page"])
def test_importing_loads_no_heavy_library(module: str) -> None:
    code = f"import sys, {module}; print([m for m in ('torch', 'pyqtgraph', 'sklearn', 'pandas') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_a_training_runs_to_its_end(qtbot: QtBot, tmp_path: Path) -> None:
    host = ThreadHost(iris(epochs=4), root=tmp_path)
    watch = Watch(host)
    states: list[str] = []
    epochs: list[int] = []
    watch.state_changed.connect(states.append)
    watch.epoch_done.connect(epochs.append)
    assert host.status.phase == "Loading PyTorch"
    host.start()
    with qtbot.waitSignal(watch.finished, timeout=60_000) as signal:
        pass
    result = signal.args[0]
    assert isinstance(result, Result)
    assert (result.state, result.epochs) == ("finished", 4)
    assert set(result.test) >= {"loss", "accuracy"}
    assert states[-1] == "finished"
    assert epochs[-1] == 4
    assert not watch.active, "no timer is left"
    steps, losses = host.history.series("train/loss")
    assert len(steps) == len(losses) == result.steps
    assert len(host.history.series("validation/accuracy")[0]) == 4
    assert [path.parent for path in tmp_path.glob("*/run.json")] == [result.run]
    assert host.close(60.0)


def test_pause_step_resume_stop(qtbot: QtBot, tmp_path: Path) -> None:
    host = ThreadHost(iris(epochs=100_000), root=tmp_path)
    host.pause()  # before its first step, so that nothing depends on how fast it is
    host.start()
    qtbot.waitUntil(lambda: host.state == "paused", timeout=60_000)
    assert len(host.history.series("train/loss")[0]) == 0
    for done in (1, 2, 3):
        host.step()
        qtbot.waitUntil(lambda done=done: len(host.history.series("train/loss")[0]) == done)
        qtbot.waitUntil(lambda: host.state == "paused")
    host.set_lr(0.125)
    host.resume()
    qtbot.waitUntil(lambda: host.status.step > 20, timeout=60_000)
    assert host.status.lr == 0.125
    assert set(host.history.series("train/lr")[1][3:].tolist()) == {0.125}
    host.stop()
    qtbot.waitUntil(lambda: host.result is not None)
    result = host.result
    assert result is not None
    assert result.state == "stopped"
    assert result.steps > 20


def test_close_ends_a_run_within_a_batch(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.training.session import Session

    steps = [0, 0]  # begun before and after the run was asked to stop
    step = Session._step

    def counting(self: Session, *given: Any) -> None:
        steps[self.control.stopped] += 1
        step(self, *given)

    monkeypatch.setattr(Session, "_step", counting)
    host = ThreadHost(iris(epochs=100_000), root=tmp_path)
    host.start()
    qtbot.waitUntil(lambda: host.status.step > 5, timeout=60_000)
    assert host.close(60.0)
    assert steps[0] > 5
    assert steps[1] <= 1, "the one that was about to begin"
    assert host.state == "stopped"
    assert all(thread.name != "training" for thread in threading.enumerate())


def test_close_before_the_start_and_while_paused(qtbot: QtBot, tmp_path: Path) -> None:
    assert ThreadHost(iris(), root=tmp_path).close(60.0)
    host = ThreadHost(iris(), root=tmp_path)
    host.pause()
    host.start()
    qtbot.waitUntil(lambda: host.state == "paused", timeout=60_000)
    assert host.close(60.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ((("data", "dataset"), "irsi"), "did you mean 'iris'?"),
        ((("training", "device"), "cuda:7"), "training.device is 'cuda:7'"),
        ((("training", "optimizer"), {"name": "sgd", "lr": 1e30}), "Try a smaller learning rate"),
    ],
)
def test_what_goes_wrong_is_a_sentence(qtbot: QtBot, tmp_path: Path, change: Any, words: str) -> None:
    graph = iris(epochs=50)
    SetSetting(*change).apply(graph)
    host = ThreadHost(graph, root=tmp_path)
    watch = Watch(host)
    with qtbot.waitSignal(watch.finished, timeout=60_000) as signal:
        host.start()
    result = signal.args[0]
    assert result.state == "failed"
    assert words in result.message
    assert host.status.state == "failed"


def test_the_run_trains_a_snapshot(qtbot: QtBot, tmp_path: Path) -> None:
    graph = iris(epochs=2)
    host = ThreadHost(graph, root=tmp_path)
    SetSetting(("training", "epochs"), 99).apply(graph)
    host.start()
    qtbot.waitUntil(lambda: host.result is not None, timeout=60_000)
    assert host.result is not None
    assert host.result.epochs == 2


def test_an_unforeseen_exception_is_a_sentence_too(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    import engine.training.loop as loop

    class Broken:
        status = Status()

        def __init__(self, *_: Any, **__: Any) -> None:
            raise KeyError("weights")

    monkeypatch.setattr(loop, "Trainer", Broken)
    host = ThreadHost(iris())
    host.start()
    qtbot.waitUntil(lambda: host.result is not None)
    assert host.result is not None
    assert host.result.message == "Training ended with an unforeseen error (KeyError: 'weights')."
    assert host.state == "failed"
    assert sentence(LayerloomError("A whole sentence.")) == "A whole sentence."
