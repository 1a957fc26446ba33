"""Processes: how one is started that outlives this one, how one has ended, how a command is written for a shell."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from typing import Any, Final

from engine import system

KILLED: Final = "SIGKILL"
NTSTATUS: Final = {
    0xC0000005: "an access violation",
    0xC0000017: "a lack of memory",
    0xC000001D: "an illegal instruction",
    0xC0000094: "a division by zero",
    0xC00000FD: "a stack overflow",
    0xC000012D: "a lack of memory",
    0xC000013A: "Ctrl-C",
    0xC0000374: "a damaged heap",
    0xC0000409: "a failed check of its own",
}
"""What the exit codes of Windows mean that a program does not choose itself."""


def independent() -> dict[str, Any]:
    """Arguments of `subprocess.Popen` for a process that lives on when this one, or its terminal, ends."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}
    return {"start_new_session": True}


def ended(code: int | None) -> str:
    """How a process has ended, by its exit code: “was ended by SIGSEGV”, “has ended with code 3”."""
    if code is None:
        return "has ended unexpectedly"
    if system.WINDOWS and code & 0xFFFFFFFF in NTSTATUS:
        return f"was ended by {NTSTATUS[code & 0xFFFFFFFF]}"
    if code >= 0:
        return f"has ended with code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = ", as the system does when memory runs out," if name == KILLED else ""
    return f"was ended by {name}{hint}"


def quoted(argument: str) -> str:
    """An argument as one types it, into a shell of Unix or of Windows."""
    return subprocess.list2cmdline([argument]) if system.WINDOWS else shlex.quote(argument)
