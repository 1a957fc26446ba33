"""The window and the command line train the same run: their metrics are the same bytes (on the CPU)."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import presets
from engine.edits import SetSetting
from engine.training.runs.run_info import runs
from gui.app import build_window
from gui.cli import main


@pytest.mark.parametrize(
    ("what", "epochs"),
    [
        pytest.param("lenet-5", 2, marks=pytest.mark.slow),
        ("mlp", 3),
        pytest.param("linear-classifier", 5, marks=pytest.mark.slow),
    ],
)
def test_window_and_command_line_write_the_same_metrics(qtbot: QtBot, tmp_path: Path, what: str, epochs: int) -> None:
    folder = tmp_path / "run"
    assert main(["train", what, "--epochs", str(epochs), "--run-dir", str(folder)]) == 0

    window = build_window()
    qtbot.addWidget(window, before_close_func=lambda w: w.document.discard())
    window.files.show_graph(presets.build(what))
    window.document.apply(SetSetting(("training", "epochs"), epochs))
    window.show()
    window.commands.training.train()
    qtbot.waitUntil(lambda: window.pages.running, timeout=60_000)
    qtbot.waitUntil(lambda: not window.pages.running, timeout=120_000)

    (run,) = runs()
    assert run.state == "finished"
    assert (run.path / "metrics.jsonl").read_bytes() == (folder / "metrics.jsonl").read_bytes()
