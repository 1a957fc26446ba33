"""How the state of a run is kept: killed in the midst of it, on a full disk, by two programs at once, cut short."""

from __future__ import annotations

import errno
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import project
from engine.graph import Graph
from engine.training import keeper
from engine.training.control import Control
from engine.training.loop import Trainer
from engine.training.runs import checkpoint, tensors
from engine.training.runs.checkpoint import FOLDER, MODEL
from engine.training.runs.folder import FACTS, METRICS, TIMING, RunError, last_kept
from engine.training.runs.run import Run
from engine.training.runs.run_info import read, runs
from engine.training.status import TrainingError
from tests.engine.stopping import Stopping
from tests.engine.test_training_learning import table
from tests.engine.test_training_resume import ROOT
from tests.platforms import unix

DYING = """
import os, pathlib, signal, sys
import torch
from engine import project
from engine.training.loop import Trainer
from engine.training.runs import checkpoint
owner, name = {"save": (torch, "save"), "fsync": (os, "fsync"), "rename": (pathlib.Path, "rename")}[sys.argv[2]]
real, left, keep, keeping = getattr(owner, name), int(sys.argv[3]), checkpoint.save, False
def save(*args, **more):
    global keeping
    keeping = True
    keep(*args, **more)
    keeping = False
checkpoint.save = save
def dying(*args, **more):
    global left
    left -= keeping
    if not left:
        os.kill(os.getpid(), 9)
    return real(*args, **more)
setattr(owner, name, dying)
folder = pathlib.Path(sys.argv[1])
Trainer(project.load(folder / "net.loom"), folder / "run").run()
"""
"""Kills itself at the n-th call of what checkpoints are written with, counted while one is written."""
MORE_DEATHS = (("save", 3, 2), ("rename", 2, 1))


def kept(**more: Any) -> Graph:
    """A small network that keeps its state after every epoch."""
    return table(**{"epochs": 5, "checkpoint": {"keep_all": True}, **more})


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The metrics of `kept` let alone."""
    folder = tmp_path_factory.mktemp("whole")
    assert Trainer(kept(), folder / "run").run().state == "finished"
    return (folder / "run" / METRICS).read_bytes()


def hidden(run: Path) -> list[str]:
    """What a writer has left half written."""
    return sorted(path.name for path in run.rglob(".*") if path.name != ".writer")


def checkpoints(run: Path) -> list[str]:
    return sorted(path.name for path in (run / FOLDER).iterdir() if path.is_dir())


# -- killed while it is kept ------------------------------------------------------------------------------------------


@unix
@pytest.mark.parametrize(
    ("call", "number", "there"),
    [("save", 1, 0), *(pytest.param(*at, marks=pytest.mark.slow) for at in (("fsync", 7, 1), *MORE_DEATHS))],
)
def test_a_run_killed_within_a_checkpoint_goes_on_to_the_same_bytes(
    call: str, number: int, there: int, whole: bytes, tmp_path: Path
) -> None:
    project.save(kept(), tmp_path / "net.loom")
    command = [sys.executable, "-W", "ignore", "-c", DYING, str(tmp_path), call, str(number)]
    run = tmp_path / "run"
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    assert any(name.startswith(".kept") for name in hidden(run)), "it died within a checkpoint"
    assert len([name for name in checkpoints(run) if name[0] != "."]) == there
    trainer = Trainer.resume(run)
    result = trainer.run()
    assert result.state == "finished", result.message
    assert trainer.status.notes == (), "nothing was damaged"
    assert (run / METRICS).read_bytes() == whole
    assert hidden(run) == [], "what the dead one left is gone"
    assert last_kept(run) == result.steps


def test_what_a_user_puts_into_a_run_is_no_state_and_stays(whole: bytes, tmp_path: Path) -> None:
    run = tmp_path / "run"
    Trainer(kept(), run, control=Stopping(20)).run()
    for name in ("copy-of-1", "last-7", "kept-9999999999.zip"):
        (run / FOLDER / name).mkdir()
    (run / ".notes").write_text("mine")
    assert last_kept(run) == 20
    trainer = Trainer.resume(run)
    assert trainer.run().state == "finished"
    assert (run / METRICS).read_bytes() == whole
    assert trainer.status.notes == ()
    assert hidden(run) == [".notes"]
    assert {"copy-of-1", "last-7", "kept-9999999999.zip"} < set(checkpoints(run))


# -- a disk that is full, or for reading only -------------------------------------------------------------------------


def metrics_onto(device: str, trainer: Trainer) -> None:
    """Let the open metrics end at a device, as at a disk that is full."""
    assert trainer._session is not None
    handle = os.open(device, os.O_WRONLY)
    os.dup2(handle, trainer._session.recorder.run._metrics.fileno())
    os.close(handle)


def no_room_for_lines(trainer: Trainer, patch: pytest.MonkeyPatch) -> None:
    metrics_onto("/dev/full", trainer)


def no_room_for_weights(trainer: Trainer, patch: pytest.MonkeyPatch) -> None:
    def full(file: Any, *_more: Any) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for module in (checkpoint, tensors):
        patch.setattr(module, "write_safetensors", full)


def no_room_for_the_optimizer(trainer: Trainer, patch: pytest.MonkeyPatch) -> None:
    real = torch.save

    def full(values: Any, where: Any) -> None:
        with open("/dev/full", "wb", buffering=0) as file:
            real(values, file)

    patch.setattr(torch, "save", full)


def no_room_at_all(trainer: Trainer, patch: pytest.MonkeyPatch) -> None:
    """Nothing reaches the disk but in place of what is given up."""
    real, run = os.fsync, trainer.status.run
    assert run is not None

    def full(handle: int) -> None:
        if (run / ".spare").exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    patch.setattr(os, "fsync", full)


def in_the_midst(graph: Graph, run: Path, fail: Callable[[Trainer, pytest.MonkeyPatch], None]) -> Trainer:
    """A trainer, run, for which something fails from within the third epoch on."""

    class Failing(Control):
        steps = 0

        def gate(self, before_waiting: Callable[[], None] | None = None) -> bool:
            self.steps += 1
            if self.steps == 17:
                fail(trainer, patch)
            return super().gate(before_waiting)

    with pytest.MonkeyPatch.context() as patch:
        trainer = Trainer(graph, run, control=Failing())
        trainer.run()
    return trainer


@pytest.mark.parametrize("fail", [no_room_for_lines, no_room_for_weights, no_room_for_the_optimizer, no_room_at_all])
def test_a_full_disk_is_said_once_and_the_run_goes_on_once_there_is_room(
    fail: Callable[[Trainer, pytest.MonkeyPatch], None], whole: bytes, tmp_path: Path
) -> None:
    run = tmp_path / "a run"
    trainer = in_the_midst(kept(), run, fail)
    status, said = trainer.status, trainer.status.message
    assert status.state == "failed"
    folder, advice = re.escape(str(run)), re.escape(f"or `layerloom train --resume {shlex.quote(str(run))}`.")
    once = f"The disk with {folder} is full, so [a-z ]+ cannot be saved: make room, then resume with “Resume” "
    once += "in the window "
    assert re.fullmatch(once + advice, said), said
    info = read(run)
    assert (info.state, info.message, info.steps) == ("failed", said, status.step)
    assert info.steps > 16
    assert hidden(run) == [], "nothing half written takes up the room that is left"
    assert checkpoints(run) == ["kept-0000000007", "kept-0000000014"]
    assert Trainer.resume(run).run().state == "finished"
    assert (run / METRICS).read_bytes() == whole


def test_a_folder_that_cannot_be_written_any_more_is_said_once(whole: bytes, tmp_path: Path) -> None:
    """As where a disk is taken away, or mounted again for reading only."""
    run = tmp_path / "run"

    def read_only(trainer: Trainer, patch: pytest.MonkeyPatch) -> None:
        def refuse(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(path: Any, *args: Any, **more: Any) -> Any:
                if isinstance(path, int) or not str(os.fspath(path)).startswith(str(run)):
                    return real(path, *args, **more)
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

            return call

        for name in ("mkdir", "unlink", "rmdir", "rename", "replace"):
            patch.setattr(os, name, refuse(getattr(os, name)))
        real = os.open
        patch.setattr(
            os, "open", lambda path, flags, *a, **k: (refuse(real) if flags & os.O_RDWR else real)(path, flags, *a, **k)
        )

    trainer = in_the_midst(kept(), run, read_only)
    said = trainer.status.message
    assert trainer.status.state == "failed"
    assert said.count("Read-only file system") == 1, said
    assert f"cannot be saved in {run}" in said
    assert f"`layerloom train --resume {run}`" in said
    assert read(run).state == "running", "nobody could write otherwise"
    assert Trainer.resume(run).run().state == "finished"
    assert (run / METRICS).read_bytes() == whole


def test_a_run_that_finds_no_room_to_begin_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(TrainingError, match=f"The disk with {tmp_path}/run is full, .*: make room, then train"):
            Trainer(table(), tmp_path / "run").run()
    assert list(tmp_path.iterdir()) == []
    assert Trainer(table(), tmp_path / "run").run().state == "finished"


# -- two programs at once ---------------------------------------------------------------------------------------------


def at_once(begin: Callable[[int], None]) -> None:
    """Two threads that begin at the same moment."""
    gate = threading.Barrier(2)

    def wait_and_begin(number: int) -> None:
        gate.wait()
        begin(number)

    threads = [threading.Thread(target=wait_and_begin, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def often_switched() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def test_of_two_that_begin_one_run_one_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    with often_switched():
        for folder in (tmp_path / str(number) for number in range(10)):
            made: dict[int, Run] = {}
            refused: list[str] = []

            def begin(number: int, folder: Path = folder, made: Any = made, refused: Any = refused) -> None:
                try:
                    made[number] = Run.create(folder, Graph(f"net{number}"))
                except RunError as error:
                    refused.append(str(error))

            at_once(begin)
            (why,) = refused
            ((number, run),) = made.items()
            assert "Another program is training in" in why or "holds a run already" in why
            assert project.load(folder / "project.loom").name == read(folder).network == f"net{number}"
            run.close()


def test_two_that_begin_at_once_get_folders_of_their_own(tmp_path: Path) -> None:
    made: list[Run] = []
    with often_switched():
        for _ in range(40):
            at_once(lambda number: made.append(Run.create(None, Graph("net"), root=tmp_path)))
    assert len({run.path for run in made}) == len(made) == len(runs(tmp_path)) == 80
    for run in made:
        run.close()


# -- metrics that were cut short ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "tail"), [(METRICS, b""), (METRICS, b"\0" * 300), (TIMING, b"")], ids=["cut", "zeros", "times"]
)
def test_a_run_whose_lines_lost_their_end_goes_on_from_an_earlier_state(
    name: str, tail: bytes, whole: bytes, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    Trainer(kept(), run, control=Stopping(30)).run()
    assert checkpoints(run)[-2:] == ["kept-0000000028", "kept-0000000030"]
    path = run / name
    path.write_bytes(path.read_bytes()[:-1] + tail)
    trainer = Trainer.resume(run)
    assert trainer.run().state == "finished"
    (note,) = trainer.status.notes
    assert f"{path} is shorter than the state after step 30 says" in note
    assert note.endswith("The run is resumed from step 28: 2 steps are trained again.")
    assert (run / METRICS).read_bytes() == whole
    assert note in read(run).message


def test_a_state_that_does_not_fit_is_not_taken_for_the_last_later(whole: bytes, tmp_path: Path) -> None:
    run = tmp_path / "run"
    Trainer(kept(checkpoint={"keep_all": True, "epochs": 2}), run, control=Stopping(30)).run()
    (run / FOLDER / "kept-0000000030" / MODEL).write_bytes(b"")
    Trainer.resume(run, control=Stopping(0)).run()
    assert checkpoints(run) == ["kept-0000000014", "kept-0000000028"]
    trainer = Trainer.resume(run)
    assert trainer.run().state == "finished"
    assert trainer.status.notes == ()
    assert (run / METRICS).read_bytes() == whole


@unix
def test_a_state_counts_only_once_its_lines_are_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        order.append(Path(os.readlink(f"/proc/self/fd/{handle}")).name)
        real(handle)

    def rename(path: Path, target: Path) -> Path:
        order.append(f"valid {target.name}")
        return replace(path, target)

    replace = Path.rename
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "rename", rename)
    Trainer(kept(epochs=1), tmp_path / "run").run()
    before = order[: order.index("valid kept-0000000007")]
    assert {METRICS, TIMING, MODEL, checkpoint.OPTIMIZER, checkpoint.STATE} <= set(before)
    assert any(name.startswith(f".{checkpoint.BEST}.") for name in before)
    after = order[len(before) :]
    assert METRICS in after
    model, facts = (max(n for n, name in enumerate(after) if name.startswith(f".{own}.")) for own in (MODEL, FACTS))
    assert model < facts, "what says how the run ended is last"


# -- when it is kept --------------------------------------------------------------------------------------------------


def test_a_state_is_kept_every_so_many_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step takes 7 seconds by this clock, and half a minute is asked for: after every fifth step."""
    now = [0.0]

    class Ticking(Stopping):
        def gate(self, *args: object) -> bool:
            now[0] += 7
            return super().gate()

    monkeypatch.setattr(keeper, "monotonic", lambda: now[0])
    graph = kept(epochs=3, checkpoint={"keep_all": True, "epochs": None, "minutes": 0.5})
    assert Trainer(graph, tmp_path / "run", control=Ticking(100)).run().steps == 21
    assert checkpoints(tmp_path / "run") == [f"kept-{step:010}" for step in (5, 10, 15, 20)]
    now[0] = 0.0
    graph = kept(epochs=3, checkpoint={"keep_all": True, "epochs": None, "minutes": None})
    Trainer(graph, tmp_path / "never", control=Ticking(100)).run()
    assert not any((tmp_path / "never" / FOLDER).glob("kept-*"))
