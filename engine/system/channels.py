"""Channels between processes of one computer: sockets of Unix that are files, else a port that nobody outside reaches.

Who may speak is not decided here: both ends prove that they know a key (`engine.training.process.wire`).
"""

from __future__ import annotations

import os
import socket
import sys
from multiprocessing.connection import Listener
from pathlib import Path
from typing import Final

UNIX = hasattr(socket, "AF_UNIX")
"""Whether there are sockets that are files; Python has none on Windows."""
LOCAL: Final = "127.0.0.1"
LONGEST_PATH: Final = 100
"""Bytes of the path of a socket; the systems allow 104 to 108."""


def listen(folder: Path, spare: Path) -> Listener:
    """Listen at a socket in ``folder``; in ``spare``, which is made then, where that path is too long; else at a port.

    Raises OSError.
    """
    if not UNIX:
        return Listener((LOCAL, 0), "AF_INET", backlog=8)
    path = folder / "wire"
    if len(os.fsencode(path)) > LONGEST_PATH:
        spare.mkdir(mode=0o700)
        path = spare / "wire"
    return Listener(str(path), "AF_UNIX", backlog=8)


def answers(address: str) -> bool:
    """Whether somebody listens at a socket of Unix."""
    if sys.platform == "win32":
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as local:
        return local.connect_ex(address) == 0
