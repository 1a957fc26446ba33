"""Windows that are ended by a signal or with the session: no edit is lost."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import presets
from engine import project
from engine.edits import RenameGraph
from engine.journals.recovery import abandoned, take
from engine.training.runs.folder import METRICS
from engine.training.runs.run_info import read
from gui import ending
from gui.document import Document
from tests.gui.editing import drawn, edit_once
from tests.gui.test_recovery import Made, offered

ROOT = Path(__file__).resolve().parents[2]


def test_the_end_of_the_session_asks_nothing_and_keeps_the_edits(windows: Made, qtbot: QtBot) -> None:
    window = windows()
    window.files.show_graph(presets.build("mlp"))
    window.document.apply(RenameGraph("mine"))
    window.ask_nothing()
    with qtbot.waitSignal(window.closed):
        window.close()
    assert "one edit" in offered(windows(), qtbot)


def run(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", *arguments],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


ENDS = [("SIGKILL", -9), ("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)]
KILLS = [
    ("SIGKILL", -9, 1),
    *(
        pytest.param(
            *(("SIGKILL", -9), ("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130))[seed % 4],
            seed,
            marks=pytest.mark.slow,
        )
        for seed in range(2, 53)
    ),
]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize(("name", "code", "seed"), KILLS)
def test_a_window_that_is_killed_loses_the_last_edit_at_most(name: str, code: int, seed: int, qtbot: QtBot) -> None:
    random_ = random.Random(seed)
    count, after = 200, random_.randrange(1, 200)
    process = run("-m", "tests.gui.editing", str(seed), str(count))
    assert process.stdout is not None
    done = 0
    for line in process.stdout:
        done = int(line)
        if done == after:
            process.send_signal(getattr(signal, name))
            break
    rest, words = process.communicate()
    done = max([done, *map(int, rest.split())])
    assert process.returncode == code, words
    assert "Traceback" not in words
    document, rng = Document(drawn()), random.Random(seed)
    states = [project.to_bytes(document.project)]
    for _ in range(done + 1):
        edit_once(document, rng)
        states.append(project.to_bytes(document.project))
    found = abandoned()
    restored = states[0]
    if found:
        taken = take(found[0].folder)
        restored = project.to_bytes(taken.graph)
        taken.journal.remove()
    assert restored in states[done : done + 2]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize(
    ("name", "code"), [("SIGINT", 130), *(pytest.param(*end, marks=pytest.mark.slow) for end in ENDS[1:3])]
)
def test_a_signal_stops_and_saves_the_training_as_quit_does(
    name: str, code: int, qtbot: QtBot, layerloom_home: Path
) -> None:
    process = run("-m", "gui.cli", "open", "mlp", "--train")

    def learnt() -> bool:
        return any(file.stat().st_size for file in layerloom_home.rglob(METRICS)) or process.poll() is not None

    qtbot.waitUntil(learnt)
    process.send_signal(getattr(signal, name))
    _, words = process.communicate()
    assert process.returncode == code, words
    assert "Traceback" not in words
    assert "terminate" not in words
    (metrics,) = layerloom_home.rglob(METRICS)
    assert read(metrics.parent).state == "stopped"


def test_within_signals_a_second_one_ends_at_once(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    codes, asked = list[int](), list[int]()
    monkeypatch.setattr(ending, "end_at_once", codes.append)
    signals = ending.EndingSignals()
    signals.came.connect(asked.append)
    with signals.heeding():
        signal.raise_signal(signal.SIGTERM)
        assert asked == [], "not in the midst of anything"
        qtbot.waitUntil(lambda: asked == [143])
        assert codes == []
        signal.raise_signal(signal.SIGINT)
        assert codes == [130]
