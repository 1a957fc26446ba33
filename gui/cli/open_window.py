"""``layerloom`` and ``layerloom open [WHAT] [--train]``: the window. The one command that imports Qt."""

from __future__ import annotations

import argparse
import os

import presets
from engine import system
from engine.system import channels
from gui.cli.common import CallError, Commands
from gui.signals import end_at_once_by_signals


def add(commands: Commands) -> None:
    parser = commands.add_parser("open", help="open the window (the default)")
    parser.add_argument("what", metavar="WHAT", nargs="?", help="a preset or project file to open")
    parser.add_argument("--train", action="store_true", help="start training at once")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if not has_display():
        raise CallError(
            "there is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set); "
            "`layerloom train WHAT` trains without one."
        )
    if args.train and not args.what:
        raise CallError("--train needs to know what: `layerloom open lenet-5 --train`.")
    end_at_once_by_signals()
    opened = presets.open_what(args.what) if args.what else None
    from gui import app

    return app.main(opened, train=args.train)


def has_display() -> bool:
    """Whether Qt would find a screen; asked before, because Qt aborts the program where it does not."""
    if not system.DISPLAY_MAY_LACK or os.environ.get("QT_QPA_PLATFORM", "").split(":")[0] in (
        "offscreen",
        "minimal",
        "vnc",
        "linuxfb",
        "eglfs",
    ):
        return True
    return bool(os.environ.get("WAYLAND_DISPLAY")) or _x_answers(os.environ.get("DISPLAY", ""))


def _x_answers(display: str) -> bool:
    """Whether an X server listens on ``DISPLAY``: a name alone is not a screen."""
    import re
    import socket

    match = re.fullmatch(r"(?:unix)?([^:/]*):(\d+)(?:\.\d+)?", display)
    if match is None:
        return False
    host, number = match[1], int(match[2])
    if not host or host == "unix":
        for address in (f"\0/tmp/.X11-unix/X{number}", f"/tmp/.X11-unix/X{number}"):
            if channels.answers(address):
                return True
        host = "localhost"
    try:
        with socket.create_connection((host, 6000 + number), timeout=2):
            return True
    except OSError:
        return False
