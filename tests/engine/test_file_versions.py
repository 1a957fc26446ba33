"""Versions of a file: what became of it since it was read, and how the two differ."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.reading import file_versions
from engine.reading.file_versions import MOST_LINES, FileLook, FileVersion, difference, look

KNOWN = FileVersion.of(b"mine")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    made = folder / "net.loom"
    made.write_bytes(b"mine")
    return made


def touched(path: Path) -> None:
    os.utime(path, (0, 0))


def written_again(path: Path) -> None:
    path.with_suffix(".new").write_bytes(b"mine")
    os.replace(path.with_suffix(".new"), path)


def at_the_same_time_with_the_same_size(path: Path) -> None:
    facts = path.stat()
    path.write_bytes(b"evil")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def moved(path: Path) -> None:
    path.rename(path.with_suffix(".away"))


def folder_gone(path: Path) -> None:
    shutil.rmtree(path.parent)


def folder_became_a_file(path: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.write_bytes(b"")


def became_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def became_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def read_only(path: Path) -> None:
    path.chmod(0o444)


GONE = "the folder work is not there any more"
CASES: list[tuple[Callable[[Path], None], FileLook]] = [
    (touched, FileLook("same")),
    (written_again, FileLook("same")),
    (at_the_same_time_with_the_same_size, FileLook("changed", content=b"evil")),
    (moved, FileLook("gone")),
    (folder_gone, FileLook("gone", GONE)),
    (folder_became_a_file, FileLook("gone", GONE)),
    (became_a_folder, FileLook("unreachable", "it is a folder")),
    (became_a_pipe, FileLook("unreachable", "it is a named pipe, not a file")),
    (read_only, FileLook("same", read_only="it is read-only")),
]


@pytest.mark.parametrize(("happens", "found"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_what_became_of_a_file(happens: Callable[[Path], None], found: FileLook, path: Path) -> None:
    happens(path)
    assert look(path, KNOWN, 100) == found


def test_a_mount_that_does_not_answer_says_why(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stale(*_args: object) -> bytes:
        raise OSError(116, os.strerror(116))

    monkeypatch.setattr(file_versions, "read_bytes", stale)
    assert look(path, KNOWN, 100) == FileLook("unreachable", os.strerror(116))


def test_a_read_only_folder_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda name, _mode: Path(name) != path.parent)
    assert look(path, KNOWN, 100).read_only == "its folder is read-only"


LINES = st.lists(st.sampled_from("abc"), max_size=30).map(lambda lines: "".join(f"{line}\n" for line in lines))


@settings(deadline=None)
@given(before=LINES, after=LINES)
def test_a_difference_is_what_patch_understands(
    before: str, after: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert patched(before, after, tmp_path_factory.mktemp("patch")) == after


def patched(before: str, after: str, folder: Path) -> str:
    """What git makes of one text by their difference."""
    file, text = folder / "net", difference(before.encode(), after.encode(), ("a/net", "b/net"))
    file.write_text(before, encoding="utf-8")
    if text:
        git = ["git", "apply", "--unidiff-zero", "-"]
        made = subprocess.run(git, cwd=folder, input=f"{text}\n", text=True, capture_output=True, check=False)
        assert made.stderr == ""
    return file.read_text(encoding="utf-8") if file.exists() else ""


def test_a_large_difference_is_bounded_and_begins_with_what_differs() -> None:
    rng = random.Random(0)
    one, other = ("".join(f"{rng.random()}\n" for _ in range(50_000)).encode() for _ in range(2))
    head = b"same\n" * 10
    shown = difference(head + one, head + other, ("theirs", "mine")).splitlines()
    assert len(shown) == MOST_LINES + 3
    assert shown[:3] == ["--- theirs", "+++ mine", "@@ -8,50003 +8,50003 @@"]
    assert shown[3:7] == [" same", " same", " same", f"-{one.decode().splitlines()[0]}"]
    assert shown[-1] == "… and more."


def test_long_lines_and_other_texts_are_shown_as_far_as_they_go() -> None:
    assert len(difference(b"x" * 10_000, b"y", ("a", "b")).splitlines()[3]) < 500
    assert difference(b"\xff\x00", b"y", ("a", "b")).splitlines()[-1] == "+y"
    assert difference(b"a\r\n", b"a\n", ("a", "b")) == "The texts are the same, but for the ends of their lines."
    assert difference(b"a", b"a", ("a", "b")) == ""
