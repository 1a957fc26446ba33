"""Saves a project over the version it came from, and over no other: what somebody else wrote is asked about first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine import files, project
from engine.locks import one_at_a_time
from engine.project import ProjectError
from engine.reading.file_versions import FileLook, FileVersion, look
from engine.saving.open_projects import folder, key_of


@dataclass(frozen=True, slots=True)
class Saved:
    """What was written, and why its previous version is not kept as a backup, if it is not."""

    version: FileVersion
    without_backup: str = ""


class Taken(ProjectError):
    """Another project is stored under this name; ``content`` is what is there, ``mine`` what was to be."""

    def __init__(self, path: Path, content: bytes, mine: bytes) -> None:
        super().__init__(f"{path.name} is there already, with another content.")
        self.path, self.content, self.mine = path, content, mine


def save(content: bytes, path: Path, known: FileVersion | None) -> Saved | FileLook:
    """Write the bytes of a project, and keep the version that is there as a backup.

    Nothing is written, and the look at the file is returned, where it is not the version that is ``known``, or is
    read-only; None is for a file that the user has just chosen to be written. Windows that save the same file wait for
    each other. Raises ProjectError, and the old file stays.
    """
    try:
        with one_at_a_time(folder(), f"{key_of(path)}.saving"):
            if known is not None:
                found = look(path, known, project.LARGEST_FILE)
                if found.state != "same" or found.read_only:
                    return found
            without_backup = _back_up(path, content)
            project.write(content, path)
    except BlockingIOError as error:
        raise ProjectError(f"{path} cannot be written: another window has been saving it for seconds.") from error
    return Saved(FileVersion.of(content), without_backup)


def _back_up(path: Path, content: bytes) -> str:
    """Why there is no backup; empty where there is one, or none is needed."""
    try:
        files.back_up(path, content)
    except files.FileError as error:
        return str(error)
    return ""


def store(content: bytes, path_of: Callable[[], Path], over: FileVersion | None = None) -> Path:
    """Keep a project in a folder that all windows share, such as that of the presets; returns where.

    ``path_of`` chooses where once nobody else is storing. Raises Taken where another content is there, unless that is
    the version ``over``, which becomes a backup; ProjectError where nothing can be written.
    """
    try:
        with one_at_a_time(folder(), "store.saving"):
            path = path_of()
            there = _there(path)
            if there is not None and there != content:
                if FileVersion.of(there) != over:
                    raise Taken(path, there, content)
                files.back_up(path, content)
            project.write(content, path)
    except ProjectError:
        raise
    except files.FileError as error:
        raise ProjectError(str(error)) from error
    except BlockingIOError as error:
        raise ProjectError("Another window has been storing for seconds; nothing is written.") from error
    return path


def _there(path: Path) -> bytes | None:
    """What is in a file; None where there is none. Raises ProjectError where nobody can say."""
    try:
        return files.read_bytes(path, project.LARGEST_FILE + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ProjectError(f"{path} cannot be read: {error.strerror or error}.") from error
