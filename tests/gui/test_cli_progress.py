"""What one sees of a training on the command line."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.training.findings import Diagnosis
from engine.training.status import Status
from gui.cli import progress
from gui.cli.progress import ProgressPrinter

Capture = pytest.CaptureFixture[str]
FOUND = Diagnosis("large-start", "The first loss is 11.", "Standardise the inputs.", 0)


def running(**more: Any) -> Status:
    return Status("running", "training", epochs=3, epoch=1, step=5, steps_total=60, train={"loss": 0.5}, **more)


def test_what_is_seen_before_the_first_step_is_said_before_the_first_epoch(capsys: Capture) -> None:
    shown = ProgressPrinter(as_json=False)
    shown.look(running(preflight="A batch went through.", diagnoses=(FOUND,)))
    shown.look(running(preflight="A batch went through.", diagnoses=(FOUND,)))
    said = capsys.readouterr().err.splitlines()
    assert said == ["A batch went through.", "! The first loss is 11. Standardise the inputs."]
    shown.epoch(running(preflight="A batch went through.", validation={"loss": 0.25}))
    assert capsys.readouterr().err == "epoch 1/3  train loss 0.5000  validation loss 0.2500\n"


def test_nothing_is_lost_of_a_run_that_is_over_before_the_first_look(capsys: Capture) -> None:
    shown = ProgressPrinter(as_json=False)
    with shown.watching(lambda: Status("failed", preflight="A batch went through.")):
        pass
    assert capsys.readouterr().err == "A batch went through.\n"


def test_a_log_hears_of_a_long_epoch_now_and_then(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    shown = ProgressPrinter(as_json=False)
    for _ in range(500):
        now[0] += 0.25
        shown.look(running())
    said = capsys.readouterr().err.splitlines()
    assert said == ["epoch 1/3  8 %  step 5 of 60  train loss 0.5000"] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
@pytest.mark.slow
@pytest.mark.parametrize("columns", [60, 0])
def test_a_terminal_shows_a_bar_of_the_steps(columns: int, tmp_path: Path) -> None:
    import fcntl
    import pty
    import struct
    import termios

    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover - another process
        fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        around = {key: value for key, value in os.environ.items() if key != "COLUMNS"}  # believed before the terminal
        code = "import sys; from gui.cli import main; sys.exit(main(sys.argv[1:]))"
        where = ["--run-dir", str(tmp_path / "run")]
        os.execve(sys.executable, [sys.executable, "-c", code, "train", "mlp", "--epochs", "40", *where], around)
    parts = list[bytes]()
    while True:
        try:
            parts.append(os.read(terminal, 65536))
        except OSError:  # the other end is closed
            break
        if not parts[-1]:
            break
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    text = b"".join(parts).decode()
    drawn = [line for line in re.split(r"[\r\n]+", text) if line.strip()]
    assert any(line.startswith("loading") for line in drawn), "what is being done before the first step"
    bars = [line for line in drawn if re.search(r"\w+ (\d+/40)? +\d+ %\|.*\| +\d+/\d+ steps", line)]
    assert bars
    assert max(map(len, bars)) < (columns or 80)
    assert "epoch 40/40  train accuracy" in text
    assert text.index("A batch of") < text.index("epoch 1/40  train accuracy")
    assert drawn[-1].startswith("run folder:")
