"""What the Results page asks: a run, and the samples it is judged by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.splitting import PartName

if TYPE_CHECKING:
    from engine.data.pipeline import Part
    from engine.inside.trained import Trained

PARTS: dict[PartName, str] = {"test": "test", "validation": "validation", "train": "training"}
"""The parts of a run's own data, the one nothing was chosen by first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which run, and which samples: a part of its own data, or ``other`` files."""

    folder: Path
    part: PartName = "test"
    other: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """``trained`` was opened for ``choice`` and is called ``label``; ``samples`` are judged and called ``title``.

    ``samples`` is None where that part of the data is empty.
    """

    choice: Choice
    label: str
    trained: Trained
    samples: Part | None
    title: str

    @property
    def folder(self) -> Path:
        """The folder of the run."""
        return self.choice.folder


def open_subject(choice: Choice, label: str, known: Subject | None) -> Subject:
    """Open a run, or take it from a subject ``known`` already. Raises LayerloomError where that cannot be."""
    from engine.inside.trained import open_run

    trained = known.trained if known is not None and known.folder == choice.folder else open_run(choice.folder)
    if choice.other is not None:
        return Subject(choice, label, trained, trained.others(choice.other), choice.other.name)
    there = len(trained.data.part(choice.part)) > 0
    return Subject(choice, label, trained, trained.part(choice.part) if there else None, PARTS[choice.part])
