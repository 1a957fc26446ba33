"""Two hands on one file: a save replaces the version it came from and no other, and nothing anybody wrote is lost."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import files, project
from engine.blocks import library
from engine.blocks.block import Block
from engine.graph import Graph
from engine.locks import WriterLock, one_at_a_time
from engine.project import ProjectError
from engine.reading.file_versions import FileLook, FileVersion
from engine.saving import project_saving
from engine.saving.open_projects import Claim, Holder, claim, folder
from engine.saving.project_saving import Saved, Taken, save, store
from presets.own import own_presets, save_preset
from tests.engine.test_training_resume import ROOT


@pytest.fixture(scope="module", autouse=True)
def nobody_waits_for_the_disk() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _handle: None)
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "net.loom"
    made.write_bytes(b"first")
    return made


FIRST = FileVersion.of(b"first")


def backup(path: Path) -> bytes:
    return path.with_name(f"{path.name}~").read_bytes()


def test_what_is_as_it_was_known_is_replaced_and_becomes_the_backup(path: Path) -> None:
    saved = save(b"second", path, FIRST)
    assert saved == Saved(FileVersion.of(b"second"))
    assert (path.read_bytes(), backup(path)) == (b"second", b"first")


def test_what_somebody_else_wrote_is_returned_and_not_replaced(path: Path) -> None:
    path.write_bytes(b"theirs")
    found = save(b"mine", path, FIRST)
    assert found == FileLook("changed", content=b"theirs")
    assert path.read_bytes() == b"theirs"
    assert isinstance(save(b"mine", path, found.version), Saved), "told to, it is replaced"
    assert (path.read_bytes(), backup(path)) == (b"mine", b"theirs")


def test_what_changed_again_since_it_was_shown_is_asked_about_again(path: Path) -> None:
    path.write_bytes(b"theirs")
    found = save(b"mine", path, FIRST)
    assert isinstance(found, FileLook)
    path.write_bytes(b"theirs, later")
    assert save(b"mine", path, found.version) == FileLook("changed", content=b"theirs, later")


def test_what_is_gone_or_read_only_is_not_written(path: Path) -> None:
    path.chmod(0o444)
    assert save(b"mine", path, FIRST) == FileLook("same", read_only="it is read-only")
    path.unlink()
    assert save(b"mine", path, FIRST) == FileLook("gone")
    assert list(path.parent.iterdir()) == []


def test_a_full_disk_leaves_the_file_and_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "to_disk", full)
    with pytest.raises(ProjectError, match=r"net\.loom cannot be written: No space left on device\."):
        save(b"mine", path, FIRST)
    assert path.read_bytes() == b"first"
    assert {entry.name for entry in path.parent.iterdir()} == {"net.loom"}


@settings(max_examples=30, deadline=None)
@given(acts=st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=8))
def test_no_version_is_lost_whoever_saves_in_whatever_order(
    acts: list[tuple[int, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Three windows save one file; each is asked about what it does not know, and keeps its own or takes theirs."""
    path = tmp_path_factory.mktemp("shared") / "net.loom"
    path.write_bytes(b"first")
    known = [FIRST] * 3
    for number, (window, keep) in enumerate(acts):
        mine, there = f"{number} of {window}".encode(), path.read_bytes()
        found = save(mine, path, known[window])
        assert isinstance(found, Saved) == (FileVersion.of(there) == known[window])
        if isinstance(found, FileLook):
            assert (found.content, path.read_bytes()) == (there, there)
            if keep:
                found = save(mine, path, found.version)
                assert isinstance(found, Saved)
        known[window] = found.version
        assert there in (path.read_bytes(), backup(path) if path.read_bytes() != there else b"")


def test_of_two_windows_that_save_at_once_one_is_asked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second begins while the first has compared and not yet written."""
    write, found = project.write, []
    second = threading.Thread(target=lambda: found.append(save(b"second", path, FIRST)))

    def slowly(content: bytes, to: Path) -> None:
        if content == b"one":
            second.start()
        write(content, to)

    monkeypatch.setattr(project_saving.project, "write", slowly)
    assert isinstance(save(b"one", path, FIRST), Saved)
    second.join()
    assert found == [FileLook("changed", content=b"one")]
    assert path.read_bytes() == b"one"


# -- claims ------------------------------------------------------------------------------------------------------------


def test_a_file_that_is_open_says_so_to_the_next_through_a_link_as_well(path: Path) -> None:
    link = path.with_name("link.loom")
    link.symlink_to(path)
    mine = claim(path)
    assert isinstance(mine, Claim)
    holder = claim(link)
    assert isinstance(holder, Holder)
    assert holder.since is not None
    assert holder.same_computer
    mine.release()
    again = claim(link)
    assert isinstance(again, Claim)
    again.release()
    assert list(folder().iterdir()) == [], "nothing is left over"


HOLDING = """
import pathlib, sys
from engine.saving.open_projects import claim
held = claim(pathlib.Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_claim_goes_with_its_program_when_that_is_killed(path: Path) -> None:
    program = [sys.executable, "-c", HOLDING, str(path)]
    with subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        assert isinstance(claim(path), Holder)
        other.kill()
    assert len(list(folder().iterdir())) == 2, "what it left"
    mine = claim(path)
    assert isinstance(mine, Claim)
    mine.release()


@pytest.mark.parametrize("content", [b"", b"{", b'{"since": "x"}', b"\xff" * 10_000, None])
def test_whatever_the_claim_says_the_file_can_be_opened(content: bytes | None, path: Path) -> None:
    mine = claim(path)
    assert isinstance(mine, Claim)
    said = folder() / f"{mine.key}.json"
    said.unlink()
    if content is not None:
        said.write_bytes(content)
    assert claim(path) == Holder(None, same_computer=True)
    mine.release()


def test_a_home_that_can_hold_no_claim_keeps_nobody_out(path: Path, layerloom_home: Path) -> None:
    (layerloom_home / "open").write_bytes(b"in the way")
    one, other = claim(path), claim(path)
    assert isinstance(one, Claim)
    assert isinstance(other, Claim)
    assert isinstance(save(b"second", path, FIRST), Saved)


def test_who_waits_for_a_lock_gets_it_though_its_file_is_removed(tmp_path: Path) -> None:
    order: list[str] = []

    def wait() -> None:
        with one_at_a_time(tmp_path, "lock"):
            order.append("second")

    with one_at_a_time(tmp_path, "lock"):
        second = threading.Thread(target=wait)
        second.start()
        order.append("first")
    second.join()
    assert order == ["first", "second"]
    assert list(tmp_path.iterdir()) == []


def test_many_who_take_turns_are_never_two_at_a_time(tmp_path: Path) -> None:
    inside, most = [], []

    def turn() -> None:
        for _ in range(20):
            with one_at_a_time(tmp_path, "lock", tries=100_000):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=turn) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}
    assert len(most) == 80


def test_a_lock_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    held = WriterLock(tmp_path, "lock")
    with pytest.raises(BlockingIOError), one_at_a_time(tmp_path, "lock", tries=2):
        raise AssertionError("it is held")
    held.release(remove=True)


# -- presets and blocks ------------------------------------------------------------------------------------------------


def test_a_preset_of_the_same_name_is_not_replaced_unasked() -> None:
    one, other = Graph("one"), Graph("other")
    one.add("ReLU")
    save_preset(one, "Mine")
    save_preset(one, "Mine")
    with pytest.raises(Taken) as taken:
        save_preset(other, "mine")
    assert [preset.title for preset in own_presets()] == ["Mine"]
    save_preset(other, "mine", over=FileVersion.of(taken.value.content))
    assert [preset.title for preset in own_presets()] == ["mine"]
    assert backup(taken.value.path) == taken.value.content


def block(name: str, kind: str = "ReLU", block_id: str = "stage") -> Block:
    graph = Graph(name)
    graph.add(kind)
    return Block(block_id, name, graph)


def test_blocks_that_share_an_id_and_not_a_name_are_both_kept() -> None:
    assert library.save(block("Stage")) != library.save(block("Head"))
    library.save(block("Head"))
    assert [entry.name for entry in library.entries()[0]] == ["Head", "Stage"]


def test_a_block_of_the_same_name_is_not_replaced_unasked() -> None:
    path = library.save(block("Stage"))
    before = path.read_bytes()
    with pytest.raises(Taken) as taken:
        library.save(block("Stage", "Tanh"))
    assert path.read_bytes() == before
    library.save(block("Stage", "Tanh"), over=FileVersion.of(taken.value.content))
    assert backup(path) == before
    assert len(library.entries()[0]) == 1


def test_what_cannot_be_read_in_the_library_is_left_alone(layerloom_home: Path) -> None:
    (layerloom_home / "blocks").mkdir()
    (layerloom_home / "blocks" / "stage.loom").write_bytes(b"not a project")
    assert library.save(block("Stage")).name == "stage_2.loom"


@settings(max_examples=30, deadline=None)
@given(acts=st.permutations([(window, number) for window in range(3) for number in range(3)]))
def test_presets_of_several_windows_are_all_kept(
    acts: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the order, each title keeps its first network, and every later one is told so."""
    target = tmp_path_factory.mktemp("presets")
    first: dict[int, bytes] = {}
    for window, number in acts:
        mine, path = f"{window}".encode(), target / f"{number}.loom"
        there = first.setdefault(number, mine)
        if there == mine:
            store(mine, lambda path=path: path)  # type: ignore[misc]
            continue
        with pytest.raises(Taken) as taken:
            store(mine, lambda path=path: path)  # type: ignore[misc]
        assert taken.value.content == there
    assert {int(entry.stem): entry.read_bytes() for entry in target.iterdir()} == first
