"""Windows, trainings and saves that are killed within a write, each at another: the next start finds everything.

Those killed between two writes are in `tests.gui.test_recovery_ends` and `tests.engine.test_training_resume`.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import presets
from engine import project
from engine.journals.recovery import abandoned, take
from engine.training.loop import Trainer
from engine.training.process.handover import Request, hand_over, live
from engine.training.runs.folder import METRICS
from engine.training.runs.run_info import read, scan
from gui.document import Document
from tests.engine.refusals import refusal
from tests.engine.test_training_keeping import hidden, kept
from tests.gui.editing import edit_once

ROOT = Path(__file__).resolve().parents[2]
COUNT = 20
"""Kills of each kind; the usual tests have one."""
EDITS, A_SAVE = 40, 7
"""Edits of one program, and how many of them lie between two saves."""

SAVING = """
import random, sys
from pathlib import Path
import presets
from engine.saving import project_saving
from gui import app
from gui.document import Document
from gui.journal_keeper import JournalKeeper
from tests.engine.faulty_disk import FaultyDisk, faulty
from tests.gui.editing import edit_once
folder, seed, at, edits, each, shown = Path(sys.argv[1]), *map(int, sys.argv[2:])
app.application()
if shown:
    window = app.build_window((presets.build("mlp"), None))
    window.show()
    document = window.document
else:
    document = Document(presets.build("mlp"))
    keeper = JournalKeeper(document)
rng = random.Random(seed)
with faulty(FaultyDisk(folder, at, deadly=True)) as disk:
    for number in range(1, edits + 1):
        edit_once(document, rng)
        print(number, flush=True)
        app.application().processEvents()
        if number % each == 0:
            path = folder / "net.loom"
            saved = project_saving.save(document.snapshot(path), path, None)
            document.set_saved(path, saved.version)
print("acts", len(disk.acts), flush=True)
"""
TRAINING = """
import os, sys
from pathlib import Path
from engine.training.process.child import main
from tests.engine.faulty_disk import FaultyDisk, faulty
with faulty(FaultyDisk(Path(sys.argv[2]), int(sys.argv[3]), deadly=True)):
    main(Path(sys.argv[1]))
"""


def started(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A program that was run until its end, killed or not."""
    command = [sys.executable, "-W", "ignore", "-c", code, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def moments() -> list[object]:
    """A seed for each kill, of which the first is for the usual tests."""
    return [0, *(pytest.param(number, marks=pytest.mark.slow) for number in range(1, COUNT))]


def states(seed: int) -> list[bytes]:
    """The project after no edit, one edit, and so on."""
    document, rng = Document(presets.build("mlp")), random.Random(seed)
    found = [project.to_bytes(document.project)]
    for _ in range(EDITS):
        edit_once(document, rng)
        found.append(project.to_bytes(document.project))
    return found


def edits_that_are_found(folder: Path, seed: int, shown: bool, moment: int) -> None:
    """Kill a program within one of its writes, and look for what it had done as the next start does."""
    at = 1 + random.Random(f"{shown} {moment}").randrange(110)
    process = started(SAVING, folder, seed, at, EDITS, A_SAVE, int(shown))
    assert process.returncode == -signal.SIGKILL, (process.stdout[-200:], process.stderr)
    done = max([0, *map(int, process.stdout.split())])
    file, found = folder / "net.loom", abandoned()
    assert len(found) <= 1
    if found:
        restored = take(found[0].folder)
        content = project.to_bytes(restored.graph)
        restored.journal.remove()
    else:
        content = project.to_bytes(project.load(file)) if file.exists() else states(seed)[0]
    if file.exists():
        project.load(file)
    assert content in states(seed)[done : done + 2], f"killed at act {at} after edit {done}"


@pytest.fixture
def home_within(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which home and project are, so that the writes of both count."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("moment", moments())
def test_a_program_killed_within_a_save_loses_the_last_edit_at_most(
    moment: int, home_within: Path, qtbot: QtBot
) -> None:
    edits_that_are_found(home_within, 100 + moment, False, moment)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("moment", range(COUNT))
def test_a_window_killed_within_a_write_loses_the_last_edit_at_most(
    moment: int, home_within: Path, qtbot: QtBot
) -> None:
    edits_that_are_found(home_within, 200 + moment, True, moment)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("whole")
    Trainer(kept(epochs=3), folder / "run").run()
    return (folder / "run" / METRICS).read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("moment", range(COUNT))
def test_a_training_killed_within_a_write_resumes_to_the_same_bytes(moment: int, whole: bytes, tmp_path: Path) -> None:
    root = tmp_path / "runs"
    folder = hand_over(kept(epochs=3), Request(root=root))
    at = 4 + 6 * moment  # the acts of three epochs, evenly
    process = started(TRAINING, folder, root, at)
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert live() == []
    (run,) = root.iterdir()
    if refusal(lambda: read(run)):
        assert not (run / METRICS).exists() or not (run / METRICS).read_bytes(), "nothing was trained yet"
        assert list(scan(root)[1]) == [run]
        return
    assert read(run).state == "running"
    assert Trainer.resume(run).run().state == "finished"
    assert (run / METRICS).read_bytes() == whole
    assert hidden(run) == []
