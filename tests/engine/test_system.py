"""Where operating systems differ: both branches, those of other systems on stand-ins that behave as they document."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PureWindowsPath
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine import files, locks, system
from engine.files import FileError, write_atomically
from engine.locks import LOCK, WriterLock, is_written
from engine.system import channels, machine, names, processes
from tests.platforms import unix

# -- files and locks --------------------------------------------------------------------------------------------------


class Msvcrt(ModuleType):
    """Locks bytes of open files as that module of Windows does.

    The bytes from the position of the handle on are locked, for that handle alone, until it is closed; what another
    handle has locked is refused at once by LK_NBLCK.
    """

    LK_NBLCK = 2

    def __init__(self) -> None:
        super().__init__("msvcrt")
        self.held: dict[tuple[int, int], tuple[int, int]] = {}

    def locking(self, handle: int, mode: int, count: int) -> None:
        assert (mode, count) == (self.LK_NBLCK, 1)
        byte = (os.fstat(handle).st_ino, os.lseek(handle, 0, os.SEEK_CUR))
        owner = self.held.get(byte)
        if owner is not None and owner != self._identity(handle) and self._open(owner):
            raise PermissionError(13, "Permission denied")
        self.held[byte] = self._identity(handle)

    def _identity(self, handle: int) -> tuple[int, int]:
        return handle, os.fstat(handle).st_ino

    def _open(self, owner: tuple[int, int]) -> bool:
        try:
            return os.fstat(owner[0]).st_ino == owner[1]
        except OSError:
            return False


def loaded_as(platform: str, monkeypatch: pytest.MonkeyPatch, **modules: Any) -> Any:
    """The module as it is on another system, beside the one in use."""
    assert system.__file__ is not None
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", platform)
        for name, module in modules.items():
            patch.setitem(sys.modules, name, module)
        spec = importlib.util.spec_from_file_location(f"system_of_{platform}", system.__file__)
        assert spec is not None
        assert spec.loader is not None
        found = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found)
    return found


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The branch for Windows, in use by the locks and files."""
    found = loaded_as("win32", monkeypatch, msvcrt=Msvcrt())
    for module in (locks, files):
        monkeypatch.setattr(module, "system", found)
    monkeypatch.setattr(locks, "PAUSE", 0)
    return found


@pytest.mark.parametrize("content", [b"", b"what somebody has put there"])
def test_one_program_writes_on_windows_too(content: bytes, windows: Any, tmp_path: Path) -> None:
    (tmp_path / LOCK).write_bytes(content)
    assert not is_written(tmp_path)
    lock = WriterLock(tmp_path)
    assert is_written(tmp_path)
    with pytest.raises(BlockingIOError):
        WriterLock(tmp_path)
    lock.release()
    assert not is_written(tmp_path)
    WriterLock(tmp_path).release()


def test_a_file_is_written_on_windows_too(windows: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.loom"
    (tmp_path / ".net.loom.dead.tmp").write_bytes(b"half")
    write_atomically(path, b"new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.loom"]
    assert path.read_bytes() == b"new"
    assert windows.is_ours(os.stat(path)), "whose it is, Windows does not say"
    with path.open("r+b") as file:
        windows.sync_file(file.fileno())


def test_a_junction_of_windows_is_a_link() -> None:
    junction = SimpleNamespace(st_mode=stat.S_IFDIR | 0o777, st_file_attributes=system.REPARSE_POINT | 0x10)
    folder = SimpleNamespace(st_mode=stat.S_IFDIR | 0o777, st_file_attributes=0x10)
    assert [system.is_link(facts) for facts in (junction, folder)] == [True, False]  # type: ignore[arg-type]


@pytest.mark.parametrize("change", ["replace", "rename"])
def test_what_windows_refuses_for_a_moment_is_tried_again_and_not_for_ever(
    change: str, windows: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, real = (os, os.replace) if change == "replace" else (Path, Path.rename)
    left = [3]

    def busy(*args: Any) -> Any:
        left[0] -= 1
        if left[0] >= 0:
            raise PermissionError(13, "Access is denied")
        return real(*args)

    waits = list[float]()
    monkeypatch.setattr(owner, change, busy)
    monkeypatch.setattr(windows, "sleep", waits.append)
    (tmp_path / "a").write_bytes(b"new")
    getattr(windows, change)(tmp_path / "a", tmp_path / "b")
    assert ((tmp_path / "b").read_bytes(), len(waits)) == (b"new", 3)
    left[0] = 10**6
    with pytest.raises(PermissionError):
        getattr(windows, change)(tmp_path / "b", tmp_path / "c")
    assert len(waits) == 3 + windows.TRIES - 1


@unix
@pytest.mark.parametrize("answers", [True, False], ids=["known", "unknown"])
def test_macos_is_asked_to_write_through_its_drive(
    answers: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    asked, synced = list[int](), list[int]()

    def ask(handle: int, command: int) -> int:
        asked.append(command)
        if not answers:
            raise OSError(45, "Operation not supported")
        return 0

    found = loaded_as("darwin", monkeypatch)
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", ask)
    monkeypatch.setattr(os, "fsync", synced.append)
    found.sync_file(7)
    assert (asked, synced) == ([51], [] if answers else [7])


# -- names ------------------------------------------------------------------------------------------------------------

DEVICES = ("con", "prn", "aux", "nul", "com1", "com9", "lpt1", "conin$", "conout$", "COM³")
STEMS = st.one_of(st.text(max_size=30), st.sampled_from(DEVICES), st.text('<>:"/\\|?*. \tab', max_size=12))
NAMES = st.builds("".join, st.lists(STEMS | st.just(".") | st.just(" "), max_size=5))


@given(name=NAMES)
@example(name="CON")
@example(name="nul .tar.gz")
@example(name="a. . .")
@example(name="\ud800")
@example(name="é" * 400)
def test_a_safe_name_is_a_file_everywhere(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    found = names.safe(name)
    assert names.safe(found) == found
    as_windows = PureWindowsPath("C:/folder", found)
    assert as_windows.parent == PureWindowsPath("C:/folder")
    assert as_windows.name == found
    assert not as_windows.is_reserved()
    assert found == found.rstrip(". ")
    assert not set(found) & set('<>:"/\\|?*')
    assert min(found) >= " "
    path = tmp_path_factory.getbasetemp() / found
    path.write_bytes(b"")
    path.unlink()


@pytest.mark.parametrize("name", ["lenet-5.loom", "Mein Netz.loom", "ネット.loom", ".hidden", "console.loom", "com10"])
def test_a_name_that_is_safe_stays(name: str) -> None:
    assert names.safe(name) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [("CON", "CON_"), ("con.loom", "con_.loom"), ("a/b", "a_b"), ("..", "unnamed"), ("", "unnamed"), ("x. ", "x")],
)
def test_a_name_that_is_not_changes_as_little_as_can_be(name: str, expected: str) -> None:
    assert names.safe(name) == expected


def test_names_that_some_systems_take_for_one_are_kept_apart(tmp_path: Path) -> None:
    for name in ("cell.loom", "Cell.loom", "CELL.loom", "cell.loom"):
        (tmp_path / names.apart(tmp_path, name)).write_text(name, encoding="utf-8")
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {
        "cell.loom": "cell.loom", "Cell-2.loom": "Cell.loom", "CELL-3.loom": "CELL.loom",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("con.loom", "“con.loom” is the name of a device of Windows: choose another name"),
        ("what?.loom", "Windows allows no name like “what?.loom”"),
        ("net.", "Windows allows no name like “net.”"),
        ("n" * 250, "characters, and Windows allows 259: choose a shorter one"),
    ],
)
def test_what_windows_would_refuse_in_riddles_is_a_sentence(
    name: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert names.fault(tmp_path / name) == "", "other systems have no such rule"
    monkeypatch.setattr(system, "WINDOWS", True)
    with pytest.raises(FileError, match="cannot be written: ") as caught:
        write_atomically(tmp_path / name, b"new")
    assert reason in str(caught.value)
    assert list(tmp_path.iterdir()) == []


# -- processes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "windows", "words"),
    [
        (None, False, "has ended unexpectedly"),
        (3, False, "has ended with code 3"),
        (-11, False, "was ended by SIGSEGV"),
        (-9, False, "was ended by SIGKILL, as the system does when memory runs out,"),
        (-4000, False, "was ended by signal 4000"),
        (0xC0000005, True, "was ended by an access violation"),
        (-1073741819, True, "was ended by an access violation"),
        (0xC00000FD, True, "was ended by a stack overflow"),
        (1, True, "has ended with code 1"),
    ],
)
def test_how_a_process_has_ended_is_said(
    code: int | None, windows: bool, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not windows and sys.platform == "win32":
        pytest.skip("signals of Unix")
    monkeypatch.setattr(system, "WINDOWS", windows)
    assert processes.ended(code) == words


@pytest.mark.parametrize(
    ("windows", "path", "words"),
    [
        (False, "/home/ann/run", "/home/ann/run"),
        (False, "/home/ann lee/it's", "'/home/ann lee/it'\"'\"'s'"),
        (True, r"C:\Users\Ann Lee\run", r'"C:\Users\Ann Lee\run"'),
    ],
)
def test_a_path_is_quoted_as_the_shell_reads_it(
    windows: bool, path: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "WINDOWS", windows)
    assert processes.quoted(path) == words


def test_a_process_is_made_independent_on_every_system(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, flag in (("CREATE_NEW_PROCESS_GROUP", 0x200), ("DETACHED_PROCESS", 0x8)):
        monkeypatch.setattr(subprocess, name, flag, raising=False)
    found = {}
    for platform in ("win32", "darwin", "linux"):
        monkeypatch.setattr(sys, "platform", platform)
        found[platform] = processes.independent()
    unix = {"start_new_session": True}
    assert found == {"win32": {"creationflags": 0x208}, "darwin": unix, "linux": unix}


# -- the machine ------------------------------------------------------------------------------------------------------


def filling(kind: type[ctypes.Structure], done: int, **values: int) -> Callable[..., int]:
    """A function of Windows that fills the structure it is given, if that says its size as it has to."""

    def call(*args: Any) -> int:
        given = next(arg for arg in args if hasattr(arg, "_obj"))._obj
        assert isinstance(given, kind)
        if given.length != ctypes.sizeof(kind):  # type: ignore[attr-defined]
            return 0
        for name, value in values.items():
            setattr(given, name, value)
        return done

    return call


@pytest.mark.parametrize("done", [1, 0])
def test_memory_of_windows(done: int) -> None:
    class Process:
        restype: object = None

        def __call__(self) -> int:
            return 2**64 - 1

    kernel32: Any = SimpleNamespace(
        GlobalMemoryStatusEx=filling(machine.MemoryStatus, done, available=5 * 2**30, total=2**34),
        K32GetProcessMemoryInfo=filling(machine.MemoryCounters, done, used=3 * 2**20, most=2**30),
        GetCurrentProcess=Process(),
    )
    assert machine.available(kernel32) == (5 * 2**30 if done else None)
    assert machine.working_set(kernel32) == (3 * 2**20 if done else None)


def test_the_structures_of_windows_have_the_size_that_it_documents() -> None:
    assert ctypes.sizeof(machine.MemoryStatus) == 64
    assert ctypes.sizeof(machine.MemoryCounters) == 8 + 8 * ctypes.sizeof(ctypes.c_size_t)


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_memory_of_unix(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform == "win32" or (platform == "linux" and sys.platform != "linux"):
        pytest.skip("another system")
    monkeypatch.setattr(sys, "platform", platform)
    free, used = machine.free_memory(), machine.used_memory()
    assert free is not None
    assert free > 2**20
    assert used is not None
    assert used > 0


def test_cores_that_no_system_tells_are_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert machine.physical_cores() is None


# -- channels ---------------------------------------------------------------------------------------------------------


def test_the_channel_of_windows_is_a_port_that_nobody_outside_reaches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "UNIX", False)
    with channels.listen(tmp_path, tmp_path / "spare") as listener:
        host, port = listener.address
        assert host == "127.0.0.1"
        assert port > 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="sockets that are files")
def test_whether_somebody_listens_at_a_socket(tmp_path: Path) -> None:
    with channels.listen(tmp_path, tmp_path / "spare") as listener:
        assert isinstance(listener.address, str)
        assert channels.answers(listener.address)
    assert not channels.answers(str(tmp_path / "wire"))
