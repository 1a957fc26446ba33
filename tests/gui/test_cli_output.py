"""A run does not depend on its listener: outputs that are gone, closed, full, or of another encoding; and signals."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.training.runs.run_info import read
from tests.engine.test_training_resume import ROOT

LAYERLOOM = "import sys; from gui.cli import main; sys.exit(main(sys.argv[1:]))"
FULL = Path("/dev/full")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a shell of Unix")


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of bash, where ``layerloom`` is this program; the code of its first command is in the last line."""
    program = f'layerloom() {{ {shlex.quote(sys.executable)} -W ignore -c {shlex.quote(LAYERLOOM)} "$@"; }}'
    return subprocess.run(
        ["bash", "-c", f"{program}; {command}"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        check=False,
    )


TRAIN = "layerloom train mlp --epochs 3 --set training.seed=1"


CODE = "exit ${PIPESTATUS[0]}"
FULL_DEVICE = pytest.mark.skipif(not FULL.exists(), reason="has no full device")
AWAY = ("2>&1 | head -1; exit ${PIPESTATUS[0]}", "| true; exit ${PIPESTATUS[0]}", "--json >&-", "2>&-", ">&- 2>&- <&-")
LISTENERS = [
    f"--json | head -1; {CODE}",
    *(pytest.param(words, marks=pytest.mark.slow) for words in AWAY),
    *(
        pytest.param(words, marks=[FULL_DEVICE, pytest.mark.slow])
        for words in ("--json > /dev/full", "> /dev/full 2>&1")
    ),
]


@pytest.mark.parametrize("listener", LISTENERS)
def test_a_run_finishes_whoever_listens(listener: str, tmp_path: Path) -> None:
    done = shell(f"{TRAIN} --run-dir {tmp_path}/run {listener}")
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr
    assert (read(tmp_path / "run").state, read(tmp_path / "run").epochs) == ("finished", 3)
    lines = (tmp_path / "run" / "metrics.jsonl").read_bytes().splitlines()
    assert all(isinstance(json.loads(line), dict) for line in lines), "no word went into a file of the run"


@pytest.mark.slow
def test_a_run_that_fails_says_so_to_nobody_with_its_code(tmp_path: Path) -> None:
    done = shell(
        f"{TRAIN} --set training.optimizer.lr=1e30 --run-dir {tmp_path}/run --json | true; exit ${{PIPESTATUS[0]}}"
    )
    assert (done.returncode, read(tmp_path / "run").state) == (1, "failed")


@FULL_DEVICE
def test_an_answer_that_cannot_be_written_is_not_given(tmp_path: Path) -> None:
    done = shell("layerloom layers > /dev/full")
    assert done.returncode == 2
    assert done.stderr.decode().strip() == "layerloom: the answer cannot be written: No space left on device."


def test_a_reader_who_has_enough_is_no_failure() -> None:
    done = shell("layerloom layers --json | head -1; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"[\n", b"")


SLOW = [
    pytest.param(f"{TRAIN[10:]} --run-dir RUN", marks=pytest.mark.slow),
    pytest.param("source lenet-5", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("encoding", ["ascii", pytest.param("cp1252", marks=pytest.mark.slow)])
@pytest.mark.parametrize("command", ["check lenet-5", *SLOW])
def test_a_terminal_of_another_encoding_shows_what_it_can(command: str, encoding: str, tmp_path: Path) -> None:
    done = shell(f"layerloom {command.replace('RUN', f'{tmp_path}/run')}", PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert b"codec" not in done.stderr


@pytest.mark.slow
def test_json_stays_whole_on_a_terminal_of_another_encoding(tmp_path: Path) -> None:
    file = tmp_path / "net.loom"
    assert shell(f"layerloom new lenet-5 {file}").returncode == 0
    file.write_text(file.read_text(encoding="utf-8").replace('"conv1"', '"дüé"'), encoding="utf-8")
    texts = [shell(f"layerloom check {file} --json", PYTHONIOENCODING=name).stdout for name in ("utf-8", "ascii")]
    assert json.loads(texts[0]) == json.loads(texts[1])


@pytest.mark.parametrize(
    ("number", "code"),
    [("SIGTERM", 143), *(pytest.param(*given, marks=pytest.mark.slow) for given in (("SIGINT", 130), ("SIGHUP", 129)))],
)
def test_a_signal_ends_a_run_with_its_state(number: str, code: int, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-c", LAYERLOOM, "train", "mlp", "--epochs", "100000"]
    with subprocess.Popen(
        [*command, "--run-dir", str(tmp_path / "run")], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("epoch 1/"):
                process.send_signal(getattr(signal, number))
                break
        said = process.stderr.read()
    assert process.returncode == code
    assert f"--resume {tmp_path / 'run'}" in said
    assert read(tmp_path / "run").state == "stopped"


@pytest.mark.slow
def test_under_nohup_a_terminal_may_be_closed(tmp_path: Path) -> None:
    command = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); from gui.cli import main\n"
    command += "from engine.training.loop import Trainer; real = Trainer.run\n"
    command += "def run(self):\n os.kill(os.getpid(), signal.SIGHUP)\n return real(self)\n"
    command += "Trainer.run = run\nsys.exit(main(sys.argv[1:]))"
    call = [sys.executable, "-W", "ignore", "-c", command, *TRAIN.split()[1:], "--run-dir", str(tmp_path / "run")]
    assert subprocess.run(call, cwd=ROOT, capture_output=True, check=False).returncode == 0
    assert read(tmp_path / "run").state == "finished"
