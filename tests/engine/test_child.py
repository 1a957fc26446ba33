"""A training in a separate process: the same bytes, whoever watches; strangers and nonsense change nothing."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from multiprocessing.connection import Client
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from engine.edits import SetSetting
from engine.errors import About
from engine.graph import Graph
from engine.home import hosts
from engine.system import channels
from engine.training.history import History
from engine.training.loop import Trainer
from engine.training.process import wire
from engine.training.process.child import spawn
from engine.training.process.handover import FACTS, KEY, Request, call, facts_of, hand_over, live, spare
from engine.training.process.messages import NEWS, Ended, NewStatus, Points, Refused, Resume, StepOnce, Stop
from engine.training.process.wire import Line, WireError
from engine.training.recorder import OF_THE_CLOCK
from engine.training.runs.folder import METRICS, RunError
from engine.training.runs.run_info import read
from engine.training.runs.stored import stored_history
from tests.platforms import unix

PATIENCE = 60.0
T = TypeVar("T")


def network(epochs: int) -> Graph:
    """A small one for the iris data."""
    graph = Graph("iris")
    names = [graph.add("Input", shape=(4,)), graph.add("Linear", out_features=8), graph.add("ReLU")]
    names += [graph.add("Linear", out_features=3), graph.add("Output", loss="cross_entropy")]
    for source, target in pairwise(names):
        graph.connect(source, target)
    SetSetting(("data", "dataset"), "iris").apply(graph)
    SetSetting(("training", "epochs"), epochs).apply(graph)
    return graph


class Started:
    """A process that was started, and what is needed to speak with it."""

    def __init__(self, graph: Graph, **request: Any) -> None:
        self.folder = hand_over(graph, Request(**request))
        self.process = spawn(self.folder)

    def line(self) -> Line:
        while facts_of(self.folder) is None:
            try:
                self.process.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(f"the process has ended with {self.process.returncode}")
        return call(self.folder)


def listen(line: Line, until: type[T], met: Callable[[T], bool] = lambda news: True) -> tuple[History, T]:
    """What a window is told until a message is the one that is waited for."""
    history = History()
    while line.poll(PATIENCE):
        news, numbers = line.receive(NEWS)
        if isinstance(news, Points):
            history.extend(news.name, *numbers.reshape(4, -1))
        if isinstance(news, until) and met(news):
            return history, news
    raise AssertionError("nothing came")


def paused(news: NewStatus) -> bool:
    return news.status.state == "paused"


@pytest.fixture
def start() -> Iterator[Any]:
    """Starts processes, and leaves none behind."""
    made: list[Started] = []

    def begin(graph: Graph, **request: Any) -> Started:
        made.append(Started(graph, **request))
        return made[-1]

    yield begin
    for started in made:
        if started.process.poll() is None:
            started.process.kill()
        started.process.wait(PATIENCE)


def test_the_bytes_are_those_of_a_plain_training_and_nothing_is_left(start: Any, tmp_path: Path) -> None:
    graph = network(epochs=6)
    started = start(graph, root=tmp_path / "runs")
    line = started.line()
    assert stat.S_IMODE((started.folder / KEY).stat().st_mode) == 0o600
    assert stat.S_IMODE(started.folder.stat().st_mode) == 0o700
    history, message = listen(line, Ended)
    line.close()
    assert started.process.wait(PATIENCE) == 0
    assert message.result.state == "finished"
    run = message.result.run
    Trainer(graph, tmp_path / "plain").run()
    for name in (METRICS, "model.safetensors", "project.loom"):
        assert (run / name).read_bytes() == (tmp_path / "plain" / name).read_bytes()
    written = stored_history(run)
    names = [name for name in history.names() if name not in OF_THE_CLOCK]
    assert names == [name for name in written.names() if name not in OF_THE_CLOCK]
    assert all(np.array_equal(history.points(n)[:3], written.points(n)[:3], equal_nan=True) for n in names)
    assert not started.folder.exists()
    assert not (run / "words.txt").exists()


@unix
def test_strangers_and_nonsense_change_nothing(start: Any, tmp_path: Path) -> None:
    started = start(network(epochs=1_000_000), root=tmp_path, paused=True)
    line = started.line()
    listen(line, NewStatus, paused)
    facts = facts_of(started.folder)
    assert facts is not None
    assert facts.run is None or facts.run.parent == tmp_path

    for rubbish in (b"", b"\0", b"GET / HTTP/1.0\r\n\r\n", b"\0\0\0\4abcd", b"\0\0\0\x20" + bytes(32) + b"\xff" * 40):
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(facts.address)
            stranger.sendall(rubbish)
    stranger_line = Client(facts.address)  # knows the address, and not the key
    stranger_line.recv_bytes()
    stranger_line.send_bytes(bytes(32))
    stranger_line.recv_bytes()
    stranger_line.send_bytes(bytes(32))
    with pytest.raises((EOFError, OSError)):
        stranger_line.recv_bytes()
    stranger_line.close()

    second = call(started.folder)
    refused, _ = second.receive(NEWS)
    assert refused == Refused(why="Another window watches this training: close it there first.")
    second.close()

    line.connection.send_bytes(b"\x80\x04}q\x00.")  # a pickle is nonsense like any other: that window is hung up on
    with pytest.raises((EOFError, OSError)):
        listen(line, Ended)
    line.close()
    for command in ({"kind": "lr", "lr": -1.0}, {"kind": "lr", "lr": "1"}, {"kind": "_held"}, {"kind": ["stop"]}):
        line = _again(started)
        line.connection.send_bytes(json.dumps(command).encode())
        with pytest.raises((EOFError, OSError)):
            listen(line, Ended)
        line.close()
    line = _again(started)
    line.send(StepOnce())
    history, _ = listen(line, NewStatus, lambda news: news.status.step == 1)
    assert history.series("train/loss")[0].tolist() == [1]
    line.send(Stop())
    assert listen(line, Ended)[1].result.message == "Stopped after step 1 of 2,000,000."
    line.close()


def _again(started: Started) -> Line:
    """A new line, once the old one is given up."""
    while True:
        line = call(started.folder)
        if not isinstance(line.receive(NEWS)[0], Refused):
            return line
        line.close()


@pytest.mark.slow
def test_it_trains_to_the_end_when_nobody_listens(start: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / ("a home whose path is too long for a socket " * 3)))
    started = start(network(epochs=30), root=tmp_path / "runs", paused=True)
    line = started.line()
    _, message = listen(line, NewStatus, paused)
    (found,) = live()
    assert found.folder == started.folder
    assert found.facts.address == str(spare(started.folder) / "wire")
    line.send(Resume())
    line.close()
    assert started.process.wait(PATIENCE) == 0
    assert read(message.status.run or Path()).state == "finished"
    assert live() == []
    assert not spare(started.folder).exists()


def test_a_local_port_serves_where_there_are_no_unix_sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "UNIX", False)
    listener, heard = channels.listen(tmp_path, tmp_path / "spare"), list[Any]()
    assert listener.address[0] == "127.0.0.1"

    def answer() -> None:
        for _ in range(2):
            line = wire.accept(listener, b"right")
            heard.append(line and line.receive(NEWS))
            if line is not None:
                line.close()

    thread = threading.Thread(target=answer)
    thread.start()
    with pytest.raises(WireError, match="does not know the key"):
        wire.connect(listener.address, b"wrong")
    line = wire.connect(listener.address, b"right")
    line.send(Points(name="hello", count=1), np.arange(3.0))
    thread.join()
    line.close()
    listener.close()
    assert heard[0] is None
    assert heard[1][0] == Points(name="hello", count=1)
    assert heard[1][1].tolist() == [0, 1, 2]


@pytest.mark.slow
def test_a_whole_training_is_watched_and_stopped_through_a_local_port(
    start: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows: the process finds a Python without sockets of Unix."""
    (tmp_path / "sitecustomize.py").write_text("import socket\ndel socket.AF_UNIX\n", encoding="ascii")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    started = start(network(epochs=1_000_000), root=tmp_path / "runs", paused=True)
    line = started.line()
    listen(line, NewStatus, paused)
    facts = facts_of(started.folder)
    assert facts is not None
    assert facts.address[0] == "127.0.0.1"
    assert not (started.folder / "wire").exists()
    line.send(StepOnce())
    history, _ = listen(line, NewStatus, lambda news: news.status.step == 1)
    assert history.series("train/loss")[0].tolist() == [1]
    with pytest.raises(WireError, match="does not know the key"):
        wire.connect(facts.address, bytes(32))
    line.send(Stop())
    assert listen(line, Ended)[1].result.message == "Stopped after step 1 of 2,000,000."
    line.close()
    assert started.process.wait(PATIENCE) == 0
    assert not started.folder.exists()


@pytest.mark.parametrize(
    ("setting", "value", "words", "reason"),
    [
        (("training", "device"), "cuda:7", "training.device is 'cuda:7'", "no-device"),
        (("training", "epochs"), "many", "training.epochs must be", ""),  # known before PyTorch is loaded
    ],
)
def test_what_cannot_begin_is_a_sentence(
    start: Any, tmp_path: Path, setting: tuple[str, ...], value: Any, words: str, reason: Any
) -> None:
    graph = network(epochs=1)
    SetSetting(setting, value).apply(graph)
    started = start(graph, root=tmp_path)
    line = started.line()
    _, message = listen(line, Ended)
    line.close()
    assert message.result.state == "failed"
    assert message.result.message.startswith(words)
    assert message.result.about == About(setting=".".join(setting), reason=reason)
    assert started.process.wait(PATIENCE) == 0


def _folder(name: str, facts: Any, key: bytes = bytes(32)) -> Path:
    folder = hosts() / name
    folder.mkdir(parents=True)
    (folder / FACTS).write_text(facts if isinstance(facts, str) else json.dumps(facts))
    (folder / KEY).write_bytes(key)
    (folder / ".writer").touch()
    return folder


@pytest.mark.parametrize(
    "facts",
    [
        "",
        "{",
        "[" * 100_000,
        {"pid": 1},
        {"pid": 1, "address": ["example.org", 80], "network": "n"},
        {"pid": 1, "address": ["127.0.0.1", 1], "network": "n", "more": 1},
    ],
)
def test_what_a_dead_or_hostile_process_has_left_is_ignored(facts: Any) -> None:
    folder = _folder("old", facts)
    assert live() == []
    assert folder.exists(), "it may just be starting"
    os.utime(folder, (0, 0))
    assert live() == []
    assert not folder.exists()
    with pytest.raises(WireError, match="has ended"):
        call(folder)


def test_an_address_without_anyone_behind_it_is_a_sentence(layerloom_home: Path) -> None:
    facts = {"pid": 1, "address": str(layerloom_home / "nobody"), "network": "n"}
    folder = _folder("dead", facts)
    with pytest.raises(WireError, match="does not answer"):
        call(folder)
    assert live() == []


@unix
def test_someone_else_at_the_address_is_a_sentence(layerloom_home: Path, tmp_path: Path) -> None:
    path = str(layerloom_home / "s")
    facts = {"pid": 1, "address": path, "network": "n"}
    folder = _folder("taken", facts)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"\0\0\0\x20" + bytes(32) + b"\0\0\0\x20" + bytes(32))
                connection.recv(4096)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(WireError, match="does not know the key"):
            call(folder)
        thread.join()


def test_a_home_that_cannot_be_written_is_a_sentence() -> None:
    hosts().write_text("in the way")
    with pytest.raises(RunError, match="cannot be handed to a separate process"):
        hand_over(network(1), Request())
    assert live() == []
