"""Takes out of a text what tells whose machine it was written on: names of user and host, and where files lie."""

from __future__ import annotations

import getpass
import re
import socket
import sysconfig
from pathlib import Path
from typing import Final

USER: Final = "USER"
HOST: Final = "HOST"
NOBODY: Final = frozenset({"", "root", "localhost"})
"""Names that say nothing of a person or a machine."""
_ROOT = r"(?:file://)?(?:/|[A-Za-z]:[\\/]|\\\\)"
_PATH: Final = re.compile(
    r"(?P<address>\b(?!file:)[A-Za-z][A-Za-z0-9+.-]+://[^\s'\"<>]+)"
    rf"|(?<=['\"“‘])(?P<quoted>{_ROOT}[^'\"”’\n]*)(?=['\"”’])"
    rf"|(?<![\w.~…/\\<])(?P<bare>{_ROOT}(?=[^\s/\\])"
    r"(?:[^\n/\\'\"…:]*[^\s/\\…:'\"][/\\]+)*[^\s/\\'\",;:()\[\]<>]*)"
)
"""An address of the net, which stays, or an absolute path. A bare one may have spaces within the names of folders."""


def redact(text: str) -> str:
    """The text with paths of packages relative to them, the home as ``~``, of other absolute paths only the last name.

    Names of the user and of the host become ``USER`` and ``HOST``.
    """
    roots = _roots()
    text = _PATH.sub(lambda found: found["address"] or _short(found["quoted"] or found["bare"], roots), text)
    for stand_in, names in ((USER, _users()), (HOST, _hosts())):
        for name in names:
            text = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", stand_in, text, flags=re.IGNORECASE)
    return text


def _short(path: str, roots: list[tuple[list[str], str]]) -> str:
    parts = _parts(path.removeprefix("file://"))
    for root, stand_in in roots:
        if parts[: len(root)] == root:
            return "/".join([stand_in, *parts[len(root) :]] if stand_in else parts[len(root) :])
    return f"…/{parts[-1]}"


def _roots() -> list[tuple[list[str], str]]:
    """The parts of known folders with what stands for them, the longest first."""
    kinds = ("purelib", "platlib", "stdlib", "platstdlib")
    folders = {sysconfig.get_path(kind): "" for kind in kinds}
    folders |= {str(Path(__file__).resolve().parents[2]): "", str(Path.home()): "~"}
    found = [(_parts(folder), stand_in) for folder, stand_in in folders.items() if folder]
    return sorted((one for one in found if len(one[0]) > 1), key=lambda one: -len(one[0]))


def _parts(path: str) -> list[str]:
    return re.split(r"[\\/]+", path.rstrip("\\/"))


def _users() -> set[str]:
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container may run as a user who has no name
        name = ""
    return {name, Path.home().name} - NOBODY


def _hosts() -> list[str]:
    """The whole name of the machine, then the first part of it."""
    name = socket.gethostname()
    return [each for each in (name, name.partition(".")[0]) if each.lower() not in NOBODY]
