"""A disk that fails at each single write in turn: one sentence, nothing half written, and the same bytes afterwards."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from engine import project
from engine.edits import RenameGraph
from engine.files import back_up, write_atomically
from engine.graph import Graph
from engine.home import journals
from engine.journals.journal import Journal
from engine.journals.recovery import abandoned, take
from engine.locks import is_written
from engine.training import keeper
from engine.training.loop import Trainer
from engine.training.runs.folder import FACTS, METRICS, PROJECT
from engine.training.runs.run_info import read
from engine.training.runs.stored import stored_history
from presets.own import broken_presets, own_presets, save_preset
from tests.engine.faulty_disk import FaultyDisk, faulty
from tests.engine.refusals import check_sentence, refusal
from tests.engine.test_training_keeping import kept
from tests.engine.test_training_learning import table

SHARES = 4
"""Tests that share the acts of a run among themselves."""
FEW = (3, 13, 24, 34, 45, 61, 89)
"""Acts for the usual tests: within the beginning, the lines, the answers, the best weights, states and the end."""


def small(keep_all: bool) -> Graph:
    """Two epochs of seven steps, and a state after each."""
    return kept(epochs=2) if keep_all else table(epochs=2, checkpoint={"epochs": 1})


@pytest.fixture(autouse=True)
def a_state_after_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "SPARING", 0.0)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The metrics of a run that nothing disturbs; which states it keeps makes no difference."""
    folder = tmp_path_factory.mktemp("whole")
    assert Trainer(small(True), folder / "run").run().state == "finished"
    return (folder / "run" / METRICS).read_bytes()


def contents(folder: Path) -> dict[str, bytes]:
    """The files below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def half_written(folder: Path) -> list[str]:
    """What a writer has left under a name of its own."""
    return sorted(path.name for path in folder.rglob(".*") if path.name != ".writer")


def disturbed(graph: Graph, folder: Path, disk: FaultyDisk, whole: bytes) -> None:
    """Train on this disk, then on one that has room again."""
    run, elsewhere = folder / "run", folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / METRICS).write_bytes(b"mine")
    where = f"act {disk.at}, {'for good' if disk.stays else 'once'}: "
    with faulty(disk):
        trainer = Trainer(graph, run)
        if refusal(trainer.run):
            assert not run.exists(), f"{where}a run that did not begin leaves nothing"
    where += disk.acts[disk.at - 1] if disk.failed else "no such act"
    assert contents(elsewhere) == {METRICS: b"mine"}
    assert sorted(path.name for path in folder.iterdir()) == ["elsewhere", *(["run"] if run.exists() else [])], where
    if not run.exists():
        assert trainer.status.state == "failed", where
        assert Trainer(graph, run).run().state == "finished"
    else:
        assert not is_written(run), f"{where}: the lock is given back"
        state = trainer.status.state
        assert state in ("failed", "finished"), where
        check_sentence(trainer.status.message)
        assert half_written(run) == [], where
        info = read(run)
        if info.state == "finished":  # a disk may have what it refuses to confirm
            assert state == "finished" or disk.acts[disk.at - 1].startswith("sync"), where
        else:
            assert state == "failed", where
        stored_history(run)
        project.load_own(run, PROJECT)
        if info.state != "finished":
            assert Trainer.resume(run).run().state == "finished", where
    assert (run / METRICS).read_bytes() == whole, where
    assert half_written(run) == [], where
    shutil.rmtree(folder)


def acts_of(graph: Graph, folder: Path) -> int:
    """How many acts of writing a run is made of."""
    with faulty(FaultyDisk(folder)) as disk:
        Trainer(graph, folder / "run").run()
    return len(disk.acts)


@pytest.mark.parametrize("at", FEW)
def test_a_disk_that_is_full_at_a_write_of_a_run_costs_nothing(at: int, whole: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "it"
    folder.mkdir()
    disturbed(small(True), folder, FaultyDisk(folder, at, stays=at % 2 == 0), whole)


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("stays", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("keep_all", [True, False], ids=["all states", "last states"])
def test_a_disk_that_is_full_at_any_write_of_a_run_costs_nothing(
    keep_all: bool, stays: bool, share: int, whole: bytes, tmp_path: Path
) -> None:
    last = acts_of(small(keep_all), tmp_path)
    assert last > 80
    for at in range(1 + share, last + SHARES + 1, SHARES):
        folder = tmp_path / str(at)
        folder.mkdir()
        disturbed(small(keep_all), folder, FaultyDisk(folder, at, stays=stays), whole)


@pytest.mark.slow
@pytest.mark.parametrize(
    "code", [errno.EIO, errno.EACCES, errno.EDQUOT, errno.EROFS], ids=lambda code: errno.errorcode[code]
)
def test_a_disk_that_fails_otherwise_costs_nothing(code: int, whole: bytes, tmp_path: Path) -> None:
    last = acts_of(small(True), tmp_path)
    for at in range(1, last + 1, 5):
        folder = tmp_path / str(at)
        folder.mkdir()
        disturbed(small(True), folder, FaultyDisk(folder, at, code, stays=at % 2 == 0), whole)


# -- projects, backups, presets, journals ------------------------------------------------------------------------------


def each_act(folder: Path, code: int = errno.ENOSPC) -> Iterator[FaultyDisk]:
    """A disk for each act of what is done with it until that is done without a fault, once and for good by turns."""
    for at in range(1, 1000):
        disk = FaultyDisk(folder, at, code, stays=at % 2 == 0)
        yield disk
        if not disk.failed:
            return
    raise AssertionError("it never ends")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES], ids=errno.errorcode.get)
def test_a_file_is_the_old_one_or_the_new_one(code: int, tmp_path: Path) -> None:
    path, seen = tmp_path / "net.loom", set()
    for disk in each_act(tmp_path, code):
        path.write_bytes(b"old")
        with faulty(disk):
            refusal(lambda: write_atomically(path, b"new"))
        seen.add(path.read_bytes())
        assert [entry.name for entry in tmp_path.iterdir()] == ["net.loom"]
    assert seen == {b"old", b"new"}


def test_a_backup_is_whole_or_the_one_before(tmp_path: Path) -> None:
    path, backup = tmp_path / "net.loom", tmp_path / "net.loom~"
    for disk in each_act(tmp_path):
        path.write_bytes(b"second")
        backup.write_bytes(b"first")
        with faulty(disk):
            refusal(lambda: back_up(path, b"third"))
        assert path.read_bytes() == b"second"
        assert backup.read_bytes() in (b"first", b"second")
        assert len(list(tmp_path.iterdir())) == 2


def test_a_preset_is_the_old_one_or_the_new_one(layerloom_home: Path) -> None:
    for disk in each_act(layerloom_home):
        shutil.rmtree(layerloom_home / "presets", ignore_errors=True)
        with faulty(disk):
            refused = refusal(lambda: save_preset(Graph("x"), "mine"))
        assert broken_presets() == []
        assert own_presets() or refused
        assert half_written(layerloom_home) == []


def journalled(done: list[int]) -> None:
    """A journal that is begun and written; ``done`` gets the number of each edit that the disk has."""
    written = Journal.begin(project.to_bytes(Graph("start")), None, "start")
    try:
        for number in range(1, 5):
            written.append(RenameGraph(f"name {number}"))
            written.sync()
            done.append(number)
    finally:
        written.close()


def test_a_journal_holds_all_edits_before_the_one_that_found_no_room(layerloom_home: Path) -> None:
    for disk in each_act(layerloom_home):
        done: list[int] = []
        with faulty(disk):
            refusal(partial(journalled, done))
        left = list(journals().iterdir()) if journals().is_dir() else []
        assert left or not done
        for folder in left:
            restored = take(folder)
            assert restored.edits in (len(done), len(done) + 1)
            restored.journal.remove()


def test_a_journal_that_found_no_room_is_gone_once_the_project_is_saved(layerloom_home: Path) -> None:
    """Else the next start would offer edits that are saved."""
    with faulty(FaultyDisk(layerloom_home, stays=True)) as disk:
        written = Journal.begin(project.to_bytes(Graph("start")), None, "start")
        written.append(RenameGraph("kept"))
        disk.at = len(disk.acts) + 1
        assert refusal(lambda: written.append(RenameGraph("lost")))
        written.remove()
    assert abandoned() == []
    assert list(journals().iterdir()) == []


def test_a_run_is_described_whole_or_not_at_all(whole: bytes, tmp_path: Path) -> None:
    from engine.training.runs.catalogue import describe, listing

    Trainer(small(True), tmp_path / "run").run()
    before = (tmp_path / "run" / FACTS).read_bytes()
    for disk in each_act(tmp_path):
        (tmp_path / "run" / FACTS).write_bytes(before)
        with faulty(disk):
            refusal(lambda: describe(tmp_path / "run", name="mine", note="a note"))
            listing(tmp_path)
        assert read(tmp_path / "run").name in ("", "mine")
        assert [name for name in half_written(tmp_path) if name.endswith(".tmp")] == []
