"""A run that was stopped continues from the Train page: the same curves, the same bytes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine.edits import SetSetting
from engine.graph import Graph
from engine.training.loop import Trainer
from engine.training.runs.folder import METRICS
from engine.training.runs.run_info import read
from gui.document import Document
from gui.hosts.host import ThreadHost
from tests.gui.training.boards import Show, choose, click, network, rows


def long_network() -> Graph:
    graph = network()
    for path, value in ((("training", "epochs"), 100), (("training", "threads"), 1), (("data", "batch_size"), 4)):
        SetSetting(path, value).apply(graph)
    return graph


def test_a_stopped_run_goes_on_from_the_banner(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    assert Trainer(long_network(), tmp_path / "whole").run().state == "finished"
    board = show(Document(long_network()), partial(ThreadHost, root=tmp_path))
    board.run.train()
    qtbot.waitUntil(lambda: board.run.host is not None and board.run.host.status.step > 50, timeout=60_000)
    with qtbot.waitSignal(board.run.finished, timeout=60_000):
        board.run.stop()
    assert board.banner.go_on.isVisible()
    assert board.run.host is not None
    run = board.run.host.status.run
    assert run is not None
    assert read(run).state == "stopped"
    with qtbot.waitSignal(board.run.finished, timeout=60_000):
        click(board.banner.go_on)
        assert board.run.running
    assert read(run).state == "finished"
    assert not board.banner.go_on.isVisible(), "what has finished cannot continue"
    assert (run / METRICS).read_bytes() == (tmp_path / "whole" / METRICS).read_bytes()
    assert len(board.run.host.history.series("train/loss")[0]) == read(run).steps


@pytest.mark.slow
def test_an_earlier_run_goes_on_from_the_list(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    board = show(Document(long_network()), partial(ThreadHost, root=tmp_path))
    board.run.train()
    qtbot.waitUntil(lambda: board.run.host is not None and board.run.host.status.step > 50, timeout=60_000)
    with qtbot.waitSignal(board.run.finished, timeout=60_000):
        board.run.stop()
    runs = board.runs
    qtbot.waitUntil(lambda: len(rows(board)) == 1)
    assert not runs.go_on.isEnabled(), "no run is chosen yet"
    choose(board, 0)
    assert runs.go_on.isEnabled()
    with qtbot.waitSignal(board.run.finished, timeout=60_000) as ended:
        click(runs.go_on)
        qtbot.waitUntil(lambda: rows(board)[0][1].startswith("running, epoch"), timeout=60_000)
        assert rows(board)[0][0] == "run 1  (shown above)"
    assert ended.args[0].state == "finished"
    qtbot.waitUntil(lambda: rows(board)[0][1] == "finished")
    choose(board, 0)
    assert not runs.go_on.isEnabled()


def test_training_begins_with_the_weights_of_an_earlier_run(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    graph = long_network()
    SetSetting(("training", "epochs"), 2).apply(graph)
    made: list[ThreadHost] = []

    def make(given: Graph, weights_of: Path | None = None) -> ThreadHost:
        host = ThreadHost(given, root=tmp_path, weights_of=weights_of)
        if weights_of is not None:
            made.append(host)
        return host

    board = show(Document(graph), make)
    with qtbot.waitSignal(board.run.finished, timeout=60_000):
        board.run.train()
    qtbot.waitUntil(lambda: len(rows(board)) == 1)
    choose(board, 0)
    with qtbot.waitSignal(board.run.finished, timeout=60_000) as ended:
        click(board.runs.begin_with)
    assert "Begun with the weights of 1 layer." in ended.args[0].message
    assert len(made) == 1
