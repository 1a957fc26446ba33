"""A disk that fails at one of its writes: those of `engine.files`, `engine.own_files` and torch alike.

It counts every write, sync, rename, new file and new folder below a folder, whoever asks for it, and lets the n-th fail
with an error of the operating system. What is written in part is written in part, as on a real disk.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

WRITING = os.O_WRONLY | os.O_RDWR


class FaultyDisk:
    """What is below ``folder``; its ``at``-th act of writing fails, and with ``stays`` every one from then on.

    At 0 none fails: so the acts are counted. ``acts`` says what they were, in words. With ``deadly`` the program is
    killed there instead, as the system does it.
    """

    def __init__(
        self, folder: Path, at: int = 0, code: int = errno.ENOSPC, *, stays: bool = False, deadly: bool = False
    ) -> None:
        self.folder, self.at, self.code, self.stays, self.deadly = str(folder), at, code, stays, deadly
        self.acts: list[str] = []

    @property
    def failed(self) -> bool:
        """Whether it has come to the act that fails."""
        return 0 < self.at <= len(self.acts)

    def act(self, what: str, path: Any) -> None:
        """Count one act. Raises OSError where it is to fail."""
        place = os.path.realpath(os.fsdecode(path))
        if not place.startswith(self.folder):
            return
        self.acts.append(f"{what} {place[len(self.folder) :]}")
        if len(self.acts) == self.at or (self.stays and self.failed):
            if self.deadly and what != "write":
                self.die()
            raise OSError(self.code, os.strerror(self.code), place)

    @staticmethod
    def die() -> None:
        """Be killed."""
        os.kill(os.getpid(), signal.SIGKILL)


class _Raw(io.FileIO):
    """A file whose writes are counted."""

    disk: FaultyDisk
    path: str
    refused: OSError | None = None

    def write(self, content: Any) -> int | None:  # type: ignore[override]
        """Write; where that fails half of it is written first, as a system does: the rest is refused then."""
        refused, self.refused = self.refused, None
        if refused is not None:
            raise refused
        try:
            self.disk.act("write", self.path)
        except OSError as error:
            if len(content) < 2:
                raise
            self.refused = error
            half = super().write(content[: len(content) // 2])
            if self.disk.deadly:
                self.disk.die()
            return half
        return super().write(content)

    def truncate(self, size: int | None = None) -> int:
        self.disk.act("cut", self.path)
        return super().truncate(size)


def _path_of(handle: int) -> str:
    return os.readlink(f"/proc/self/fd/{handle}")


@contextmanager
def faulty(disk: FaultyDisk) -> Iterator[FaultyDisk]:
    """The disk is like this within the block."""
    with pytest.MonkeyPatch.context() as patch:
        _files(disk, patch)
        _names(disk, patch)
        yield disk


def _files(disk: FaultyDisk, patch: pytest.MonkeyPatch) -> None:
    real_open, real_os_open, real_fdopen, real_fsync = io.open, os.open, os.fdopen, os.fsync

    def buffered(handle: int, mode: str, path: str) -> io.BufferedWriter:
        raw = _Raw(handle, mode.replace("b", ""))
        raw.disk, raw.path = disk, path
        return io.BufferedWriter(raw)

    def open_path(file: Any, mode: str = "r", *more: Any, **options: Any) -> Any:
        if mode not in ("wb", "ab", "xb") or isinstance(file, int):
            return real_open(file, mode, *more, **options)
        flags = os.O_WRONLY | os.O_CREAT | {"w": os.O_TRUNC, "a": os.O_APPEND, "x": os.O_EXCL}[mode[0]]
        return buffered(os_open(file, flags, 0o666), mode, os.fspath(file))

    def os_open(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        if flags & WRITING and flags & os.O_CREAT and not os.path.lexists(path):
            disk.act("create", path)
        return real_os_open(path, flags, mode, **more)

    def fdopen(handle: int, mode: str = "r", *more: Any, **options: Any) -> Any:
        if mode in ("wb", "ab"):
            return buffered(handle, mode, _path_of(handle))
        return real_fdopen(handle, mode, *more, **options)

    def fsync(handle: int) -> None:
        disk.act("sync", _path_of(handle))
        real_fsync(handle)

    patch.setattr(io, "open", open_path)
    patch.setattr(builtins, "open", open_path)
    patch.setattr(os, "open", os_open)
    patch.setattr(os, "fdopen", fdopen)
    patch.setattr(os, "fsync", fsync)


def _names(disk: FaultyDisk, patch: pytest.MonkeyPatch) -> None:
    def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *more: Any, **options: Any) -> Any:
            disk.act(name, path)
            return real(path, *more, **options)

        return call

    for name in ("replace", "rename", "mkdir", "chmod", "truncate"):
        patch.setattr(os, name, counted(name, getattr(os, name)))
