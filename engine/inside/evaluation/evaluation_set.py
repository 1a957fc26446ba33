"""The samples a run is judged by: as its network sees them, and as they are in their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.data.dataset import Samples
from engine.data.fingerprint import fingerprint
from engine.data.origin import opened, unreadable
from engine.data.pipeline import Part, PartName
from engine.data.sources.kinds import source_of
from engine.inside.replaced import notes_of
from engine.inside.trained import Trained
from engine.settings.data import DataConfig

if TYPE_CHECKING:
    from engine.data.dataset import Array

NAMED = 5
"""Classes that a sentence names."""


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Samples with known answers: ``part`` as the network sees them, ``config`` says where they are.

    ``title`` is what people call them, ``notes`` say what is odd about them.
    """

    config: DataConfig
    part: Part
    title: str
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.part)

    @property
    def samples(self) -> Samples:
        """All samples of the data; those opened last are kept."""
        return opened(self.config)

    def name(self, row: int) -> str:
        """What the sample at a row of the part is called."""
        return self.samples.name(int(self.part.indices[row]))

    def raw(self, field: str, rows: Sequence[int] | Array | slice = slice(None)) -> Array:
        """A field at some rows as it is in the data, before the transforms. Raises DataError."""
        return self.samples.arrays[field][self.part.indices[rows]]

    def identities(self) -> tuple[str, Array]:
        """The fingerprint of the data, and a number for each sample that is the same in every run that has it."""
        ids = self.samples.ids
        numbers = self.part.indices if ids is None else ids[self.part.indices]
        return fingerprint(self.config), np.asarray(numbers)


def of_part(trained: Trained, name: PartName) -> EvaluationSet:
    """A part of the data the run was trained with. Raises TrainingError where that is empty."""
    return EvaluationSet(trained.config, trained.part(name), f"the {name} part")


def of_files(trained: Trained, path: Path, part: Part | None = None) -> EvaluationSet:
    """The samples in other files of the same kind, or ``part`` where they were read. Raises DataError, TrainingError.

    Those whose class the run has never seen cannot be judged: a note says how many there are, and others what was taken
    in place of cells that their columns do not hold.
    """
    config = trained.elsewhere(path)
    part = trained.others(path) if part is None else part
    assert config.source is not None
    source = source_of(config.source)
    try:
        strange, unfit = source.unknown_classes(path), source.unfit(path)
    except OSError as error:
        raise unreadable(str(path), error) from error
    odd = notes_of(trained, unfit, opened(config).name) if unfit else ()
    return EvaluationSet(config, part, path.name, (*((_unknown(strange),) if strange else ()), *odd))


def _unknown(strange: Mapping[str, int]) -> str:
    count, names = sum(strange.values()), [repr(name[:40]) for name in strange]
    shown = ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
    samples = "1 sample is" if count == 1 else f"{count:,} samples are"
    classes = "a class" if len(names) == 1 else f"{len(names)} classes"
    return f"{samples} left out: the run has not learned {classes} of these data, {shown}."
