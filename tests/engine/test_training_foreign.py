"""A run of another computer or person is shown as it is and continues in a copy; its folder is never written to."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import own_files, system
from engine.training.control import Control
from engine.training.loop import Trainer
from engine.training.runs import copying, origin
from engine.training.runs.catalogue import describe, listing
from engine.training.runs.checkpoint import FOLDER, load
from engine.training.runs.copying import COPYING, CopyCancelled, copy_run
from engine.training.runs.folder import FACTS, METRICS, RunError, kept, writer_lock
from engine.training.runs.origin import ELSEWHERE, FILE, LOCKED, OWNER, reason
from engine.training.runs.run import Run
from engine.training.runs.run_info import read
from engine.training.runs.stored import stored_history
from engine.training.status import Status
from tests.conftest import INSTALLATION
from tests.engine.stopping import Stopping
from tests.engine.test_frozen import FROZEN
from tests.engine.test_training_learning import table
from tests.platforms import unix


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was stopped half way, with two states."""
    run = tmp_path_factory.mktemp("own") / "run"
    assert Trainer(table(epochs=4), run, control=Stopping(20)).run().state == "stopped"
    return run


@pytest.fixture
def foreign(own: Path, tmp_path: Path, layerloom_home: Path) -> Path:
    """The same run, looked at by another installation."""
    (layerloom_home / FILE).write_text("b7" * 32, encoding="ascii")
    run = tmp_path / "stick" / "run"
    shutil.copytree(own, run)
    return run


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """All files of a folder with what is in them and when they were changed, and the names of folders."""
    return {
        str(path.relative_to(folder)): (path.read_bytes() if path.is_file() else b"", path.lstat().st_mtime_ns)
        for path in (folder, *folder.rglob("*"))
    }


def why(run: Path) -> str:
    info = read(run)
    return reason(run, info.id, info.origin)


def test_a_run_knows_its_own_installation_and_names_nobody(own: Path, layerloom_home: Path) -> None:
    facts = json.loads((own / FACTS).read_text(encoding="utf-8"))
    assert (len(facts["id"]), len(facts["origin"])) == (32, 64)
    assert why(own) == ""
    assert INSTALLATION not in (own / FACTS).read_text(encoding="utf-8")
    (layerloom_home / FILE).write_text("b7" * 32, encoding="ascii")
    assert why(own) == ELSEWHERE
    (layerloom_home / FILE).unlink()
    assert why(own) == ELSEWHERE, "this installation has never written a run"
    assert not (layerloom_home / FILE).exists(), "asking makes no id"


def test_two_runs_of_one_person_have_nothing_in_common(tmp_path: Path, layerloom_home: Path) -> None:
    (layerloom_home / FILE).unlink()
    found = [origin.facts_of_a_new_run() for _ in range(2)]
    assert not set(found[0].values()) & set(found[1].values())
    assert all(reason(tmp_path, one["id"], one["origin"]) == "" for one in found)
    if not system.WINDOWS:
        assert (layerloom_home / FILE).stat().st_mode & 0o077 == 0, "it is private"
    assert sorted(path.name for path in layerloom_home.iterdir()) == [".writer", FILE, "preferences.json"]


def test_programs_that_start_at_once_agree_on_one_id(layerloom_home: Path) -> None:
    (layerloom_home / FILE).unlink()
    found, together = list[dict[str, str]](), threading.Barrier(8)

    def begin() -> None:
        together.wait()
        found.append(origin.facts_of_a_new_run())

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [reason(layerloom_home / "no", one["id"], one["origin"]) for one in found] == [""] * 8


@settings(max_examples=20)
@given(content=st.binary(max_size=80))
def test_a_damaged_id_is_replaced_and_claims_no_run(content: bytes, own: Path, layerloom_home: Path) -> None:
    (layerloom_home / FILE).write_bytes(content)
    assert why(own) == ELSEWHERE
    facts = origin.facts_of_a_new_run()
    assert reason(layerloom_home / "no", facts["id"], facts["origin"]) == ""


def test_where_no_id_can_be_kept_runs_are_trained_and_are_told_apart_by_their_owner(
    tmp_path: Path, layerloom_home: Path
) -> None:
    (layerloom_home / FILE).unlink()
    (layerloom_home / FILE).mkdir()
    assert Trainer(table(epochs=1), tmp_path / "run").run().state == "finished"
    info = read(tmp_path / "run")
    assert (len(info.id), info.origin, why(info.path)) == (32, "", "")


@pytest.mark.parametrize("name", ["stopped", "failed", "killed", "finished"])
def test_a_run_of_an_earlier_version_is_ones_own(name: str, tmp_path: Path) -> None:
    shutil.copytree(FROZEN / "runs" / name, tmp_path / name)
    assert read(tmp_path / name).origin == ""
    assert why(tmp_path / name) == ""


def test_a_run_of_an_earlier_version_belongs_to_who_resumes_it(tmp_path: Path, layerloom_home: Path) -> None:
    shutil.copytree(FROZEN / "runs" / "stopped", tmp_path / "run")
    assert Trainer.resume(tmp_path / "run").run().run == tmp_path / "run"
    assert why(tmp_path / "run") == ""
    (layerloom_home / FILE).write_text("b7" * 32, encoding="ascii")
    assert why(tmp_path / "run") == ELSEWHERE


def another_user(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = {path.lstat().st_ino for path in (run, *run.rglob("*"))}
    real = system.is_ours
    monkeypatch.setattr(system, "is_ours", lambda facts: facts.st_ino not in theirs and real(facts))


def no_writing(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run.chmod(0o555)


def no_writing_of_a_file(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (run / METRICS).chmod(0o444)


def disk_for_reading(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: not (mode == os.W_OK and Path(path).is_relative_to(run)) and real(path, mode)
    )


@unix
def test_the_owner_of_a_file_is_asked(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uid = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: uid + 1)
    assert why(own) == OWNER


@unix
@pytest.mark.parametrize("version", ["now", "earlier"])
@pytest.mark.parametrize(
    ("make", "expected"),
    [(another_user, OWNER), (no_writing, LOCKED), (no_writing_of_a_file, LOCKED), (disk_for_reading, LOCKED)],
)
def test_a_run_that_may_not_be_written_goes_on_in_a_copy(
    make: Callable[[Path, pytest.MonkeyPatch], None],
    expected: str,
    version: str,
    own: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = tmp_path / "run"
    shutil.copytree(own if version == "now" else FROZEN / "runs" / "stopped", run)
    with monkeypatch.context() as patch:
        make(run, patch)
        assert why(run) == expected
        before = state(run)
        trainer = Trainer.resume(run, root=tmp_path / "runs")
        result = trainer.run()
    assert (result.state, result.run.parent) == ("finished", tmp_path / "runs")
    assert (
        trainer.status.notes[0] == f"{expected}: it is resumed in a copy, {result.run}, and the original is unchanged."
    )
    assert state(run) == before
    run.chmod(0o755)


def test_it_goes_on_in_a_copy_to_the_same_bytes_and_its_folder_stays_as_it_is(foreign: Path, tmp_path: Path) -> None:
    before, seen = state(foreign), list[Status]()
    trainer = Trainer.resume(foreign, on_epoch=seen.append)
    result = trainer.run()
    assert result.state == "finished"
    assert state(foreign) == before
    copy = result.run
    assert copy.parent.name == "runs"
    assert why(copy) == ""
    assert read(copy).notes == [copying.NOTE]
    assert read(copy).id != read(foreign).id
    whole = Trainer(table(epochs=4), tmp_path / "whole").run()
    assert (copy / METRICS).read_bytes() == (whole.run / METRICS).read_bytes()
    assert {status.run for status in seen} == {copy}
    assert seen[-1].notes == (f"{ELSEWHERE}: it is resumed in a copy, {copy}, and the original is unchanged.",)
    assert [entry.path for entry in listing().entries] == [copy]


def test_the_copy_is_whole(foreign: Path, tmp_path: Path) -> None:
    (foreign / "notes").mkdir()
    (foreign / "notes" / "what I thought.txt").write_bytes(b"x" * 3_000_000)
    (foreign / "empty.txt").write_bytes(b"")
    told = list[tuple[int, int]]()
    copy = copy_run(foreign, tmp_path / "runs", lambda done, total: told.append((done, total))).path
    left = {FACTS, ".writer", "", "."}
    ours, theirs = ({k: v[0] for k, v in state(folder).items() if k not in left} for folder in (copy, foreign))
    assert ours == theirs
    assert told[-1][0] == told[-1][1] > 3_000_000
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    facts, new = (json.loads((folder / FACTS).read_text(encoding="utf-8")) for folder in (foreign, copy))
    assert {key for key in new if new[key] != facts[key]} == {"id", "origin", "notes"}
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [copy.name]


def test_everything_of_it_is_shown(foreign: Path) -> None:
    before = state(foreign)
    assert read(foreign).state == "stopped"
    assert "train/loss" in stored_history(foreign).names()
    assert load(foreign) is not None
    found = listing(foreign.parent)
    assert found.foreign == {foreign: ELSEWHERE}
    assert listing(foreign.parent) == found, "the same from the index"
    assert state(foreign) == before


def test_nothing_writes_into_it(foreign: Path) -> None:
    before = state(foreign)
    with pytest.raises(RunError, match=f"^{ELSEWHERE}, so it is not described"):
        describe(foreign, note="mine")
    with pytest.raises(RunError, match=f"^{ELSEWHERE}: it stays as it is"):
        Run.reopen(read(foreign), 0, 0)
    assert state(foreign) == before


def test_cancelled_while_it_is_copied_nothing_is_left(foreign: Path, tmp_path: Path) -> None:
    before, control = state(foreign), Control()
    trainer = Trainer.resume(foreign, root=tmp_path / "runs", control=control)
    control.stop()
    result = trainer.run()
    assert (result.state, result.run) == ("stopped", foreign)
    assert "nothing of the copy is left, and the original is unchanged" in result.message
    assert (trainer.status.state, trainer.status.fraction) == ("stopped", None)
    assert list((tmp_path / "runs").iterdir()) == []
    assert state(foreign) == before


def refused(*_args: object, **_more: object) -> None:
    raise OSError(28, "No space left on device")


FAULTS = {
    "create": "The disk with .* is full",
    "write_atomically": "The disk with .* is full",
    "to_disk": "The disk with .* is full",
    "rename": "The disk with .* is full",
}


@pytest.mark.parametrize("call", FAULTS)
def test_what_cannot_be_copied_leaves_nothing(
    call: str, foreign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(foreign)
    owner = {"to_disk": copying, "rename": system}.get(call, own_files)
    monkeypatch.setattr(owner, call, refused)
    with pytest.raises(RunError, match=FAULTS[call]):
        copy_run(foreign, tmp_path / "runs")
    monkeypatch.undo()
    assert list((tmp_path / "runs").iterdir()) == []
    assert state(foreign) == before


def test_a_disk_that_is_too_small_is_told_before_anything_is_copied(
    foreign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: namedtuple("Usage", "total used free")(10, 7, 3))
    with pytest.raises(RunError, match=r"takes \d.* MB, but the disk with .* has 0\.0 MB left: make room"):
        copy_run(foreign, tmp_path / "runs")


def test_a_file_that_arrives_changed_is_seen(foreign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = copying.to_disk

    def bad_disk(path: Path) -> None:
        real(path)
        if path.name == METRICS:
            path.write_bytes(path.read_bytes()[:-1] + b"\0")

    monkeypatch.setattr(copying, "to_disk", bad_disk)
    with pytest.raises(RunError, match=r"metrics\.jsonl was not copied as it is: the disk with .* may be failing"):
        copy_run(foreign, tmp_path / "runs")
    assert list((tmp_path / "runs").iterdir()) == []


@unix
def test_links_and_pipes_are_neither_followed_nor_copied(foreign: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("private", encoding="utf-8")
    (foreign / "link.txt").symlink_to(tmp_path / "secret.txt")
    (foreign / "folder").symlink_to(tmp_path)
    os.mkfifo(foreign / "pipe")
    result = Trainer.resume(foreign, root=tmp_path / "runs").run()
    assert result.state == "finished"
    assert not {"link.txt", "folder", "pipe"} & {path.name for path in result.run.iterdir()}


def test_a_run_that_is_being_written_is_not_copied(foreign: Path, tmp_path: Path) -> None:
    lock = writer_lock(foreign)
    with pytest.raises(RunError, match="Another program is training in"):
        copy_run(foreign, tmp_path / "runs")
    lock.release()


def test_a_folder_with_too_many_files_is_no_run(foreign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "MOST_FILES", 5)
    with pytest.raises(RunError, match="holds more than 5 files: no run has so many"):
        copy_run(foreign, tmp_path / "runs")


def test_what_a_killed_program_has_copied_goes_and_what_another_is_copying_stays(foreign: Path, tmp_path: Path) -> None:
    root = tmp_path / "runs"
    for name in ("dead", "alive", "young"):
        (root / f"{COPYING}{name}").mkdir(parents=True)
        (root / f"{COPYING}{name}" / "model.safetensors").write_bytes(b"half")
    lock = writer_lock(root / f"{COPYING}alive")
    for name in ("dead", "alive"):
        os.utime(root / f"{COPYING}{name}", (0, 0))
    copy = copy_run(foreign, root).path
    lock.release()
    assert {path.name for path in root.iterdir()} == {copy.name, f"{COPYING}alive", f"{COPYING}young"}
    assert [entry.path for entry in listing(root).entries] == [copy], "what is being copied is not listed"


def test_a_run_whose_states_are_damaged_is_refused_before_it_is_copied(foreign: Path, tmp_path: Path) -> None:
    for _, folder in kept(foreign):
        (folder / "model.safetensors").write_bytes(b"")
    with pytest.raises(Exception, match="none of its checkpoints can be used"):
        Trainer.resume(foreign, root=tmp_path / "runs").run()
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(("key", "value"), [("id", "x" * 10_000), ("id", 5), ("origin", "/home/ann"), ("origin", None)])
def test_an_id_that_is_none_is_damage(key: str, value: object, foreign: Path) -> None:
    facts = json.loads((foreign / FACTS).read_text(encoding="utf-8"))
    (foreign / FACTS).write_text(json.dumps(facts | {key: value}), encoding="utf-8")
    with pytest.raises(RunError, match=rf"run\.json is damaged: {key}"):
        read(foreign)


@settings(max_examples=20)
@given(data=st.data())
def test_wherever_it_is_cancelled_the_copy_is_whole_or_not_there(
    data: st.DataObject, own: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("runs")
    left = [data.draw(st.integers(0, 20))]

    def cancelled() -> bool:
        left[0] -= 1
        return left[0] < 0

    with contextlib.suppress(CopyCancelled):
        copy_run(own, root, cancelled=cancelled)
    for copy in root.iterdir():
        assert load(copy) is not None
        assert (copy / METRICS).read_bytes() == (own / METRICS).read_bytes()
        assert sorted(os.listdir(copy / FOLDER)) == sorted(os.listdir(own / FOLDER))
