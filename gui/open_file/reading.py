"""Reads a project file, and learns all that the window wants to know of it; for a thread beside the window."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine import project
from engine.graph import Graph
from engine.reading.file_versions import FileVersion
from engine.saving.open_projects import Holder
from gui.open_file.claims import Claims


@dataclass(frozen=True, slots=True)
class ReadFile:
    """``key`` is what the claims know it by, ``holder`` another window that has it open."""

    path: Path
    graph: Graph
    version: FileVersion
    key: str
    holder: Holder | None


def read(path: Path, claims: Claims) -> ReadFile:
    """Raises ProjectError where it is not a project that can be read."""
    graph, version = project.load_version(path)
    return ReadFile(path, graph, version, *claims.take(path))


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is to be known of the file of a project that was read elsewhere."""

    version: FileVersion
    key: str
    holder: Holder | None


def facts_of(path: Path, version: FileVersion | None, shown: bytes, claims: Claims) -> FileFacts:
    """``version`` is what was read, if that is known, ``shown`` the canonical bytes of what the window showed of it.

    What was written to the file since counts as another version.
    """
    if version is None:
        version = FileVersion.of(shown)
        try:
            graph, there = project.load_version(path)
            if project.to_bytes(graph) == shown:
                version = there
        except project.ProjectError:
            pass  # it is looked at next, and what is wrong is said then
    return FileFacts(version, *claims.take(path))
