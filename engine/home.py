"""Where Layerloom keeps what is its own: runs, and whatever else outlives a session."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The folder named by the environment variable ``LAYERLOOM_HOME``, else ``~/.layerloom``; it may not exist yet."""
    named = os.environ.get("LAYERLOOM_HOME")
    return Path(named) if named else Path.home() / ".layerloom"


def hosts() -> Path:
    """Where trainings in processes of their own are given what they need; see `engine.training.process.handover`."""
    return home() / "hosts"


def journals() -> Path:
    """Where the edits since the last save of each open project are; see `engine.journals.journal`."""
    return home() / "journals"
