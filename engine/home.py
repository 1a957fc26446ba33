"""Where Layerloom keeps what is its own: runs, settings, logs, and whatever else outlives a session."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

NAME: Final = "layerloom"


def home() -> Path:
    """The folder for runs and all else that has no other place; it may not exist yet.

    It is the one named by the environment variable ``LAYERLOOM_HOME``; else ``~/.layerloom``, the home of earlier
    versions, where that exists; else the place that the system expects (on Linux ``~/.local/share/layerloom``).
    """
    return _one() or _expected("data")


def preferences() -> Path:
    """The folder for settings of the program; with ``LAYERLOOM_HOME``, or in ``~/.layerloom``, the home itself."""
    return _one() or _expected("config")


def state() -> Path:
    """The folder for logs; with ``LAYERLOOM_HOME``, or in ``~/.layerloom``, the home itself."""
    return _one() or _expected("state")


def caches() -> Path:
    """The folder for what can be computed again; with ``LAYERLOOM_HOME``, or in ``~/.layerloom``, the home itself."""
    return _one() or _expected("cache")


def hosts() -> Path:
    """Where trainings in separate processes are given what they need; see `engine.training.process.handover`."""
    return home() / "hosts"


def journals() -> Path:
    """Where the edits since the last save of each open project are; see `engine.journals.journal`."""
    return home() / "journals"


def shown(path: Path) -> str:
    """A path as people write it: ``~`` for the home of the user."""
    return f"~/{path.relative_to(Path.home())}" if path.is_relative_to(Path.home()) else str(path)


def _one() -> Path | None:
    """The one folder that holds all, where there is one."""
    named = os.environ.get("LAYERLOOM_HOME")
    if named:
        return Path(named)
    former = Path.home() / f".{NAME}"
    return former if os.path.isdir(former) else None  # `is_dir` raises where it may not be read


def _expected(kind: str) -> Path:
    import platformdirs

    return Path(getattr(platformdirs, f"user_{kind}_path")(NAME, appauthor=False))
