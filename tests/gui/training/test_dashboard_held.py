"""A run whose data cannot be read any more: the Train page says which, and lets it continue."""

from __future__ import annotations

from functools import partial
from io import BufferedReader
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine.data import pipeline, sources
from engine.data.sources.images import decoding
from engine.errors import NOTHING, About
from gui.cli import main
from gui.cli.progress import ProgressPrinter
from gui.document import Document
from gui.hosts.host import ThreadHost
from presets.fitting import fitted
from tests.engine.own_data import digit_folders
from tests.gui.training.boards import FakeHost, Show, click, host_of, network

FILE = "/data/roses/<b>1</b>.jpg"


def test_the_banner_names_the_file_until_the_run_goes_on(qtbot: QtBot, show: Show) -> None:
    board = show(Document(network()), FakeHost)
    board.run.train()
    host, said = host_of(board), list[str]()
    board.message.connect(said.append)
    host.begin()
    qtbot.waitUntil(lambda: board.run.state == "running")
    sentence = f"{FILE} is not there any more: put it back."
    host.show(state="paused", message=sentence, about=About(file=FILE, reason="missing-file"))
    qtbot.waitUntil(lambda: board.banner.isVisible() and board.run.state == "paused")
    assert board.banner.text.text() == f"Paused: {sentence}"
    assert said == [f"Paused: {sentence}"]
    assert board.controls.word.text() == "Paused"
    click(board.banner.go_on)
    assert host.calls[-1] == "resume"
    host.show(message="", about=NOTHING)
    qtbot.waitUntil(lambda: not board.banner.isVisible())
    assert board.run.state == "running"


def test_a_run_in_the_window_waits_and_goes_on(
    qtbot: QtBot, show: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "free_memory", lambda: 6_000)
    graph, _ = fitted("mlp", sources.describe(digit_folders(tmp_path / "digits", 60)))
    graph.settings["training"]["epochs"] = 10_000
    before, away = decoding.open_to_read, list[bool]()

    def vanishing(path: Path) -> BufferedReader:
        if away:
            raise FileNotFoundError(2, "No such file or directory", str(path))
        return before(path)

    monkeypatch.setattr(decoding, "open_to_read", vanishing)
    board = show(Document(graph), partial(ThreadHost, root=tmp_path))
    board.run.train()
    qtbot.waitUntil(lambda: board.run.host is not None and board.run.host.status.step > 3)
    away.append(True)
    qtbot.waitUntil(lambda: board.run.state == "paused" and board.banner.isVisible())
    assert "is not there any more: put it back." in board.banner.text.text()
    away.clear()
    click(board.banner.go_on)
    qtbot.waitUntil(lambda: board.run.state == "running" and not board.banner.isVisible())
    step = board.run.host.status.step if board.run.host is not None else 0
    qtbot.waitUntil(lambda: board.run.host is not None and board.run.host.status.step > step + 3)
    with qtbot.waitSignal(board.run.finished):
        board.run.stop()


def test_the_command_ends_with_the_file_and_can_be_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pipeline, "free_memory", lambda: 6_000)
    folder, run = digit_folders(tmp_path / "digits", 60), tmp_path / "run"
    before = ProgressPrinter.epoch
    away = tmp_path / "away"

    def lose(self: ProgressPrinter, status: object) -> None:
        before(self, status)  # type: ignore[arg-type]
        (folder / "3").rename(away)

    monkeypatch.setattr(ProgressPrinter, "epoch", lose)
    train = ["train", "mlp", "--data", str(folder), "--epochs", "2", "--run-dir", str(run)]
    assert main(train) == 1
    said = capsys.readouterr().err
    assert f"{folder / '3'} is not there any more: put it back." in said
    assert f"--resume {run}" in said
    monkeypatch.setattr(ProgressPrinter, "epoch", before)
    assert main(["train", "--resume", str(run)]) == 2, "it is not back yet"
    away.rename(folder / "3")
    assert main(["train", "--resume", str(run)]) == 0


def test_the_share_of_waiting_is_shown_while_it_is_worth_a_word(qtbot: QtBot, show: Show) -> None:
    board = show(Document(network()), FakeHost)
    board.run.train()
    host = host_of(board)
    host.begin()
    host.show(samples_per_second=400.0, waiting=0.615)
    qtbot.waitUntil(lambda: board.run.state == "running")
    board._update_numbers()
    assert "62% waiting for data" in board.controls.facts.text()
    host.show(waiting=0.001)
    board._update_numbers()
    assert "waiting" not in board.controls.facts.text()
