"""What the window says about the file of the open project."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from engine.file_versions import FileLook
from engine.open_projects import Holder

TAKEN = "Take the version on disk"
"""The undo step."""


def happened(path: Path, found: FileLook) -> str:
    """What became of a file, in one sentence."""
    reason = f": {found.reason}" if found.reason else ""
    match found.state:
        case "changed":
            return f"{path.name} was changed by another program."
        case "gone":
            return f"{path.name} was moved or deleted{reason}."
        case "unreachable":
            return f"{path.name} cannot be reached{reason}."
        case "same":
            return read_only(path, found.read_only) if found.read_only else ""


def read_only(path: Path, reason: str) -> str:
    """That nothing can be written to a file."""
    return f"{path.name} cannot be written: {reason}. Save asks for another name."


def held(path: Path, holder: Holder) -> str:
    """Who has a file open, in one sentence."""
    where = "on this computer" if holder.same_computer else "on another computer"
    return f"{path.name} is open in another window {where}{_since(holder)}."


def _since(holder: Holder) -> str:
    if holder.since is None:
        return ""
    try:
        began = datetime.fromtimestamp(holder.since)
    except (OverflowError, OSError, ValueError):  # whatever the other one wrote
        return ""
    day = "" if began.date() == datetime.now().date() else f"{began:%d %B %Y}, ".lstrip("0")
    return f" since {day}{began:%H:%M}"
