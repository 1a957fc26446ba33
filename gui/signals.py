"""The signals that ask a program to end, and the exit codes they lead to."""

from __future__ import annotations

import signal
from typing import Final

SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""What asks a program to end: Ctrl-C, a service manager, a terminal that is closed; the last is that of Windows."""
SIGNALLED: Final = 128
"""What shells add to the number of a signal for the exit code of a program that it ended."""


def heeded() -> list[int]:
    """Their numbers; a SIGHUP that is ignored, as under ``nohup``, stays ignored."""
    known = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    hangup = getattr(signal, "SIGHUP", None)
    return [number for number in known if number != hangup or signal.getsignal(number) is not signal.SIG_IGN]


def end_at_once_by_signals() -> None:
    """While a program is starting, and nothing is unsaved, signals end it as the system does.

    Python would raise KeyboardInterrupt for Ctrl-C, which is lost where Qt has called what it is raised in.
    """
    for number in heeded():
        signal.signal(number, signal.SIG_DFL)


class StoppedBySignal(KeyboardInterrupt):
    """A second signal: the command ends at once, with this exit ``code``."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.code = SIGNALLED + number
