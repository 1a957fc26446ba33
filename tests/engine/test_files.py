"""Files of the user: what is written replaces the old one whole or not at all, and nothing but files is touched."""

from __future__ import annotations

import errno
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import files, project, system
from engine.files import FileError, open_to_read, write_atomically
from tests.engine.test_training_resume import ROOT
from tests.platforms import unix


def pipe(path: Path) -> None:
    os.mkfifo(path)


def null(path: Path) -> None:
    path.symlink_to(os.devnull)


def folder(path: Path) -> None:
    path.mkdir()


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def no_more_room(*_args: object, **_more: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


OTHERS = {"named pipe": pipe, "device": null, "folder": folder, "socket": listening}


@unix
@pytest.mark.parametrize("kind", OTHERS)
def test_only_files_are_read_and_replaced_and_nothing_waits(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "net.loom"
    OTHERS[kind](path)
    before = os.stat(path)
    with pytest.raises(FileError, match=f"cannot be written: it is a {kind}"):
        write_atomically(path, b"new")
    with pytest.raises(OSError, match=f"it is a {kind}"):
        open_to_read(path)
    with pytest.raises(project.ProjectError, match=f"cannot be read: it is a {kind}"):
        project.load(path)
    assert not files.is_file(path)
    assert os.stat(path)[:3] == before[:3]
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.loom"]


def test_a_link_of_the_user_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "net.loom", tmp_path / "net.loom"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert [entry.name for entry in (tmp_path / "real").iterdir()] == ["net.loom"]


def test_a_file_for_reading_only_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "net.loom"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(FileError, match="cannot be written: it is read-only"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"


@unix
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_has_the_mode_of_all_files_and_an_old_one_keeps_its(mask: int, mode: int, tmp_path: Path) -> None:
    path, before = tmp_path / "net.loom", os.umask(mask)
    try:
        write_atomically(path, b"new")
        assert stat.S_IMODE(path.stat().st_mode) == mode
        path.chmod(0o640)
        write_atomically(path, b"newer")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
    finally:
        os.umask(before)


CALLS = {
    "fsync": (os, "fsync"), "chmod": (Path, "chmod"), "replace": (system, "replace"), "open": (Path, "open"),
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_what_cannot_be_written_leaves_the_old_file_and_nothing_else(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.loom"
    path.write_bytes(b"old")
    monkeypatch.setattr(*CALLS[call], no_more_room)
    with pytest.raises(FileError, match=r"net\.loom cannot be written: No space left on device\.$"):
        write_atomically(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.loom"]


@unix
@pytest.mark.parametrize("name", ["n" * 255, "漢" * 80 + ".loom", "\udcff" * 230])
def test_a_name_that_the_system_allows_is_written_and_what_a_killed_writer_left_of_it_goes(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    command = [sys.executable, "-c", DYING, os.fsencode(path)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 1
    write_atomically(path, b"old")
    assert [entry.name for entry in tmp_path.iterdir()] == [name], "what was left is gone"
    write_atomically(tmp_path / f"{name[:40]}", b"other")
    assert path.read_bytes() == b"old"


DYING = """
import os, sys, pathlib
from engine import files
os.fsync = lambda handle: os.kill(os.getpid(), 9)
files.write_atomically(pathlib.Path(sys.argv[1]), b"new")
"""


def test_what_a_killed_writer_left_goes_with_the_next_and_a_living_one_is_let_alone(tmp_path: Path) -> None:
    path = tmp_path / "net.loom"
    path.write_bytes(b"old")
    subprocess.run([sys.executable, "-c", DYING, str(path)], cwd=ROOT, check=False)
    assert [entry.suffix for entry in tmp_path.iterdir() if entry != path] == [".tmp"], "it died while it wrote"
    (tmp_path / ".net.loom.backup").write_bytes(b"mine")
    with files.replacing(path) as first:
        first.write_bytes(b"first")
        write_atomically(path, b"second")
        assert first.exists(), "it is being written"
    assert path.read_bytes() == b"first"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".net.loom.backup", "net.loom"]


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the disk was asked to have, and when the name was changed."""
    order: list[str] = []

    def noted(name: str, real: Callable[..., None]) -> Callable[..., None]:
        return lambda *args: (order.append(name), real(*args))[1]

    for name in ("replace", "sync_folder"):
        monkeypatch.setattr(system, name, noted(name, getattr(system, name)))
    monkeypatch.setattr(files, "to_disk", noted("to_disk", files.to_disk))
    return order


def test_the_disk_has_the_content_before_the_name_and_then_the_name(synced: list[str], tmp_path: Path) -> None:
    write_atomically(tmp_path / "net.loom", b"new")
    assert synced == ["to_disk", "replace", "sync_folder"]


def test_a_file_that_windows_has_open_for_a_moment_is_replaced_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tries, real = [], os.replace

    def busy(source: Path, target: Path) -> None:
        tries.append(target)
        if len(tries) < 3:
            raise PermissionError(13, "Access is denied")
        real(source, target)

    monkeypatch.setattr(os, "replace", busy)
    monkeypatch.setattr(system, "PAUSE", 0)
    monkeypatch.setattr(system, "WINDOWS", True)
    (tmp_path / "a").write_bytes(b"new")
    system.replace(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"new"
    assert len(tries) == 3


def test_the_previous_version_of_a_file_is_kept_beside_it(tmp_path: Path) -> None:
    path, backup = tmp_path / "net.loom", tmp_path / "net.loom~"
    files.back_up(path, b"first")
    assert not backup.exists(), "there was none"
    for content in (b"first", b"second", b"third"):
        files.back_up(path, content)
        write_atomically(path, content)
    files.back_up(path, b"third")
    assert (path.read_bytes(), backup.read_bytes()) == (b"third", b"second"), "saved twice, it is not a new version"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["net.loom", "net.loom~"]


@pytest.mark.skipif(sys.platform == "win32", reason="modes are Unix's")
def test_a_backup_is_as_private_as_the_file_and_follows_no_link(tmp_path: Path) -> None:
    path, backup, other = tmp_path / "net.loom", tmp_path / "net.loom~", tmp_path / "other"
    other.write_bytes(b"other")
    path.write_bytes(b"old")
    path.chmod(0o600)
    backup.symlink_to(other)
    files.back_up(path, b"new")
    assert (backup.read_bytes(), other.read_bytes(), backup.is_symlink()) == (b"old", b"other", False)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_where_a_backup_cannot_be_the_reason_is_given(tmp_path: Path) -> None:
    path = tmp_path / "net.loom"
    path.write_bytes(b"old")
    (tmp_path / "net.loom~").mkdir()
    with pytest.raises(FileError, match=r"net\.loom~ cannot be written: it is a folder"):
        files.back_up(path, b"new")
