"""Standard output and standard error that may go away: nobody who stops listening ends a training."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from typing import Final, TextIO

NOBODY: Final = (errno.EPIPE, errno.EINVAL)
"""What writing to a pipe says whose reader has gone; EINVAL is that of Windows."""


class Output:
    """A text stream as print and tqdm want it. Once it cannot be written it is silent, and ``lost`` says why."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.lost: OSError | None = None

    def write(self, text: str) -> int:
        if self.lost is None:
            try:
                return self.stream.write(text)
            except OSError as error:
                self._lose(error)
            except RuntimeError:  # a signal came while its own thread was writing here: its words give way
                return 0
        return len(text)

    def flush(self) -> None:
        if self.lost is None:
            try:
                self.stream.flush()
            except OSError as error:
                self._lose(error)

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)

    def _lose(self, error: OSError) -> None:
        """Lead what is still to be written to nowhere, or Python itself would fail with it at its end."""
        self.lost = error
        with contextlib.suppress(OSError, ValueError):  # a stream of a test has no number
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())

    @property
    def answer_lost(self) -> OSError | None:
        """Why an answer did not arrive, unless its reader did not want the rest, as in ``layerloom layers | head``."""
        return None if self.lost is None or self.lost.errno in NOBODY else self.lost


@contextlib.contextmanager
def lasting_output() -> Iterator[Output]:
    """Standard output and error for one command; gives the output."""
    _open_standard()
    before = sys.stdout, sys.stderr
    streams = tuple(Output(stream if stream is not None else _nowhere()) for stream in before)
    for output in streams:
        if hasattr(output.stream, "reconfigure"):
            output.stream.reconfigure(errors="replace")  # a terminal of another encoding shows what it can
    sys.stdout, sys.stderr = streams
    try:
        yield streams[0]
    finally:
        for output in streams:
            output.flush()
        sys.stdout, sys.stderr = before


def escapes() -> bool:
    """Whether JSON on standard output needs escapes: its encoding does not have every letter."""
    return not (sys.stdout.encoding or "utf-8").lower().replace("-", "").startswith("utf")


def _open_standard() -> None:
    """Open what was closed (``>&-``), or the next file that is opened would become the standard output."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")
