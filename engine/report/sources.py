"""What a report is made of, read from the folder of a run or of a cross-validation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine import own_files, project
from engine.errors import LayerloomError
from engine.graph import Graph
from engine.settings.data import DataConfig
from engine.settings.resolution import SettingFault, resolve_settings
from engine.training.history import History
from engine.training.runs.folder import PROJECT
from engine.training.runs.folds import FoldsSummary, is_folds, summary
from engine.training.runs.run_info import RunInfo, read
from engine.training.runs.stored import stored_history

LARGEST_PROJECT = 2**20
"""Bytes of a project that are put into the report."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A run, or the runs of a cross-validation (``folds``): what was trained, and the curves by the name of the run."""

    folder: Path
    graph: Graph
    info: RunInfo | None
    folds: FoldsSummary | None
    histories: Mapping[str, History]
    notes: tuple[str, ...] = ()
    """What could not be read."""

    @property
    def title(self) -> str:
        """What the report is called."""
        named = self.info.name if self.info is not None else ""
        return f"{self.graph.name}: {named}" if named else self.graph.name

    @property
    def data(self) -> DataConfig | None:
        """The data section of its settings; None where those mean nothing."""
        settings = resolve_settings(self.graph)
        return None if isinstance(settings, SettingFault) else settings[0]

    @property
    def project_text(self) -> str:
        """The project file; empty where it is too large to be put into a report."""
        content = own_files.read_bytes(self.folder, PROJECT, LARGEST_PROJECT + 1)
        return "" if len(content) > LARGEST_PROJECT else content.decode(errors="replace")


def open_subject(folder: Path) -> Subject:
    """The run or the cross-validation in a folder. Raises RunError and ProjectError."""
    graph = project.load_own(folder, PROJECT)
    if not is_folds(folder):
        histories, notes = _histories({"": folder})
        return Subject(folder, graph, read(folder), None, histories, notes)
    found = summary(folder)
    histories, notes = _histories({f"fold {number}": info.path for number, info in found.runs.items()})
    return Subject(folder, graph, None, found, histories, notes)


def _histories(folders: Mapping[str, Path]) -> tuple[dict[str, History], tuple[str, ...]]:
    """The curves of each run; those of a damaged one are left out, with a note."""
    found, notes = {}, []
    for name, folder in folders.items():
        try:
            found[name] = stored_history(folder)
        except LayerloomError as error:
            notes.append(f"The curves{f' of {name}' if name else ''} cannot be read: {error}")
    return found, tuple(notes)
