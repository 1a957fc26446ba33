"""What the window says about the file of the open project."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from engine.reading.file_versions import FileLook
from engine.saving.open_projects import Holder

TAKEN = "Take the version on disk"
"""The undo step."""
LONGEST = 60
"""What is said of a name."""


def short(path: Path) -> str:
    """The name of a file, without its middle where that is long."""
    name = path.name
    return name if len(name) <= LONGEST else f"{name[: LONGEST // 2]}…{name[-LONGEST // 2 :]}"


def happened(path: Path, found: FileLook) -> str:
    """What became of a file, in one sentence."""
    reason = f": {found.reason}" if found.reason else ""
    match found.state:
        case "changed":
            return f"{short(path)} was changed by another program."
        case "gone":
            return f"{short(path)} was moved or deleted{reason}."
        case "unreachable":
            return f"{short(path)} cannot be reached{reason}."
        case "same":
            return read_only(path, found.read_only) if found.read_only else ""


def read_only(path: Path, reason: str) -> str:
    """That nothing can be written to a file."""
    return f"Nothing is written to {short(path)}: {reason}. Save asks for another name."


def held(path: Path, holder: Holder) -> str:
    """Who has a file open, in one sentence."""
    where = "on this computer" if holder.same_computer else "on another computer"
    return f"{short(path)} is open in another window {where}{_since(holder)}."


def _since(holder: Holder) -> str:
    if holder.since is None:
        return ""
    try:
        began = datetime.fromtimestamp(holder.since)
    except (OverflowError, OSError, ValueError):  # whatever the other one wrote
        return ""
    day = "" if began.date() == datetime.now().date() else f"{began:%d %B %Y}, ".lstrip("0")
    return f" since {day}{began:%H:%M}"
